public import Dynamics
public import Learning

/// What model files can name: built-ins, and what a program adds before it loads a model.
public struct Registry: Sendable {
  /// By their names.
  public var activations: [any Activation]
  /// By their names.
  public var losses: [any Loss]
  /// Makes a controller from its description.
  public var controllers: [String: @Sendable (ModelFile) throws -> any Controller]
  /// Makes a projection from its description.
  public var projections: [String: @Sendable (ProjectionDescription) throws -> any Projection]

  /// Makes a learning rule from its description, `learning.rule`. See also
  /// ``addRule(_:_:options:_:)``.
  public var rules: [String: @Sendable (ModelFile) throws -> any LearningRule]
  /// The options that rules take, with their defaults, by the names of the rules.
  public internal(set) var ruleOptions: [String: [String: Double]] = [:]
  /// What `settle list` says of things that a program has added, by their names.
  public var summaries: [Catalog: [String: String]] = [:]

  /// Makes a rule for feedback weights from its description, `learning.feedback-rule`.
  public var feedbackRules: [String: @Sendable (ModelFile) throws -> any LearningRule]

  /// The built-ins.
  public init() {
    rules = BuiltInRules.all
    feedbackRules = BuiltInRules.feedback
    activations = [Identity(), Tanh(), Sigmoid(), ReLU(), Softplus()]
    losses = [SquaredError(), CrossEntropy()]
    controllers = [
      "none": { _ in NoControl() },
      "dynamic-inversion": {
        DynamicInversion(
          output: $0.outputController, timeConstant: $0.model.controller.tau,
          outputStage: $0.model.controller.outputStage == .direct ? .direct : .dynamic)
      },
      "energy": { EnergyBased(output: $0.outputController) },
      "linear-feedback": {
        LinearFeedback(output: $0.outputController, paths: $0.feedbackPaths)
      },
    ]
    projections = [
      "dense": {
        DenseProjection(
          from: $0.from, to: $0.to, name: $0.name,
          separateFeedback: $0.feedback.kind == .separate)
      }
    ]
  }

  /// The names, for the reader of model files.
  public var knownNames: KnownNames {
    var names = KnownNames()
    names.activations = activations.map(\.name)
    names.losses = losses.map(\.name)
    names.controllers = controllers.keys.sorted()
    names.projections = projections.keys.sorted()
    names.rules = rules.keys.sorted()
    names.feedbackRules = ["none"] + feedbackRules.keys.sorted()
    return names
  }
}

extension ModelFile {
  var outputController: OutputController {
    let output = model.controller.output
    if output.kind == .clamp { return .clamp }
    return OutputController(
      integral: output.integral, proportional: output.proportional, leak: output.leak,
      leakOn: output.leakOn == .total ? .total : .integral, timeConstant: output.tau)
  }

  /// The populations that the file gives a Q; an identity onto the outputs has no weights.
  var feedbackPaths: [String: LinearFeedback.Path] {
    var paths: [String: LinearFeedback.Path] = [:]
    for population in model.network.populations where population.role == .state {
      let given = model.controller.feedback.first { $0.population == population.name }
      switch given?.source {
      case nil: paths[population.name] = LinearFeedback.Path.none
      case .initialization(let initialization) where initialization.kind == "none":
        paths[population.name] = LinearFeedback.Path.none
      case .initialization(let initialization)
      where initialization.kind == "identity"
        && population.name == model.network.loss?.population:
        paths[population.name] = .identity
      default: paths[population.name] = .weights
      }
    }
    return paths
  }
}
