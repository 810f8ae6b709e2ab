internal import Dynamics
internal import Foundation
internal import Integration

/// What may help, from the mildest change on: first what leaves the equilibrium where it is.
extension Doctor {
  private var model: ModelDescription { experiment.model }

  /// - Returns: arguments of `--set`, in the order in which they are to be tried.
  func candidates(_ cause: Diagnosis.Cause, _ course: Course, column: Int) -> [[String]] {
    switch cause {
    case .loop: slowerControl + weakerControl + otherControl + weakerWeights(0.9) + byDescent
    case .network:
      weakerWeights(0.9) + weakerWeights(0.5) + withOtherControl(weakerWeights(0.9))
        + (isControlled ? otherControl + weakerControl : []) + largerLimits(course)
    case .target: leaks + largerLimits(course)
    case .kink: fromFreeState + [softer(column)].compactMap { $0 } + otherMethods + slowerControl
    case .stiffness: [["settling.method=bdf"]] + largerLimits(course)
    case .tolerance: finerPath + coarserPath + coarserEnd
    case .precision:
      (isOutOfReach ? coarserPath : []) + [["precision=double"] + path] + coarserEnd
    case .limits:
      largerLimits(course) + (settledAlone ? integration : [])
        + (isControlled ? slowerControl + leaks : []) + weakerWeights(0.9)
    case .method: integration + largerLimits(course) + slowerControl + weakerControl
    case .input: [["initial={}"]] + weakerWeights(0.9)
    case .unknown: otherMethods + coarserPath + slowerControl + weakerControl
    }
  }

  private var isOutOfReach: Bool {
    if case .toleranceOutOfReach? = evidence.failure { true } else { false }
  }

  // MARK: Control

  private var hasIntegral: Bool {
    isControlled && model.controller.output.kind == .pi && model.controller.output.integral > 0
  }

  private var slowerControl: [[String]] {
    guard hasIntegral else { return [] }
    return [2, 5, 10, 50].map {
      ["controller.output.tau=\(Self.written(model.controller.output.tau * $0))"]
    }
  }

  private var leaks: [[String]] {
    guard hasIntegral else { return [] }
    return [0.1, 0.5, 1, 5, 20].filter { $0 > model.controller.output.leak }.map {
      ["controller.output.leak=\(Self.written($0))"]
    }
  }

  private var weakerControl: [[String]] {
    guard isControlled, model.controller.output.kind == .pi else { return [] }
    let proportional = model.controller.output.proportional
    if !hasIntegral {
      return [2, 5, 20].map {
        ["controller.output.proportional=\(Self.written(proportional / $0))"]
      }
    }
    return leaks
  }

  private var otherControl: [[String]] {
    guard isControlled, model.controller.kind != "energy" else { return [] }
    return [["controller.kind=energy"]]
  }

  /// Descent, where it is switched off and there is one: `auto` then finds what control does not lead to.
  private var byDescent: [[String]] {
    guard isControlled, method == .auto, !model.settling.descent,
      experiment.controller.descent(for: experiment.network) != nil
    else { return [] }
    return [["settling.descent=true"]]
  }

  /// What lets a free phase settle, together with what settles wherever there is an equilibrium, for the
  /// controlled phases that come after.
  private func withOtherControl(_ changes: [[String]]) -> [[String]] {
    guard !isControlled, model.protocol.contains(where: { $0.kind == .controlled }),
      model.controller.kind != "energy"
    else { return [] }
    return changes.map { $0 + ["controller.kind=energy"] }
  }

  // MARK: The network

  /// Recurrent weights bounded to a spectral norm below 1, such that no activation of slope up to 1 can make
  /// them unstable: those of one projection after the other, then of all.
  private func weakerWeights(_ norm: Double) -> [[String]] {
    let free = model.network.projections.filter {
      $0.constraints.isEmpty && experiment.network.recurrentProjections.contains($0.name)
    }
    let each = free.map {
      "network.projections.\($0.name).constraint=[{kind: spectral-norm, value: \(norm)}]"
    }
    return each.prefix(2).map { [$0] } + (each.count > 1 ? [each] : [])
  }

  private func softer(_ column: Int) -> [String]? {
    kink(column).map { ["network.populations.\($0.population).activation=softplus"] }
  }

  /// A controlled phase that begins at zero, begun at the free equilibrium.
  private var fromFreeState: [[String]] {
    guard isControlled, model.protocol.count == 1 else { return [] }
    return [
      ["protocol=[{phase: free, until: equilibrium}, {phase: controlled, until: equilibrium}]"]
    ]
  }

