internal import Dynamics
internal import Foundation
internal import Integration

extension Diagnosis {
  /// A few short lines for people; the last is the command.
  public var text: String {
    var lines = ["why \(phase) did not settle: \(words)"]
    lines.append("  \(Self.where(situation))")
    if !localErrors.isEmpty {
      lines.append(
        "  local error: "
          + localErrors.filter { $0.share >= 0.005 }.map {
            "\($0.component.name) \(Int((100 * $0.share).rounded())) %"
          }.joined(separator: ", "))
    }
    if let motion { lines.append("  \(motion)") }
    if !terms.isEmpty {
      lines.append(
        "  \(component) is moved by "
          + terms.prefix(4).map { "\($0.name) \(Self.short($0.value))" }.joined(separator: ", "))
    }
    if let timeScales, timeScales.slowestRate.isFinite, timeScales.fastestRate > 0 {
      lines.append(
        "  \(isStiff ? "stiff" : "not stiff"): time constants from "
          + "\(Self.short(1 / timeScales.fastestRate)) to \(Self.short(1 / timeScales.slowestRate))"
      )
    }
    lines.append("next: \(command)\(remark)")
    return lines.joined(separator: "\n")
  }

  /// The command as a shell takes it.
  public var command: String { ShellWords.line(["settle"] + next) }

  private var remark: String {
    if !cure.isEmpty {
      if let trainsTo { return "   # was tried: trains to update \(trainsTo)" }
      switch triedOn {
      case nil: return "   # was tried: settles"
      case 1?: return "   # was tried on this sample: settles"
      case let count?:
        return "   # was tried on \(count) samples that did not settle: they settle"
      }
    }
    if trials.isEmpty { return "" }
    return trials.count == 1
      ? "   # the one simple change that was tried does not help"
      : "   # none of the \(trials.count) simple changes that were tried helps"
  }

  static func `where`(_ situation: IntegrationError.Situation) -> String {
    var text = "at t = \(short(situation.time)) after \(situation.steps) steps"
    if situation.order > 0 {
      text += ", step \(short(situation.stepSize)), order \(situation.order)"
    }
    return text
  }

  private var motion: String? {
    switch course {
    case .oscillates(let component, let period, let growth):
      "\(component) swings with a period of \(Self.short(period)), "
        + (abs(growth - 1) < 5e-4
          ? "no more and no less each time" : "\(Self.short(growth)) times as far after each")
    case .explodes(let component, let foldTime):
      "\(component) grows e-fold in \(Self.short(foldTime))"
    case .drifts(let component, let speed):
      "\(component) moves by \(Self.short(speed)) in a unit of time, without end"
    case .approaches(let foldTime, let left):
      "the residual falls e-fold in \(Self.short(foldTime)); about \(Self.short(left)) more of time "
        + "would do"
    case .stuck(let step): "steps are of \(Self.short(step)): time all but stands still"
    case .hovers: "the residual hovers at \(Self.short(residual))"
    case .unknown: nil
    }
  }

  /// Three digits, which is more than a diagnosis means.
  static func short(_ value: Double) -> String { String(format: "%.3g", value) }

  /// For scripts, in snake case.
  public var json: JSONValue {
    .object([
      .init("phase", .string(phase)),
      .init("sample", .integer(sample)),
      .init("outcome", .string(outcome.rawValue)),
      .init("residual", .number(residual)),
      .init("time", .number(situation.time)),
      .init("step", .number(situation.stepSize)),
      .init("order", .integer(situation.order)),
      .init("steps", .integer(situation.steps)),
      .init(
        "local_errors",
        .array(
          localErrors.map {
            .object([
              .init("component", .string($0.component.name)),
              .init("value", .number($0.component.value)),
              .init("weighted", .number($0.weighted)), .init("share", .number($0.share)),
            ])
          })),
      .init("course", courseJSON),
      .init("component", .string(component)),
      .init(
        "terms",
        .array(
          terms.map {
            .object([.init("name", .string($0.name)), .init("value", .number($0.value))])
          }
        )),
      .init("fastest_rate", timeScales.map { .number($0.fastestRate) } ?? .null),
      .init("slowest_rate", timeScales.map { .number($0.slowestRate) } ?? .null),
      .init("leading_eigenvalue", timeScales.map { .number($0.leadingEigenvalue) } ?? .null),
      .init("stiff", .bool(isStiff)),
      .init("cause", .string(cause.rawValue)),
      .init("words", .string(words)),
      .init(
        "tried",
        .array(
          trials.map {
            .object([
              .init("set", .array($0.arguments.map(JSONValue.string))),
              .init("settles", .bool($0.settles)),
            ])
          })),
      .init("tried_on", triedOn.map(JSONValue.integer) ?? .null),
      .init("trains_to", trainsTo.map(JSONValue.integer) ?? .null),
      .init("next", .string(command)),
    ])
  }

  private var courseJSON: JSONValue {
    var members: [JSONValue.Member] = [.init("kind", .string(course.name))]
    switch course {
    case .oscillates(let component, let period, let growth):
      members += [
        .init("component", .string(component)), .init("period", .number(period)),
        .init("growth", .number(growth)),
      ]
    case .explodes(let component, let foldTime):
      members += [
        .init("component", .string(component)), .init("fold_time", .number(foldTime)),
      ]
    case .drifts(let component, let speed):
      members += [.init("component", .string(component)), .init("speed", .number(speed))]
    case .approaches(let foldTime, let left):
      members += [.init("fold_time", .number(foldTime)), .init("time_left", .number(left))]
    case .stuck(let step): members.append(.init("step", .number(step)))
    case .hovers, .unknown: break
    }
    return .object(members)
  }
}
