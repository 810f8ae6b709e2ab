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

/// Up to so many rows, a product is made row by row: OpenBLAS packs the whole of B for a product of
/// matrices, which costs as much for one row as for eight (256 units in single precision: 14 µs,
/// against 2.6 µs a row).
let fewRows = 4
