internal import Foundation

/// In what two runs differ: their model, what made them, and what came of it.
public struct RunDifference: Sendable {
  /// The folder of the first run.
  public let first: String
  /// The folder of the second.
  public let second: String
  /// The keys of model.yaml.
  public private(set) var model: [Difference] = []
  /// Subcommand, versions, data.
  public private(set) var circumstances: [Difference] = []
  /// summary.json, leaf by leaf, but for times and places.
  public private(set) var outcome: [Difference] = []
  /// All arrays of parameters.safetensors; empty where no run has any.
  public private(set) var parameters: [TensorComparison] = []
  /// The first difference of each table.
  public private(set) var tables: [Difference] = []

  /// Whether nothing differs but times and places.
  public var isSame: Bool {
    model.isEmpty && circumstances.isEmpty && outcome.isEmpty && tables.isEmpty
      && parameters.allSatisfy(\.isSame)
  }

  private static let tableNames = [
    "metrics.csv", "steps.csv", "unsettled.csv", "confusion.csv", "audit.csv",
    "audit-control.csv", "trajectory.csv", "predictions.csv",
  ]

  /// - Throws: ``InputError`` where one is not the folder of a run, or holds a damaged file.
  public init(_ first: String, _ second: String) throws(InputError) {
    self.first = first
    self.second = second
    let a = try RunFolder(existing: first)
    let b = try RunFolder(existing: second)
    func exists(_ folder: RunFolder, _ name: String) -> Bool {
      FileManager.default.fileExists(atPath: folder.file(name))
    }
    for folder in [a, b] where !exists(folder, "model.yaml") || !exists(folder, "manifest.json") {
      throw InputError(
        folder.path, .whole, "is not the folder of a run: it lacks model.yaml or manifest.json",
        try: "name a folder that settle wrote")
    }
    /// Where both have the file; a difference where only one has it.
    func both(_ name: String, _ differences: inout [Difference]) -> Bool {
      let (hasFirst, hasSecond) = (exists(a, name), exists(b, name))
      if hasFirst != hasSecond {
        differences.append(
          Difference(
            name, "", hasFirst ? "there" : "not there", hasSecond ? "there" : "not there"))
      }
      return hasFirst && hasSecond
    }
    model = try ValueComparison.models("model.yaml", a.file("model.yaml"), b.file("model.yaml"))
    try compareManifests(a, b)
    if both("summary.json", &outcome) {
      outcome += ValueComparison.differences(
        "summary.json", try JSONValue.read(a.file("summary.json")),
        try JSONValue.read(b.file("summary.json")))
    }
    if both("parameters.safetensors", &tables) {
      parameters = try TensorComparison.all(
        a.file("parameters.safetensors"), b.file("parameters.safetensors"))
    }
    for name in Self.tableNames where both(name, &tables) {
      let (difference, _) = try TableComparison.first(name, a.file(name), b.file(name))
      if let difference { tables.append(difference) }
    }
  }

  private mutating func compareManifests(_ a: RunFolder, _ b: RunFolder) throws(InputError) {
    let first = try JSONValue.read(a.file("manifest.json"))
    let second = try JSONValue.read(b.file("manifest.json"))
    for key in ["subcommand", "status", "versions", "samples", "split"] {
      let (x, y) = (first[key] ?? .null, second[key] ?? .null)
      circumstances += ValueComparison.differences(
        "manifest.json", .object([.init(key, x)]), .object([.init(key, y)]), ignoring: [])
    }
    for part in ["train", "validation", "test"] {
      let (x, y) = (
        first["fingerprints"]?[part] ?? .null, second["fingerprints"]?[part] ?? .null
      )
      if x != y {
        circumstances.append(
          Difference(
            "manifest.json", "fingerprints.\(part) (the samples)", x.encoded(indented: false),
            y.encoded(indented: false)))
      }
    }
  }

  // MARK: Reports

  /// For scripts, in snake case.
  public var json: JSONValue {
    .object([
      .init("first", .string(first)), .init("second", .string(second)),
      .init("same", .bool(isSame)),
      .init("model", .array(model.map(\.json))),
      .init("circumstances", .array(circumstances.map(\.json))),
      .init("outcome", .array(outcome.map(\.json))),
      .init("parameters", .array(parameters.map(\.json))),
      .init("tables", .array(tables.map(\.json))),
    ])
  }

  /// The most lines of one kind.
  private static let most = 40

  /// For people.
  public var text: String {
    if isSame { return "no difference but times and places" }
    var lines: [String] = []
    func list(_ title: String, _ differences: [Difference], named: Bool) {
      guard !differences.isEmpty else { return }
      lines.append("\(title):")
      lines += differences.prefix(Self.most).map { difference in
        let place = [named ? difference.file : "", difference.place].filter { !$0.isEmpty }
        return "  \(place.joined(separator: ", ")): \(difference.first) | \(difference.second)"
      }
      if differences.count > Self.most {
        lines.append("  and \(differences.count - Self.most) more; --json has all")
      }
    }
    list("model", model, named: false)
    list("made by", circumstances, named: false)
    list("outcome", outcome, named: false)
    let changed = parameters.filter { !$0.isSame }
    if !changed.isEmpty {
      lines.append("parameters:")
      lines += changed.map(Self.line)
    }
    list("first differences of tables", tables, named: true)
    return lines.joined(separator: "\n")
  }

  private static func line(_ tensor: TensorComparison) -> String {
    guard let shape = tensor.firstShape, let other = tensor.secondShape else {
      return "  \(tensor.name): only in the \(tensor.firstShape == nil ? "second" : "first")"
    }
    guard shape == other else { return "  \(tensor.name): shape \(shape) | \(other)" }
    let relative = tensor.differenceNorm / max(tensor.firstNorm, tensor.secondNorm)
    return "  \(tensor.name): "
      + String(
        format: "norm of the difference %.6g (relative %.3g), %d of %d elements",
        tensor.differenceNorm, relative, tensor.differing, shape.reduce(1, *))
  }
}
