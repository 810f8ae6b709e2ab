import Experiments
import Foundation

/// Runs what a plan has left, several processes at a time, and keeps sweep.csv up to date.
final class SweepRunner {
  private let plan: SweepPlan
  private let folder: RunFolder
  private let jobs: Int
  private let threads: Int
  private let say: (String) -> Void
  private(set) var table: SweepTable

  private struct Active {
    var run: SweepPlan.Run
    var process: ChildProcess
    var start: ContinuousClock.Instant
  }
  private var active: [Active] = []

  /// - Parameters:
  ///   - table: the runs that have ended before.
  ///   - threads: of each run.
  ///   - say: told of every run that ends.
  init(
    _ plan: SweepPlan, _ folder: RunFolder, table: SweepTable, jobs: Int, threads: Int,
    say: @escaping (String) -> Void
  ) {
    self.plan = plan
    self.folder = folder
    self.table = table
    self.jobs = jobs
    self.threads = threads
    self.say = say
  }

  /// Runs until nothing is left, or until told to stop; then every run has been asked to save, and has
  /// ended.
  ///
  /// - Parameter retriesFailed: whether runs whose computation failed are tried again.
  /// - Returns: whether it was told to stop.
  /// - Throws: ``OutputError`` where sweep.csv cannot be written; then, too, no run goes on.
  func run(retriesFailed: Bool) throws -> Bool {
    _ = try folder.makeFolder("runs")
    _ = try folder.makeFolder("logs")
    // There before the first run ends, so that whoever watches finds its columns.
    try table.write(to: folder.file("sweep.csv"))
    let ended = Set(
      table.rows.filter { $0.status.isFinal && !(retriesFailed && $0.status == .failed) }.map(\.run)
    )
    var queue = plan.runs.filter { !ended.contains($0.name) }[...]
    do {
      while !queue.isEmpty || !active.isEmpty {
        if Interruption.isRequested {
          stopAll()
          return true
        }
        while active.count < jobs, let run = queue.popFirst() { try start(run) }
        if try !collect() { usleep(4000) }
      }
    } catch {
      stopAll()
      throw error
    }
    return false
  }

  // MARK: One run

  private func path(of run: SweepPlan.Run) -> String { folder.file("runs/\(run.name)") }

  private func start(_ run: SweepPlan.Run) throws {
    let path = path(of: run)
    let arguments: [String]
    if let former = try? Manifest(reading: RunFolder(existing: path)) {
      let row = table.rows.first { $0.run == run.name }
      if row == nil, former.status == .done || former.status == .stopped || former.status == .failed
      {
        // It ended while nobody was there to write it down.
        return try finish(
          run, code: former.status == .failed ? 1 : 0, note: former.note ?? "", seconds: .nan)
      }
      let canGoOn = plan.task == .train && (try? Checkpoint.last(in: "\(path)/checkpoints")) != nil
      // What was refused or failed begins anew: the reason may have gone.
      let goesOn = canGoOn && (row == nil || row?.status == .broken)
      arguments = goesOn ? resumption(of: run, path) : beginning(of: run, path) + force
    } else {
      arguments = beginning(of: run, path) + force
    }
    if plan.task == .check { try makeFolder(path) }
    let process = try ChildProcess(
      arguments,
      output: plan.task == .check
        ? "\(path)/summary.json" : folder.file("logs/\(run.name).out"),
      errors: folder.file("logs/\(run.name).err"))
    active.append(Active(run: run, process: process, start: .now))
  }

  private func makeFolder(_ path: String) throws {
    _ = try folder.makeFolder(String(path.dropFirst(folder.path.count + 1)))
  }

  /// A run's folder is the sweep's own: what a killed run left there is replaced.
  private var force: [String] { plan.task == .check ? [] : ["--force"] }

  private func beginning(of run: SweepPlan.Run, _ path: String) -> [String] {
    var arguments = [plan.task.rawValue, plan.model]
    for (key, value) in run.settings { arguments += ["--set", "\(key)=\(value)"] }
    if let seed = run.seed { arguments += ["--seed", String(seed)] }
    if let data = plan.dataFolder { arguments += ["--data-dir", data] }
    if let parameters = plan.parameters { arguments += ["--parameters", parameters] }
    arguments += ["--threads", String(threads)]
    if plan.task == .check {
      arguments += ["--json", "--quiet"]
    } else {
      arguments += ["--output", path, "--quiet"]
    }
    return arguments + limits(secondsSpent: 0) + plan.arguments
  }

