/// A phase of the dynamics whose settled state a rule may read.
public enum SettledPhase: Sendable, Hashable {
  /// Without control: what the network does by itself.
  case free
  /// Under the model's controller.
  case controlled
  /// The adjoint of the free dynamics at the free equilibrium: φ and rates are the free ones, u is
  /// −∇_y L there, and ψ settles where 0 = ∂f/∂φᵀψ + S_yᵀu. So ψ is −dL/dφ for a constant input to each
  /// unit, and ψσ(φ)ᵀ the direction of descent of L: (recurrent) backpropagation.
  case adjoint
  /// Under the model's controller with proportional output control of that gain, u = −β∇L, whatever
  /// its own output controller: the nudged phase of equilibrium propagation. A negative gain pushes
  /// away from the target; an infinite one holds the outputs at it.
  case nudged(Double)
  /// Under the model's controller, with the squared error towards y* − λ∇L(y*) in place of the loss,
  /// where y* is the free output: the weakly nudged target of deep feedback control.
  case targetNudged(Double)
  /// The controlled equilibrium, and how control answered when it was shaken by noise
  /// (`SettledState.fluctuations`): φ, ψ, u and certificates are those of ``controlled``.
  case noisy

  /// As reports name it: `free`, `controlled`, `adjoint`, `nudged(0.1)`, `target-nudged(0.1)`.
  public var name: String {
    switch self {
    case .free: "free"
    case .controlled: "controlled"
    case .adjoint: "adjoint"
    case .nudged(let gain): "nudged(\(gain))"
    case .targetNudged(let step): "target-nudged(\(step))"
    case .noisy: "noisy"
    }
  }

  /// Whether it starts where the free phase ended, which therefore settles too, whether or not a rule
  /// reads it. The others start at zero.
  public var startsFromFree: Bool {
    switch self {
    case .free, .controlled, .noisy: false
    case .adjoint, .nudged, .targetNudged: true
    }
  }
}

extension SettledPhase: Comparable {
  /// The order in which phases settle: each after those that it starts from.
  public static func < (a: SettledPhase, b: SettledPhase) -> Bool { a.place < b.place }

  private var place: (Int, Double) {
    switch self {
    case .free: (0, 0)
    case .controlled: (1, 0)
    case .adjoint: (2, 0)
    case .nudged(let gain): (3, gain)
    case .targetNudged(let step): (4, step)
    case .noisy: (5, 0)
    }
  }
}
