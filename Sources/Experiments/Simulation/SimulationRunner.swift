internal import Dynamics
internal import Integration
internal import Learning
internal import LinearAlgebra

/// Runs a simulation in one precision. All samples form one system and share their steps.
struct SimulationRunner<E: Scalar> {
  private let simulation: Simulation
  private let experiment: Experiment
  private let recorder: TrajectoryRecorder?
  private let isCancelled: @Sendable () -> Bool
  private var samples: Samples
  private var parameters: ParameterSet
  private var random: RandomStream
  private var noise: RandomStream
  /// Inputs that change with time, from the phase on that names them.
  private var sources: [InputDrive.Source] = []
  private var options: SettlingOptions

  init(
    _ simulation: Simulation, _ writer: CSVWriter?, _ isCancelled: @escaping @Sendable () -> Bool
  ) throws {
    self.simulation = simulation
    self.isCancelled = isCancelled
    let experiment = simulation.experiment
    self.experiment = experiment
    samples = simulation.stimulus.samples
    parameters = simulation.parameters
    let model = experiment.model
    random = RandomStream(seed: model.seeds.initial ?? model.seed, name: "initial")
    noise = RandomStream(seed: model.seeds.noise ?? model.seed, name: "noise")
    recorder = try writer.map {
      try TrajectoryRecorder(model.record.variables, of: experiment, to: $0)
    }
    options = experiment.settlingOptions
    if let budget = simulation.budget {
      options.limits.evaluations = min(options.limits.evaluations, budget)
      options.limits.steps = min(options.limits.steps, budget)
    }
  }

  /// Throws what ``run()`` would throw of the protocol and of what it reads, before anything moves.
  mutating func validate() throws {
    var state = try initialState()
    let method = experiment.model.settling.method
    if method == .descent {
      throw experiment.file.error(
        at: "settling.method",
        "`descent` belongs to training and evaluation; `simulate` goes through time with bdf or "
          + "adams, or at once with newton, anderson or fixed-point")
    }
    let hasTime = method == .auto || method == .bdf || method == .adams
    if !hasTime, continuousOptions != nil {
      throw experiment.file.error(
        at: "settling.method",
        "weights that learn inside the dynamics need a method with time: bdf or adams, not "
          + method.rawValue)
    }
    for (index, phase) in experiment.model.protocol.enumerated() {
      guard !hasTime, case .duration = phase.end else { continue }
      throw experiment.file.error(
        at: "protocol.\(index)",
        "a phase of given duration needs a method with time: settling.method bdf or adams, not "
          + method.rawValue)
    }
    for (index, phase) in experiment.model.protocol.enumerated() {
      _ = try prepare(phase, index: index, at: 0, &state)
      guard hasTime || sources.isEmpty else {
        throw experiment.file.error(
          at: "protocol.\(index).inputs",
          "inputs that change with time need a method with time: settling.method bdf or adams, not "
            + method.rawValue)
      }
    }
  }

  mutating func run() throws -> [PhaseReport] {
    BLAS.useOneThread()
    try recorder?.writeHeader()
    var reports: [PhaseReport] = []
    var carried = try initialState()
    var time = 0.0
    for (index, phase) in experiment.model.protocol.enumerated() {
      let controller = try prepare(phase, index: index, at: time, &carried)
      let report = try run(phase, controller, index: index, from: time, &carried)
      reports.append(report)
      time = report.end
      if !report.isComplete { break }
    }
    return reports
  }

  /// What changes as a phase begins: inputs, target, control and kicks. Gives its controller.
  private mutating func prepare(
    _ phase: PhaseDescription, index: Int, at time: Double, _ carried: inout Carried
  ) throws -> any Controller {
    let key = "protocol.\(index)"
    for given in phase.inputs {
      let columns = experiment.network.columns(of: given.population)
      sources.removeAll { $0.columns == columns }
      switch given.value {
      case .values(let values):
        try experiment.set(
          [PopulationValues(given.population, values)], in: &samples, key: "\(key).inputs")
      case .signal(let description):
        let signal = try experiment.signal(
          description, columns: columns, of: samples, key: "\(key).inputs.\(given.population)")
        sources.append(InputDrive.Source(signal, columns: columns, origin: time))
      }
    }
    if let target = phase.target { experiment.set(target, in: &samples) }
    let controller: any Controller = phase.kind == .free ? NoControl() : experiment.controller
    guard !samples.targets.isEmpty || controller.effectiveLeak == nil else {
      throw experiment.file.error(
        at: key,
        "a controlled phase needs a target: give `stimulus.target`, the phase's own `target`, or "
          + "a sample of the data")
    }
    if phase.kind == .controlled && !phase.keepControl { carried.dropControl() }
    try perturb(&carried, by: phase.perturbations, key: key)
    return controller
  }

  // MARK: States between phases

  /// φ, ψ and u_i of every sample, whatever system comes next. Rows are samples.
  private struct Carried {
    var phi: ContiguousArray<Double>
    var psi: ContiguousArray<Double>
    var integral: ContiguousArray<Double>

    mutating func dropControl() {
      for i in psi.indices { psi[i] = 0 }
      for i in integral.indices { integral[i] = 0 }
    }
  }

