extension DataDescription {
  /// The kinds and the keys of each; the other keys are common to all.
  private static let kinds: [(name: String, keys: Section<DataDescription>)] = [
    ("csv", csv), ("idx", files("idx")), ("npy", files("npy")), ("inline", inline),
  ]

  static let codec = Codec<DataDescription>(
    shape: .variants(kinds.map { ($0.name, [kindShape] + $0.keys.keyShapes, $0.keys.rules) }),
    read: { node, reader in
      guard let entries = node.entries else {
        reader.report(expected: "a mapping with the key `kind`", got: node)
        return nil
      }
      let names = kinds.map(\.name)
      guard let kind = entries.first(where: { $0.key == "kind" })?.value else {
        reader.report(
          "\(reader.location) needs the key `kind`: one of " + names.joined(separator: ", "),
          at: node.place)
        return nil
      }
      guard let found = kinds.first(where: { $0.name == kind.text }) else {
        reader.report(unknown: "data kind", kind.text ?? "null", of: names, at: kind.place)
        return nil
      }
      return found.keys.read(node, &reader, ignoring: ["kind"])
    },
    write: { data in
      let kind = data.source.kind
      guard let section = kinds.first(where: { $0.name == kind })?.keys,
        let entries = section.write(data).entries
      else { return .null }
      return YAMLNode(
        content: .mapping(
          [.init(key: "kind", keyPlace: .file, value: .text(kind))] + entries))
    })

  private static let kindShape = KeyShape(
    name: "kind", shape: .choice(["csv", "idx", "npy", "inline"]), defaultText: nil,
    doc: "Format of the data.")

  private static let csv = Section(
    DataDescription(source: .csv(path: "", labels: nil, targets: []))
  ) {
    Key(
      "path", .text("the path of a CSV file"), "The table, with a header.", required: true,
      get: { $0.source.csv?.path }, set: { $0.source.setCSV(path: $1) })
    Key(
      "labels", Codec<String>.text("a column").optional("null"), "Column of class labels.",
      get: { $0.source.csv.map(\.labels) }, set: { $0.source.setCSV(labels: $1) })
    Key(
      "targets", Codec<String>.text("a column").list(), "Columns of target vectors.",
      get: { $0.source.csv?.targets }, set: { $0.source.setCSV(targets: $1) })
    commonKeys
  }
  .finishing(rules: oneOf("labels", "targets", targets: ["minItems": 1])) { data, _, node, reader in
    guard case .csv(_, let labels, let targets) = data.source else { return }
    reader.requireOne(labels != nil, !targets.isEmpty, node)
    for name in Set(targets).sorted() where targets.count(where: { $0 == name }) > 1 {
      reader.report(
        "\(reader.location) names the target column `\(name)` twice",
        at: node["targets"]?.place ?? node.place)
    }
  }

  /// Samples have labels or target vectors, not both. Whether `none` is a column or nothing, only its
  /// quotes tell.
  fileprivate static func oneOf(
    _ labels: String, _ targets: String, targets given: JSONValue = JSONSchema.isGiven
  ) -> [JSONValue] {
    let isNamed = JSONSchema.not(["enum": [.null, "none"]])
    return [
      JSONSchema.any(of: [
        JSONSchema.given(labels, JSONSchema.isGiven), JSONSchema.given(targets, given),
      ]),
      JSONSchema.not([
        "allOf": [
          JSONSchema.given(labels, isNamed),
          JSONSchema.given(targets, ["allOf": [given, isNamed]]),
        ]
      ]),
    ]
  }

  private static func files(_ kind: String) -> Section<DataDescription> {
    let initial: Source =
      kind == "idx" ? .idx(train: Files(), test: nil) : .npy(train: Files(), test: nil)
    return Section(DataDescription(source: initial)) {
      Key(
        "train", Files.section.codec, "Training samples.", required: true,
        get: { $0.source.files?.train }, set: { $0.source.setFiles(train: $1) })
      Key(
        "test", Files.section.codec.optional("null"),
        "Test samples. Null: they are split from the training samples.",
        get: { $0.source.files.map(\.test) }, set: { $0.source.setFiles(test: $1) })
      commonKeys
    }
  }

  private static let inline = Section(DataDescription(source: .inline([]))) {
    Key(
      "samples", Sample.section.codec.list(), "The samples.", required: true,
      get: { $0.source.samples }, set: { $0.source = .inline($1) })
    commonKeys
  }
  .obeying(JSONSchema.key("samples", ["minItems": 1]))
}

extension DataDescription.Source {
  /// The value of the key `kind`.
  public var kind: String {
    switch self {
    case .csv: "csv"
    case .idx: "idx"
    case .npy: "npy"
    case .inline: "inline"
    }
  }

  fileprivate var csv: (path: String, labels: String?, targets: [String])? {
    guard case .csv(let path, let labels, let targets) = self else { return nil }
    return (path, labels, targets)
  }

  fileprivate var files: (train: DataDescription.Files, test: DataDescription.Files?)? {
    switch self {
    case .idx(let train, let test), .npy(let train, let test): (train, test)
    case .csv, .inline: nil
    }
  }

  fileprivate var samples: [DataDescription.Sample]? {
    guard case .inline(let samples) = self else { return nil }
    return samples
  }

  fileprivate mutating func setCSV(
    path: String? = nil, labels: String?? = nil, targets: [String]? = nil
  ) {
    guard let old = csv else { return }
    self = .csv(
      path: path ?? old.path, labels: labels ?? old.labels, targets: targets ?? old.targets)
  }

  fileprivate mutating func setFiles(
    train: DataDescription.Files? = nil, test: DataDescription.Files?? = nil
  ) {
    guard let old = files else { return }
    if case .idx = self {
      self = .idx(train: train ?? old.train, test: test ?? old.test)
    } else {
      self = .npy(train: train ?? old.train, test: test ?? old.test)
    }
  }
}

extension DataDescription.Files {
  fileprivate static let section = Section(Self()) {
    Key(
      "inputs", \.inputs, .text("the path of a file"), "Inputs, sample by sample.", required: true)
    Key(
      "labels", \.labels, Codec<String>.text("the path of a file").optional("null"), "Class labels."
    )
    Key(
      "targets", \.targets, Codec<String>.text("the path of a file").optional("null"),
      "Target vectors.")
  }
  .finishing(rules: DataDescription.oneOf("labels", "targets")) { files, _, node, reader in
    reader.requireOne(files.labels != nil, files.targets != nil, node)
  }
}

extension DataDescription.Sample {
  fileprivate static let section = Section(Self()) {
    Key("input", \.input, .vector, "The rates of the input units.", required: true)
    Key("target", \.target, .target, "A vector, a class number, or a class name.", required: true)
  }
}

extension Reader {
  /// Samples have labels or target vectors, not both.
  fileprivate mutating func requireOne(_ labels: Bool, _ targets: Bool, _ node: YAMLNode) {
    guard labels == targets else { return }
    report(
      "\(location) needs either `labels` (classes) or `targets` (vectors)"
        + (labels ? ", not both" : ""), at: node.place)
  }
}
