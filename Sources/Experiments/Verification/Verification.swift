internal import Foundation

/// A run repeated from what its folder says of it, and both compared bit for bit.
public struct Verification: Sendable {
  /// What is no difference of results, but may explain one: other versions, a changed file.
  public private(set) var notes: [String] = []
  /// Files that are not as the run left them, by their recorded hash and that of today.
  public private(set) var changed: [Difference] = []
  /// The first of each file, in the order of the files.
  public private(set) var differences: [Difference] = []
  /// What was compared and agrees, in words.
  public private(set) var agreements: [String] = []
  /// `train`, `simulate` or `evaluate`.
  public let subcommand: String
  /// The updates that the repetition went to, where it did not go to the end of the run.
  public private(set) var updates: Int?

  /// Whether nothing differs.
  public var isVerified: Bool { differences.isEmpty && changed.isEmpty }

  /// Repeats a run.
  ///
  /// - Parameters:
  ///   - path: the folder of the run.
  ///   - scratch: an empty folder for the repetition.
  ///   - maximumUpdates: where the repetition of a training ends; nil: where the run did.
  ///   - dataFolder: where data are looked for first; where the run found them unless given.
  ///   - registry: what the model may name.
  ///   - threads: that chunks are shared among; bits do not depend on it.
  ///   - say: is told what is about to be done.
  ///   - isCancelled: asked now and then whether to stop.
  /// - Throws: ``InputError`` and ``ModelFileError`` where the run cannot be repeated: its model was
  ///   changed, its data are others, it is not finished; what a training or simulation throws; and
  ///   `CancellationError`.
  public init(
    of path: String, in scratch: RunFolder, maximumUpdates: Int? = nil, dataFolder: String? = nil,
    registry: Registry = Registry(), threads: Int, say: (String) -> Void = { _ in },
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws {
    let folder = try RunFolder(existing: path)
    let manifest = try Manifest(reading: folder)
    subcommand = manifest.subcommand ?? "unknown"
    let document = try JSONValue.read(folder.file("manifest.json"))
    guard manifest.status != .running else {
      throw InputError(
        folder.path, .whole, "is running, or was killed: there is no result to verify",
        try: "wait until it ends, or end it with settle train --resume \(folder.path)")
    }
    checkCircumstances(of: manifest, document)
    checkOutputs(of: manifest, folder)
    switch subcommand {
    case "train":
      try repeatTraining(
        folder, scratch, maximumUpdates, dataFolder, registry, threads, say, isCancelled)
    case "simulate":
      guard maximumUpdates == nil else {
        throw InputError(
          folder.path, .whole, "is a simulation, which has no updates",
          try: "leave --max-updates out")
      }
      try repeatSimulation(folder, scratch, manifest, dataFolder, registry, say, isCancelled)
    case "evaluate":
      guard maximumUpdates == nil else {
        throw InputError(
          folder.path, .whole, "is an evaluation, which has no updates",
          try: "leave --max-updates out")
      }
      try repeatEvaluation(
        folder, scratch, manifest, dataFolder, registry, threads, say, isCancelled)
    default:
      throw InputError(
        folder.path, .whole, "is a run of `settle \(subcommand)`",
        try: "runs of train, simulate and evaluate can be verified")
    }
  }

  // MARK: What was recorded

  private mutating func checkCircumstances(of manifest: Manifest, _ document: JSONValue) {
    let own = Versions.json
    if case .object(let members)? = document["versions"] {
      for member in members {
        guard let recorded = member.value.stringValue, let now = own[member.key]?.stringValue,
          recorded != now
        else { continue }
        notes.append("\(member.key) is \(now); the run was made with \(recorded)")
      }
    }
    if let recorded = document["machine"]?["processor"]?.stringValue,
      recorded != Manifest.processor
    {
      notes.append("the processor is \(Manifest.processor); the run was made on \(recorded)")
    }
    for input in manifest.hashes.inputs {
      guard let now = try? SHA256.hex(ofFile: input.path) else {
        notes.append("\(input.path), which the run read, is not there any more")
        continue
      }
      if now != input.hash {
        let isModel = input.path == manifest.modelFile
        notes.append(
          "\(input.path) was changed since the run"
            + (isModel ? "; the run's own model.yaml is repeated" : ""))
      }
    }
    if manifest.hashes.model == nil {
      notes.append("the manifest is of an earlier version and has no hashes")
    }
  }

  private mutating func checkOutputs(of manifest: Manifest, _ folder: RunFolder) {
    for (name, recorded) in manifest.hashes.outputs {
      guard let now = try? SHA256.hex(ofFile: folder.file(name)) else {
        changed.append(Difference(name, "", recorded, "not there"))
        continue
      }
      if now != recorded { changed.append(Difference(name, "", recorded, now)) }
    }
    if !manifest.hashes.outputs.isEmpty && changed.isEmpty {
      agreements.append(
        "\(manifest.hashes.outputs.count) files are as the run left them (sha256)")
    }
  }

  // MARK: Comparing

  /// - Parameter step: as ``TableComparison/first(_:_:_:ignoring:through:)`` has it.
  mutating func compareTable(
    _ name: String, _ folder: RunFolder, _ scratch: RunFolder, through step: Int? = nil
  ) throws {
    guard FileManager.default.fileExists(atPath: folder.file(name)) else { return }
    guard FileManager.default.fileExists(atPath: scratch.file(name)) else {
      differences.append(Difference(name, "", "there", "not there"))
      return
    }
    let (difference, rows) = try TableComparison.first(
      name, folder.file(name), scratch.file(name), through: step)
    if let difference {
      differences.append(difference)
    } else {
      agreements.append("\(name): \(rows) rows have the same bits")
    }
  }

  /// Arrays of a safetensors file, by their elements, so that a difference has a name.
  mutating func compareTensors(
    _ name: String, _ folder: RunFolder, _ scratch: RunFolder, ignoring ignored: Set<String> = []
  ) throws {
    guard FileManager.default.fileExists(atPath: folder.file(name)) else { return }
    guard FileManager.default.fileExists(atPath: scratch.file(name)) else {
      differences.append(Difference(name, "", "there", "not there"))
      return
    }
    let (a, b) = (
      try Safetensors(reading: folder.file(name)), try Safetensors(reading: scratch.file(name))
    )
    let all = TensorComparison.all(a, b).filter { !ignored.contains($0.name) }
    guard let first = all.first(where: { !$0.isSame }) else {
      agreements.append("\(name): \(all.count) arrays have the same bits")
      return
    }
    guard let place = first.firstPlace, let x = a[first.name], let y = b[first.name],
      let index = zip(x.values, y.values).enumerated().first(where: {
        $0.element.0.bitPattern != $0.element.1.bitPattern
      })?.offset
    else {
      func shape(_ shape: [Int]?) -> String { shape.map { "the shape \($0)" } ?? "not there" }
      differences.append(
        Difference(name, first.name, shape(first.firstShape), shape(first.secondShape)))
      return
    }
    differences.append(
      Difference(name, "\(first.name) \(place)", "\(x.values[index])", "\(y.values[index])"))
  }

  /// - Parameter ignored: members that need not be the same, besides times and places.
  mutating func compareJSON(
    _ name: String, _ folder: RunFolder, _ scratch: RunFolder, ignoring ignored: Set<String> = []
  ) throws {
    guard FileManager.default.fileExists(atPath: folder.file(name)) else { return }
    let found = ValueComparison.differences(
      name, try JSONValue.read(folder.file(name)), try JSONValue.read(scratch.file(name)),
      // Warnings are told, and a training that was resumed tells fewer of them.
      ignoring: ValueComparison.circumstances.union(ignored).union(["warnings"]))
    if let first = found.first {
      differences.append(first)
    } else {
      agreements.append("\(name): the same but for times")
    }
  }

  mutating func stopped(at updates: Int) { self.updates = updates }

  mutating func note(_ text: String) { notes.append(text) }

  mutating func add(_ difference: Difference) { differences.append(difference) }
}