  // MARK: The solver

  private var otherMethods: [[String]] {
    [["settling.method=adams"], ["settling.method=bdf"]].filter {
      $0[0] != "settling.method=\(model.settling.method.rawValue)"
    }
  }

  private var integration: [[String]] {
    [["settling.method=bdf"], ["settling.method=auto"]].filter {
      $0[0] != "settling.method=\(model.settling.method.rawValue)"
    }
  }

  private var finerPath: [[String]] {
    let (relative, absolute) = (model.settling.rtol.phi, model.settling.atol.phi)
    guard experiment.precision == .double, relative > 1e-11 else { return [] }
    return [1e-2, 1e-4].map {
      [
        "settling.rtol=\(Self.written(max(1e-12, relative * $0)))",
        "settling.atol=\(Self.written(max(1e-15, absolute * $0)))",
      ]
    }
  }

  private var coarserPath: [[String]] {
    var factor = 100.0
    if case .toleranceOutOfReach(let needed, _)? = evidence.failure { factor = 2 * needed }
    let (relative, absolute) = (model.settling.rtol.phi, model.settling.atol.phi)
    return [factor, 10 * factor].map { factor in
      [
        "settling.rtol=\(Self.written(Self.up(max(relative, 1e-15) * factor)))",
        "settling.atol=\(Self.written(Self.up(max(absolute, 1e-18) * factor)))",
      ]
    }
  }

  private var coarserEnd: [[String]] {
    [10, 100].map {
      ["settling.residual=\(Self.written(Self.up(model.settling.residual * $0)))"] + path
    }
  }

  /// The tolerances at hand, where a command would make others of another residual or precision.
  private var path: [String] {
    let (relative, absolute) = (model.settling.rtol, model.settling.atol)
    guard derivesPath, relative == .init(relative.phi), absolute == .init(absolute.phi) else {
      return []
    }
    return [
      "settling.rtol=\(Self.written(relative.phi))", "settling.atol=\(Self.written(absolute.phi))",
    ]
  }

  /// More of what ran out: as much as the approach asks for, or ten and a hundred times as much.
  private func largerLimits(_ course: Course) -> [[String]] {
    let limits = model.settling.limits
    let elapsed = evidence.situation.time - evidence.start
    var factors = [10.0, 100, 1000]
    switch course {
    case .approaches(_, let left) where elapsed > 0:
      let needed = max(2, 1.5 * (elapsed + left) / elapsed)
      // Phases after this one may ask for more.
      factors = [needed, 10 * needed, 100 * needed]
    case .oscillates(_, let period, let growth) where growth < 1 && elapsed > 0:
      let left = period * log(evidence.residual / model.settling.residual) / -log(growth)
      let needed = max(2, 1.5 * (elapsed + left) / elapsed)
      factors = [needed, 10 * needed]
    default: break
    }
    return factors.filter { $0.isFinite && $0 < 1e6 }.map { factor -> [String] in
      if evidence.outcome != .outOfSteps {
        return ["settling.limits.time=\(Self.written(Self.up(limits.time * factor)))"]
      }
      var arguments: [String] = []
      // Whichever it was, the other must not stop it soon after.
      let evaluations = Self.up(max(Double(limits.evaluations), 100) * factor)
      let steps = Self.up(Double(evidence.situation.steps) * factor)
      if steps > Double(limits.steps) {
        arguments.append("settling.limits.steps=\(Self.written(steps))")
      }
      if Double(limits.evaluations) < 3 * steps {
        arguments.append("settling.limits.evaluations=\(Self.written(max(evaluations, 3 * steps)))")
      }
      return arguments
    }.filter { !$0.isEmpty }
  }

  // MARK: Numbers

  /// The next of 1, 2, 5, 10, 20, … .
  static func up(_ value: Double) -> Double {
    guard value > 0, value.isFinite else { return value }
    let power = pow(10, log10(value).rounded(.down))
    let mantissa = value / power
    let step = [1.0, 2, 5, 10].first { mantissa <= $0 * (1 + 1e-9) } ?? 10
    return step * power
  }

  /// As people write it, without the digits that arithmetic adds.
  static func written(_ value: Double) -> String {
    if value == value.rounded(), value.magnitude < 1e15 { return String(Int(value)) }
    return String(format: "%.12g", value)
  }
}
