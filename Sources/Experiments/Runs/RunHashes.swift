public import Dynamics
internal import Foundation

/// SHA-256 of what a run read and of what it wrote, for its manifest.
///
/// ``Fingerprint`` is of the numbers that a training sees, after scaling and splitting; these are of files,
/// and `sha256sum` gives the same.
public struct RunHashes: Sendable, Equatable {
  /// One file that was read.
  public struct Input: Sendable, Equatable {
    /// Absolute.
    public var path: String
    /// SHA-256 of its bytes, in hexadecimal.
    public var hash: String
  }

  /// Of model.yaml, the model with all defaults written out.
  public var model: String?
  /// Of the parameters that the run began with: their names, shapes and values.
  public var start: String?
  /// The model file, data, arrays and parameters.
  public var inputs: [Input] = []
  /// By the name of the file in the run's folder.
  public var outputs: [(name: String, hash: String)] = []

  /// With nothing to set.
  public init() {}

  /// - Parameters:
  ///   - text: of model.yaml.
  ///   - start: the parameters that the run begins with.
  ///   - files: what was read.
  public init(
    model text: String, start: ParameterSet, reading files: [String]
  ) throws(InputError) {
    model = SHA256.hex(of: text)
    self.start = Self.hash(of: start)
    for path in files {
      inputs.append(Input(path: path, hash: try SHA256.hex(ofFile: path)))
    }
  }

  public static func == (a: RunHashes, b: RunHashes) -> Bool {
    a.model == b.model && a.start == b.start && a.inputs == b.inputs
      && a.outputs.elementsEqual(b.outputs) { $0.name == $1.name && $0.hash == $1.hash }
  }

  /// Name, shape and values of each parameter, as text with a line break, and little-endian doubles.
  public static func hash(of parameters: ParameterSet) -> String {
    var hash = SHA256()
    for parameter in parameters.parameters {
      hash.add(Array("\(parameter.name) \(parameter.shape)\n".utf8))
      for values in stride(from: 0, to: parameter.values.count, by: 4096) {
        var bytes: [UInt8] = []
        for value in parameter.values[values..<min(values + 4096, parameter.values.count)] {
          withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
        }
        hash.add(bytes)
      }
    }
    return hash.hex()
  }

  /// Hashes every file of a finished run but the manifest itself and what other commands put there.
  public mutating func readOutputs(of folder: RunFolder) {
    outputs = []
    let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String }
    for name in (names ?? []).sorted() {
      let parts = name.split(separator: "/").map(String.init)
      guard let first = parts.first, !["replay", "figures", "manifest.json"].contains(first),
        !parts.contains(where: { $0.hasPrefix(".") })
      else { continue }
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: folder.file(name), isDirectory: &isFolder),
        !isFolder.boolValue, let hash = try? SHA256.hex(ofFile: folder.file(name))
      else { continue }
      outputs.append((name, hash))
    }
  }

  // MARK: In the manifest

  var json: JSONValue {
    func text(_ value: String?) -> JSONValue { value.map(JSONValue.string) ?? .null }
    return .object([
      .init("model", text(model)), .init("start", text(start)),
      .init(
        "inputs",
        .array(
          inputs.map {
            .object([.init("path", .string($0.path)), .init("sha256", .string($0.hash))])
          })),
      .init("outputs", .object(outputs.map { .init($0.name, .string($0.hash)) })),
    ])
  }

  init(_ json: JSONValue?) {
    model = json?["model"]?.stringValue
    start = json?["start"]?.stringValue
    inputs = (json?["inputs"]?.arrayValue ?? []).compactMap {
      guard let path = $0["path"]?.stringValue, let hash = $0["sha256"]?.stringValue else {
        return nil
      }
      return Input(path: path, hash: hash)
    }
    if case .object(let members)? = json?["outputs"] {
      outputs = members.compactMap { member in
        member.value.stringValue.map { (member.key, $0) }
      }
    }
  }
}
