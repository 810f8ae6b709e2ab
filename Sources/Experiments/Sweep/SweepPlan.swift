internal import Foundation

/// What a sweep is to do: enough to go on with it after anything.
public struct SweepPlan: Sendable, Equatable {
  /// The subcommand of every run.
  public enum Task: String, Sendable, CaseIterable {
    /// `settle train`.
    case train
    /// `settle simulate`.
    case simulate
    /// `settle check`.
    case check
  }

  /// One run of a sweep.
  public struct Run: Sendable, Equatable {
    /// `0001`, ...: its folder below `runs`.
    public var name: String
    /// What is set, key by key, in the order of the axes.
    public var settings: [(key: String, value: String)]
    /// Nil where the plan has none: that of the model.
    public var seed: UInt64?

    public static func == (a: Run, b: Run) -> Bool {
      a.name == b.name && a.seed == b.seed
        && a.settings.elementsEqual(b.settings) { $0.key == $1.key && $0.value == $1.value }
    }
  }

  /// The subcommand of every run.
  public var task = Task.train
  /// The model file, absolute.
  public var model: String
  /// Of the model file, when the sweep began.
  public var modelHash: String
  /// Keys with one value each are set in all runs; those with more are varied.
  public var axes: [SweepAxis]
  /// Empty: that of the model.
  public var seeds: [UInt64]
  /// Absolute; what `--data-dir` and `--parameters` gave.
  public var dataFolder: String?
  /// What `--parameters` gave, absolute; nil: nothing.
  public var parameters: String?
  /// Of each run; nil: none.
  public var budgetEvaluations: Int?
  /// Seconds of each run; nil: no bound.
  public var budgetSeconds: Double?
  /// Further arguments of each run, as they were given.
  public var arguments: [String]

  /// From its parts.
  public init(
    task: Task = .train, model: String, modelHash: String, axes: [SweepAxis], seeds: [UInt64] = [],
    dataFolder: String? = nil, parameters: String? = nil, budgetEvaluations: Int? = nil,
    budgetSeconds: Double? = nil, arguments: [String] = []
  ) {
    self.task = task
    self.model = model
    self.modelHash = modelHash
    self.axes = axes
    self.seeds = seeds
    self.dataFolder = dataFolder
    self.parameters = parameters
    self.budgetEvaluations = budgetEvaluations
    self.budgetSeconds = budgetSeconds
    self.arguments = arguments
  }

  /// The most runs of a sweep.
  public static let most = 100_000

  /// The keys that take more than one value.
  public var variedKeys: [String] { axes.filter { $0.values.count > 1 }.map(\.key) }

  /// How many runs there are; nil where they are too many to count.
  public var count: Int? {
    var count = max(1, seeds.count)
    for axis in axes {
      let (product, overflow) = count.multipliedReportingOverflow(by: axis.values.count)
      if overflow { return nil }
      count = product
    }
    return count
  }

  /// All settings with the first seed, then with the second, ...: what is there after a while is
  /// balanced.
  public var runs: [Run] {
    var settings: [[(key: String, value: String)]] = [[]]
    for axis in axes {
      settings = settings.flatMap { before in
        axis.values.map { before + [(axis.key, $0)] }
      }
    }
    let all: [UInt64?] = seeds.isEmpty ? [nil] : seeds
    var runs: [Run] = []
    for seed in all {
      for setting in settings {
        runs.append(Run(name: Self.name(runs.count + 1), settings: setting, seed: seed))
      }
    }
    return runs
  }

  private static func name(_ number: Int) -> String { String(format: "%04d", number) }

  // MARK: The file

  private static let format = 1

  /// For scripts, in snake case.
  public var json: JSONValue {
    func text(_ value: String?) -> JSONValue { value.map(JSONValue.string) ?? .null }
    return .object([
      .init("settle_sweep", .integer(Self.format)),
      .init("command", .string(task.rawValue)),
      .init("model_file", .string(model)),
      .init("model_sha256", .string(modelHash)),
      .init(
        "set",
        .array(
          axes.map {
            .object([
              .init("key", .string($0.key)),
              .init("values", .array($0.values.map(JSONValue.string))),
            ])
          })),
      // As text: JSON numbers of other programs end at 2^53.
      .init("seeds", .array(seeds.map { .string(String($0)) })),
      .init("data_folder", text(dataFolder)),
      .init("parameters", text(parameters)),
      .init("budget_evaluations", budgetEvaluations.map(JSONValue.integer) ?? .null),
      .init("budget_seconds", budgetSeconds.map(JSONValue.number) ?? .null),
      .init("arguments", .array(arguments.map(JSONValue.string))),
      .init("versions", Versions.json),
    ])
  }

  /// - Throws: ``InputError`` where the folder holds no sweep.
  public init(reading folder: RunFolder) throws(InputError) {
    let path = folder.file("sweep.json")
    guard FileManager.default.fileExists(atPath: path) else {
      throw InputError(
        folder.path, .whole, "is not the folder of a sweep: it has no sweep.json",
        try: "name the folder that `settle sweep` wrote")
    }
    let json = try JSONValue.read(path)
    guard json["settle_sweep"]?.integerValue == Self.format,
      let task = json["command"]?.stringValue.flatMap(Task.init(rawValue:)),
      let model = json["model_file"]?.stringValue, let hash = json["model_sha256"]?.stringValue,
      let axes = json["set"]?.arrayValue, let seeds = json["seeds"]?.arrayValue
    else { throw InputError(path, .whole, "is not the plan of a sweep of this version") }
    self.init(
      task: task, model: model, modelHash: hash,
      axes: axes.map {
        SweepAxis(
          key: $0["key"]?.stringValue ?? "",
          values: $0["values"]?.arrayValue?.compactMap(\.stringValue) ?? [])
      }, seeds: seeds.compactMap { $0.stringValue.flatMap { UInt64($0) } },
      dataFolder: json["data_folder"]?.stringValue, parameters: json["parameters"]?.stringValue,
      budgetEvaluations: json["budget_evaluations"]?.integerValue,
      budgetSeconds: json["budget_seconds"]?.numberValue,
      arguments: json["arguments"]?.arrayValue?.compactMap(\.stringValue) ?? [])
    guard self.axes.allSatisfy({ !$0.key.isEmpty && !$0.values.isEmpty }) else {
      throw InputError(path, .whole, "has a key without values")
    }
  }
}
