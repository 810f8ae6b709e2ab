public import Dynamics

/// v ← µv + Δ,  θ ← θ + rate·v, with v = 0 at first (PyTorch's SGD with momentum, without dampening).
public struct Momentum: Optimizer {
  public let name = "momentum"
  /// µ
  public var momentum: Double
  /// The penalty on large weights, if any.
  public var weightDecay: WeightDecay
  private var velocities: [ContiguousArray<Double>] = []

  /// From its parts.
  public init(_ momentum: Double = 0.9, weightDecay: WeightDecay = .none) {
    precondition(momentum >= 0 && momentum < 1, "a momentum of \(momentum)")
    self.momentum = momentum
    self.weightDecay = weightDecay
  }

  public mutating func step(
    _ update: ParameterUpdate, rate: Double, on parameters: inout ParameterSet
  ) {
    velocities.makeRoom(for: update)
    let momentum = momentum
    let penalty = weightDecay.penalty
    // Taken out so that the closure owns it.
    var velocities = velocities
    self.velocities = []
    forEachLearned(update, rate: rate, decay: weightDecay, on: &parameters) {
      index, count, value, delta, rate in
      velocities[index].withUnsafeMutableBufferPointer { velocity in
        for i in 0..<count {
          let v = momentum * velocity[i] + (delta[i] - penalty * value[i])
          velocity[i] = v
          value[i] += rate * v
        }
      }
    }
    self.velocities = velocities
  }

  public var state: OptimizerState {
    OptimizerState(slots: velocities.isEmpty ? [:] : ["velocity": velocities])
  }

  public mutating func restore(_ state: OptimizerState, for parameters: ParameterSet) throws {
    velocities = try state.slot("velocity", for: parameters)
  }
}

extension [ContiguousArray<Double>] {
  /// Zeros for each parameter that changes, where there are none yet.
  mutating func makeRoom(for update: ParameterUpdate) {
    if isEmpty { self = Array(repeating: [], count: update.count) }
    for index in indices where update.isOptimized(index) && self[index].isEmpty {
      self[index] = ContiguousArray(repeating: 0, count: update[index].count)
    }
  }
}
