internal import Dynamics

/// Judges the readings of a training: what is about to go wrong, once for each cause.
public struct StabilityWatch: Sendable {
  /// What goes wrong.
  public enum Cause: String, Sendable, CaseIterable {
    /// Released from control, samples settle in another free state than from zero.
    case multistability
    /// The loop through the controller loses its stability, or has.
    case loop
    /// The network itself does.
    case network
  }

  /// A warning for people.
  public struct Warning: Sendable, Equatable {
    /// The update after which it was raised.
    public var step: Int
    /// What goes wrong.
    public var cause: Cause
    /// What was seen, why, and what to try.
    public var message: String

    /// From its parts.
    public init(step: Int, cause: Cause, message: String) {
      self.step = step
      self.cause = cause
      self.message = message
    }
  }

  /// What calls for a warning, before it is put into words.
  public struct Finding: Sendable, Equatable {
    /// What goes wrong.
    public var cause: Cause
    /// What was seen, in a sentence.
    public var words: String
  }

  private var raised: Set<Cause> = []
  private var first: (step: Int, margin: Double)?
  private var last: (step: Int, margin: Double)?

  /// With no reading so far.
  public init() {}

  /// How many intervals ahead a loss of stability is announced, and the part of the first margin that
  /// may be left before it is.
  static let horizon = 3.0
  static let leastPart = 0.1

  /// Takes over what a training that is gone on with has seen and said before.
  public mutating func recall(step: Int, margin: Double, warned: [Cause]) {
    note(step, margin)
    raised.formUnion(warned)
  }

  /// What is new and calls for a warning.
  public mutating func judge(_ reading: WatchReading) -> [Finding] {
    var findings: [Finding] = []
    if reading.multistable > 0 {
      findings.append(
        Finding(
          cause: .multistability,
          words:
            "\(reading.multistable) of \(reading.compared) samples settle in another free state "
            + "when released from control than from zero (loss \(digits(reading.releasedLoss)) "
            + "against \(digits(reading.freeLoss))): learning improves a state that evaluation "
            + "never visits"))
    }
    if let words = instability(reading) {
      findings.append(
        Finding(cause: reading.cause == .network ? .network : .loop, words: words))
    }
    note(reading.step, reading.margin)
    return findings.filter { raised.insert($0.cause).inserted }
  }

  private func instability(_ reading: WatchReading) -> String? {
    let margin = reading.margin
    guard margin.isFinite else { return nil }
    var state = "max Re \u{3bb} of sample \(reading.worstSample ?? 0) is \(digits(margin))"
    if let first, first.step < reading.step {
      state += " and was \(digits(first.margin)) at update \(first.step)"
    }
    if reading.period.isFinite { state += ", period \(digits(reading.period))" }
    if margin >= 0 { return "an equilibrium is unstable under its own flow: \(state)" }
    if let first, margin > Self.leastPart * first.margin, first.margin < 0 {
      return "samples are about to lose their stability: \(state)"
    }
    if let last, last.step < reading.step, margin > last.margin {
      let rate = (margin - last.margin) / Double(reading.step - last.step)
      let ahead = Self.horizon * Double(reading.step - last.step)
      if margin + rate * ahead >= 0 {
        let step = reading.step + Int((-margin / rate).rounded(.up))
        return
          "samples are about to lose their stability, at about update \(step) if it goes on so: "
          + state
      }
    }
    return nil
  }

  private mutating func note(_ step: Int, _ margin: Double) {
    guard margin.isFinite else { return }
    if first == nil { first = (step, margin) }
    last = (step, margin)
  }

  /// Three digits, for people.
  private func digits(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return "\(value)" }
    var scale = 1000.0
    while value.magnitude * scale < 100 && scale < 1e12 { scale *= 10 }
    while value.magnitude * scale >= 1e6 && scale > 1e-3 { scale /= 10 }
    return "\((value * scale).rounded() / scale)"
  }
}
