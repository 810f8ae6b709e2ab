internal import Dynamics
internal import Foundation

extension Verification {
  mutating func repeatEvaluation(
    _ folder: RunFolder, _ scratch: RunFolder, _ manifest: Manifest, _ dataFolder: String?,
    _ registry: Registry, _ threads: Int, _ say: (String) -> Void,
    _ isCancelled: @escaping @Sendable () -> Bool
  ) throws {
    guard manifest.status == .done || manifest.status == .failed,
      FileManager.default.fileExists(atPath: folder.file("summary.json"))
    else {
      throw InputError(
        folder.path, .whole, "was interrupted: there is no whole result to verify",
        try: "evaluate again with --force")
    }
    let experiment = try storedModel(folder, manifest, registry)
    let parameters = try storedParameters(experiment, manifest)
    let request = EvaluationReport.Request(
      split: manifest.split.flatMap(Split.init(rawValue:)),
      confusion: manifest.command.contains("--confusion"),
      equilibria: manifest.command.contains("--equilibria"),
      controlled: manifest.command.contains("--controlled"))
    let (set, split) = try EvaluationReport.data(
      of: experiment, request, dataFolder: dataFolder ?? manifest.dataFolder)
    say("evaluating again")
    try EvaluationReport(
      experiment, parameters, set, split, request, threads: threads, command: manifest.command,
      parametersFile: manifest.parameters, isCancelled: isCancelled
    ).write(to: scratch, overwrite: true, isCancelled: isCancelled)
    for name in ["predictions.csv", "confusion.csv"] { try compareTable(name, folder, scratch) }
    try compareTensors("equilibria.safetensors", folder, scratch)
    try compareJSON("summary.json", folder, scratch)
  }

  /// The model of a run as its folder has it.
  ///
  /// - Throws: ``InputError`` where it was changed since.
  func storedModel(
    _ folder: RunFolder, _ manifest: Manifest, _ registry: Registry
  ) throws -> Experiment {
    let path = folder.file("model.yaml")
    let text = String(decoding: try FileBytes.read(path), as: UTF8.self)
    if let recorded = manifest.hashes.model, recorded != SHA256.hex(of: text) {
      throw InputError(
        path, .whole, "is not the model that the run was made with: it was changed since",
        try: "restore it")
    }
    return try Experiment(
      ModelFile.parse(
        stored: text, at: path, of: manifest.modelFile, knownNames: registry.knownNames),
      registry: registry)
  }

  /// The parameters that a run began with.
  ///
  /// - Throws: ``InputError`` where they are others now.
  func storedParameters(_ experiment: Experiment, _ manifest: Manifest) throws -> ParameterSet {
    let parameters = try experiment.startingParameters(from: manifest.parameters)
    if let recorded = manifest.hashes.start, recorded != RunHashes.hash(of: parameters) {
      throw InputError(
        manifest.parameters ?? manifest.modelFile, .whole,
        "the parameters are not those that the run began with", try: "restore them")
    }
    return parameters
  }
}
