internal import Foundation

/// What figures are made from: the folder of a run, or a single file.
public struct RunSource: Sendable {
  /// As the user named it.
  public let path: String
  /// Where the files of the run lie.
  public let folder: String
  /// The file that was named, if it was no folder.
  let file: String?
  /// What a file of these contents is called in the folder of a run; nil: none that runs have.
  private let role: String?
  /// The keys of `model.yaml` by their dotted paths, list items by name; empty where there is none.
  let keys: [String: String]

  /// - Throws: ``InputError`` where there is nothing at the path.
  public init(_ path: String) throws(InputError) {
    self.path = path
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw InputError(path, .whole, "there is no such file or folder", try: "check the path")
    }
    if isFolder.boolValue {
      var stem = path
      while stem.count > 1 && stem.hasSuffix("/") { stem.removeLast() }
      folder = stem
      file = nil
      role = nil
    } else {
      let parent = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      folder = parent.isEmpty ? "." : parent == [""] ? "/" : parent.joined(separator: "/")
      file = path
      role = try Self.role(of: path)
    }
    keys = Self.keys("\(folder)/model.yaml")
  }

  /// The path of a file of the run if it is there. Where a single file was named, it is the only one that
  /// is.
  func file(_ name: String) -> String? {
    if let file { return role == name ? file : nil }
    let path = "\(folder)/\(name)"
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }

  /// A file beside the one that was named, or in the folder: what explains it, such as the model.
  func companion(_ name: String) -> String? {
    let path = "\(folder)/\(name)"
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }

  /// What the run is called: the end of its path.
  var label: String {
    let name = Self.name(of: file ?? folder)
    guard name == "." || name == ".." else { return name }
    return Self.name(of: URL(fileURLWithPath: folder).standardizedFileURL.path)
  }

  /// The model's name where it is known, else the run's.
  var title: String { keys["name"] ?? label }

  /// A table is known by its columns, whatever it is called.
  private static func role(of path: String) throws(InputError) -> String? {
    if path.hasSuffix(".safetensors") { return "parameters.safetensors" }
    let columns = Set(try CSVReader(path).header)
    let known: [(String, Set<String>)] = [
      ("trajectory.csv", ["time", "phase", "sample"]),
      ("metrics.csv", ["epoch", "step", "train_loss"]),
      ("steps.csv", ["epoch", "step", "used", "gradient_norm"]),
      ("audit.csv", ["step", "parameter", "reference", "cosine"]),
      ("audit-control.csv", ["step", "condition_ratio", "closed_loop_eigenvalue"]),
      ("eigenvalues.csv", ["sample", "real", "imaginary"]),
      ("confusion.csv", ["class", "predicted", "correct"]),
    ]
    return known.first { columns.isSuperset(of: $0.1) }?.0
  }

  private static func name(of path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// A model that cannot be read says nothing of the run, and the figure can be drawn without it.
  private static func keys(_ path: String) -> [String: String] {
    guard let bytes = try? FileBytes.read(path, limit: YAMLDocument.maximumBytes),
      let root = try? YAMLDocument.parse(String(decoding: bytes, as: UTF8.self))
    else { return [:] }
    var keys: [String: String] = [:]
    func collect(_ node: YAMLNode, _ path: String) {
      func inside(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
      switch node.content {
      case .scalar(let text, _): keys[path] = text
      case .mapping(let entries): for entry in entries { collect(entry.value, inside(entry.key)) }
      case .sequence(let items):
        let texts = items.compactMap(\.text)
        if texts.count == items.count {
          keys[path] = "[\(texts.joined(separator: ", "))]"
        } else {
          for (index, item) in items.enumerated() {
            collect(item, inside(item["name"]?.text ?? String(index)))
          }
        }
      }
    }
    collect(root, "")
    return keys
  }
}
