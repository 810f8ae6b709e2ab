internal import Dynamics
public import Learning

/// The folder of a training, read back: what it was made of, and what makes its trainer again.
public struct StoredRun {
  /// Where it is.
  public let folder: RunFolder
  /// How it came to be.
  public var manifest: Manifest
  /// Its model, made into things that run.
  public let experiment: Experiment
  /// Its samples.
  public let data: DataSplits

  /// Reads a run and its data, and makes sure that they are what the run was begun with.
  ///
  /// - Parameters:
  ///   - folder: where the run lies.
  ///   - dataFolder: where to look for data first; where the run found them unless given.
  ///   - registry: what the model may name.
  ///   - allowingNewModel: accepts a `model.yaml` that was changed since the run began.
  /// - Throws: ``InputError`` and ``ModelFileError``.
  public init(
    _ folder: RunFolder, dataFolder: String? = nil, registry: Registry = Registry(),
    allowingNewModel: Bool = false
  ) throws {
    self.folder = folder
    manifest = try Manifest(reading: folder)
    let path = folder.file("model.yaml")
    let text = String(decoding: try FileBytes.read(path), as: UTF8.self)
    let fingerprint = Fingerprint.of(text)
    if let begun = manifest.modelFingerprint, begun != fingerprint, !allowingNewModel {
      throw InputError(
        path, .whole, "is not the model that the run was begun with: it was changed since",
        try: "restore it, or begin a new run with it; to go on with the change all the same, add "
          + "--force")
    }
    manifest.modelFingerprint = fingerprint
    let file = try ModelFile.parse(
      stored: text, at: path, of: manifest.modelFile, knownNames: registry.knownNames)
    experiment = try Experiment(file, registry: registry)
    data = try experiment.loadData(dataFolder: dataFolder ?? manifest.dataFolder)
    try checkData()
  }

  private func checkData() throws {
    let found = try experiment.fingerprints(of: data)
    for part in Split.allCases {
      guard let begun = manifest.dataFingerprints[part.rawValue], begun != found[part.rawValue]
      else { continue }
      throw InputError(
        folder.path, .whole,
        "the \(part.rawValue) samples are not those that the run was begun with (fingerprint "
          + "\(begun), here \(found[part.rawValue] ?? "none"))",
        try: "go on with the data of the run: name their folder with --data-dir")
    }
  }

  /// The trainer where a checkpoint was.
  ///
  /// - Parameters:
  ///   - checkpoint: of the run.
  ///   - allowingNewPlan: accepts another number of epochs than was planned.
  ///   - threads: that chunks are shared among; bits do not depend on it.
  public func makeTrainer(
    at checkpoint: Checkpoint, allowingNewPlan: Bool = false, threads: Int
  ) throws -> Trainer {
    // The checkpoint holds all parameters: what the model started from need not exist any more.
    let trainer = try experiment.makeTrainer(
      data, parameters: experiment.initialParameters(), threads: threads)
    do {
      try trainer.restore(checkpoint.state, allowingNewPlan: allowingNewPlan)
    } catch let error as TrainingError {
      throw InputError(
        folder.path, .whole, error.description,
        try: "go on with the data and the model that the run was begun with")
    }
    return trainer
  }

  /// The trainer as it was before the first update.
  ///
  /// - Throws: ``InputError`` where the parameters that the run began with are not there any more.
  public func makeTrainerAtStart(threads: Int) throws -> Trainer {
    let start = try experiment.startingParameters(from: manifest.parameters)
    if let begun = manifest.startFingerprint, begun != Fingerprint.of(start) {
      throw InputError(
        manifest.parameters ?? experiment.model.parameters ?? folder.path, .whole,
        "the parameters are not those that the run began with",
        try: "restore them; without them, only updates after the oldest checkpoint can be replayed")
    }
    return try experiment.makeTrainer(data, parameters: start, threads: threads)
  }
}
