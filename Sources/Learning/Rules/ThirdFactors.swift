internal import Dynamics

/// The third factors of one sample in one phase.
public struct ThirdFactors: BitwiseCopyable, Sendable, Equatable {
  /// L(y).
  public var loss = 0.0
  /// ‖∇L(y)‖.
  public var error = 0.0
  /// H = ½‖ψ‖².
  public var controlEnergy = 0.0
  /// 1 where the largest output is that of the target, else 0.
  public var correct = 0.0

  /// None known.
  public init() {}

  /// The value of a factor for a sample.
  @inlinable
  public subscript(_ factor: ThirdFactor) -> Double {
    switch factor {
    case .loss: loss
    case .error: error
    case .controlEnergy: controlEnergy
    case .correct: correct
    }
  }

  /// Of every sample of a settled state; without targets only the control energy.
  static func all(of state: SettledState) -> ContiguousArray<ThirdFactors> {
    let network = state.network
    let count = network.outputCount
    let hasTargets = state.samples.targets.count == state.count * count
    var gradient = ContiguousArray<Double>(repeating: 0, count: count)
    return ContiguousArray(
      (0..<state.count).map { row in
        var factors = ThirdFactors()
        factors.controlEnergy = state.controlEnergy(row)
        guard hasTargets else { return factors }
        let places = row * count..<(row + 1) * count
        let output = state.observation.outputs.span.extracting(places)
        let target = state.samples.targets.span.extracting(places)
        factors.loss = state.observation.losses[row]
        var slope = gradient.mutableSpan
        network.loss.gradient(output, target: target, into: &slope)
        factors.error = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
        factors.correct = largest(output) == largest(target) ? 1 : 0
        return factors
      })
  }

  /// The place of the first of the largest elements.
  private static func largest(_ values: Span<Double>) -> Int {
    var best = 0
    for i in values.indices where values[i] > values[best] { best = i }
    return best
  }
}
