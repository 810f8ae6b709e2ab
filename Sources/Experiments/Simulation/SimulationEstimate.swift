internal import Foundation
internal import Synchronization

/// What a simulation will take, from running it for a while without writing anything.
public struct SimulationEstimate: Sendable {
  /// Seconds that it ran.
  public let seconds: Double
  /// Whether it came to its end meanwhile; then all numbers are exact but for times.
  public let isComplete: Bool
  /// As far as it came.
  public let rows: Int
  /// Bytes of the trajectory, as far as it came.
  public let bytes: Int
  /// Model time, as far as it came.
  public let time: Double
  /// Of the whole; nil where a phase waits for equilibrium, and nobody knows when that comes.
  public let totalTime: Double?
  /// The phase at which it stopped, from 1.
  public let phase: Int

  /// - Parameters:
  ///   - simulation: what is timed.
  ///   - limit: how long it may run.
  ///   - isCancelled: asked now and then whether to stop.
  /// - Throws: what the simulation throws, and `CancellationError`.
  public init(
    _ simulation: Simulation, within limit: Duration,
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws {
    var simulation = simulation
    let progress = SimulationProgress()
    simulation.progress = progress
    let start = ContinuousClock.now
    let writer = try CSVWriter("/dev/null", overwrite: true)
    var isComplete = false
    do {
      _ = try simulation.run(to: writer) { isCancelled() || ContinuousClock.now - start > limit }
      isComplete = true
    } catch is CancellationError {
      if isCancelled() { throw CancellationError() }
    }
    let position = progress.position
    self.isComplete = isComplete
    seconds = (ContinuousClock.now - start) / .seconds(1)
    rows = position.rows
    bytes = writer.byteCount
    time = position.time
    phase = position.phases
    var left = 0.0
    var isKnown = true
    for (index, phase) in simulation.experiment.model.protocol.enumerated() {
      guard index + 1 >= position.phases else { continue }
      switch phase.end {
      case .equilibrium: isKnown = false
      case .duration(let duration):
        left += duration - (index + 1 == position.phases ? time - position.phaseStart : 0)
      }
    }
    totalTime = isComplete ? time : isKnown ? time + left : nil
  }

  /// By how much the whole is longer than what was run; nil: unknown.
  private var factor: Double? {
    if isComplete { return 1 }
    guard let totalTime, time > 0 else { return nil }
    return totalTime / time
  }

  private func whole(_ part: Double) -> JSONValue {
    factor.map { .number(part * $0) } ?? .null
  }

  /// For scripts, in snake case.
  public var json: JSONValue {
    .object([
      .init("complete", .bool(isComplete)), .init("seconds_run", .number(seconds)),
      .init("rows_run", .integer(rows)), .init("bytes_run", .integer(bytes)),
      .init("time_run", .number(time)), .init("phase", .integer(phase)),
      .init("total_time", totalTime.map(JSONValue.number) ?? .null),
      .init("total_seconds", whole(seconds)), .init("total_rows", whole(Double(rows))),
      .init("total_bytes", whole(Double(bytes))), .init("versions", Versions.json),
    ])
  }

  /// For people.
  public var text: String {
    func line(_ rows: Double, _ bytes: Double, _ seconds: Double) -> String {
      String(format: "%.0f rows", rows) + ", \(Amount.bytes(Int(min(bytes, 1e18)))), "
        + Amount.time(seconds)
    }
    let ran = line(Double(rows), Double(bytes), seconds)
    if isComplete { return "the trajectory: \(ran)\nhow sure: it was run to its end" }
    var lines = [
      "after \(Amount.time(seconds)) it is at t = \(String(format: "%.6g", time)), in phase \(phase): "
        + ran
    ]
    if let factor {
      lines.append(
        "the whole: " + line(Double(rows) * factor, Double(bytes) * factor, seconds * factor))
      lines.append(
        "how sure: as good as the rest is like the first \(String(format: "%.3g", 100 / factor)) % of the "
          + "time; with --every the number of rows is exact")
    } else {
      lines.append(
        "the whole: unknown, because a phase waits for equilibrium; settling.limits.time bounds it")
    }
    return lines.joined(separator: "\n")
  }
}
