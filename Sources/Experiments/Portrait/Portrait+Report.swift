internal import Dynamics
internal import Foundation

extension Portrait {
  /// What is to be seen, a line for each panel.
  public var text: String {
    panels.map { panel -> String in
      var line = "\(panel.title): "
      line += panel.freeEnd == nil ? "no free equilibrium" : "free loss \(number(panel.freeLoss))"
      line +=
        panel.controlledEnd == nil
        ? "; no controlled equilibrium"
        : "; controlled loss \(number(panel.loss)), H = \(number(panel.energy))"
      if !panel.free.isSettled { line += "; the free way does not come to rest" }
      if !panel.controlled.isSettled { line += "; the controlled way does not come to rest" }
      if !lossVaries(panel) {
        line +=
          "; the loss is the same all over the plane, which the outputs do not lie in: choose units "
          + "of theirs with --plane, or leave it out"
      }
      return line
    }.joined(separator: "\n")
  }

  /// Whether there are contours of L to be drawn.
  func lossVaries(_ panel: Panel) -> Bool {
    let finite = panel.losses.filter(\.isFinite)
    guard let least = finite.min(), let greatest = finite.max() else { return false }
    // Below this only rounding is to be seen.
    return greatest - least > 1e-9 * greatest
  }

  /// The same for scripts.
  public var json: [JSONValue.Member] {
    let all = panels.map { panel in
      JSONValue.object([
        .init("title", .string(panel.title)), .init("free_loss", .number(panel.freeLoss)),
        .init("controlled_loss", .number(panel.loss)),
        .init("control_energy", .number(panel.energy)),
        .init("free_settles", .bool(panel.free.isSettled)),
        .init("controlled_settles", .bool(panel.controlled.isSettled)),
        .init("free", panel.freeEnd.map { .numbers($0) } ?? .null),
        .init("controlled", panel.controlledEnd.map { .numbers($0) } ?? .null),
        .init("f", .numbers(panel.f)),
      ])
    }
    return [
      .init(
        "plane",
        .object([
          .init("origin", .numbers(plane.origin)), .init("first", .numbers(plane.first)),
          .init("second", .numbers(plane.second)),
        ])),
      .init("panels", .array(all)),
    ]
  }

  private func number(_ value: Double) -> String { String(format: "%.6g", value) }
}
