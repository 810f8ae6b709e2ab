internal import Integration
internal import LinearAlgebra

/// What produced a result.
public struct Versions: Sendable, Equatable {
  /// Of Settle.
  public static let settle = "0.1.0"

  /// Of the compiler that built it.
  public static var swift: String {
    #if compiler(>=6.4)
      "6.4 or later"
    #elseif compiler(>=6.3)
      "6.3"
    #else
      "6.2"
    #endif
  }

  /// Of the library that is linked.
  public static var sundials: String { SUNDIALS.version }
  /// Name, version and kernels: bits depend on the last.
  public static var openBLAS: String { BLAS.versionDescription }

  /// The four of them, a line each.
  public static var description: String {
    """
    settle \(settle)
    Swift \(swift)
    SUNDIALS \(sundials)
    \(openBLAS)
    """
  }

  /// For scripts, in snake case.
  public static var json: JSONValue {
    .object([
      .init("settle", .string(settle)), .init("swift", .string(swift)),
      .init("sundials", .string(sundials)), .init("openblas", .string(openBLAS)),
    ])
  }
}
