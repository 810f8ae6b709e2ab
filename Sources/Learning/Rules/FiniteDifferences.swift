public import Dynamics
public import Integration

/// The exact gradient by brute force: every parameter is moved a little to either side, and every sample
/// settles again. For small networks, as the judge of other rules.
public struct FiniteDifferences: LearningRule {
  /// What is differentiated.
  public enum Objective: String, Sendable, CaseIterable {
    /// L at the free equilibrium.
    case loss
    /// F = ½‖ψ‖² + L/α_eff at the controlled equilibrium; H = ½‖ψ‖² without a leak.
    case energy
  }

  /// Numbers that a network may have: each costs two equilibria a sample.
  public static let largestParameterCount = 4000

  public let name = "finite-differences"
  /// What is differentiated.
  public let objective: Objective
  private let controller: any Controller
  private let options: SettlingOptions
  /// The differences are central, so their error is of the order h² times the third derivative; the
  /// residual of the settling, divided by h, adds 1e-8 times the gradient in the state.
  private static let step = 1e-4
  private static let residual = 1e-12

  /// - Parameters:
  ///   - objective: what is differentiated.
  ///   - controller: of the model.
  ///   - options: how samples settle, but for residual and tolerances, which are tighter here. In double
  ///     precision always.
  public init(_ objective: Objective, controller: any Controller, options: SettlingOptions) {
    self.objective = objective
    self.controller = objective == .loss ? NoControl() : controller
    var options = options
    options.residual = Self.residual
    options.criterion = .perVariable
    options.relativeTolerance = 1e-6
    options.absoluteTolerance = 1e-10
    self.options = options
  }

  private var phase: SettledPhase { objective == .loss ? .free : .controlled }
  public var phases: Set<SettledPhase> { [phase] }

  public func objection(to network: Network) -> String? {
    let count = network.emptyParameters().parameters.reduce(0) { $0 + $1.values.count }
    guard count > Self.largestParameterCount else { return nil }
    return
      "finite differences settle every sample twice for each parameter, and there are \(count); "
      + "they are for networks of up to \(Self.largestParameterCount)"
  }

  public func changedParameters(of network: Network) -> Set<String> { network.weightsAndBiases }

  /// Where a sample does not settle a step away, the changes are NaN, which ends a training.
  public func accumulate(
    _ states: SettledStates, parameters: ParameterSet, memory: inout (any RuleMemory)?,
    into update: inout ParameterUpdate
  ) {
    let state = states[phase]
    let start = InitialStates(
      phi: state.observation.phi, psi: state.observation.psi, u: state.observation.u)
    let settler = try? BatchSettler(state.network, controller: controller, options: options)
    func value(_ parameters: ParameterSet) -> Double {
      guard let settler else { return .nan }
      settler.load(parameters)
      guard let settled = try? settler.settle(state.samples, from: start) else { return .nan }
      return settled.reduce(0) { $0 + sum($1) }
    }
    var moved = parameters
    for index in 0..<parameters.count where update.changes(index) {
      for i in parameters[index].values.indices {
        let value0 = parameters[index].values[i]
        moved[index].values[i] = value0 + Self.step
        let more = value(moved)
        moved[index].values[i] = value0 - Self.step
        let less = value(moved)
        moved[index].values[i] = value0
        update[index][i] -= (more - less) / (2 * Self.step)
      }
    }
  }

  /// The objective over all samples of a chunk.
  private func sum(_ state: SettledState) -> Double {
    let leak = controller.effectiveLeak ?? 0
    return (0..<state.count).reduce(0) {
      guard state.certificates[$1].isEquilibrium else { return .nan }
      let loss = state.observation.losses[$1]
      switch objective {
      case .loss: return $0 + loss
      case .energy: return $0 + state.controlEnergy($1) + (leak > 0 ? loss / leak : 0)
      }
    }
  }
}
