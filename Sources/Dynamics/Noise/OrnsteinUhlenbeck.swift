/// Ornstein–Uhlenbeck noise on the units, and how it is integrated.
///
///     τ φ̇ = … + sε,   τ_ε dε = −ε dt + dξ
///
/// by the method of Euler and Maruyama, all variables stepping together (least-control paper, Eq. 122
/// and 138; SCIENCE 2.2). ε is of every unit its own, and starts at 0. Its variance comes to 1/(2τ_ε) in
/// continuous time, and to (Δt/τ_ε²)/(1 − (1 − Δt/τ_ε)²) at the step Δt.
public struct OrnsteinUhlenbeck: Sendable, Equatable {
  /// s, by which ε enters.
  public var strength: Double
  /// τ_ε, in the model's unit of time.
  public var timeConstant: Double
  /// Δt
  public var step: Double
  /// The number of steps.
  public var steps: Int
  /// The populations that get it. Nil: those that the controller reaches through weights of its own
  /// (`<population>.control`), or all where it has none.
  public var populations: [String]?

  /// From its parts.
  public init(
    strength: Double = 0.01, timeConstant: Double = 0.2, step: Double = 0.04, steps: Int = 800,
    populations: [String]? = nil
  ) {
    precondition(strength >= 0 && timeConstant > 0 && step > 0 && steps > 0)
    self.strength = strength
    self.timeConstant = timeConstant
    self.step = step
    self.steps = steps
    self.populations = populations
  }

  /// What is left of ε after a step.
  var persistence: Double { 1 - step / timeConstant }
  /// By which a standard normal number enters ε.
  var kick: Double { step.squareRoot() / timeConstant }

  /// Var ε at this step once it is stationary.
  public var variance: Double { kick * kick / (1 - persistence * persistence) }

  /// Why it cannot be integrated on that network, or nil.
  public func objection(to network: Network) -> String? {
    for name in populations ?? [] {
      guard let index = network.index(of: name), network.populations[index].role == .units else {
        return "noise is given to \(name), which is not a population of units"
      }
    }
    if step >= 2 * timeConstant {
      return
        "a step of \(step) is too long for noise of the time constant \(timeConstant): it must "
        + "be less than twice that"
    }
    for population in network.populations where population.role == .units {
      if step >= 2 * population.timeConstant {
        return "an Euler\u{2013}Maruyama step of \(step) makes the units of \(population.name) "
          + "unstable, whose time constant is \(population.timeConstant): it must be less than twice "
          + "that"
      }
    }
    return nil
  }

  /// The populations that get it from a controller of that network.
  func populations(of network: Network, _ controller: any Controller) -> [Population] {
    let units = network.populations.filter { $0.role == .units }
    if let populations { return units.filter { populations.contains($0.name) } }
    let own = Set(controller.parameters(for: network).map(\.name))
    let reached = units.filter { own.contains($0.controlName) }
    return reached.isEmpty ? units : reached
  }
}
