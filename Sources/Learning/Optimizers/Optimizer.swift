public import Dynamics

/// What makes steps of directions.
///
/// Before a step of its own, every optimizer multiplies a parameter by 1 − γ (its `decay`) and applies
/// the ``WeightDecay``. Parameters that an update does not change, or that are frozen, are left alone;
/// a parameter's own `rate` multiplies the rate of its steps.
public protocol Optimizer: Sendable {
  /// The name used in model files.
  var name: String { get }

  /// Changes the parameters along Δ, the mean over samples of the direction of descent.
  mutating func step(_ update: ParameterUpdate, rate: Double, on parameters: inout ParameterSet)

  /// All that it remembers, for checkpoints; exact to the bit.
  var state: OptimizerState { get }

  /// Takes over what another optimizer of the same settings remembered of the same parameters.
  ///
  /// - Throws: ``TrainingError`` where the state does not fit.
  mutating func restore(_ state: OptimizerState, for parameters: ParameterSet) throws
}

/// What an optimizer remembers.
public struct OptimizerState: Sendable, Equatable {
  /// Steps made so far, where they matter.
  public var steps: Int
  /// By the name of the slot, such as `velocity`: one array for each parameter, in their order; empty
  /// for one that has never changed.
  public var slots: [String: [ContiguousArray<Double>]]

  /// From its parts.
  public init(steps: Int = 0, slots: [String: [ContiguousArray<Double>]] = [:]) {
    self.steps = steps
    self.slots = slots
  }

  /// The arrays of a slot, checked against the parameters; all empty if nothing was remembered.
  func slot(_ name: String, for parameters: ParameterSet) throws -> [ContiguousArray<Double>] {
    guard let arrays = slots[name] else {
      return Array(repeating: [], count: parameters.count)
    }
    guard arrays.count == parameters.count else {
      throw TrainingError.mismatch(
        "the optimizer's \(name) has \(arrays.count) arrays for \(parameters.count) parameters")
    }
    for (index, array) in arrays.enumerated() {
      let count = parameters[index].values.count
      guard array.isEmpty || array.count == count else {
        throw TrainingError.mismatch(
          "the optimizer's \(name) has \(array.count) values for \(parameters[index].name), which "
            + "has \(count)")
      }
    }
    return arrays
  }
}

extension Optimizer {
  /// Calls `body` for each parameter that learns, after the decay γ and a decoupled weight decay, with
  /// its index, its count, its values, Δ, and its own rate.
  @inline(__always)
  func forEachLearned(
    _ update: ParameterUpdate, rate: Double, decay: WeightDecay,
    on parameters: inout ParameterSet,
    _ body: (Int, Int, UnsafeMutablePointer<Double>, UnsafePointer<Double>, Double) -> Void
  ) {
    precondition(update.count == parameters.count, "an update of other parameters")
    for index in 0..<parameters.count where update.isOptimized(index) {
      let plasticity = parameters[index].plasticity
      guard plasticity.isLearned else { continue }
      let ownRate = rate * plasticity.rate
      parameters[index].values.withUnsafeMutableBufferPointer { values in
        update[index].withUnsafeBufferPointer { delta in
          guard let value = values.baseAddress, let delta = delta.baseAddress else { return }
          let count = values.count
          if plasticity.decay != 0 {
            let keep = 1 - plasticity.decay
            for i in 0..<count { value[i] *= keep }
          }
          if case .decoupled(let strength) = decay {
            let keep = 1 - ownRate * strength
            for i in 0..<count { value[i] *= keep }
          }
          body(index, count, value, delta, ownRate)
        }
      }
    }
  }
}
