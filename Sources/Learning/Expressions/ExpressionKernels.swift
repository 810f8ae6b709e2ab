internal import Dynamics
internal import LinearAlgebra

/// A lowered rule with its programs compiled.
struct ExpressionKernels: Sendable {
  private struct Product: Sendable {
    var weight: RowProgram?
    var post: RowProgram
    var pre: RowProgram?
  }

  private struct Decay: Sendable {
    var weight: RowProgram
    var factor: RowProgram
  }

  private let products: [Product]
  private let decays: [Decay]
  private let loop: SynapseLoop?
  /// The whole rule at biases, where the pre-synaptic rate is 1 and nothing but the post side is left.
  private let bias: RowProgram
  let servesSharedWeights: Bool

  var plan: ExpressionRule.Plan {
    .init(products: products.count, decays: decays.count, hasLoop: loop != nil)
  }

  init(_ expression: Expression) {
    let lowered = LoweredExpression(expression)
    products = lowered.products.map {
      Product(
        weight: $0.weight.map(RowProgram.init), post: RowProgram($0.post),
        pre: $0.pre.map(RowProgram.init))
    }
    decays = lowered.decays.map {
      Decay(weight: RowProgram($0.weight), factor: RowProgram($0.factor))
    }
    loop = lowered.rest.map(SynapseLoop.init)
    bias = RowProgram(expression.ofBias.folded)
    servesSharedWeights = lowered.servesSharedWeights
  }

  func addToBias(_ inputs: RuleInputs, _ changes: inout ContiguousArray<Double>) {
    changes.withUnsafeMutableBufferPointer {
      guard let target = $0.baseAddress else { return }
      bias.run(on: inputs, columns: inputs.postCount, stride: 0, adding: true, into: target)
    }
  }

  /// - Parameter projection: which must be dense unless the rule serves shared weights.
  func addToWeights(
    _ inputs: RuleInputs, _ projection: (any WeightGradient)?,
    _ changes: inout ContiguousArray<Double>
  ) {
    guard let projection, inputs.samples > 0 else { return }
    for product in products { add(product, inputs, projection, &changes) }
    for decay in decays { add(decay, inputs, &changes) }
    guard let loop else { return }
    changes.withUnsafeMutableBufferPointer {
      guard let target = $0.baseAddress else { return }
      loop.run(on: inputs, into: target)
    }
  }

  private func add(
    _ product: Product, _ inputs: RuleInputs, _ projection: any WeightGradient,
    _ changes: inout ContiguousArray<Double>
  ) {
    let post = Rows(product.post, inputs, columns: inputs.postCount)
    let pre =
      product.pre.map { Rows($0, inputs, columns: inputs.preCount) }
      ?? Rows(ones: inputs.samples, columns: inputs.preCount)
    withExtendedLifetime((post, pre)) {
      guard let weight = product.weight else {
        projection.accumulateGradient(signal: post.view, rate: pre.view, into: &changes)
        return
      }
      var sums = ContiguousArray<Double>(repeating: 0, count: changes.count)
      projection.accumulateGradient(signal: post.view, rate: pre.view, into: &sums)
      let factors = values(of: weight, inputs, count: changes.count)
      for i in changes.indices { changes[i] += factors[i] * sums[i] }
    }
  }

  private func add(
    _ decay: Decay, _ inputs: RuleInputs, _ changes: inout ContiguousArray<Double>
  ) {
    var sum = 0.0
    decay.factor.run(on: inputs, columns: 1, stride: 0, adding: true, into: &sum)
    let factors = values(of: decay.weight, inputs, count: changes.count)
    for i in changes.indices { changes[i] += sum * factors[i] }
  }

  /// What an expression of the weight makes of every weight.
  private func values(
    of weight: RowProgram, _ inputs: RuleInputs, count: Int
  ) -> ContiguousArray<Double> {
    var values = ContiguousArray<Double>(repeating: 0, count: count)
    let machine = VectorMachine(weight.program)
    machine.vectors[0] = inputs.weights
    values.withUnsafeMutableBufferPointer {
      guard let target = $0.baseAddress else { return }
      machine.run(count: count, adding: false, into: target)
    }
    return values
  }
}

/// One factor of a product at every sample: the engine's own memory where it is a plain quantity.
private struct Rows {
  let view: MatrixView<Double>
  private let owned: MatrixBuffer<Double>?

  init(_ program: RowProgram, _ inputs: RuleInputs, columns: Int) {
    if let plain = program.plain {
      view = inputs.view(plain)
      owned = nil
    } else {
      let buffer = MatrixBuffer<Double>(rows: inputs.samples, columns: columns)
      program.run(on: inputs, columns: columns, stride: columns, adding: false, into: buffer.base)
      view = buffer.view(rows: inputs.samples)
      owned = buffer
    }
  }

  init(ones samples: Int, columns: Int) {
    let buffer = MatrixBuffer<Double>(rows: samples, columns: columns)
    buffer.base.update(repeating: 1, count: samples * columns)
    view = buffer.view(rows: samples)
    owned = buffer
  }
}
