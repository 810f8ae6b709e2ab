/// The least-squares problem of GMRES, min ‖β·e₁ − H·y‖, solved while H grows column by column.
///
/// H is upper Hessenberg. Givens rotations keep it triangular, so that the residual is known after
/// every column without y (Saad & Schultz, SIAM J. Sci. Stat. Comput. 7, 1986). The numbers lie in
/// memory that belongs to the caller.
struct HessenbergLeastSquares: BitwiseCopyable {
  /// The triangle column by column, then cosines, sines and the rotated right-hand side.
  private let triangle: UnsafeMutablePointer<Double>
  private let cosines: UnsafeMutablePointer<Double>
  private let sines: UnsafeMutablePointer<Double>
  private let side: UnsafeMutablePointer<Double>

  /// Numbers that a problem of up to `dimension` columns needs.
  static func size(dimension: Int) -> Int {
    dimension * (dimension + 1) / 2 + 2 * dimension + dimension + 1
  }

  init(_ memory: UnsafeMutablePointer<Double>, dimension: Int) {
    triangle = memory
    cosines = memory + dimension * (dimension + 1) / 2
    sines = cosines + dimension
    side = sines + dimension
  }

  /// Begins with no column and a residual of norm `norm`.
  func start(norm: Double) { side[0] = norm }

  /// The norm of the residual of the first `count` columns.
  func residualNorm(_ count: Int) -> Double { side[count].magnitude }

  /// Adds column `k`: the k + 1 elements of `column` and the one below the diagonal.
  ///
  /// Returns false, and leaves the problem as it was, where the new diagonal element is no larger
  /// than `smallest`: then the column depends on those before it and has nothing to add.
  func append(
    _ k: Int, _ column: UnsafePointer<Double>, below: Double, smallest: Double
  ) -> Bool {
    let target = triangle + k * (k + 1) / 2
    var current = column[0]
    for i in 0..<k {
      target[i] = cosines[i] * current + sines[i] * column[i + 1]
      current = cosines[i] * column[i + 1] - sines[i] * current
    }
    let diagonal = (current * current + below * below).squareRoot()
    guard diagonal > smallest else { return false }
    cosines[k] = current / diagonal
    sines[k] = below / diagonal
    target[k] = diagonal
    side[k + 1] = -sines[k] * side[k]
    side[k] *= cosines[k]
    return true
  }

  /// y of the first `count` columns.
  func solve(_ count: Int, into y: UnsafeMutablePointer<Double>) {
    for i in stride(from: count - 1, through: 0, by: -1) {
      var sum = side[i]
      for j in i + 1..<count { sum -= triangle[j * (j + 1) / 2 + i] * y[j] }
      y[i] = sum / triangle[i * (i + 1) / 2 + i]
    }
  }
}
