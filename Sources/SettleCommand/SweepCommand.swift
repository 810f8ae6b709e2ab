import ArgumentParser
import Experiments
import Foundation
import Learning

struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Runs a model for all combinations of some keys' values and seeds, and compares.",
    discussion: """
      Each run is a process of its own, with a folder below DIR/runs. sweep.csv has a row for every run \
      that has ended; comparison.csv compares the values of each key over equal seeds, with confidence \
      intervals; summary.json has both. A run that fails is reported and the others go on; then the exit \
      code is 1. Interrupted by SIGINT or SIGTERM all runs save, and --resume goes on.

      A value may be a list or a mapping, as YAML on one line; 1..5 is 1,2,3,4,5. What comes after -- goes \
      to every run.

      Examples:
        settle sweep models/digits-rnn.yaml --set learning.optimizer.rate=0.001,0.003,0.01 --seeds 1..5
        settle sweep models/digits-rnn.yaml --set learning.rule=least-control,recurrent-backpropagation \\
          --seeds 1..5 --budget-evaluations 200000
        settle sweep models/tanh.yaml --command simulate --set controller.output.leak=0.1,1 -- --every 0.1
        settle sweep --resume runs/digits-rnn-sweep/20260131T120000Z
      """)

  @Argument(help: "The model file; not with --resume.", completion: .model) var model: String?

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "A key of the model file and its values, e.g. learning.batch=16,32,64; may be repeated. With one "
        + "value the key is set in all runs.", valueName: "key=a,b,c"), completion: .setting)
  var settings: [String] = []

  @Option(help: "The seeds, e.g. 1..5 or 1,2,7; that of the model unless given.")
  var seeds: String?

  @Option(
    help: ArgumentHelp("What each run does: train, simulate or check.", valueName: "subcommand"),
    completion: .list(["train", "simulate", "check"]))
  var command: String = "train"

  @Option(help: "Runs at the same time; as many as the cores allow unless given.")
  var jobs: Int?

  @Option(help: "Threads of each run; 1 unless given, and all cores with --jobs 1.")
  var threads: Int?

  @Option(help: "End each training, saved, after so many evaluations of the field for its updates.")
  var budgetEvaluations: Int?

  @Option(help: "End each training, saved, after so much time, such as 90s, 2m, 1h30m.")
  var budgetSeconds: TimeLimit?

  @Option(
    name: .customLong("metric"), parsing: .singleValue,
    help: "A column of sweep.csv to compare; may be repeated. Loss, accuracy and cost unless given."
  )
  var metrics: [String] = []

  @Flag(help: "Compare every two values of a key, rather than each with the first.")
  var allPairs = false

  @Option(help: "Confidence of the intervals.")
  var confidence = 0.95

  @Option(
    help: "A safetensors file with the parameters that every run starts from.",
    completion: .parameters)
  var parameters: String?

  @Option(
    help: "The folder to look for data in first, before SETTLE_DATA and the model's folder.",
    completion: .directory)
  var dataDir: String?

  @Option(help: "The folder of a sweep to go on with.", completion: .directory)
  var resume: String?

  @Flag(help: "With --resume: also runs whose computation failed.")
  var retryFailed = false

  @Option(
    name: .shortAndLong, help: "Where results go; runs/<model>-sweep/<time> unless given.",
    completion: .directory)
  var output: String?

  @Flag(help: "Replace the sweep that is in the output folder already.")
  var force = false

  @Flag(name: .shortAndLong, help: "Say nothing but errors.")
  var quiet = false

  @Flag(help: "Print a summary for scripts on standard output, as JSON.")
  var json = false

  @Argument(
    parsing: .postTerminator,
    help: ArgumentHelp("Further arguments of every run.", valueName: "arguments"))
  var arguments: [String] = []

  func validate() throws {
    guard (model == nil) != (resume == nil) else {
      throw ValidationError("give a model file, or --resume with the folder of a sweep")
    }
    if resume != nil {
      guard settings.isEmpty, seeds == nil, budgetEvaluations == nil, budgetSeconds == nil,
        parameters == nil, output == nil, arguments.isEmpty, command == "train", dataDir == nil
      else {
        throw ValidationError(
          "--resume goes on with the sweep's own plan: only --jobs, --threads, --retry-failed, "
            + "--metric, --all-pairs, --confidence, --quiet and --json can go with it")
      }
    } else if retryFailed {
      throw ValidationError("--retry-failed belongs to --resume")
    }
    for (name, value) in [("--jobs", jobs), ("--threads", threads)] {
      if let value, !(1...1024).contains(value) {
        throw ValidationError("\(name) is \(value); give a number from 1 to 1024")
      }
    }
    guard let task = SweepPlan.Task(rawValue: command) else {
      throw ValidationError("--command is \(command); give train, simulate or check")
    }
    if task != .train, budgetEvaluations != nil || budgetSeconds != nil {
      throw ValidationError("budgets belong to trainings; leave them out, or sweep over train")
    }
    if let budgetEvaluations, budgetEvaluations < 1 {
      throw ValidationError("--budget-evaluations is \(budgetEvaluations); give 1 or more")
    }
    guard confidence > 0, confidence < 1 else {
      throw ValidationError("--confidence is \(confidence); give a number between 0 and 1")
    }
    if output == "-" { throw ValidationError("sweep writes a folder, not a stream") }
    let own: Set = [
      "--output", "-o", "--force", "--json", "--quiet", "-q", "--threads", "--seed", "--resume",
      "--set", "--data-dir", "--parameters", "--max-evaluations", "--time-limit",
      "--evaluate-at-end",
    ]
    for argument in arguments {
      let name = String(argument.prefix { $0 != "=" })
      if own.contains(name) {
        throw ValidationError("\(name) after -- is for the sweep to give to its runs; leave it out")
      }
    }
    if task == .train, let unknown = metrics.first(where: { !SweepMetrics.training.contains($0) }) {
      if resume == nil {
        throw ValidationError(
          "--metric is \(unknown); a training has " + SweepMetrics.training.joined(separator: ", "))
      }
    }
  }

  func run() throws {
    let folder: RunFolder
    let plan: SweepPlan
    if let resume {
      folder = try RunFolder(existing: resume)
      plan = try SweepPlan(reading: folder)
      try checkModel(of: plan)
    } else {
      plan = try makePlan()
      let name = URL(fileURLWithPath: plan.model).deletingPathExtension().lastPathComponent
      folder = try RunFolder(output, name: "\(name)-sweep", overwrite: force)
    }
    let lock = try RunLock(folder, overwrite: force || resume != nil)
    defer { withExtendedLifetime(lock) {} }
    if resume == nil {
      if force { removeOld(in: folder) }
      try AtomicFile.write(plan.json.encoded(), to: folder.file("sweep.json"))
    }
    Interruption.watch()
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let jobs = jobs ?? max(1, min(plan.count ?? 1, cores / (threads ?? 1)))
    let runner = SweepRunner(
      plan, folder,
      table: try SweepTable(reading: folder.file("sweep.csv"), keys: plan.variedKeys),
      jobs: jobs, threads: threads ?? (jobs == 1 ? cores : 1),
      say: { [quiet] in if !quiet { Diagnostics.say($0) } })
    let clock = ContinuousClock()
    let start = clock.now
    let isInterrupted = try runner.run(retriesFailed: retryFailed)
    try report(
      plan, runner.table, folder, seconds: (clock.now - start) / .seconds(1), isInterrupted)
  }

  private func report(
    _ plan: SweepPlan, _ table: SweepTable, _ folder: RunFolder, seconds: Double,
    _ isInterrupted: Bool
  ) throws {
    let chosen = SweepMetrics(of: table, plan.task, asked: metrics)
    let comparisons = SweepComparison.all(
      of: table, plan, metrics: chosen.compared, allPairs: allPairs, confidence: confidence)
    if !comparisons.isEmpty {
      try SweepComparison.write(comparisons, to: folder.file("comparison.csv"))
    }
    let summary = SweepSummary(
      plan, table, comparisons, metrics: chosen.compared, folder, seconds: seconds,
      isInterrupted: isInterrupted)
    try AtomicFile.write(summary.json.encoded(), to: folder.file("summary.json"))
    if json { try StandardOutput.write(summary.json.encoded()) }
    if !quiet {
      try Results.say(summary.text(showing: chosen.shown), besideJSON: json)
      if isInterrupted { Diagnostics.say("go on with: settle sweep --resume \(folder.path)") }
    }
    if isInterrupted { throw ExitCode(130) }
    if !summary.isComplete { throw ExitCode(1) }
  }

  // MARK: The plan

  private func makePlan() throws -> SweepPlan {
    guard let model, let task = SweepPlan.Task(rawValue: command) else { throw ExitCode(64) }
    var axes: [SweepAxis] = []
    do {
      for setting in settings { axes.append(try SweepAxis(parsing: setting)) }
      // The seed has a column of its own.
      var asked = seeds
      if let place = axes.firstIndex(where: { $0.key == "seed" }) {
        guard asked == nil else {
          throw InputError("--set", .whole, "seed is given by --seeds too", try: "keep one")
        }
        asked = axes.remove(at: place).values.joined(separator: ",")
      }
      let keys = axes.map(\.key)
      if let twice = keys.first(where: { key in keys.count { $0 == key } > 1 }) {
        throw InputError("--set", .whole, "\(twice) is given twice", try: "write key=a,b,c once")
      }
      let seeds = try asked.map(SweepAxis.seeds(parsing:)) ?? []
      func absolute(_ path: String?) -> String? {
        path.map { URL(fileURLWithPath: $0).standardizedFileURL.path }
      }
      var plan = SweepPlan(
        task: task, model: absolute(model) ?? model, modelHash: try hash(of: model), axes: axes,
        seeds: seeds, dataFolder: absolute(dataDir), parameters: absolute(parameters),
        budgetEvaluations: budgetEvaluations, budgetSeconds: budgetSeconds?.seconds,
        arguments: arguments)
      guard let count = plan.count, count <= SweepPlan.most else {
        throw InputError(
          "--set", .whole, "these are more than \(SweepPlan.most) runs", try: "give fewer values")
      }
      let own = try seedOfRuns(of: plan, as: model)
      // By its number, so that a run that fails before it is read has it, too.
      if plan.seeds.isEmpty { plan.seeds = [own] }
      return plan
    } catch let error as InputError where error.file.hasPrefix("--s") {
      throw ValidationError(error.description)
    }
  }

  private func hash(of model: String) throws -> String {
    guard FileManager.default.fileExists(atPath: model) else {
      // Says it as every subcommand does.
      _ = try ModelFile.load(path: model)
      return ""
    }
    return try SHA256.hex(ofFile: model)
  }

  /// The seed of the first run that can be read. That some can is made sure of here: a key that no model
  /// has is a mistake of the command line, not of one run.
  private func seedOfRuns(of plan: SweepPlan, as model: String) throws -> UInt64 {
    var first: (any Error)?
    for run in plan.runs.prefix(1000) {
      do {
        let file = try ModelFile.load(
          path: model, overrides: run.settings.map { "\($0.key)=\($0.value)" },
          knownNames: SettleCommand.registry.knownNames)
        if plan.task == .train { try file.requireForTraining() }
        return file.model.seed
      } catch {
        first = first ?? error
      }
    }
    throw first ?? ExitCode(64)
  }

  private func checkModel(of plan: SweepPlan) throws {
    guard FileManager.default.fileExists(atPath: plan.model) else {
      throw InputError(plan.model, .whole, "is not there any more", try: "put the model file back")
    }
    guard try SHA256.hex(ofFile: plan.model) != plan.modelHash, !force else { return }
    throw InputError(
      plan.model, .whole, "was changed since the sweep began",
      try: "restore it, begin a new sweep, or go on all the same with --force")
  }

  /// Removes the sweep that is replaced; only what is known to be a sweep's.
  private func removeOld(in folder: RunFolder) {
    guard FileManager.default.fileExists(atPath: folder.file("sweep.json")) else { return }
    folder.remove(["runs", "logs", "sweep.csv", "comparison.csv", "summary.json", "sweep.json"])
  }
}
