package import LinearAlgebra

extension VectorField {
  /// ∂F/∂z of every sample, column by column: a product serves all samples at once.
  ///
  /// - Parameter states: of the field's samples, or of fewer, [count × dimension].
  package func denseJacobians(at states: Span<Element>) throws -> [DenseMatrix] {
    let dimension = dimension
    let count = states.count / dimension
    try linearize(at: 0, states)
    var jacobians = Array(
      repeating: DenseMatrix(rows: dimension, columns: dimension), count: count)
    var unit = ContiguousArray<Element>(repeating: 0, count: states.count)
    var product = unit
    for column in 0..<dimension {
      for sample in 0..<count { unit[sample * dimension + column] = 1 }
      try unit.withUnsafeBufferPointer { unit in
        try product.withUnsafeMutableBufferPointer { product in
          var span = product.mutableSpan
          try jacobianProduct(unit.span, into: &span)
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
