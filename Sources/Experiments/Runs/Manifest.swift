internal import Dynamics
public import Foundation

/// How a run came to be: enough to repeat it.
public struct Manifest: Sendable {
  public enum Status: String, Sendable {
    case running, done, failed, interrupted
  }

  public var command: [String]
  public var model: String
  public var seed: UInt64
  public var precision: String
  public var threads: Int
  public var chunkSize: Int?
  public var start: Date
  public var end: Date?
  public var status = Status.running
  /// α_eff, if something controls.
  public var effectiveLeak: Double?
  public var note: String?

  public init(
    command: [String], experiment: Experiment, threads: Int, chunkSize: Int? = nil
  ) {
    self.command = command
    model = experiment.model.name
    seed = experiment.model.seed
    precision = experiment.precision.rawValue
    self.threads = threads
    self.chunkSize = chunkSize
    effectiveLeak = experiment.controller.effectiveLeak
    start = Date()
  }

  public var json: JSONValue {
    func time(_ date: Date?) -> JSONValue {
      date.map { .string(ISO8601DateFormatter().string(from: $0)) } ?? .null
    }
    return .object([
      .init("model", .string(model)),
      .init("status", .string(status.rawValue)),
      .init("command", .array(command.map(JSONValue.string))),
      .init("seed", .integer(Int(truncatingIfNeeded: seed))),
      .init("precision", .string(precision)),
      .init("threads", .integer(threads)),
      .init("chunk_size", chunkSize.map(JSONValue.integer) ?? .null),
      .init("effective_leak", effectiveLeak.map(JSONValue.number) ?? .null),
      .init("start", time(start)),
      .init("end", time(end)),
      .init("seconds", end.map { .number($0.timeIntervalSince(start)) } ?? .null),
      .init("versions", Versions.json),
      .init("machine", Self.machine),
      .init("note", note.map(JSONValue.string) ?? .null),
    ])
  }

  private static var machine: JSONValue {
    let process = ProcessInfo.processInfo
    return .object([
      .init("system", .string(process.operatingSystemVersionString)),
      .init("processor", .string(processor)),
      .init("cores", .integer(process.activeProcessorCount)),
    ])
  }

  /// The processor's name, on which the bits of a result depend.
  private static var processor: String {
    guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else {
      return "unknown"
    }
    let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
      ?? "unknown"
  }

  public func write(to folder: RunFolder) throws(OutputError) {
    try AtomicFile.write(json.encoded() + "\n", to: folder.file("manifest.json"))
  }
}
