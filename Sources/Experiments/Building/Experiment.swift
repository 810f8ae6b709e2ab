public import Dynamics
public import Integration
internal import Learning
internal import LinearAlgebra

/// A model file made into things that run: network, controller, options, and initial parameters.
public struct Experiment: Sendable {
  public let file: ModelFile
  public let registry: Registry
  public let network: Network
  public let controller: any Controller
  public let precision: Precision
  /// Whether the file names a loss. Without one the network runs free, and nothing measures it.
  public let hasLoss: Bool

  public var model: ModelDescription { file.model }

  /// - Throws: ``ModelFileError`` where the model asks for what cannot be.
  public init(_ file: ModelFile, registry: Registry = Registry()) throws {
    self.file = file
    self.registry = registry
    let model = file.model
    try file.requireAvailable()
    try registry.requireKnownOptions(file)
    try file.requireFeedbackLearning()
    precision = model.precision == .single ? .single : .double
    hasLoss = model.network.loss != nil
    network = try Self.network(file, registry)
    guard let make = registry.controllers[model.controller.kind] else {
      throw file.error(at: "controller.kind", "no controller is called \(model.controller.kind)")
    }
    controller = try make(file)
    if let objection = controller.objection(to: network) {
      throw file.error(at: "controller", objection)
    }
  }

  private static func network(_ file: ModelFile, _ registry: Registry) throws -> Network {
    let description = file.model.network
    let populations = try description.populations.map { population in
      guard let activation = registry.activations.first(where: { $0.name == population.activation })
      else {
        throw file.error(
          at: "network.populations.\(population.name).activation",
          "no activation is called \(population.activation)")
      }
      return Population(
        name: population.name, size: population.size, role: role(population.role),
        activation: activation, timeConstant: population.tau, hasBias: population.bias != nil)
    }
    let projections = try description.projections.map { projection in
      guard let make = registry.projections[projection.kind] else {
        throw file.error(
          at: "network.projections.\(projection.name).kind",
          "no kind of projection is called \(projection.kind)")
      }
      return try make(projection)
    }
    // Without a loss something must still stand for the output: the last population of units.
    let output =
      description.loss.map { Network.Output(population: $0.population, units: $0.units) }
      ?? Network.Output(
        population: description.populations.last { $0.role == .state }?.name ?? "")
    let loss = description.loss.map { given in registry.losses.first { $0.name == given.kind } }
    guard let loss = loss ?? SquaredError() else {
      throw file.error(
        at: "network.loss.kind", "no loss is called \(description.loss?.kind ?? "")")
    }
    do {
      return try Network(
        populations: populations, projections: projections, loss: loss, output: output)
    } catch {
      throw file.error(at: "network", error.description)
    }
  }

  private static func role(_ role: PopulationDescription.Role) -> Population.Role {
    switch role {
    case .state: .units
    case .input: .input
    case .readout: .readout
    }
  }

  /// The noise of the file, or nil.
  public var noise: OrnsteinUhlenbeck? {
    let noise = model.controller.noise
    guard noise.kind != .none else { return nil }
    return OrnsteinUhlenbeck(
      strength: noise.sigma, timeConstant: noise.tau, step: noise.step, steps: noise.steps)
  }

  /// Weights that learn inside the dynamics, or nil where they learn between equilibria.
  func continuousOptions(_ learning: LearningDescription) -> ContinuousOptions? {
    learning.continuous.map {
      ContinuousOptions(
        timeConstant: $0.tau, decay: $0.decay,
        learnsFeedback: learning.feedbackRule.kind == "kolen-pollack")
    }
  }

  /// The settling options of the file.
  public var settlingOptions: SettlingOptions {
    let settling = model.settling
    var options = SettlingOptions(residual: settling.residual)
    options.method =
      switch settling.method {
      case .auto: .automatic
      case .bdf: .bdf
      case .adams: .adams
      case .newton: .newton
      case .anderson: .anderson
      case .fixedPoint: .fixedPoint
      case .descent: .descent
      }
    options.criterion = settling.criterion == .joint ? .joint : .perVariable
    options.floor = settling.floor
    func tolerance(_ t: SettlingDescription.Tolerance) -> SettlingOptions.VariableTolerance {
      .init(t.phi, byName: t.psi == t.phi && t.u == t.phi ? [:] : ["psi": t.psi, "u": t.u])
    }
    options.relativeTolerance = tolerance(settling.rtol)
    options.absoluteTolerance = tolerance(settling.atol)
    options.linearSolver =
      switch settling.linearSolver.kind {
      case .auto: .automatic
      case .dense: .dense
      case .spgmr: .krylov(dimension: settling.linearSolver.krylov)
      }
    options.initialStep = settling.steps.first
    options.minimumStep = settling.steps.min
    options.maximumStep = settling.steps.max.isFinite ? settling.steps.max : nil
    options.maximumGrowth = settling.steps.growth
    options.maximumOrder = settling.steps.order
    options.limits = .init(
      time: settling.limits.time, steps: settling.limits.steps,
      evaluations: settling.limits.evaluations, straggler: settling.limits.straggler)
    options.polish =
      switch settling.polish.kind {
      case .anderson: .anderson
      case .newton: .newton
      case .none: .none
      }
    options.polishStart = settling.polish.start
    options.andersonDepth = settling.polish.depth
    options.iterations = settling.polish.iterations
    options.usesGuide = settling.guide
    options.allowsDescent = settling.descent
    options.certifiesStability = settling.eigenvalues
    return options
  }
}

extension ModelFile {
  /// Refuses, by name, what the schema has and this version has not: a key that does nothing would
  /// be worse than one that is missing.
  func requireAvailable() throws(ModelFileError) {
    func refuse(_ isAsked: Bool, _ key: String, _ what: String) throws(ModelFileError) {
      if isAsked { throw error(at: key, "\(what) is not available in this version of Settle") }
    }
    try refuse(
      model.settling.linearSolver.preconditioner != .none, "settling.linear-solver.preconditioner",
      "the preconditioner `mean-jacobian`")
  }
}
