import Foundation

/// A model file that was read and found consistent.
public struct ModelFile: Sendable {
  /// The path as given; errors begin with it.
  public let file: String
  /// What the file says, every default filled in.
  public let model: ModelDescription
  /// Where each key was written: dotted paths, list items by index.
  let places: [String: SourcePlace]

  /// Reads and checks a model file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - overrides: `key=value` strings of `--set` arguments, applied in order.
  ///   - options: what messages call those of them that came from an option of another name, by their
  ///     index.
  ///   - knownNames: Names that registries know.
  /// - Throws: ``ModelFileError`` with every problem found.
  public static func load(
    path: String, overrides: [String] = [], options: [Int: String] = [:],
    knownNames: KnownNames = KnownNames()
  ) throws(ModelFileError) -> ModelFile {
    let data: [UInt8]
    do {
      data = try FileBytes.read(path)
    } catch {
      let files = FileManager.default
      var isFolder: ObjCBool = false
      let isThere = files.fileExists(atPath: path, isDirectory: &isFolder)
      var reason = isThere ? error.problem : "no such file; check the path"
      if isFolder.boolValue {
        let own = path + (path.hasSuffix("/") ? "" : "/") + "model.yaml"
        reason +=
          "; name a model file" + (files.fileExists(atPath: own) ? ", such as \(own)" : "")
      }
      throw ModelFileError(file: path, place: .file, reason)
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      let valid = String(decoding: data, as: UTF8.self)
      let good = valid.prefix { $0 != "\u{FFFD}" }
      throw ModelFileError(
        file: path, place: YAMLDocument.position(of: good),
        "not UTF-8 text; save the file as UTF-8 (a model file is YAML)")
    }
    return try parse(
      text: text, file: path, overrides: overrides, options: options, knownNames: knownNames)
  }

  /// Reads and checks the text of a model file; as ``load(path:overrides:options:knownNames:)``.
  ///
  /// - Parameters:
  ///   - text: the text of the model file.
  ///   - file: Where the text comes from, for messages, for relative paths, and for the
  ///     model's name where it has none.
  ///   - overrides: `key=value`, applied in order.
  ///   - options: what messages call some of them, by their index.
  ///   - knownNames: what the model may name.
  public static func parse(
    text: String, file: String, overrides: [String] = [], options: [Int: String] = [:],
    knownNames: KnownNames = KnownNames()
  ) throws(ModelFileError) -> ModelFile {
    let parsed: YAMLNode?
    do {
      parsed = try YAMLDocument.parse(text)
    } catch {
      throw ModelFileError(file: file, place: error.place, error.message)
    }
    guard var root = parsed, !root.isNull else {
      throw ModelFileError(
        file: file, place: .position(line: 1, column: 1),
        "the file is empty; a model needs at least the keys `settle: 1` and `network`")
    }
    guard root.entries != nil else {
      throw ModelFileError(
        file: file, place: root.place,
        "a model file is a mapping with the keys `settle` and `network`; got \(root.summary)")
    }
    var reader = Reader(file: file, names: knownNames)
    reader.text = text
    for (index, argument) in overrides.enumerated() {
      let place = options[index].map(SourcePlace.option) ?? .argument(index + 1)
      Override.apply(argument, from: place, to: &root, &reader)
    }
    reader.classes = root["data"]?["classes"]?.items?.compactMap(\.text) ?? []
    guard reader.problems.isEmpty, var model = ModelDescription.section.read(root, &reader) else {
      throw ModelFileError(file: file, problems: reader.sortedProblems)
    }
    if root["name"] == nil, let name = folderName(ofFile: file) { model.name = name }
    var checker = Checker(model: model, reader: reader)
    checker.check()
    guard checker.reader.problems.isEmpty else {
      throw ModelFileError(file: file, problems: checker.reader.sortedProblems)
    }
    return ModelFile(file: file, model: model, places: reader.places)
  }
}

extension ModelFile {
  /// Reads and checks the model that a run has kept.
  ///
  /// - Parameters:
  ///   - text: of it.
  ///   - path: where it lies, for messages.
  ///   - file: the model file that it was made of, which relative paths in it start from.
  ///   - knownNames: what the model may name.
  static func parse(
    stored text: String, at path: String, of file: String, knownNames: KnownNames
  ) throws(ModelFileError) -> ModelFile {
    do {
      return try parse(text: text, file: file, knownNames: knownNames)
    } catch {
      throw ModelFileError(file: path, problems: error.problems)
    }
  }

  /// The folder that relative paths in the model start from.
  public var directory: String {
    URL(fileURLWithPath: file).deletingLastPathComponent().path
  }

  /// A path that the model names, relative ones from the model file's folder.
  public func path(of written: String) -> String {
    written.hasPrefix("/") ? written : directory + "/" + written
  }

  /// An error at the place of a key, for what shows only when the model is used.
  ///
  /// - Parameters:
  ///   - key: Dotted path; projections and phases by index or name
  ///     (`network.projections.hidden-hidden.weight`). A key that was not written stands for the
  ///     nearest mapping around it.
  ///   - message: what to say.
  public func error(at key: String, _ message: String) -> ModelFileError {
    ModelFileError(
      file: file,
      place: nearestPlace(to: key.split(separator: ".").map(String.init), in: places, model),
      message)
  }

  /// Checks that the model can be trained: it has data, learning and a loss.
  ///
  /// - Throws: ``ModelFileError`` naming the missing keys.
  public func requireForTraining() throws(ModelFileError) {
    var missing: [String] = []
    if model.network.loss == nil { missing.append("`network.loss`: what is to be lowered") }
    if model.data == nil { missing.append("`data`: the samples to learn from") }
    if model.learning == nil { missing.append("`learning`: how to learn (`learning: {}` will do)") }
    guard missing.isEmpty else {
      throw ModelFileError(
        file: file, place: .file, "training needs " + missing.joined(separator: "; and "))
    }
  }

  /// Checks that the model can be evaluated on data: it has data and a loss.
  ///
  /// - Throws: ``ModelFileError`` naming the missing keys.
  public func requireForEvaluation() throws(ModelFileError) {
    var missing: [String] = []
    if model.network.loss == nil { missing.append("`network.loss`: what is measured") }
    if model.data == nil { missing.append("`data`: the samples to evaluate") }
    guard missing.isEmpty else {
      throw ModelFileError(
        file: file, place: .file, "evaluation needs " + missing.joined(separator: "; and "))
    }
  }

  /// The model as a file with every default written out; reading it gives `model` again.
  ///
  /// Numbers are written so that YAML 1.1 readers take them for numbers too.
  public static func resolvedYAML(_ model: ModelDescription) -> String {
    YAMLWriter.write(ModelDescription.section.write(model))
  }

  /// Letters, digits, `-`, `_` and `.`, the first a letter or digit.
  static func isFolderName(_ name: String) -> Bool {
    let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    guard let first = name.first, letters.contains(first), name.utf8.count <= 100 else {
      return false
    }
    return name.allSatisfy { letters.contains($0) || "-_.".contains($0) }
  }

  private static func folderName(ofFile file: String) -> String? {
    let stem = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
    return isFolderName(stem) ? stem : nil
  }
}

extension ModelFileError {
  init(file: String, place: SourcePlace, _ message: String) {
    self.init(file: file, problems: [.init(place: place, message: message)])
  }
}

extension ModelFile {
  /// Whether a key stands in the file or in an override, rather than at its default.
  public func isWritten(_ key: some StringProtocol) -> Bool { places[String(key)] != nil }
}
