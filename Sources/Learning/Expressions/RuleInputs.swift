internal import LinearAlgebra

/// The values of all quantities at the synapses of one parameter. It borrows its memory.
struct RuleInputs {
  let batches: [RulePhase: SynapseBatch]
  /// By phase, for those phases whose third factors are read.
  let factors: [RulePhase: ContiguousArray<ThirdFactors>]
  /// Any of the batches: sizes and weights are the same in all.
  private let some: SynapseBatch

  /// - Parameter batches: at least one.
  init(
    batches: [RulePhase: SynapseBatch], factors: [RulePhase: ContiguousArray<ThirdFactors>]
  ) {
    self.batches = batches
    self.factors = factors
    guard let some = batches.values.first else { preconditionFailure("a rule without a phase") }
    self.some = some
  }

  var samples: Int { some.samples }
  var preCount: Int { some.preCount }
  var postCount: Int { some.postCount }
  var weights: UnsafePointer<Double> { some.weights }

  /// The values of a quantity, a row for each sample; of the weight, one row for all.
  func view(_ quantity: RuleQuantity) -> MatrixView<Double> {
    switch quantity {
    case .pre(let phase): return batch(phase).preRates
    case .post(let kind, let phase):
      let posts = batch(phase).posts
      return switch kind {
      case .state: posts.states
      case .rate: posts.rates
      case .slope: posts.slopes
      case .control: posts.controls
      }
    case .weight:
      return MatrixView(weights, rows: samples, columns: postCount * preCount, stride: 0)
    case .third: preconditionFailure("third factors are no vectors")
    }
  }

  func third(_ quantity: RuleQuantity, _ sample: Int) -> Double {
    guard case .third(let factor, let phase) = quantity, let values = factors[phase] else {
      preconditionFailure("not a third factor of this rule: \(quantity)")
    }
    return values[sample][factor]
  }

  private func batch(_ phase: RulePhase) -> SynapseBatch {
    guard let batch = batches[phase] else {
      preconditionFailure("a rule reads the phase \(phase), which it has not declared")
    }
    return batch
  }
}
