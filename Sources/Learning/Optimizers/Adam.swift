public import Dynamics
internal import LinearAlgebra

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
    let stepScale = 1 / (1 - pow(betas.0, Double(steps)))
    var step = AdamStep(
      betas: betas, size: 0, rootScale: 1 / (1 - pow(betas.1, Double(steps))).squareRoot(),
      epsilon: epsilon, penalty: weightDecay.penalty)
    // Taken out so that the closure owns them.
    var means = means
    var squares = squares
    self.means = []
    self.squares = []
    forEachLearned(update, rate: rate, decay: weightDecay, on: &parameters) {
      index, count, value, delta, rate in
      step.size = rate * stepScale
      means[index].withUnsafeMutableBufferPointer { mean in
        squares[index].withUnsafeMutableBufferPointer { square in
          guard let mean = mean.baseAddress, let square = square.baseAddress else { return }
          Double.adamStep(
            step, delta: delta, mean: mean, square: square, value: value, count: count)
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
