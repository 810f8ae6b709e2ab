#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

extension DenseMatrix {
  /// e^{A·t} of a square matrix, by a diagonal Padé approximant of order 8 after scaling, and squaring
  /// (Moler and Van Loan, Nineteen dubious ways to compute the exponential of a matrix, method 3).
  ///
  /// - Throws: `nonFinite`, `singular`.
  public func exponential(times t: Double) throws(LinearAlgebraError) -> DenseMatrix {
    let n = order
    try checkFinite()
    guard n > 0 else { return self }
    var largest = 0.0
    for row in 0..<n {
      var sum = 0.0
      for column in 0..<n { sum += (self[row, column] * t).magnitude }
      largest = max(largest, sum)
    }
    guard largest.isFinite else { throw .nonFinite(row: 0, column: 0) }
    // Below a norm of ½ the approximant is off by less than rounding.
    let squarings = largest > 0.5 ? Int(log2(largest / 0.5).rounded(.up)) : 0
    let x = scaled(by: t / pow(2, Double(squarings)))
    let degree = 8
    var coefficient = 1.0
    var power = DenseMatrix.identity(n)
    var numerator = power
    var denominator = power
    for k in 1...degree {
      coefficient *= Double(degree - k + 1) / Double(k * (2 * degree - k + 1))
      power = x * power
      numerator = numerator.adding(power, times: coefficient)
      denominator = denominator.adding(power, times: k % 2 == 0 ? coefficient : -coefficient)
    }
    var result = try LUFactorization(denominator).solve(numerator)
    for _ in 0..<squarings { result = result * result }
    return result
  }

  private func scaled(by factor: Double) -> DenseMatrix {
    DenseMatrix(
      rows: rows, columns: columns, elements: ContiguousArray(elements.map { $0 * factor }))
  }

  private func adding(_ other: DenseMatrix, times factor: Double) -> DenseMatrix {
    DenseMatrix(
      rows: rows, columns: columns,
      elements: ContiguousArray(zip(elements, other.elements).map { $0 + factor * $1 }))
  }
}
