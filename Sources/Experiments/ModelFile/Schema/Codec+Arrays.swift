extension Codec where Value == ArraySource {
  /// Numbers in nested lists, one number for all, or the name of a `.npy` file.
  static var array: Codec {
    let text = "numbers in (nested) lists, one number, or the path of a `.npy` file"
    return Codec(
      shape: .scalar(text, JSONSchema.array),
      read: { node, reader in
        if let path = node.text, path.lowercased().hasSuffix(".npy") { return .file(path) }
        switch node.content {
        case .scalar(let word, quoted: false) where YAMLNumber.parse(word) != nil: break
        case .sequence: break
        default:
          reader.report(expected: text, got: node)
          return nil
        }
        var numbers: [Double] = []
        var shape: [Int] = []
        guard flatten(node, depth: 0, &shape, &numbers, &reader) else { return nil }
        return .inline(numbers, shape: shape)
      },
      write: { source in
        switch source {
        case .file(let path): return .text(path)
        case .inline(let numbers, let shape): return nested(numbers[...], shape[...])
        }
      })
  }

  /// Appends the numbers of `node`; reports what is not a finite number in a regular array.
  private static func flatten(
    _ node: YAMLNode, depth: Int, _ shape: inout [Int], _ numbers: inout [Double],
    _ reader: inout Reader
  ) -> Bool {
    guard let items = node.items else {
      guard depth == shape.count else {
        reader.report(
          "\(reader.location) has a single value where a list of \(shape[depth]) is expected: "
            + "\(node.summary)", at: node.place)
        return false
      }
      guard let value = Codec<Double>.number().read(node, &reader) else { return false }
      numbers.append(value)
      return true
    }
    if depth == shape.count {
      // The first element at each depth settles the shape; a list below a number is caught here.
      guard numbers.isEmpty else {
        reader.report("\(reader.location) has a list where a number is expected", at: node.place)
        return false
      }
      shape.append(items.count)
    }
    guard shape[depth] == items.count else {
      reader.report(
        "\(reader.location) is not a regular array: a list of \(items.count) where the first has "
          + "\(shape[depth])", at: node.place)
      return false
    }
    return items.allSatisfy { flatten($0, depth: depth + 1, &shape, &numbers, &reader) }
  }

  private static func nested(_ numbers: ArraySlice<Double>, _ shape: ArraySlice<Int>) -> YAMLNode {
    guard let count = shape.first else {
      return .plain(YAMLNumber.format(numbers.first ?? 0))
    }
    guard count > 0 else { return .list([]) }
    let stride = numbers.count / count
    return .list(
      (0..<count).map { index in
        let start = numbers.startIndex + index * stride
        return nested(numbers[start..<start + stride], shape.dropFirst())
      })
  }
}

extension Codec where Value == [Double] {
  /// Numbers in one list; a single number is a list of one.
  static var vector: Codec {
    let list = Codec<Double>.number().list()
    return Codec(
      shape: .also(list.shape, Codec<Double>.number().shape),
      read: { node, reader in
        guard node.items == nil, node.plain.flatMap(YAMLNumber.parse) != nil else {
          return list.read(node, &reader)
        }
        return Codec<Double>.number().read(node, &reader).map { [$0] }
      },
      write: { list.write($0) })
  }
}

extension Codec where Value == TargetDescription {
  /// A vector, a class by number, or a class by a name of `data.classes`.
  static var target: Codec {
    let text = "a list of numbers, a class number from 0, or a class of `data.classes`"
    return Codec(
      shape: .scalar(
        text,
        JSONSchema.any(of: [
          JSONSchema.vector, JSONSchema.integer(0...Int.max), ["type": ["string", "boolean"]],
        ])),
      read: { node, reader in
        if node.items != nil {
          return Codec<[Double]>.vector.read(node, &reader).map { .vector($0) }
        }
        if let number = node.plain.flatMap(YAMLNumber.parseInteger), number >= 0 {
          return .label(number)
        }
        guard let name = node.text, YAMLNumber.parse(name) == nil || node.plain == nil else {
          reader.report(expected: text, got: node, hint: "; a target of one number is written [x]")
          return nil
        }
        guard let index = reader.classes.firstIndex(of: name) else {
          reader.report(unknown: "class", name, of: reader.classes, at: node.place)
          return nil
        }
        return .label(index)
      },
      write: { target in
        switch target {
        case .vector(let numbers): Codec<[Double]>.vector.write(numbers)
        case .label(let index): .plain(String(index))
        }
      })
  }
}
