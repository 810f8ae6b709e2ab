internal import Dynamics
internal import Integration

/// Where the samples of an audit settled: in the phases that the rules read, under control, and free.
struct AuditStates {
  let samples: Samples
  private let byPhase: [SettledPhase: [SettledState]]
  private let rulePhases: Set<SettledPhase>
  /// Samples at equilibrium in every phase that the rules read.
  let settled: [Int]
  /// The first that is not, for people.
  let unsettledExample: String?
  /// By sample; nil where it did not settle, or where there is no such phase.
  let controlled: [SamplePoint?]
  let free: [SamplePoint?]

  init(
    _ network: Network, controller: any Controller, rules: [any LearningRule], samples: Samples,
    parameters: ParameterSet, options: SettlingOptions, threads: Int
  ) throws {
    self.samples = samples
    rulePhases = rules.reduce(into: []) { $0.formUnion($1.phases) }
    var phases = rulePhases.union([.free])
    if controller.effectiveLeak != nil { phases.insert(.controlled) }
    let settlers = try PhaseSettlers(
      network, controller: controller, phases: phases,
      free: BatchSettler(network, controller: NoControl(), options: options, threads: threads),
      options: options, precision: .double, threads: threads)
    settlers.load(parameters)
    let chunks = try settlers.settle(samples, from: nil) { $0 }
    var byPhase: [SettledPhase: [SettledState]] = [:]
    for phase in phases { byPhase[phase] = chunks.map { $0[phase]! } }
    self.byPhase = byPhase
    controlled = byPhase[.controlled]?.points() ?? Array(repeating: nil, count: samples.count)
    free = byPhase[.free]!.points()

    var example: String?
    var settled: [Int] = []
    var start = 0
    for chunk in chunks {
      let count = chunk[.free]!.count
      for place in 0..<count {
        let failed = rulePhases.sorted().first {
          !chunk[$0]!.certificates[place].isEquilibrium
        }
        if let failed {
          let state = chunk[failed]!
          example =
            example
            ?? "sample \(state.samples.indices[place]), \(failed.name): "
            + state.certificates[place].summary
        } else {
          settled.append(start + place)
        }
      }
      start += count
    }
    self.settled = settled
    unsettledExample = example
  }

  func chunks(_ phase: SettledPhase) -> [SettledState] { byPhase[phase] ?? [] }

  /// What the rules are given of those samples, chunk by chunk.
  func selecting(_ rows: Set<Int>) -> [SettledStates] {
    var selected: [SettledStates] = []
    var start = 0
    for chunk in byPhase[.free]!.indices {
      let count = byPhase[.free]![chunk].count
      let own = (0..<count).filter { rows.contains(start + $0) }
      start += count
      guard !own.isEmpty else { continue }
      var states: [SettledPhase: SettledState] = [:]
      for phase in rulePhases { states[phase] = byPhase[phase]![chunk].selecting(own) }
      selected.append(SettledStates(states))
    }
    return selected
  }

  /// The settled samples of the first chunk that has any.
  var firstUsable: SettledStates? { selecting(Set(settled)).first }
}
