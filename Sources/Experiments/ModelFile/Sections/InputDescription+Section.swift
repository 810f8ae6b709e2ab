extension Codec where Value == InputDescription {
  /// Numbers, or a mapping with a `kind`.
  static var input: Codec {
    let values = Codec<ArraySource>.array
    let signal = InputSignalDescription.codec
    return Codec(
      shape: .either(values.shape, signal.shape),
      read: { node, reader in
        guard node.entries != nil else { return values.read(node, &reader).map { .values($0) } }
        // What does not change is numbers, however it is written.
        if node["kind"]?.text == "constant" {
          return InputSignalDescription.constant.read(node, &reader, ignoring: ["kind"])
            .map { .values($0.to) }
        }
        return signal.read(node, &reader).map { .signal($0) }
      },
      write: { input in
        switch input {
        case .values(let array): values.write(array)
        case .signal(let description): signal.write(description)
        }
      })
  }
}

extension InputSignalDescription {
  /// `{kind: constant, value: …}`, which is read as its numbers.
  static let constant = Section(Self(.step)) {
    Key("value", \.to, .array, "The values.", required: true)
  }

  private static let kinds: [(kind: Kind, keys: Section<InputSignalDescription>)] = [
    (.step, step), (.ramp, ramp), (.sinusoid, sinusoid), (.file, file),
  ]

  private static let kindShape = KeyShape(
    name: "kind", shape: .choice(["constant"] + Kind.allCases.map(\.rawValue)), defaultText: nil,
    doc: "How the input goes. Times count from the beginning of the phase.")

  static let codec = Codec<InputSignalDescription>(
    shape: .variants(
      [("constant", [kindShape] + constant.keyShapes, constant.rules)]
        + kinds.map { ($0.kind.rawValue, [kindShape] + $0.keys.keyShapes, $0.keys.rules) }),
    read: { node, reader in
      let names = ["constant"] + kinds.map(\.kind.rawValue)
      guard let kind = node["kind"] else {
        reader.report(
          "\(reader.location) needs the key `kind`: one of " + names.joined(separator: ", "),
          at: node.place)
        return nil
      }
      guard let found = kinds.first(where: { $0.kind.rawValue == kind.text }) else {
        reader.report(unknown: "kind of input", kind.text ?? "null", of: names, at: kind.place)
        return nil
      }
      return found.keys.read(node, &reader, ignoring: ["kind"])
    },
    write: { signal in
      guard let section = kinds.first(where: { $0.kind == signal.kind })?.keys,
        let entries = section.write(signal).entries
      else { return .null }
      return YAMLNode(
        content: .mapping(
          [.init(key: "kind", keyPlace: .file, value: .text(signal.kind.rawValue))] + entries))
    })

  @KeyListBuilder<InputSignalDescription>
  private static var ends: [Key<InputSignalDescription>] {
    Key(
      "from", \.from, Codec<ArraySource>.array.optional("null"),
      "The values before. Null: those that the input has when the phase begins.")
    Key("to", \.to, .array, "The values after.", required: true)
  }

  private static let step = Section(Self(.step)) {
    ends
    Key("at", \.at, .number(.nonNegative), "When the input jumps.")
    Key(
      "until", \.until, Codec<Double>.number(.positive).optional("null"),
      "When it jumps back. Null: it stays.")
  }
  .finishing { signal, _, node, reader in
    if let until = signal.until, until <= signal.at {
      reader.report(
        "\(reader.location) ends before it begins: `until` is \(YAMLNumber.format(until)), `at` "
          + YAMLNumber.format(signal.at), at: node["until"]?.place ?? node.place)
    }
  }

  private static let ramp = Section(Self(.ramp)) {
    ends
    Key("start", \.start, .number(.nonNegative), "When the ramp begins.")
    Key("duration", \.duration, .number(.positive), "How long it takes.", required: true)
  }

  private static let sinusoid = Section(Self(.sinusoid)) {
    Key("mean", \.mean, .array, "The values about which it swings.")
    Key("amplitude", \.amplitude, .array, "How far it swings.")
    Key("period", \.period, .number(.positive), "The time of one swing.", required: true)
    Key(
      "phase", \.phase, .number(),
      "Radians at the beginning: mean + amplitude·sin(2πt/period + phase)."
    )
  }

  private static let file = Section(Self(.file)) {
    Key(
      "path", \.path, .text("the path of a CSV file"),
      "A table with a header and a column of times.",
      required: true)
    Key("time", \.time, .text("a column"), "The column of times, which must ascend.")
    Key(
      "columns", \.columns, Codec<String>.text("a column").list(),
      "The columns of the units, in their order. Empty: all others.")
    Key(
      "interpolation", \.interpolation, .choice,
      "`linear`: on straight lines between the rows; `previous`: each row holds until the next. "
        + "Before the first row and after the last their values hold.")
  }
  .finishing { signal, _, node, reader in
    let columns = signal.columns
    if let twice = columns.indices.first(where: { columns[..<$0].contains(columns[$0]) }) {
      reader.report(
        "\(reader.location) names the column `\(columns[twice])` twice",
        at: node["columns"]?.place ?? node.place)
    }
  }
}
