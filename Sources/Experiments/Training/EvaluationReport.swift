public import Dynamics
internal import Foundation
internal import Integration
public import Learning

/// What an evaluation of a part of the data came to, for people, scripts and files.
public struct EvaluationReport {
  /// What is to be evaluated, and what is to be written of it.
  public struct Request: Sendable {
    /// Nil: the test set, or the training set where there is none.
    public var split: Split?
    /// The table of classes, where the data have labels.
    public var confusion: Bool
    /// The equilibria as arrays, free or controlled.
    public var equilibria: Bool
    /// Whether arrays have the controlled equilibria as well.
    public var controlled: Bool

    /// From its parts.
    public init(
      split: Split? = nil, confusion: Bool = false, equilibria: Bool = false,
      controlled: Bool = false
    ) {
      self.split = split
      self.confusion = confusion
      self.equilibria = equilibria
      self.controlled = controlled
    }
  }

  /// What came of each sample.
  public let evaluation: Evaluation
  /// Why the first sample that did not settle did not; nil where all did.
  public let diagnosis: Diagnosis?
  /// What was evaluated.
  public let split: Split
  private let experiment: Experiment
  private let parameters: ParameterSet
  private let data: LabelledSamples
  private let request: Request
  private let threads: Int
  private let seconds: Double

  /// The set that a request is of, and its name.
  ///
  /// - Parameters:
  ///   - experiment: the model, made into things that run.
  ///   - request: what is to be evaluated.
  ///   - dataFolder: where data are looked for first.
  /// - Throws: ``ModelFileError`` where the data have no such part, and ``InputError``.
  public static func data(
    of experiment: Experiment, _ request: Request, dataFolder: String?
  ) throws -> (set: DataSet, split: Split) {
    let splits = try experiment.loadData(dataFolder: dataFolder)
    let split = request.split ?? (splits.test != nil ? .test : .train)
    return (try splits[split, in: experiment], split)
  }

  /// Evaluates.
  ///
  /// - Parameters:
  ///   - experiment: the model, made into things that run.
  ///   - parameters: weights, biases and Q.
  ///   - set: what is evaluated.
  ///   - split: its name.
  ///   - request: what is to be written of it.
  ///   - threads: that chunks are shared among; bits do not depend on it.
  ///   - command: the program and its arguments, to make the next command of where a sample does not
  ///     settle.
  ///   - parametersFile: what the parameters were read from; nil: as the model says.
  ///   - isCancelled: asked now and then whether to stop.
  /// - Throws: `CancellationError`, and what data and solvers throw.
  public init(
    _ experiment: Experiment, _ parameters: ParameterSet, _ set: DataSet, _ split: Split,
    _ request: Request, threads: Int, command: [String], parametersFile: String?,
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws {
    self.experiment = experiment
    self.parameters = parameters
    self.request = request
    self.split = split
    self.threads = threads
    data = experiment.trainingData(set)
    let clock = ContinuousClock()
    let start = clock.now
    evaluation = try Evaluator(
      experiment.network, options: experiment.settlingOptions, precision: experiment.precision,
      threads: threads
    ).evaluate(data, parameters: parameters, isCancelled: isCancelled)
    seconds = (clock.now - start) / .seconds(1)
    let (all, predictions) = (self.data, self.evaluation.predictions)
    let failed = predictions.indices.filter { !predictions[$0].outcome.isEquilibrium }
      .prefix(Doctor.mostTogether)
    // Whoever interrupts does not want to know why, and has the evaluation.
    diagnosis = try? failed.first.flatMap { row in
      let invocation = Invocation(command)
      return try UnsettledCase(
        experiment, parameters, sample: all.samples([row]),
        others: failed.count > 1 ? all.samples(Array(failed.dropFirst())) : nil, kind: .free,
        outcome: predictions[row].outcome, residual: predictions[row].residual, command: command,
        closer: invocation.changed(to: "analyze") + [
          "--split", split.rawValue, "--sample", String(predictions[row].sample),
        ],
        parameters: { try $0.startingParameters(from: parametersFile) }
      ).diagnose(isCancelled: isCancelled)
    }
  }

  /// Whether every sample settled, where each must.
  public var isComplete: Bool {
    evaluation.unsettledCount == 0 || experiment.model.settling.unsettled != .fail
  }

  private var classNames: [String] {
    let wanted = request.confusion || experiment.model.learning?.evaluate.confusion == true
    return wanted && data.dataSet.hasLabels
      ? ConfusionTable.names(experiment.network.outputCount, data.dataSet.classNames) : []
  }

  /// For scripts, in snake case.
  public var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("model", .string(experiment.model.name)),
      .init("split", .string(split.rawValue)),
      .init("samples", .integer(evaluation.count)),
      .init("loss", .number(evaluation.loss)),
      .init("accuracy", .number(evaluation.accuracy)),
      .init("unsettled", .integer(evaluation.unsettledCount)),
      .init("mean_evaluations", .number(evaluation.meanEvaluations)),
      .init("method", .string(experiment.model.settling.method.rawValue)),
      .init("residual", .number(experiment.model.settling.residual)),
      .init("diagnosis", diagnosis?.json ?? .null),
      .init("seconds", .number(seconds)),
      .init("seed", .integer(Int(truncatingIfNeeded: experiment.model.seed))),
      .init("versions", Versions.json),
    ]
    let names = classNames
    if !names.isEmpty {
      let rows = evaluation.confusion(classes: names.count)
      members += [
        .init("confusion", .array(rows.map { .array($0.map(JSONValue.integer)) })),
        .init("classes", ConfusionTable.json(evaluation, names: names)),
      ]
    }
    return .object(members)
  }

  /// For people.
  public var text: String {
    var line = "\(split.rawValue): \(evaluation.count) samples"
    if !evaluation.accuracy.isNaN {
      line += String(format: ", accuracy %.2f %%", 100 * evaluation.accuracy)
    }
    line += String(format: ", loss %.6g", evaluation.loss)
    line += ", \(evaluation.unsettledCount) unsettled"
    line += String(format: ", %.1f evaluations a sample", evaluation.meanEvaluations)
    var lines = [line]
    let names = classNames
    if !names.isEmpty { lines.append(ConfusionTable.text(evaluation, names: names)) }
    if let diagnosis {
      lines.append("sample \(diagnosis.sample):")
      lines.append(diagnosis.text)
    }
    return lines.joined(separator: "\n")
  }

  /// Writes predictions.csv, summary.json and whatever was asked for.
  ///
  /// - Parameters:
  ///   - folder: where to.
  ///   - overwrite: whether what is there may be replaced.
  ///   - isCancelled: asked now and then whether to stop.
  /// - Throws: ``OutputError``, and `CancellationError` while equilibria are sought.
  public func write(
    to folder: RunFolder, overwrite: Bool, isCancelled: () -> Bool = { false }
  ) throws {
    try PredictionTable.write(
      evaluation, classNames: data.dataSet.classNames, to: folder.file("predictions.csv"),
      overwrite: overwrite)
    let names = classNames
    if !names.isEmpty {
      try ConfusionTable.write(
        evaluation, names: names, to: folder.file("confusion.csv"), overwrite: overwrite)
    }
    if request.equilibria {
      try EquilibriumArrays(
        of: data, experiment: experiment, parameters: parameters, controlled: request.controlled,
        threads: threads, isCancelled: isCancelled
      ).safetensors().write(to: folder.file("equilibria.safetensors"))
    }
    try AtomicFile.write(json.encoded(), to: folder.file("summary.json"))
  }
}
