internal import Foundation
internal import Learning

/// What the files of a finished run say of it.
public enum SweepReading {
  /// The metrics of a run, in the order of its columns.
  ///
  /// - Parameters:
  ///   - folder: that of the run.
  ///   - task: what the run did.
  public static func metrics(
    of folder: String, _ task: SweepPlan.Task
  ) -> [(name: String, value: Double)] {
    guard let summary = try? JSONValue.read("\(folder)/summary.json") else { return [] }
    return switch task {
    case .train: training(summary)
    case .simulate: simulation(summary)
    case .check: audit(summary)
    }
  }

  private static func training(_ summary: JSONValue) -> [(name: String, value: Double)] {
    func value(_ name: String) -> Double { summary[name]?.numberValue ?? .nan }
    return EpochMetrics.columns.filter { $0 != "seconds" && $0 != "settle_seconds" }
      .map { ($0, value($0)) }
      + [("best_epoch", value("best_epoch")), ("evaluations", value("evaluations"))]
  }

  /// Phase by phase; of several samples the mean, the largest residual, and the fraction at rest.
  private static func simulation(_ summary: JSONValue) -> [(name: String, value: Double)] {
    var metrics: [(String, Double)] = []
    var evaluations = 0.0
    for phase in summary["phases"]?.arrayValue ?? [] {
      let label = phase["phase"]?.stringValue ?? "phase"
      let samples = phase["samples"]?.arrayValue ?? []
      func mean(_ values: [Double]) -> Double {
        values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
      }
      func values(_ name: String) -> [Double] { samples.map { $0[name]?.numberValue ?? .nan } }
      let certificates = samples.map { $0["certificate"] ?? .null }
      metrics.append(
        ("\(label).at_rest", mean(samples.map { $0["at_rest"] == .bool(true) ? 1 : 0 })))
      metrics.append(
        (
          "\(label).residual",
          certificates.map { $0["residual"]?.numberValue ?? .nan }.reduce(0) {
            $0.isNaN || $1.isNaN ? .nan : max($0, $1)
          }
        ))
      let start = phase["start"]?.numberValue ?? .nan
      metrics.append(("\(label).time", (phase["end"]?.numberValue ?? .nan) - start))
      for name in ["loss", "control_energy", "augmented_energy"] {
        metrics.append(("\(label).\(name)", mean(values(name))))
      }
      if samples.count == 1, let output = samples[0]["output"]?.arrayValue, output.count <= 16 {
        for (k, value) in output.enumerated() {
          metrics.append(("\(label).output.\(k)", value.numberValue ?? .nan))
        }
      }
      let statistics = phase["statistics"]
      metrics.append(("\(label).steps", statistics?["steps"]?.numberValue ?? .nan))
      evaluations +=
        (statistics?["field_evaluations"]?.numberValue ?? 0)
        + (statistics?["difference_evaluations"]?.numberValue ?? 0)
    }
    metrics.append(("evaluations", evaluations))
    return metrics
  }

  /// The rule against its references, all parameters together, and the control.
  private static func audit(_ summary: JSONValue) -> [(name: String, value: Double)] {
    var metrics: [(String, Double)] = [
      ("unit_count", summary["units"]?.numberValue ?? .nan),
      ("parameter_count", summary["parameters"]?.numberValue ?? .nan),
    ]
    guard let rule = summary["rule"] else { return metrics }
    metrics.append(("passed", rule["passed"] == .bool(true) ? 1 : 0))
    for row in rule["parameters"]?.arrayValue ?? [] where row["parameter"] == .null {
      let reference = row["reference"]?.stringValue ?? ""
      for name in ["cosine", "norm_ratio", "sign_agreement", "relative_error"] {
        metrics.append(("\(reference).\(name)", row[name]?.numberValue ?? .nan))
      }
    }
    if case .object(let members)? = rule["control"] {
      for member in members {
        if let value = member.value.numberValue {
          metrics.append(("control.\(member.key)", value))
        } else if member.value == .null {
          metrics.append(("control.\(member.key)", .nan))
        }
      }
    }
    return metrics
  }

  /// The status of a run that ended by itself with an exit code.
  ///
  /// - Parameters:
  ///   - exitCode: with which it ended.
  ///   - folder: that of the run.
  public static func status(exitCode: Int32, folder: String) -> SweepRow.Status {
    switch exitCode {
    case 0:
      (try? JSONValue.read("\(folder)/manifest.json"))?["status"]?.stringValue == "stopped"
        ? .stopped : .done
    case 1: .failed
    case 64, 65: .refused
    default: .broken
    }
  }

  /// Seconds of a training so far, those of killed sessions included as far as they were saved.
  public static func secondsSpent(in folder: String) -> Double {
    var seconds = 0.0
    if let reader = try? CSVReader("\(folder)/metrics.csv"),
      let column = reader.header.firstIndex(of: "seconds")
    {
      var record = CSVRecord()
      while (try? reader.next(&record)) == true { seconds += record.number(column) ?? 0 }
    }
    if let path = try? Checkpoint.last(in: "\(folder)/checkpoints"),
      let checkpoint = try? Checkpoint(reading: path)
    {
      seconds += checkpoint.state.secondsOfEpoch
    }
    return seconds
  }
}
