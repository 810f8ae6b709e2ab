/// An interval of numbers, and how messages call it.
struct Bounds: Sendable {
  var lower = -Double.infinity
  var upper = Double.infinity
  var includesLower = true
  var includesUpper = true
  var text: String

  static let any = Bounds(text: "a number")
  static let positive = Bounds(lower: 0, includesLower: false, text: "a number > 0")
  static let nonNegative = Bounds(lower: 0, text: "a number >= 0")
  /// [0, 1).
  static let belowOne = Bounds(
    lower: 0, upper: 1, includesUpper: false, text: "a number >= 0 and < 1")
  static let positiveFraction = Bounds(
    lower: 0, upper: 1, includesLower: false, text: "a number > 0 and <= 1")
  static let fraction = Bounds(lower: 0, upper: 1, text: "a number from 0 to 1")

  func contains(_ value: Double) -> Bool {
    (includesLower ? value >= lower : value > lower)
      && (includesUpper ? value <= upper : value < upper)
  }
}

extension Codec where Value == Double {
  /// A finite number, or with `infinite` also `inf`.
  static func number(_ bounds: Bounds = .any, infinite: Bool = false) -> Codec {
    let text = bounds.text + (infinite ? " or `inf`" : "")
    return Codec(
      shape: .scalar(text, JSONSchema.number(bounds, infinite: infinite)),
      read: { node, reader in
        guard let plain = node.plain, let value = YAMLNumber.parse(plain) else {
          let isQuoted = node.text.map { node.plain == nil && YAMLNumber.parse($0) != nil } ?? false
          reader.report(
            expected: text, got: node, hint: isQuoted ? "; leave the quotes out" : "")
          return nil
        }
        guard !value.isNaN, infinite || value.isFinite, bounds.contains(value) else {
          reader.report(expected: value.isFinite ? text : "finite, \(text)", got: node)
          return nil
        }
        return value
      },
      write: { .plain(YAMLNumber.format($0)) })
  }
}

extension Codec where Value == Int {
  static func integer(_ range: ClosedRange<Int>) -> Codec {
    let text =
      range.upperBound == .max
      ? "an integer >= \(range.lowerBound)"
      : "an integer from \(range.lowerBound) to \(range.upperBound)"
    return Codec(
      shape: .scalar(text, JSONSchema.integer(range)),
      read: { node, reader in
        guard let plain = node.plain, let value = YAMLNumber.parseInteger(plain),
          range.contains(value)
        else {
          reader.report(expected: text, got: node)
          return nil
        }
        return value
      },
      write: { .plain(String($0)) })
  }

  static func integer(_ range: PartialRangeFrom<Int>) -> Codec {
    integer(range.lowerBound...Int.max)
  }
}

extension Codec where Value == UInt64 {
  static var seed: Codec {
    let text = "an integer from 0 to \(UInt64.max)"
    return Codec(
      shape: .scalar("an integer >= 0", JSONSchema.integer(0...Int.max)),
      read: { node, reader in
        guard let plain = node.plain, let value = UInt64(plain) else {
          reader.report(expected: text, got: node)
          return nil
        }
        return value
      },
      write: { .plain(String($0)) })
  }
}

extension Codec where Value == Bool {
  static var flag: Codec {
    Codec(
      shape: .scalar("true or false", JSONSchema.flag),
      read: { node, reader in
        switch node.plain {
        case "true", "True", "TRUE": return true
        case "false", "False", "FALSE": return false
        default:
          reader.report(expected: "true or false", got: node)
          return nil
        }
      },
      write: { .plain($0 ? "true" : "false") })
  }
}

extension Codec where Value == String {
  /// Any text, also none.
  static var text: Codec {
    Codec(
      shape: .scalar("text", JSONSchema.text(isEmpty: true)),
      read: { node, reader in
        guard let text = node.text else {
          reader.report(expected: "text", got: node)
          return nil
        }
        return text
      },
      write: { .text($0) })
  }

  /// Text that is not empty: a name, a column, a path.
  static func text(_ what: String) -> Codec {
    Codec(
      shape: .scalar(what, JSONSchema.text()),
      read: { node, reader in
        guard let text = node.text, !text.isEmpty else {
          reader.report(expected: what, got: node)
          return nil
        }
        return text
      },
      write: { .text($0) })
  }

  /// A name out of a registry.
  static func registered(
    _ what: String, _ names: any KeyPath<KnownNames, [String]> & Sendable
  ) -> Codec {
    Codec(
      shape: .registered(names),
      read: { node, reader in
        guard let name = node.text else {
          reader.report(expected: "the name of a \(what)", got: node)
          return nil
        }
        guard reader.names[keyPath: names].contains(name) else {
          reader.report(unknown: what, name, of: reader.names[keyPath: names], at: node.place)
          return nil
        }
        return name
      },
      write: { .text($0) })
  }
}

extension Codec where Value: RawRepresentable<String> & CaseIterable & SendableMetatype {
  /// One of the cases.
  static var choice: Codec {
    let names = Value.allCases.map(\.rawValue)
    return Codec(
      shape: .choice(names),
      read: { node, reader in
        guard let name = node.text else {
          reader.report(expected: "one of " + names.joined(separator: ", "), got: node)
          return nil
        }
        guard let value = Value(rawValue: name) else {
          reader.report(unknown: reader.lastKey ?? "value", name, of: names, at: node.place)
          return nil
        }
        return value
      },
      // `none` and the like need no quotes: they are read as keywords, quoted or not.
      write: { .text($0.rawValue) })
  }
}
