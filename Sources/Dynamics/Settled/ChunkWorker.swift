internal import Integration
internal import LinearAlgebra

/// Settles one chunk at a time, on one thread, with systems and solvers of its own.
protocol ChunkWorker: AnyObject {
  /// Takes over parameters, once for each `revision`.
  func load(_ parameters: ParameterSet, dense: DenseNetwork, revision: Int)
  func settle(_ samples: Samples, from initial: InitialStates?) throws -> SettledState
}

final class PrecisionWorker<E: Scalar>: ChunkWorker {
  let network: Network
  let options: SettlingOptions
  private let system: any ControlledSystem<E>
  private let settler: Settler<E>
  private let descentController: (any Controller)?
  private let effectiveLeak: Double
  let capacity: Int
  private let controller: any Controller
  /// Made when the first sample needs it. In double precision always: ψ = −f is a difference of
  /// larger numbers, and what is left of it in single precision is too rough to settle.
  private var descent: (system: any ControlledSystem<Double>, settler: Settler<Double>)?
  /// Settles the samples under a controller with the same equilibria first.
  private let guide: (any ChunkWorker)?
  /// Settles in double precision what single precision cannot; made when the first sample needs it.
  private var precise: PrecisionWorker<Double>?
  private var dense: DenseNetwork?
  private var parameters = ParameterSet([])
  private var revision: Int?
  private var descentRevision: Int?

  init(
    _ network: Network, controller: any Controller, options: SettlingOptions, capacity: Int,
    isGuide: Bool = false
  ) throws {
    self.network = network
    var options = options
    // Methods other than `auto` are to show what they can do themselves, and a guide need not arrive.
    options.isFinishedInDouble =
      E.self == Float.self && options.method == .automatic && !isGuide
    self.options = options
    self.capacity = capacity
    self.controller = controller
    system = controller.makeSystem(network, capacity: capacity, E.self)
    settler = try Settler(system, options: options)
    let mayDescend =
      options.method == .descent || (options.method == .automatic && options.allowsDescent)
    descentController = mayDescend ? controller.descent(for: network) : nil
    effectiveLeak = controller.effectiveLeak ?? 0
    guide = try Self.guide(network, controller: controller, options: options, capacity: capacity)
  }

  func load(_ parameters: ParameterSet, dense: DenseNetwork, revision: Int) {
    guard revision != self.revision else { return }
    (system as? any PlantSystem<E>)?.plant.dense = dense
    self.parameters = parameters
    self.dense = dense
    self.revision = revision
    system.load(parameters)
    guide?.load(parameters, dense: dense, revision: revision)
    precise?.load(parameters, dense: dense, revision: revision)
  }

  func settle(_ samples: Samples, from start: InitialStates?) throws -> SettledState {
    guard let guide else { return try settleUnguided(samples, from: start) }
    let led = try guide.settle(samples, from: start)
    var state = try settleUnguided(samples, from: led.starts(insteadOf: start))
    state.lead(by: led.certificates)
    return state
  }

  private func settleUnguided(
    _ samples: Samples, from start: InitialStates?
  ) throws -> SettledState {
    load(samples, into: system)
    let initial = states(samples.count, at: start)
    var settlement: Settlement<E>
    if options.method == .descent && descentController != nil {
      settlement = try settler.judge(initial)
    } else {
      settlement = try settler.settle(initial)
    }
    if descentController != nil {
      let nearly =
        options.isFinishedInDouble
        ? options.nearlySettled(among: settlement.certificates) : []
      let rows = settlement.certificates.indices.filter {
        !settlement.certificates[$0].isEquilibrium && !nearly.contains($0)
      }
      if !rows.isEmpty {
        try descend(rows, samples, &settlement)
        load(samples, into: system)
      }
    }
    var observation = Observation(network)
    try settlement.states.withUnsafeBufferPointer {
      try system.observe($0.span, into: &observation)
    }
    var state = SettledState(
      network: network, samples: samples, observation: observation,
      certificates: settlement.certificates)
    if options.isFinishedInDouble, !options.nearlySettled(among: state.certificates).isEmpty {
      try preciseWorker().finish(&state)
    }
    return state
  }

  private func preciseWorker() throws -> PrecisionWorker<Double> {
    guard let dense, let revision else { preconditionFailure("settle before load") }
    let worker: PrecisionWorker<Double>
    if let made = precise {
      worker = made
    } else {
      var own = options
      own.usesGuide = false
      worker = try PrecisionWorker<Double>(
        network, controller: controller, options: own, capacity: capacity)
      precise = worker
    }
    worker.load(parameters, dense: dense, revision: revision)
    return worker
  }

