public import Dynamics

/// θ ← θ + rate·Δ
public struct GradientDescent: Optimizer {
  public let name = "sgd"
  /// The penalty on large weights, if any.
  public var weightDecay: WeightDecay

  /// From its parts.
  public init(weightDecay: WeightDecay = .none) { self.weightDecay = weightDecay }

  public mutating func step(
    _ update: ParameterUpdate, rate: Double, on parameters: inout ParameterSet
  ) {
    let penalty = weightDecay.penalty
    forEachLearned(update, rate: rate, decay: weightDecay, on: &parameters) {
      _, count, value, delta, rate in
      for i in 0..<count { value[i] += rate * (delta[i] - penalty * value[i]) }
    }
  }

  public var state: OptimizerState { OptimizerState() }

  public mutating func restore(_ state: OptimizerState, for parameters: ParameterSet) throws {}
}
