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
    let experiment = try storedModel(folder, manifest, registry)
    let parameters = try storedParameters(experiment, manifest)
    let stimulus = try Stimulus(
      of: experiment, samples: manifest.samples ?? [],
      split: manifest.split.flatMap(Split.init(rawValue:)),
      dataFolder: dataFolder ?? manifest.dataFolder)
    say("simulating again")
    let writer = try CSVWriter(scratch.file("trajectory.csv"), overwrite: true)
    let simulation = Simulation(experiment, parameters: parameters, stimulus: stimulus)
    let reports = try simulation.run(to: writer, isCancelled: isCancelled)
    try writer.close()
    let summary = SimulationSummary(
      experiment, reports, samples: stimulus.samples.indices, seconds: 0,
      diagnosis: try simulation.diagnose(
        reports, command: manifest.command, parametersFile: manifest.parameters,
        isCancelled: isCancelled))
    if let learned = reports.last(where: { $0.parameters != nil })?.parameters {
      try learned.safetensors().write(to: scratch.file("parameters.safetensors"))
    }
    try AtomicFile.write(summary.json.encoded(), to: scratch.file("summary.json"))
    try compareTable("trajectory.csv", folder, scratch)
    try compareTensors("parameters.safetensors", folder, scratch)
    try compareJSON("summary.json", folder, scratch)
  }
}
