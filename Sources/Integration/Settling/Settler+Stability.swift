internal import LinearAlgebra

extension Settler {
  /// Adds the leading eigenvalue and the distance ‖J⁻¹F‖ to the certificates of equilibria, from the
  /// dense Jacobian of each sample. The field holds all samples, at ``derivative``.
  func certifyStability(
    of batch: borrowing Batch<Element>, _ certificates: inout [Certificate]
  ) throws {
    let jacobians = try denseJacobians(of: batch)
    for sample in certificates.indices where certificates[sample].isEquilibrium {
      let jacobian = jacobians[sample]
      certificates[sample].leadingEigenvalue = try jacobian.eigenvalues().map(\.real).max()
      var f = ContiguousArray<Double>(repeating: 0, count: dimension)
      f.withUnsafeMutableBufferPointer {
        Element.widen(
          derivative.baseAddress! + sample * dimension, into: $0.baseAddress!, count: dimension)
      }
      // A singular Jacobian has no isolated equilibrium to be at a distance from.
      if let step = try? LinearAlgebra.LUFactorization(jacobian).solve(f) {
        certificates[sample].distance = step.reduce(0) { $0 + $1 * $1 }.squareRoot()
      }
    }
  }

  /// ∂F/∂z of every sample, column by column: a product serves all samples at once.
  private func denseJacobians(of batch: borrowing Batch<Element>) throws -> [DenseMatrix] {
    let count = batch.count
    var jacobians = Array(
      repeating: DenseMatrix(rows: dimension, columns: dimension), count: count)
    let size = count * dimension
    try batch.current.withUnsafeBufferPointer { states in
      let states = UnsafeBufferPointer(rebasing: states[0..<size])
      try field.linearize(at: 0, states.span)
    }
    var unit = ContiguousArray<Element>(repeating: 0, count: size)
    var product = unit
    for column in 0..<dimension {
      for sample in 0..<count { unit[sample * dimension + column] = 1 }
      try unit.withUnsafeBufferPointer { unit in
        try product.withUnsafeMutableBufferPointer { product in
          var span = product.mutableSpan
          try field.jacobianProduct(unit.span, into: &span)
        }
      }
      for sample in 0..<count {
        unit[sample * dimension + column] = 0
        for row in 0..<dimension {
          jacobians[sample][row, column] = Double(product[sample * dimension + row])
        }
      }
    }
    return jacobians
  }
}
