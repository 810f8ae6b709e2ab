internal import Dynamics
public import Foundation

/// How a run came to be: enough to repeat it.
public struct Manifest: Sendable {
  /// How far the run is.
  public enum Status: String, Sendable {
    /// Not at its end, or killed.
    case running
    /// It has ended as it should.
    case done
    /// The computation failed.
    case failed
    /// A signal ended it, after saving.
    case interrupted
    /// By a limit of the command line; the note says by which.
    case stopped
  }

  /// The command line, word by word.
  public var command: [String]
  /// Where it was called; nil where an earlier version has not written it down.
  public var directory: String?
  /// The name of the model.
  public var model: String
  /// The model file, absolute: relative paths in it start from its folder.
  public var modelFile: String
  /// What `--data-dir` gave.
  public var dataFolder: String?
  /// The seed of all random streams.
  public var seed: UInt64
  /// `single` or `double`.
  public var precision: String
  /// Threads that it ran on.
  public var threads: Int
  /// Samples to a chunk; nil where nothing was settled in chunks.
  public var chunkSize: Int?
  /// When it began.
  public var start: Date
  /// When it ended; nil while it runs.
  public var end: Date?
  /// How far it is.
  public var status = Status.running
  /// α_eff, if something controls.
  public var effectiveLeak: Double?
  /// Why it ended as it did; nil where there is nothing to say.
  public var note: String?
  /// The parameters that `--parameters` gave, absolute.
  public var parameters: String?
  /// Of model.yaml, and of the parameters that the run began with; nil where none were taken.
  public var modelFingerprint: String?
  /// Of the parameters that the run began with; nil where none was taken.
  public var startFingerprint: String?
  /// Of the parts of the data, by name.
  public var dataFingerprints: [String: String] = [:]

  /// `train`, `simulate`, ...
  public var subcommand: String?
  /// What a simulation was of; nil: the stimulus of the model, or all samples of the part.
  public var samples: [Int]?
  /// The part of the data that a simulation was of; nil: none.
  public var split: String?
  /// Of files and parameters, by which a repetition knows that it starts from the same.
  public var hashes = RunHashes()

  /// From its parts.
  public init(
    command: [String], experiment: Experiment, threads: Int, chunkSize: Int? = nil
  ) {
    self.command = command
    directory = FileManager.default.currentDirectoryPath
    subcommand = command.dropFirst().first { !$0.hasPrefix("-") }
    model = experiment.model.name
    modelFile = URL(fileURLWithPath: experiment.file.file).standardizedFileURL.path
    seed = experiment.model.seed
    precision = experiment.precision.rawValue
    self.threads = threads
    self.chunkSize = chunkSize
    effectiveLeak = experiment.controller.effectiveLeak
    start = Date()
  }

  /// The command as it is to be called from the folder at hand: where it was called elsewhere, its model and the
  /// files that its options name are whole paths.
  public var commandFromHere: [String] {
    guard let directory, directory != FileManager.default.currentDirectoryPath else {
      return command
    }
    return Invocation(command).words(from: directory, program: command.first ?? "settle")
  }

  /// For scripts, in snake case.
  public var json: JSONValue {
    func text(_ value: String?) -> JSONValue { value.map(JSONValue.string) ?? .null }
    func time(_ date: Date?) -> JSONValue {
      date.map { .string(ISO8601DateFormatter().string(from: $0)) } ?? .null
    }
    return .object([
      .init("model", .string(model)),
      .init("model_file", .string(modelFile)),
      .init("data_folder", dataFolder.map(JSONValue.string) ?? .null),
      .init("parameters", text(parameters)),
      .init(
        "fingerprints",
        .object(
          [
            .init("model", text(modelFingerprint)),
            .init("start", text(startFingerprint)),
          ] + Split.allCases.map { .init($0.rawValue, text(dataFingerprints[$0.rawValue])) })),
      .init("sha256", hashes.json),
      .init("status", .string(status.rawValue)),
      .init("command", .array(command.map(JSONValue.string))),
      .init("directory", text(directory)),
      .init("subcommand", text(subcommand)),
      .init("split", text(split)),
      .init("samples", samples.map { .array($0.map(JSONValue.integer)) } ?? .null),
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
  static var processor: String {
    guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else {
      return "unknown"
    }
    let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
      ?? "unknown"
  }

  /// Reads the manifest of a run that is to go on.
  ///
  /// - Throws: ``InputError`` where the folder has none, or one that cannot be understood.
  public init(reading folder: RunFolder) throws(InputError) {
    let path = folder.file("manifest.json")
    let json = try JSONValue.read(path)
    guard let model = json["model"]?.stringValue, let file = json["model_file"]?.stringValue,
      let command = json["command"]?.arrayValue, let seed = json["seed"]?.integerValue,
      let precision = json["precision"]?.stringValue, let threads = json["threads"]?.integerValue
    else { throw InputError(path, .whole, "is not the manifest of a run") }
    self.model = model
    modelFile = file
    dataFolder = json["data_folder"]?.stringValue
    self.command = command.compactMap(\.stringValue)
    directory = json["directory"]?.stringValue
    self.seed = UInt64(truncatingIfNeeded: seed)
    self.precision = precision
    self.threads = threads
    chunkSize = json["chunk_size"]?.integerValue
    effectiveLeak = json["effective_leak"]?.numberValue
    status = json["status"]?.stringValue.flatMap(Status.init(rawValue:)) ?? .failed
    note = json["note"]?.stringValue
    parameters = json["parameters"]?.stringValue
    subcommand =
      json["subcommand"]?.stringValue ?? self.command.dropFirst().first { !$0.hasPrefix("-") }
    split = json["split"]?.stringValue
    samples = json["samples"]?.arrayValue?.compactMap(\.integerValue)
    hashes = RunHashes(json["sha256"])
    let fingerprints = json["fingerprints"]
    modelFingerprint = fingerprints?["model"]?.stringValue
    startFingerprint = fingerprints?["start"]?.stringValue
    for part in Split.allCases {
      dataFingerprints[part.rawValue] = fingerprints?[part.rawValue]?.stringValue
    }
    start = json["start"]?.stringValue.flatMap { ISO8601DateFormatter().date(from: $0) } ?? Date()
  }

  /// Writes `manifest.json`, whole.
  public func write(to folder: RunFolder) throws(OutputError) {
    try AtomicFile.write(json.encoded(), to: folder.file("manifest.json"))
  }
}
