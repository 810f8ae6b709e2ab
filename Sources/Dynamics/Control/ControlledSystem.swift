public import Integration
public import LinearAlgebra

/// A network, its controller, and the inputs and targets of a batch: one vector field.
///
/// The state of a sample is φ of every unit, then what the controller adds (ψ, u).
public protocol ControlledSystem<Element>: EquilibriumField {
  /// The network that is controlled.
  var network: Network { get }
  /// The largest number of samples it can hold.
  var capacity: Int { get }
  /// What is where in the state.
  var columns: ControlledColumns { get }
  /// The controller's own name, for reports.
  var controllerName: String { get }

  /// Takes over parameters. Samples must be loaded afterwards.
  func load(_ parameters: ParameterSet)
  /// Takes over the inputs, [count × inputs], and targets, [count × n_y], of `count` samples.
  /// Targets may be missing where nothing controls.
  func load(inputs: Span<Double>, targets: Span<Double>?, count: Int)
  /// Reads everything that can be known of the samples in `state`.
  func observe(_ state: Span<Element>, into observation: inout Observation) throws
}

/// What determines ψ and u: the plug-in that turns a network into a controlled system.
public protocol Controller: Sendable {
  /// The name used in model files.
  var name: String { get }
  /// α_eff, by which α_eff·u = −∇L at equilibrium; nil where nothing controls.
  var effectiveLeak: Double? { get }
  /// Parameters that belong to the controller and not to a projection, zero at first, such as Q.
  func parameters(for network: Network) -> [Parameter]
  /// Why this controller cannot control this network, or nil.
  func objection(to network: Network) -> String?
  /// A controller whose flow descends to the same equilibria whatever their stability under this
  /// one; nil where there is none.
  func descent(for network: Network) -> (any Controller)?
  /// A controller with the same equilibria whose flow is easier to follow, by which `auto` may find them
  /// before this one's own field is asked (`SettlingOptions.usesGuide`); nil where there is none.
  func guide(for network: Network) -> (any Controller)?
  /// The same controller with proportional output control, u = −β∇L; nil where there is none. A
  /// negative gain pushes away from the target.
  func nudged(by gain: Double) -> (any Controller)?
  /// How u reaches the units at equilibrium, for reports on the optimality of the control; nil where
  /// that is not known.
  func route(in network: Network, _ parameters: ParameterSet) -> ControlRoute?
  /// The numbers of it that can be turned, for analyses of what makes it stable; none unless given.
  var knobs: [ControllerKnob] { get }
  /// A system for at most `capacity` samples at a time.
  func makeSystem<E: Scalar>(_ network: Network, capacity: Int, _ precision: E.Type)
    -> any ControlledSystem<E>
}

extension Controller {
  public func parameters(for network: Network) -> [Parameter] { [] }
  public func objection(to network: Network) -> String? { nil }
  public func descent(for network: Network) -> (any Controller)? { nil }
  public func guide(for network: Network) -> (any Controller)? { nil }
  public func nudged(by gain: Double) -> (any Controller)? { nil }
  public func route(in network: Network, _ parameters: ParameterSet) -> ControlRoute? { nil }
  public var knobs: [ControllerKnob] { [] }

  /// All parameters of the network under this controller, zero at first.
  public func emptyParameters(for network: Network) -> ParameterSet {
    let own = network.emptyParameters()
    return ParameterSet((0..<own.count).map { own[$0] } + parameters(for: network))
  }
}

/// What can be known of a batch at one state, in double precision. Rows are samples.
public struct Observation: Sendable {
  /// Rows.
  public private(set) var samples = 0
  /// Units of the network.
  public let unitCount: Int
  /// Outputs that the loss reads.
  public let outputCount: Int
  /// Potentials, [samples × units].
  public var phi: ContiguousArray<Double> = []
  /// Control on each unit, [samples × units]; zero where nothing controls.
  public var psi: ContiguousArray<Double> = []
  /// The output controller's total u, [samples × n_y].
  public var u: ContiguousArray<Double> = []
  /// σ(φ), [samples × units].
  public var rates: ContiguousArray<Double> = []
  /// σ′(φ), [samples × units].
  public var slopes: ContiguousArray<Double> = []
  /// What the loss reads, [samples × n_y].
  public var outputs: ContiguousArray<Double> = []
  /// L of each sample; meaningless where no target was loaded.
  public var losses: ContiguousArray<Double> = []

  /// Empty, for samples of a network.
  public init(_ network: Network) {
    unitCount = network.unitCount
    outputCount = network.outputCount
  }

  /// Makes room for `samples` rows; contents are unspecified.
  public mutating func resize(_ samples: Int) {
    guard samples != self.samples else { return }
    self.samples = samples
    func zeros(_ columns: Int) -> ContiguousArray<Double> {
      ContiguousArray(repeating: 0, count: samples * columns)
    }
    phi = zeros(unitCount)
    psi = zeros(unitCount)
    u = zeros(outputCount)
    rates = zeros(unitCount)
    slopes = zeros(unitCount)
    outputs = zeros(outputCount)
    losses = zeros(1)
  }
}
