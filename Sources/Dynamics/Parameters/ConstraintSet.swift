/// What all parameters of a model keep to: masks and constraints by parameter, and pairs of parameters
/// that are each other's transposes.
public struct ConstraintSet: Sendable {
  private struct Entry: Sendable {
    var index: Int
    var name: String
    var mask: ContiguousArray<Double>?
    var constraints: [Constraint]
  }
  private let entries: [Entry]
  /// Pairs of parameters, by index.
  private let transposes: [(first: Int, second: Int)]

  /// No constraints at all.
  public init() {
    entries = []
    transposes = []
  }

  /// - Parameters:
  ///   - constraints: by the name of the parameter, in any order.
  ///   - masks: by the name of the parameter, row-major: 0 where there is no synapse, 1 where there is.
  ///   - transposes: pairs of parameters that both become the mean of the one and the other's transpose.
  ///     They take no mask and no other constraint.
  ///   - parameters: those that are constrained.
  /// - Throws: ``ParameterError`` where a name does not exist, a shape does not fit, a mask has other
  ///   values, or two of them contradict each other.
  public init(
    _ constraints: [String: [Constraint]], masks: [String: ContiguousArray<Double>] = [:],
    transposes: [(String, String)] = [], for parameters: ParameterSet
  ) throws {
    self.transposes = try transposes.map { pair in
      for name in [pair.0, pair.1] where constraints[name] != nil || masks[name] != nil {
        throw ParameterError(
          "\(name) is kept the transpose of another, and takes no mask and no other constraint")
      }
      guard let first = parameters.index(of: pair.0), let second = parameters.index(of: pair.1)
      else { throw ParameterError("there are no parameters \(pair.0) and \(pair.1) to constrain") }
      let shape = parameters[first].shape
      guard shape.count == 2, Array(shape.reversed()) == parameters[second].shape else {
        throw ParameterError(
          "\(pair.0) and \(pair.1) cannot be each other's transposes: their shapes are \(shape) and "
            + "\(parameters[second].shape)")
      }
      return (first, second)
    }
    var entries: [Entry] = []
    for name in Set(constraints.keys).union(masks.keys).sorted() {
      guard let index = parameters.index(of: name) else {
        throw ParameterError("there is no parameter \(name) to constrain")
      }
      let shape = parameters[index].shape
      let own = (constraints[name] ?? []).enumerated()
        .sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }.map(\.element)
      for constraint in own {
        if let objection = constraint.objection(to: shape) {
          throw ParameterError("\(name): \(objection)")
        }
      }
      let mask = masks[name]
      if let mask { try Self.check(mask, of: name, shape) }
      if own.contains(.symmetric) {
        try Self.checkSymmetry(of: mask, "the mask", name, order: shape[0])
        for case .signs(let pattern) in own {
          try Self.checkSymmetry(of: pattern, "the pattern of signs", name, order: shape[0])
        }
      }
      entries.append(Entry(index: index, name: name, mask: mask, constraints: own))
    }
    self.entries = entries
  }

  /// Whether nothing is constrained.
  public var isEmpty: Bool { entries.isEmpty && transposes.isEmpty }

  /// Moves every parameter into its set: the mask first, then what leaves it intact.
  ///
  /// - Throws: ``ParameterError`` that names the parameter.
  public func apply(to parameters: inout ParameterSet) throws {
    for pair in transposes {
      let shape = parameters[pair.first].shape
      for i in 0..<shape[0] {
        for j in 0..<shape[1] {
          let (forth, back) = (i * shape[1] + j, j * shape[0] + i)
          let mean =
            parameters[pair.first].values[forth] / 2 + parameters[pair.second].values[back] / 2
          parameters[pair.first].values[forth] = mean
          parameters[pair.second].values[back] = mean
        }
      }
    }
    for entry in entries {
      precondition(
        parameters[entry.index].name == entry.name, "constraints were made for other parameters")
      if let mask = entry.mask { Self.multiply(&parameters[entry.index].values, mask) }
      let shape = parameters[entry.index].shape
      for constraint in entry.constraints {
        do {
          try constraint.apply(to: &parameters[entry.index].values, shape: shape)
        } catch let error as ParameterError {
          throw ParameterError("\(entry.name): \(error)")
        }
      }
    }
  }

  /// Zeroes the elements of a change, parameter by parameter, where there is no synapse.
  public func mask(_ values: inout ContiguousArray<Double>, ofParameter index: Int) {
    for entry in entries where entry.index == index {
      if let mask = entry.mask { Self.multiply(&values, mask) }
    }
  }

  // A product would turn a zero negative and keep a NaN.
  private static func multiply(
    _ values: inout ContiguousArray<Double>, _ mask: ContiguousArray<Double>
  ) {
    for i in values.indices where mask[i] == 0 { values[i] = 0 }
  }

  private static func check(
    _ mask: ContiguousArray<Double>, of name: String, _ shape: [Int]
  ) throws {
    guard mask.count == shape.reduce(1, *) else {
      throw ParameterError("\(name): a mask of \(mask.count) values for the shape \(shape)")
    }
    if let other = mask.firstIndex(where: { $0 != 0 && $0 != 1 }) {
      throw ParameterError("\(name): element \(other) of the mask is \(mask[other]), not 0 or 1")
    }
  }

  private static func checkSymmetry(
    of values: ContiguousArray<Double>?, _ what: String, _ name: String, order n: Int
  ) throws {
    guard let values else { return }
    for i in 0..<n {
      for j in 0..<i where values[i * n + j].sign(of: values[j * n + i]) == false {
        throw ParameterError(
          "\(name): symmetric, but \(what) differs at (\(i), \(j)) and (\(j), \(i))")
      }
    }
  }
}

extension Double {
  fileprivate func sign(of other: Double) -> Bool {
    (self > 0) == (other > 0) && (self < 0) == (other < 0)
  }
}