  private func resumption(of run: SweepPlan.Run, _ path: String) -> [String] {
    ["train", "--resume", path, "--threads", String(threads), "--quiet"]
      + (plan.dataFolder.map { ["--data-dir", $0] } ?? [])
      + limits(secondsSpent: SweepReading.secondsSpent(in: path))
  }

  private func limits(secondsSpent: Double) -> [String] {
    var arguments: [String] = []
    if let evaluations = plan.budgetEvaluations {
      arguments += ["--max-evaluations", String(evaluations)]
    }
    if let seconds = plan.budgetSeconds {
      arguments += ["--time-limit", String(format: "%.3fs", max(0, seconds - secondsSpent))]
    }
    if !arguments.isEmpty { arguments.append("--evaluate-at-end") }
    return arguments
  }

  // MARK: Ends

  /// Writes down the runs that have ended; whether there was one.
  private func collect() throws -> Bool {
    var hasEnded = false
    for (index, run) in active.enumerated().reversed() {
      guard let end = run.process.poll() else { continue }
      active.remove(at: index)
      hasEnded = true
      let seconds = (ContinuousClock.now - run.start) / .seconds(1)
      switch end {
      // Interrupted by somebody else: it has saved, and is not finished.
      case .exited(130): say("\(run.run.name) was interrupted")
      case .exited(let code):
        try finish(run.run, code: code, note: message(of: run.run, code: code), seconds: seconds)
      case .signalled(let number):
        try finish(
          run.run, code: 128 + number, note: "ended by the signal \(number)", seconds: seconds)
      }
    }
    return hasEnded
  }

  private func finish(
    _ run: SweepPlan.Run, code: Int32, note: String, seconds: Double
  ) throws {
    let path = path(of: run)
    let status = SweepReading.status(exitCode: code, folder: path)
    let isMeasured = status != .refused && status != .broken
    var metrics = isMeasured ? SweepReading.metrics(of: path, plan.task) : []
    if isMeasured {
      metrics.append(
        ("seconds", plan.task == .train ? SweepReading.secondsSpent(in: path) : seconds))
    }
    let varied = Set(plan.variedKeys)
    let row = SweepRow(
      run: run.name, values: run.settings.filter { varied.contains($0.key) }.map(\.value),
      seed: run.seed, status: status,
      note: code == 0 ? "" : note, metrics: metrics)
    table.put(row)
    try table.write(to: folder.file("sweep.csv"))
    say(line(for: row, run))
  }

  private func line(for row: SweepRow, _ run: SweepPlan.Run) -> String {
    var line = "[\(table.rows.count)/\(plan.count ?? 0)] \(row.run)"
    for (key, value) in zip(table.keys, row.values) { line += " \(key)=\(value)" }
    if let seed = run.seed { line += " seed=\(seed)" }
    line += ": \(row.status.rawValue)"
    for name in ["test_accuracy", "test_loss", "train_loss"] where row[name].isFinite {
      line += String(format: ", %@ %.5g", name, row[name])
      break
    }
    if row["seconds"].isFinite { line += String(format: ", %.2f s", row["seconds"]) }
    if !row.note.isEmpty {
      line += ": \(row.note) (\(folder.file("logs/\(row.run).err")))"
    }
    return line
  }

  /// Why a run failed: the cause that was found, else what its manifest says, the error that it printed, or
  /// its last line.
  private func message(of run: SweepPlan.Run, code: Int32) -> String {
    let path = path(of: run)
    let summary = try? JSONValue.read("\(path)/summary.json")
    let manifest = try? JSONValue.read("\(path)/manifest.json")
    // A run that was refused has left what an earlier one wrote.
    if code == 1, manifest?["status"]?.stringValue == "failed",
      let why = summary?["why"]?.stringValue ?? summary?["diagnosis"]?["words"]?.stringValue
        ?? manifest?["note"]?.stringValue
    {
      return why
    }
    let text = (try? String(contentsOfFile: folder.file("logs/\(run.name).err"), encoding: .utf8))
    let lines = (text ?? "").split(separator: "\n").map(String.init)
    let line = lines.first { $0.hasPrefix("error: ") || $0.hasPrefix("Error: ") } ?? lines.last
    return String((line ?? "").trimmingPrefix("error: ").trimmingPrefix("Error: "))
  }

  /// Asks every run to save and end, and waits until they have.
  private func stopAll() {
    for run in active { run.process.send(SIGINT) }
    while !active.isEmpty {
      for (index, run) in active.enumerated().reversed() where run.process.poll() != nil {
        active.remove(at: index)
      }
      usleep(4000)
    }
  }
}
