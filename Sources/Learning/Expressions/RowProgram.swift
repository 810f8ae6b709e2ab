internal import LinearAlgebra

/// An expression of one side of the synapse, compiled to make one row of values for each sample.
struct RowProgram: Sendable {
  let expression: Expression
  let program: VectorProgram
  let vectors: [RuleQuantity]
  let third: [RuleQuantity]

  /// - Parameter expression: of the post side, the pre side, or the weights of biases with either;
  ///   third factors are allowed beside each.
  init(_ expression: Expression) {
    self.expression = expression
    program = VectorProgram(expression) {
      guard case .quantity(let quantity) = $0 else { return nil }
      if case .third = quantity { return .scalar }
      return .vector
    }
    func quantities(_ leaves: [Expression]) -> [RuleQuantity] {
      leaves.compactMap {
        guard case .quantity(let quantity) = $0 else { return nil }
        return quantity
      }
    }
    vectors = quantities(program.vectors)
    third = quantities(program.scalars)
  }

  /// The quantity that it is, where there is nothing to compute.
  var plain: RuleQuantity? {
    guard case .quantity(let quantity) = expression, quantity.isVector else { return nil }
    return quantity
  }

  /// Writes or adds `columns` values for each sample: below one another, or with `stride` 0 all into
  /// the same row.
  func run(
    on inputs: RuleInputs, columns: Int, stride: Int, adding: Bool,
    into target: UnsafeMutablePointer<Double>
  ) {
    let machine = VectorMachine(program)
    let views = vectors.map(inputs.view)
    for sample in 0..<inputs.samples {
      for (k, view) in views.enumerated() { machine.vectors[k] = view.row(sample) }
      for (k, quantity) in third.enumerated() {
        machine.scalars[k] = inputs.third(quantity, sample)
      }
      machine.run(count: columns, adding: adding, into: target + sample * stride)
    }
  }
}

extension RuleQuantity {
  /// Whether it has a value for each unit or synapse.
  var isVector: Bool {
    if case .third = self { return false }
    return true
  }
}
