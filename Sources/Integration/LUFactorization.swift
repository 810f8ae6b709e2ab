/// PA = LU of one small dense block, row-major, in place, with partial pivoting.
///
/// Written out rather than left to LAPACK: the blocks are at most a few dozen wide, where a call's
/// overhead exceeds its work.
package enum LUFactorization {
  /// Replaces the block by its factors. False where it is singular to working precision or not
  /// finite.
  package static func factor(
    _ a: UnsafeMutablePointer<Double>, width n: Int, pivots: UnsafeMutablePointer<Int32>
  ) -> Bool {
    for k in 0..<n {
      var pivot = k
      for i in k + 1..<max(n, k + 1) where a[i * n + k].magnitude > a[pivot * n + k].magnitude {
        pivot = i
      }
      pivots[k] = Int32(pivot)
      if pivot != k {
        for j in 0..<n {
          let element = a[k * n + j]
          a[k * n + j] = a[pivot * n + j]
          a[pivot * n + j] = element
        }
      }
      let diagonal = a[k * n + k]
      guard diagonal.isFinite, diagonal != 0 else { return false }
      let pivotRow = a + k * n
      for i in k + 1..<max(n, k + 1) {
        let row = a + i * n
        let multiplier = row[k] / diagonal
        row[k] = multiplier
        if multiplier != 0 {
          for j in k + 1..<max(n, k + 1) { row[j] -= multiplier * pivotRow[j] }
        }
      }
    }
    return true
  }

  /// Solves LUx = Pb in place.
  package static func solve(
    _ a: UnsafePointer<Double>, width n: Int, pivots: UnsafePointer<Int32>,
    _ b: UnsafeMutablePointer<Double>
  ) {
    for k in 0..<n where Int(pivots[k]) != k {
      let element = b[k]
      b[k] = b[Int(pivots[k])]
      b[Int(pivots[k])] = element
    }
    for i in 0..<n {
      var sum = b[i]
      for j in 0..<i { sum -= a[i * n + j] * b[j] }
      b[i] = sum
    }
    for i in stride(from: n - 1, through: 0, by: -1) {
      var sum = b[i]
      for j in i + 1..<max(n, i + 1) { sum -= a[i * n + j] * b[j] }
      b[i] = sum / a[i * n + i]
    }
  }
}
