extension DataDescription {
  /// The keys that every kind of data has.
  @KeyListBuilder<DataDescription>
  static var commonKeys: [Key<DataDescription>] {
    Key(
      "classes", \.classes, Codec<String>.text("a class").list(),
      "Names of the classes, in their order. Empty: labels are integers from 0.")
    Key("scale", \.scale, .number(), "Multiplies the inputs.")
    Key(
      "normalize", \.normalize, .choice,
      "`standard`: mean 0 and standard deviation 1 for each input over the training samples.")
    Key("limit", \.limit, Codec<Int>.integer(1...).optional("all"), "Samples used.")
    Key("split", \.split, Split.section.codec, "Parts held back.")
  }
}

extension DataDescription.Split {
  static let section = Section(Self()) {
    Key("test", \.test, .amount, "Test samples: a number of them, or a fraction below 1.")
    Key("validation", \.validation, .amount, "Validation samples, likewise.")
    Key("stratified", \.stratified, .flag, "Keep the proportions of the classes.")
  }
  .finishing { split, _, node, reader in
    if case .fraction(let test) = split.test, case .fraction(let validation) = split.validation,
      test + validation >= 1
    {
      reader.report(
        "\(reader.location) leaves no training samples: test and validation add up to "
          + YAMLNumber.format(test + validation), at: node.place)
    }
  }
}

extension Codec where Value == DataDescription.Amount {
  /// An integer is a number of samples, a number below 1 a fraction of them.
  fileprivate static var amount: Codec {
    let text = "a number of samples (an integer) or a fraction (> 0 and < 1)"
    return Codec(
      shape: .scalar(
        text,
        JSONSchema.any(of: [
          JSONSchema.integer(0...Int.max),
          JSONSchema.number(
            Bounds(lower: 0, upper: 1, includesLower: false, includesUpper: false, text: text)),
        ])),
      read: { node, reader in
        if let count = node.plain.flatMap(YAMLNumber.parseInteger), count >= 0 {
          return .count(count)
        }
        if let value = node.plain.flatMap(YAMLNumber.parse), value > 0, value < 1 {
          return .fraction(value)
        }
        reader.report(expected: text, got: node)
        return nil
      },
      write: { amount in
        switch amount {
        case .count(let count): .plain(String(count))
        case .fraction(let value): .plain(YAMLNumber.format(value))
        }
      })
  }
}
