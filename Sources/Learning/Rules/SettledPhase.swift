/// A phase of the dynamics whose settled state a rule may read.
public enum SettledPhase: Sendable, Hashable {
  /// Without control: what the network does by itself.
  case free
  /// Under the model's controller.
  case controlled
  /// Under the model's controller with proportional output control of that gain, u = −β∇L, whatever
  /// its own output controller: the nudged phase of equilibrium propagation. A negative gain pushes
  /// away from the target.
  case nudged(Double)

  /// As reports name it: `free`, `controlled`, `nudged(0.1)`.
  public var name: String {
    switch self {
    case .free: "free"
    case .controlled: "controlled"
    case .nudged(let gain): "nudged(\(gain))"
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
    case .nudged(let gain): (2, gain)
    }
  }
}
