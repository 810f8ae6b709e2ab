internal import COpenBLAS

/// The library behind the matrix products and the factorizations.
public enum BLAS {
  /// Keeps every call on the thread that makes it. Settle works on many samples in parallel
  /// instead, and a product that is split over threads has other bits for another number of them.
  /// Call it once, before the first product.
  public static func useOneThread() { openblas_set_num_threads(1) }

  /// Name, version, build options and kernels, as OpenBLAS tells them.
  public static var versionDescription: String {
    guard let text = openblas_get_config() else { return "OpenBLAS" }
    return String(cString: text)
  }
}

/// Up to so many rows, a product is made row by row where there are no kernels for small ones: OpenBLAS packs
/// the whole of B for a product of matrices, which costs as much for one row as for eight (256 units in single
/// precision: 14 µs, against 2.6 µs a row). Each row then has the same bits whichever few are beside it.
let fewRows = 4

extension BLAS {
  /// Whether the kernels of this processor make small products of matrices as they lie, without packing
  /// them first.
  static let hasSmallKernels: Bool = {
    guard let name = openblas_get_corename() else { return false }
    return ["SkylakeX", "Cooperlake", "SapphireRapids"].contains(String(cString: name))
  }()

  /// OpenBLAS takes a product for small up to so many multiplications.
  private static let smallProduct = 1_000_000
  /// Whether C = AB is made as it lies: two rows of 256 units in single precision take 2.4 µs so, four 4.5 µs.
  /// Each row then has the same bits whichever others are beside it (seen for 1 to 16 rows, 10 to 266 columns).
  static func isSmall(rows: Int, columns: Int, inner: Int) -> Bool {
    hasSmallKernels && rows * columns * inner <= smallProduct
  }

  /// Narrower blocks of columns than this do not fill the registers.
  private static let narrowest = 64
  /// The rows that a product has where many samples are worked on at once.
  private static let usualRows = 32

  /// Columns of C = AB to make at a time, such that each product is small: 32 rows of 256 units in single
  /// precision take 39 µs so, instead of 52.
  static func columnsAtATime(rows: Int, columns: Int, inner: Int) -> Int {
    guard hasSmallKernels, rows > 0, inner > 0 else { return columns }
    let most = smallProduct / (rows * inner)
    guard most < columns, most >= narrowest else { return columns }
    let blocks = (columns + most - 1) / most
    // Whole registers, of sixteen floats.
    let width = ((columns + blocks - 1) / blocks + 15) & ~15
    return width <= most ? width : most & ~15
  }

  /// Whether C = ABᵀ is worth a transposed copy of B that is used many times (39 µs instead of 56).
  package static func prefersTransposedCopy(inner: Int) -> Bool {
    hasSmallKernels && smallProduct / (usualRows * max(inner, 1)) >= narrowest
  }
}
