internal import Dynamics
internal import Foundation

extension Verification {
  mutating func repeatSimulation(
    _ folder: RunFolder, _ scratch: RunFolder, _ manifest: Manifest, _ dataFolder: String?,
    _ registry: Registry, _ say: (String) -> Void, _ isCancelled: @escaping @Sendable () -> Bool
  ) throws {
    if manifest.status == .interrupted {
      throw InputError(
        folder.path, .whole, "was interrupted: there is no whole result to verify",
        try: "simulate again with --force")
    }
    let path = folder.file("model.yaml")
    let text = String(decoding: try FileBytes.read(path), as: UTF8.self)
    if let recorded = manifest.hashes.model, recorded != SHA256.hex(of: text) {
      throw InputError(
        path, .whole, "is not the model that the run was made with: it was changed since",
        try: "restore it")
    }
    let file = try ModelFile.parse(
      text: text, file: manifest.modelFile, knownNames: registry.knownNames)
    let experiment = try Experiment(file, registry: registry)
    let parameters = try experiment.startingParameters(from: manifest.parameters)
    if let recorded = manifest.hashes.start, recorded != RunHashes.hash(of: parameters) {
      throw InputError(
        manifest.parameters ?? manifest.modelFile, .whole,
        "the parameters are not those that the run began with", try: "restore them")
    }
    let stimulus = try Stimulus(
      of: experiment, samples: manifest.samples ?? [],
      split: manifest.split.flatMap(Split.init(rawValue:)),
      dataFolder: dataFolder ?? manifest.dataFolder)
    say("simulating again")
    let writer = try CSVWriter(scratch.file("trajectory.csv"), overwrite: true)
    let reports = try Simulation(experiment, parameters: parameters, stimulus: stimulus)
      .run(to: writer, isCancelled: isCancelled)
    try writer.close()
    let summary = SimulationSummary(
      experiment, reports, samples: stimulus.samples.indices, seconds: 0)
    if let learned = reports.last(where: { $0.parameters != nil })?.parameters {
      try learned.safetensors().write(to: scratch.file("parameters.safetensors"))
    }
    try AtomicFile.write(summary.json.encoded(), to: scratch.file("summary.json"))
    try compareTable("trajectory.csv", folder, scratch)
    try compareTensors("parameters.safetensors", folder, scratch)
    try compareJSON("summary.json", folder, scratch)
  }
}
