internal import Dynamics
internal import LinearAlgebra

/// Perturbs everything that a synapse must not see and looks whether its change stays the same, to the bit.
///
/// What may stay: all of the two units at its ends, in every phase; its own weight; and third factors, such
/// as the loss, which are told to all synapses alike. What is perturbed: all other weights, biases and feedback weights,
/// those of the same projection included; all other units, inputs and outputs; and the targets.
struct LocalityTest {
  let network: Network
  let rule: any LearningRule
  let states: SettledStates
  let parameters: ParameterSet

  /// Synapses tested of each parameter.
  static let synapses = 8

  /// - Parameter stream: of the synapses and the perturbations.
  func run(_ names: Set<String>, using stream: inout RandomStream) -> [AuditReport.Locality] {
    let before = update(states, parameters)
    var results: [AuditReport.Locality] = []
    for index in 0..<parameters.count where names.contains(parameters[index].name) {
      let parameter = parameters[index]
      guard let ends = Ends(parameter, network) else { continue }
      var places = Array(parameter.values.indices)
      stream.shuffle(&places)
      var result = AuditReport.Locality(
        parameter: parameter.name, synapses: 0, finding: nil, isPromised: rule.isLocal)
      for place in places.prefix(Self.synapses) {
        result.synapses += 1
        let synapse = ends.synapse(place)
        let others = perturbed(parameters, but: index, place, &stream)
        let units = perturbed(states, but: synapse, &stream)
        let value = before[index][place]
        if !isSame(value, update(states, others)[index][place]) {
          result.finding = "\(synapse.name) changes with weights that are not its own"
        } else if !isSame(value, update(units, parameters)[index][place]) {
          result.finding = "\(synapse.name) changes with units that are not at its ends"
        }
        if result.finding != nil { break }
      }
      results.append(result)
    }
    return results
  }

  private func isSame(_ a: Double, _ b: Double) -> Bool { a == b || (a.isNaN && b.isNaN) }

  private func update(_ states: SettledStates, _ parameters: ParameterSet) -> ParameterUpdate {
    var update = ParameterUpdate(
      for: parameters, changing: rule.changedParameters(of: network))
    var memory = rule.makeMemory(for: parameters)
    rule.accumulate(states, parameters: parameters, memory: &memory, into: &update)
    return update
  }

  private func perturbed(
    _ parameters: ParameterSet, but index: Int, _ place: Int, _ stream: inout RandomStream
  ) -> ParameterSet {
    var copy = parameters
    for other in 0..<copy.count {
      for i in copy[other].values.indices where other != index || i != place {
        copy[other].values[i] += stream.normal()
      }
    }
    return copy
  }

  private func perturbed(
    _ states: SettledStates, but synapse: Synapse, _ stream: inout RandomStream
  ) -> SettledStates {
    var byPhase: [SettledPhase: SettledState] = [:]
    for phase in rule.phases.sorted() {
      var state = states[phase]
      let count = state.count
      func perturb(_ values: inout ContiguousArray<Double>, but kept: Set<Int>) {
        guard count > 0, !values.isEmpty else { return }
        let columns = values.count / count
        for i in values.indices where !kept.contains(i % columns) { values[i] += stream.normal() }
      }
      perturb(&state.observation.phi, but: synapse.units)
      perturb(&state.observation.psi, but: synapse.units)
      perturb(&state.observation.rates, but: synapse.units)
      perturb(&state.observation.slopes, but: synapse.units)
      perturb(&state.observation.u, but: synapse.outputs)
      perturb(&state.observation.outputs, but: synapse.outputs)
      perturb(&state.samples.inputs, but: synapse.inputs)
      perturb(&state.samples.targets, but: [])
      byPhase[phase] = state
    }
    return SettledStates(byPhase).hearing(states)
  }

  /// What one synapse may see: columns of units, inputs and outputs.
  struct Synapse {
    var name: String
    var units: Set<Int> = []
    var inputs: Set<Int> = []
    var outputs: Set<Int> = []
  }

  /// Where the ends of a parameter's synapses are.
  private struct Ends {
    let parameter: Parameter
    let network: Network
    let target: Population
    /// Nil for a bias, and for control weights, whose other end is an output.
    let source: Population?
    let isControl: Bool

    /// Nil for what has no synapses of its own: shared weights, and parameters that are a rule's own.
    init?(_ parameter: Parameter, _ network: Network) {
      self.parameter = parameter
      self.network = network
      if let projection = network.projections.first(where: {
        $0.weightName == parameter.name || $0.feedbackName == parameter.name
      }) {
        target = network.population(projection.target)
        source = network.population(projection.source)
        isControl = false
        guard parameter.shape == [target.size, network.population(projection.source).size] else {
          return nil
        }
      } else if let population = network.populations.first(where: {
        $0.biasName == parameter.name || $0.controlName == parameter.name
      }) {
        target = population
        source = nil
        isControl = population.controlName == parameter.name
      } else {
        return nil
      }
    }

    func synapse(_ place: Int) -> Synapse {
      let columns = source?.size ?? (isControl ? network.outputCount : 1)
      let (post, pre) = (place / columns, place % columns)
      var synapse = Synapse(
        name: "\(parameter.name)[\(post)\(columns > 1 ? ", \(pre)" : "")]")
      keep(post, of: target, in: &synapse)
      if let source { keep(pre, of: source, in: &synapse) }
      if isControl { synapse.outputs.insert(pre) }
      return synapse
    }

    private func keep(_ unit: Int, of population: Population, in synapse: inout Synapse) {
      let start = network.columns(of: population.name).lowerBound
      switch population.role {
      case .input: synapse.inputs.insert(start + unit)
      case .units: synapse.units.insert(start + unit)
      case .readout: break
      }
      if population.name == network.output.population,
        let output = network.outputUnits.firstIndex(of: unit)
      {
        synapse.outputs.insert(output)
      }
    }
  }
}
