public import Dynamics

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Kingma & Ba, Adam: a method for stochastic optimization, ICLR 2015, with PyTorch's ε:
///
///     m ← β₁m + (1 − β₁)Δ,  v ← β₂v + (1 − β₂)Δ²
///     θ ← θ + rate · m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + ε)
///
/// With ``WeightDecay/decoupled(_:)`` it is AdamW.
public struct Adam: Optimizer {
  public let name = "adam"
  /// Decay of the averages of the gradient and of its square.
  public var betas: (Double, Double)
  /// ε, which keeps the divisor from 0.
  public var epsilon: Double
  /// The penalty on large weights, if any.
  public var weightDecay: WeightDecay
  private var steps = 0
  private var means: [ContiguousArray<Double>] = []
  private var squares: [ContiguousArray<Double>] = []

  /// From its parts.
  public init(
    betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8,
    weightDecay: WeightDecay = .none
  ) {
    precondition(
      (0..<1).contains(betas.0) && (0..<1).contains(betas.1) && epsilon >= 0,
      "betas \(betas), epsilon \(epsilon)")
    self.betas = betas
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  public mutating func step(
    _ update: ParameterUpdate, rate: Double, on parameters: inout ParameterSet
  ) {
    means.makeRoom(for: update)
    squares.makeRoom(for: update)
    steps += 1
    let (beta1, beta2) = betas
    let stepScale = 1 / (1 - pow(beta1, Double(steps)))
    let rootScale = 1 / (1 - pow(beta2, Double(steps))).squareRoot()
    let epsilon = epsilon
    let penalty = weightDecay.penalty
    // Taken out so that the closure owns them.
    var means = means
    var squares = squares
    self.means = []
    self.squares = []
    forEachLearned(update, rate: rate, decay: weightDecay, on: &parameters) {
      index, count, value, delta, rate in
      let size = rate * stepScale
      means[index].withUnsafeMutableBufferPointer { mean in
        squares[index].withUnsafeMutableBufferPointer { square in
          for i in 0..<count {
            let d = delta[i] - penalty * value[i]
            let m = beta1 * mean[i] + (1 - beta1) * d
            let v = beta2 * square[i] + (1 - beta2) * (d * d)
            mean[i] = m
            square[i] = v
            value[i] += size * m / (v.squareRoot() * rootScale + epsilon)
          }
        }
      }
    }
    self.means = means
    self.squares = squares
  }

  public var state: OptimizerState {
    OptimizerState(
      steps: steps, slots: means.isEmpty ? [:] : ["mean": means, "square": squares])
  }

  public mutating func restore(_ state: OptimizerState, for parameters: ParameterSet) throws {
    means = try state.slot("mean", for: parameters)
    squares = try state.slot("square", for: parameters)
    steps = state.steps
  }
}
