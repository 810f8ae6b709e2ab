extension SettlingDescription {
  static let section = Section(SettlingDescription()) {
    Key(
      "method", \.method, .choice,
      "`auto`: integrate into the basin of the equilibrium, then polish, and descend on F where that "
        + "does not settle; `bdf`, `adams`: integrate all the way; `newton`, `anderson`: KINSOL; "
        + "`fixed-point`; `descent`: on F.")
    Key(
      "criterion", \.criterion, .choice,
      "`per-variable`: φ, ψ and u each; `joint`: the reference code's one norm.")
    Key("residual", \.residual, .number(.positive), "Settled: ‖F‖ <= residual·(floor + ‖z‖).")
    Key("floor", \.floor, .number(.positive), "See `residual`.")
    Key("rtol", \.rtol, .tolerance(.positive), "Relative tolerance along the path.")
    Key("atol", \.atol, .tolerance(.nonNegative), "Absolute tolerance along the path.")
    Key("linear-solver", \.linearSolver, LinearSolver.section.codec, "Inside implicit steps.")
    Key("steps", \.steps, Steps.section.codec, "Bounds of the integrator's steps.")
    Key("limits", \.limits, Limits.section.codec, "When to give up.")
    Key("polish", \.polish, Polish.section.codec, "How `auto` finishes.")
    Key(
      "guide", \.guide, .flag,
      "`auto` under `controller.kind: energy`: dynamic inversion, which has the same equilibria and is not "
        + "stiff, finds them first.")
    Key(
      "descent", \.descent, .flag,
      "Last resort of `auto`: descend on F (transpose feedback and a positive leak only).")
    Key(
      "unsettled", \.unsettled, .choice,
      "Samples that do not settle: left out of the update, an error, or used as they are.")
    Key(
      "by-descent", \.byDescent, .choice,
      "Samples that only the descent settled: learned from, or left out.")
    Key(
      "warm-start", \.warmStart, .warmStart,
      "Training: a sample starts with the u of its last controlled equilibrium (`control`, or `true`), or from "
        + "that equilibrium itself. Evaluation always starts from zero.")
    Key("eigenvalues", \.eigenvalues, .flag, "Certify stability by the leading eigenvalue.")
  }
}

extension SettlingDescription.LinearSolver {
  static let section = Section(Self(), shorthand: "kind") {
    Key("kind", \.kind, .choice, "The linear solver.")
    Key("krylov", \.krylov, .integer(1...10_000), "Largest Krylov dimension.")
    Key("preconditioner", \.preconditioner, .choice, "Preconditioner of the Krylov solver.")
  }
}

extension SettlingDescription.Steps {
  static let section = Section(Self()) {
    Key("first", \.first, Codec<Double>.number(.positive).optional("auto"), "First step.")
    Key("min", \.min, .number(.nonNegative), "Smallest step.")
    Key("max", \.max, .number(.positive, infinite: true), "Largest step.")
    Key(
      "growth", \.growth, .number(Bounds(lower: 1.5, includesLower: false, text: "a number > 1.5")),
      "Largest factor between steps.")
    Key(
      "order", \.order, Codec<Int>.integer(1...12).optional("auto"),
      "Highest order (bdf: at most 5). auto: 2 with bdf, which damps what the system damps (higher "
        + "orders keep oscillations alive), 12 with adams; `simulate` takes 5.")
  }
  .finishing { steps, _, node, reader in
    let first = steps.first ?? steps.max
    if steps.min > steps.max || first > steps.max || first < steps.min {
      reader.report("\(reader.location) needs min <= first <= max", at: node.place)
    }
  }
}

extension SettlingDescription.Limits {
  static let section = Section(Self()) {
    Key("time", \.time, .number(.positive, infinite: true), "Model time.")
    Key("steps", \.steps, .integer(1...), "Steps.")
    Key("evaluations", \.evaluations, .integer(1...), "Evaluations of the vector field.")
    Key(
      "straggler", \.straggler, .number(Bounds(lower: 1, text: "a number >= 1")),
      "Multiplies the limits for slow samples.")
  }
}

extension SettlingDescription.Polish {
  static let section = Section(Self(), shorthand: "kind") {
    Key(
      "kind", \.kind, .choice,
      "Anderson acceleration of each sample with outputs and u solved for; KINSOL's Newton–Krylov; or "
        + "not at all: integration goes all the way.")
    Key("depth", \.depth, .integer(1...100), "Iterates that `anderson` combines.")
    Key(
      "start", \.start, .number(.positive),
      "‖F‖ / (floor + ‖z‖) at which integration hands a sample over; three thousand times that where the network's "
        + "activity dies out by itself, and at least 0.3 where it does under control, too.")
    Key(
      "iterations", \.iterations, .integer(1...),
      "Most iterations of `newton`, `anderson` and `fixed-point` (a polish gives up after 40).")
  }
}

extension Codec where Value == SettlingDescription.Tolerance {
  /// One number, or one for each of φ, ψ and u; a variable left out has the default.
  fileprivate static func tolerance(_ bounds: Bounds) -> Codec {
    let number = Codec<Double>.number(bounds)
    let initial =
      bounds.includesLower
      ? SettlingDescription().atol : SettlingDescription().rtol
    let section = Section(initial) {
      Key("phi", \.phi, number, "For φ.")
      Key("psi", \.psi, number, "For ψ.")
      Key("u", \.u, number, "For u.")
    }
    return Codec(
      shape: .either(number.shape, section.shape),
      read: { node, reader in
        node.entries == nil
          ? number.read(node, &reader).map { .init($0) } : section.read(node, &reader)
      },
      write: { value in
        value == .init(value.phi) ? number.write(value.phi) : section.write(value)
      })
  }
}

extension Codec<SettlingDescription.WarmStart?> {
  /// One of the kinds, or a flag: `true` is the kind that keeps to the way of evaluations.
  static var warmStart: Codec {
    let kind = Codec<SettlingDescription.WarmStart>.choice
    return Codec(
      shape: .either(Codec<Bool>.flag.shape, kind.shape),
      read: { node, reader in
        switch node.plain {
        case "true", "True", "TRUE": .some(.control)
        case "false", "False", "FALSE": .some(nil)
        default: kind.read(node, &reader).map(Optional.some)
        }
      },
      write: { $0.map(kind.write) ?? .plain("false") })
  }
}
