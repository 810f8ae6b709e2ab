public import Dynamics
internal import LinearAlgebra

/// The weights Q of linear feedback, learned from how the control answers to noise:
///
///     ΔQ = (1/τ_Q) [ −(1/s²) Σ_m (Q u[m] + sε[m]) (u[m] − u*)ᵀ − γ_Q Q ]
///
/// with the sum over the steps m of a simulation around the controlled equilibrium, and the mean over
/// the samples: least-control paper, Eq. 139 with its sign and bracket put right (SCIENCE 0.3 and 2.2). It
/// is local: Qu + sε is what the feedback compartment of a unit receives, and u − u* the part of the
/// control signal that fluctuates.
///
/// Q makes this step by itself, once for every mini-batch: no optimizer, schedule or clipping has a part in
/// it. A Q that is the identity stays so.
public struct NoiseFeedback: LearningRule {
  public let name = "noise"
  /// The populations whose Q learns.
  public let populations: [String]
  /// τ_Q, in updates.
  public var timeConstant: Double
  /// γ_Q
  public var decay: Double

  /// From its parts.
  public init(populations: [String], timeConstant: Double = 1e5, decay: Double = 0.01) {
    precondition(timeConstant > 0 && decay >= 0)
    self.populations = populations
    self.timeConstant = timeConstant
    self.decay = decay
  }

  public var phases: Set<SettledPhase> { [.noisy] }

  public func objection(to network: Network) -> String? {
    if populations.isEmpty {
      return "the feedback rule \(name) learns the weights of linear feedback, and there are none"
    }
    for name in populations where network.index(of: name) == nil {
      return "the feedback rule \(self.name) is for \(name), which does not exist"
    }
    return nil
  }

  public func changedParameters(of network: Network) -> Set<String> {
    Set(populations.map { network.population($0).controlName })
  }

  public func ownSteps(of network: Network) -> Set<String> { changedParameters(of: network) }

  public func accumulate(
    _ states: SettledStates, parameters: ParameterSet, memory: inout (any RuleMemory)?,
    into update: inout ParameterUpdate
  ) {
    let state = states[.noisy]
    guard let fluctuations = state.fluctuations else { return }
    let strength = fluctuations.noise.strength
    guard strength > 0 else { return }
    let network = state.network
    let outputs = network.outputCount
    let units = network.unitCount
    // Σ over samples and steps of (u − u*) εᵀ, [n_y × units], and of u (u − u*)ᵀ, [n_y × n_y].
    let noise = sum(fluctuations.noiseSums, samples: state.count)
    let control = sum(fluctuations.controlSums, samples: state.count)
    let scale = -1 / (strength * strength)
    for name in populations {
      let population = network.population(name)
      guard let index = parameters.index(of: population.controlName), update.changes(index) else {
        continue
      }
      let first = network.columns(of: name).lowerBound
      let q = parameters[index].values
      for unit in 0..<population.size {
        for k in 0..<outputs {
          var sum = strength * noise[k * units + first + unit]
          for j in 0..<outputs { sum += q[unit * outputs + j] * control[j * outputs + k] }
          update[index][unit * outputs + k] += scale * sum
        }
      }
    }
  }

  private func sum(_ values: ContiguousArray<Double>, samples: Int) -> ContiguousArray<Double> {
    let width = values.count / samples
    var sum = ContiguousArray(values[..<width])
    values.withUnsafeBufferPointer { values in
      sum.withUnsafeMutableBufferPointer { sum in
        guard let target = sum.baseAddress, let source = values.baseAddress else { return }
        for row in 1..<max(samples, 1) {
          Double.linearSum(1, target, 1, source + row * width, into: target, count: width)
        }
      }
    }
    return sum
  }

  public func step(
    _ update: ParameterUpdate, on parameters: inout ParameterSet, of network: Network
  ) {
    for name in populations {
      guard let index = parameters.index(of: network.population(name).controlName),
        update.changes(index)
      else { continue }
      for i in parameters[index].values.indices {
        let q = parameters[index].values[i]
        parameters[index].values[i] = q + (update[index][i] - decay * q) / timeConstant
      }
    }
  }
}