  private mutating func initialState() throws -> Carried {
    let network = experiment.network
    func zeros(_ columns: Int) -> ContiguousArray<Double> {
      ContiguousArray(repeating: 0, count: samples.count * columns)
    }
    var state = Carried(
      phi: zeros(network.unitCount), psi: zeros(network.unitCount),
      integral: zeros(network.outputCount))
    let initial = experiment.model.initial
    for given in initial.phi {
      try fill(&state.phi, network.columns(of: given.population), given.value, "initial.phi")
    }
    for given in initial.psi {
      try fill(&state.psi, network.columns(of: given.population), given.value, "initial.psi")
    }
    for given in initial.u {
      try fill(&state.integral, 0..<network.outputCount, given.value, "initial.u")
    }
    return state
  }

  private mutating func fill(
    _ values: inout ContiguousArray<Double>, _ columns: Range<Int>,
    _ given: InitialDescription.Value, _ key: String
  ) throws {
    let width = values.count / samples.count
    switch given {
    case .values(let source):
      let numbers = try experiment.values(of: source, shape: [columns.count], key: key)
      for row in 0..<samples.count {
        for (k, column) in columns.enumerated() { values[row * width + column] = numbers[k] }
      }
    case .normal(let scale):
      for row in 0..<samples.count {
        for column in columns { values[row * width + column] = scale * random.normal() }
      }
    }
  }

  private mutating func perturb(
    _ state: inout Carried, by perturbations: [PhaseDescription.Perturbation], key: String
  ) throws {
    let network = experiment.network
    for perturbation in perturbations {
      let variable = perturbation.variable
      let target: WritableKeyPath<Carried, ContiguousArray<Double>> =
        switch variable.quantity {
        case .psi: \.psi
        case .u: \.integral
        default: \.phi
        }
      for population in network.populations where population.role == .units {
        if let wanted = variable.population, wanted != population.name { continue }
        var columns = network.columns(of: population.name)
        if variable.quantity == .u {
          guard population.name == network.output.population else { continue }
          columns = 0..<network.outputCount
        }
        if let unit = variable.unit {
          columns = columns.lowerBound + unit..<columns.lowerBound + unit + 1
        }
        let added = try perturbation.add.map {
          try experiment.values(of: $0, shape: [columns.count], key: "\(key).perturb")
        }
        let width = state[keyPath: target].count / samples.count
        for row in 0..<samples.count {
          for (k, column) in columns.enumerated() {
            var change = added?[k] ?? 0
            if perturbation.noise > 0 { change += perturbation.noise * noise.normal() }
            state[keyPath: target][row * width + column] += change
          }
        }
      }
    }
  }

  // MARK: One phase

  /// Weights that learn inside the dynamics, or nil.
  private var continuousOptions: ContinuousOptions? {
    experiment.model.learning.flatMap(experiment.continuousOptions)
  }

  private mutating func run(
    _ phase: PhaseDescription, _ controller: any Controller, index: Int, from start: Double,
    _ carried: inout Carried
  ) throws -> PhaseReport {
    let hasTarget = !samples.targets.isEmpty
    var drive: InputDrive?
    if !sources.isEmpty {
      var own = InputDrive(sources, inputs: samples.inputs, sampleCount: samples.count)
      _ = own.update(at: start)
      samples.inputs = own.inputs
      drive = own
    }
    simulation.progress?.begin(at: start)
    // Weights learn while control is on.
    let continuous =
      phase.kind == .controlled
      ? try continuousOptions.map {
        try ContinuousField<E>(
          experiment.network, controller: controller, parameters: parameters,
          constraints: experiment.constraints(for: parameters), samples: samples, options: $0)
      } : nil
    let system =
      continuous?.system
      ?? controller.makeSystem(experiment.network, capacity: samples.count, E.self)
    system.load(parameters)
    samples.inputs.withUnsafeBufferPointer { inputs in
      samples.targets.withUnsafeBufferPointer { targets in
        system.load(
          inputs: inputs.span, targets: hasTarget ? targets.span : nil, count: samples.count)
      }
    }
    let model = experiment.model
    let noise =
      phase.kind == .free
      ? nil
      : experiment.noise.map {
        PhaseNoise(
          noise: $0, controller: controller, seed: model.seeds.noise ?? model.seed, phase: index + 1
        )
      }
    let run = PhaseRun(
      system, learning: continuous, noise: noise, drive: drive, parameters: parameters,
      options: options, recorder: recorder, every: experiment.model.record.every,
      samples: samples, label: "\(index + 1)-\(phase.name)", progress: simulation.progress,
      isCancelled: isCancelled)
    let states = system.compose(
      phi: carried.phi, psi: carried.psi, integral: carried.integral, samples: samples.count)
    let state = continuous?.compose(states, parameters: parameters) ?? states
    var report = try run.go(from: start, state: state, phase: phase)
    samples.inputs = run.inputs
    report.evidence?.setting = FlowSetting(experiment.network, controller, run.parameters)
    report.evidence?.samples = samples
    parameters = run.parameters
    if continuous != nil { report.parameters = parameters }
    let parts = system.decompose(run.states)
    carried.phi = parts.phi
    if phase.kind == .controlled {
      carried.psi = report.observation.psi
      carried.integral = parts.integral ?? carried.integral
    }
    return report
  }
}
