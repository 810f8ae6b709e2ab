/// The weights of a run with what its model says of them.
struct ParameterArrays {
  let source: RunSource
  let path: String
  private let arrays: Safetensors

  init(_ source: RunSource, _ path: String) throws(InputError) {
    self.source = source
    self.path = path
    arrays = try Safetensors(reading: path)
  }

  /// Names of the matrices [post, pre].
  var matrices: [String] {
    arrays.tensors.filter { $0.array.shape.count == 2 && !$0.array.values.isEmpty }.map(\.name)
  }

  /// The matrix of that name, or of the projection of that name.
  ///
  /// - Throws: ``InputError`` naming the matrices that there are.
  func matrix(_ name: String) throws(InputError) -> (name: String, array: NumericArray) {
    for candidate in [name, "\(name).weight"] {
      if let array = arrays[candidate], array.shape.count == 2, !array.values.isEmpty {
        return (candidate, array)
      }
    }
    let known = matrices.map { $0.hasSuffix(".weight") ? String($0.dropLast(7)) : $0 }
    throw InputError(path, .whole, Suggestion.message(unknown: "matrix", name, of: known))
  }

  /// The populations that a projection's matrix joins; nil where no model says so.
  func ends(of matrix: String) -> (from: String, to: String)? {
    let projection = matrix.split(separator: ".").dropLast().joined(separator: ".")
    guard let from = source.keys["network.projections.\(projection).from"],
      let to = source.keys["network.projections.\(projection).to"]
    else { return nil }
    return (from, to)
  }

  func isInput(_ population: String) -> Bool {
    source.keys["network.populations.\(population).role"] == "input"
  }

  /// Matrices of forward weights from an input.
  var fromInputs: [String] {
    matrices.filter { name in
      name.hasSuffix(".weight") && ends(of: name).map { isInput($0.from) } ?? false
    }
  }

  /// Matrices of recurrent weights; where there are none, all forward weights not from an input.
  var recurrent: [String] {
    let forward = matrices.filter { $0.hasSuffix(".weight") }
    let recurrent = forward.filter { ends(of: $0).map { $0.from == $0.to } ?? false }
    if !recurrent.isEmpty { return recurrent }
    let inner = forward.filter { ends(of: $0).map { !isInput($0.from) } ?? true }
    return inner.isEmpty ? forward : inner
  }

  /// How the inputs of a population lie in an image: what the model says, or a square of them.
  ///
  /// - Returns: channels, height, width; nil where they are no image.
  func imageShape(_ population: String, count: Int) -> (channels: Int, height: Int, width: Int)? {
    let written = source.keys["network.populations.\(population).shape"] ?? ""
    let shape = written.split(whereSeparator: { "[], ".contains($0) }).compactMap { Int($0) }
    if NumericArray.count(of: shape) == count {
      if shape.count == 2 { return (1, shape[0], shape[1]) }
      if shape.count == 3 { return (shape[0], shape[1], shape[2]) }
    }
    let side = Int(Double(count).squareRoot().rounded())
    return side > 2 && side * side == count ? (1, side, side) : nil
  }
}
