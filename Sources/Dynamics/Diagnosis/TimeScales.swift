internal import Integration
internal import LinearAlgebra

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The time scales of the flow of one sample at one state: what makes a system stiff.
public struct TimeScales: Sendable, Equatable {
  /// The largest |λ| of the Jacobian of the flow.
  public var fastestRate: Double
  /// The smallest |Re λ| that is not 0 to rounding; NaN where the eigenvalues were not computed.
  public var slowestRate: Double
  /// The largest Re λ: above 0, neighbours of the state move apart. NaN likewise.
  public var leadingEigenvalue: Double

  /// How many times longer the slowest mode lasts than the fastest.
  public var ratio: Double { fastestRate / slowestRate }

  /// The most variables of which all eigenvalues are computed; of more, the largest by power iteration.
  package static let largestDense = 400
  private static let iterations = 30

  /// Nil where the Jacobian is not finite.
  package init?(_ flow: SampleFlow, at z: ContiguousArray<Double>) throws {
    guard z.allSatisfy(\.isFinite), z.count > 0 else { return nil }
    guard flow.dimension <= Self.largestDense else {
      guard let rate = try Self.largest(flow, at: z) else { return nil }
      (fastestRate, slowestRate, leadingEigenvalue) = (rate, .nan, .nan)
      return
    }
    guard let values = try? flow.jacobian(z).eigenvalues(), let first = values.first,
      values.allSatisfy({ $0.real.isFinite && $0.imaginary.isFinite })
    else { return nil }
    fastestRate = values.reduce(0) { max($0, $1.magnitude) }
    let rounding = 1e-12 * fastestRate
    slowestRate =
      values.map(\.real.magnitude).filter { $0 > rounding }.min() ?? .nan
    leadingEigenvalue = first.real
  }

  /// |λ| of the largest eigenvalue, from the growth over the last half of the iterations, in which a pair of
  /// conjugate ones takes turns.
  private static func largest(_ flow: SampleFlow, at z: ContiguousArray<Double>) throws -> Double? {
    try flow.system.linearize(at: 0, z.span)
    var v = ContiguousArray<Double>(repeating: 0, count: z.count)
    // No symmetry of a network makes this orthogonal to its leading mode.
    for i in v.indices { v[i] = 1 + Double(i * 7919 % 1009) / 1009 }
    var growth = 0.0
    for iteration in 0..<iterations {
      var product = ContiguousArray<Double>(repeating: 0, count: z.count)
      var span = product.mutableSpan
      try flow.system.jacobianProduct(v.span, into: &span)
      let (before, after) = (SampleFlow.norm(v), SampleFlow.norm(product))
      guard after.isFinite else { return nil }
      guard after > 0 else { return 0 }
      if iteration >= iterations / 2 { growth += log(after / before) }
      for i in v.indices { v[i] = product[i] / after }
    }
    return exp(growth / Double(iterations - iterations / 2))
  }
}