  private func load<S: Scalar>(_ samples: Samples, into system: any ControlledSystem<S>) {
    samples.inputs.withUnsafeBufferPointer { inputs in
      samples.targets.withUnsafeBufferPointer { targets in
        let hasTargets = !samples.targets.isEmpty
        system.load(
          inputs: inputs.span, targets: hasTargets ? targets.span : nil, count: samples.count)
      }
    }
  }

  @specialized(where E == Float)
  @specialized(where E == Double)
  private func states(_ count: Int, at start: InitialStates?) -> ContiguousArray<E> {
    guard let start else {
      return ContiguousArray<E>(repeating: 0, count: count * system.dimension)
    }
    var observation = Observation(network)
    observation.resize(count)
    if !start.phi.isEmpty { observation.phi = start.phi }
    if !start.psi.isEmpty { observation.psi = start.psi }
    if !start.u.isEmpty { observation.u = start.u }
    return system.compose(observation)
  }

  /// Seeks the equilibria of `rows` by the energy-based flow under proportional control, which
  /// descends F = ½‖f‖² + L/α and has the same ones, whatever their stability under the model's own
  /// controller (SCIENCE 1.5, 2.4). What it finds is believed only if the model's own field agrees.
  private func descend(
    _ rows: [Int], _ samples: Samples, _ settlement: inout Settlement<E>
  ) throws {
    let (descent, descentSettler) = try descentSystem()
    if descentRevision != revision {
      descent.load(parameters)
      descentRevision = revision
    }
    let chosen = samples.selecting(rows)
    load(chosen, into: descent)
    let units = network.unitCount
    var start = ContiguousArray<Double>(repeating: 0, count: rows.count * units)
    let reached = system.decompose(settlement.states).phi
    for (k, row) in rows.enumerated() where settlement.certificates[row].outcome != .diverged {
      for unit in 0..<units { start[k * units + unit] = reached[row * units + unit] }
    }
    let found = try descentSettler.settle(start)
    var observation = Observation(network)
    try found.states.withUnsafeBufferPointer {
      try descent.observe($0.span, into: &observation)
    }
    load(chosen, into: system)
    let composed = system.compose(observation)
    let judged = try settler.judge(composed)
    for (k, row) in rows.enumerated() {
      let own = settlement.certificates[row]
      let of = found.certificates[k]
      let settled = of.isEquilibrium && judged.certificates[k].isEquilibrium
      var certificate = settled ? judged.certificates[k] : own
      certificate.outcome =
        settled
        ? .settledByDescent
        : options.method != .descent
          ? own.outcome : of.isEquilibrium ? .solverFailure : of.outcome
      // Single precision may have no better state than the one beside the minimum.
      let residual = judged.certificates[k].residual
      let isBeside =
        options.isFinishedInDouble && !settled && of.isEquilibrium
        && residual <= options.nearlySettled && !(residual >= own.residual)
      if isBeside {
        certificate.residual = residual
        certificate.residuals = judged.certificates[k].residuals
        certificate.worstComponent = judged.certificates[k].worstComponent
      }
      certificate.evaluations = own.evaluations + of.evaluations
      certificate.jacobianProducts = own.jacobianProducts + of.jacobianProducts
      certificate.steps = own.steps + of.steps
      certificate.settlingTime = .nan
      certificate.attempts =
        own.attempts + [
          Attempt(
            method: "descent", outcome: settled || isBeside ? .settledByDescent : of.outcome,
            residual: judged.certificates[k].residual, evaluations: of.evaluations,
            steps: of.steps, message: of.attempts.last?.message)
        ]
      settlement.certificates[row] = certificate
      guard settled || isBeside else { continue }
      let width = system.dimension
      for column in 0..<width {
        settlement.states[row * width + column] = composed[k * width + column]
      }
    }
  }

  private func descentSystem() throws -> (any ControlledSystem<Double>, Settler<Double>) {
    if let descent { return descent }
    guard let descentController else {
      throw NetworkError("there is no descent for this controller")
    }
    let made = descentController.makeSystem(network, capacity: capacity, Double.self)
    var options = options
    options.method = .bdf
    options.criterion = .perVariable
    // ψ, u and the outputs are functions of φ here, and pass their rounding on: aim a little lower.
    options.residual *= 0.5
    options.certifiesStability = false
    let pair = (made, try Settler(made, options: options))
    descent = pair
    return pair
  }
}
