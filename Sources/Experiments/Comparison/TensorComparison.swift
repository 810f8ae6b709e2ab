/// One array of two safetensors files.
public struct TensorComparison: Sendable, Equatable {
  /// The array's name.
  public var name: String
  /// Nil where a file has no such array.
  public var firstShape: [Int]?
  /// Nil where the second run has none of that name.
  public var secondShape: [Int]?
  /// ‖a‖, ‖b‖ and ‖a − b‖, NaN where an array is missing or the shapes differ.
  public var firstNorm = Double.nan
  /// ‖b‖; NaN as ``firstNorm``.
  public var secondNorm = Double.nan
  /// ‖a − b‖; NaN where it does not exist.
  public var differenceNorm = Double.nan
  /// Elements that do not have the same bits, and where the first of them is.
  public var differing = 0
  /// Index of the first element that differs, axis by axis; nil where none does.
  public var firstPlace: [Int]?

  /// Whether shapes and all bits are the same.
  public var isSame: Bool { firstShape != nil && firstShape == secondShape && differing == 0 }

  /// All arrays of two files, in the order of their names.
  ///
  /// - Throws: ``InputError`` where a file cannot be read.
  public static func all(
    _ first: String, _ second: String
  ) throws(InputError) -> [TensorComparison] {
    try all(Safetensors(reading: first), Safetensors(reading: second))
  }

  static func all(_ first: Safetensors, _ second: Safetensors) -> [TensorComparison] {
    let names = Set(first.tensors.map(\.name)).union(second.tensors.map(\.name))
    return names.sorted().map { name in
      let (a, b) = (first[name], second[name])
      var comparison = TensorComparison(
        name: name, firstShape: a?.shape, secondShape: b?.shape)
      func norm(_ values: some Sequence<Double>) -> Double {
        values.reduce(0) { $0 + $1 * $1 }.squareRoot()
      }
      if let a { comparison.firstNorm = norm(a.values) }
      if let b { comparison.secondNorm = norm(b.values) }
      guard let a, let b, a.shape == b.shape else { return comparison }
      comparison.differenceNorm = norm(zip(a.values, b.values).lazy.map { $0 - $1 })
      for (index, (x, y)) in zip(a.values, b.values).enumerated()
      where x.bitPattern != y.bitPattern {
        if comparison.differing == 0 { comparison.firstPlace = a.indices(at: index) }
        comparison.differing += 1
      }
      return comparison
    }
  }

  /// For scripts, in snake case.
  public var json: JSONValue {
    func shape(_ shape: [Int]?) -> JSONValue {
      shape.map { .array($0.map(JSONValue.integer)) } ?? .null
    }
    return .object([
      .init("name", .string(name)), .init("first_shape", shape(firstShape)),
      .init("second_shape", shape(secondShape)), .init("first_norm", .number(firstNorm)),
      .init("second_norm", .number(secondNorm)),
      .init("difference_norm", .number(differenceNorm)),
      .init("differing", .integer(differing)), .init("first_place", shape(firstPlace)),
    ])
  }
}
