public import Dynamics
internal import LinearAlgebra

/// Δ of the parameters that learn: the direction of descent, which optimizers add.
public struct ParameterUpdate: Sendable {
  private var deltas: [ContiguousArray<Double>]
  private let isChanged: [Bool]
  private let isOptimized: [Bool]
  private let indices: [String: Int]

  /// No change yet of those parameters; the others cannot be changed by it.
  ///
  /// - Parameters:
  ///   - parameters: whose shapes the changes have.
  ///   - names: of those that may change.
  ///   - ownSteps: those that their rule steps by itself, which optimizers leave alone and
  ///     ``norm`` does not count (``LearningRule/ownSteps(of:)``).
  public init(
    for parameters: ParameterSet, changing names: Set<String>, ownSteps: Set<String> = []
  ) {
    isOptimized = parameters.parameters.map {
      names.contains($0.name) && !ownSteps.contains($0.name)
    }
    isChanged = parameters.parameters.map { names.contains($0.name) }
    deltas = parameters.parameters.map {
      ContiguousArray(repeating: 0, count: names.contains($0.name) ? $0.values.count : 0)
    }
    indices = Dictionary(
      uniqueKeysWithValues: parameters.parameters.enumerated().map { ($1.name, $0) })
  }

  /// The number of parameters, those that do not change included.
  public var count: Int { deltas.count }

  /// Whether the parameter of that index is changed at all.
  public func changes(_ index: Int) -> Bool { isChanged[index] }

  /// Whether the parameter of that index is changed by an optimizer.
  public func isOptimized(_ index: Int) -> Bool { isOptimized[index] }

  /// Whether the parameter of that name is changed at all.
  public func changes(_ name: String) -> Bool { indices[name].map { isChanged[$0] } ?? false }

  /// Δ of the parameter of that index; empty for one that does not change.
  public subscript(_ index: Int) -> ContiguousArray<Double> {
    _read { yield deltas[index] }
    _modify { yield &deltas[index] }
  }

  /// Δ of the parameter of that name, which must exist.
  public subscript(_ name: String) -> ContiguousArray<Double> {
    _read { yield deltas[position(name)] }
    _modify { yield &deltas[position(name)] }
  }

  private func position(_ name: String) -> Int {
    guard let index = indices[name] else {
      preconditionFailure("there is no parameter called \(name)")
    }
    return index
  }

  /// The Euclidean norm of all changes together that an optimizer makes.
  public var norm: Double {
    var sum = 0.0
    for (index, delta) in deltas.enumerated() where isOptimized[index] {
      delta.withUnsafeBufferPointer {
        if let base = $0.baseAddress { sum += Double.squareSum(base, count: $0.count) }
      }
    }
    return sum.squareRoot()
  }

  /// Of the first element that is NaN or infinite: the indices of its parameter and within it.
  public var firstNonFinite: (parameter: Int, element: Int)? {
    for (index, delta) in deltas.enumerated() {
      let element = delta.withUnsafeBufferPointer { buffer in
        buffer.baseAddress.flatMap { Double.firstNonFinite($0, count: buffer.count) }
      }
      if let element { return (index, element) }
    }
    return nil
  }

  /// Back to no change.
  public mutating func clear() {
    for index in deltas.indices {
      deltas[index].withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
    }
  }

  /// Adds another update of the same parameters.
  public mutating func add(_ other: ParameterUpdate) {
    precondition(isChanged == other.isChanged, "updates of different parameters")
    for index in deltas.indices {
      deltas[index].withUnsafeMutableBufferPointer { sum in
        other.deltas[index].withUnsafeBufferPointer { term in
          precondition(sum.count == term.count, "changes of parameters of other shapes")
          guard let target = sum.baseAddress, let source = term.baseAddress else { return }
          Double.linearSum(1, target, 1, source, into: target, count: sum.count)
        }
      }
    }
  }

  /// So much of an update stays in the first-level cache.
  private static let block = 2048

  /// Adds another update of the same parameters, and leaves it without any change: in one pass over memory.
  mutating func absorb(_ other: inout ParameterUpdate) {
    precondition(isChanged == other.isChanged, "updates of different parameters")
    for index in deltas.indices {
      deltas[index].withUnsafeMutableBufferPointer { sum in
        other.deltas[index].withUnsafeMutableBufferPointer { term in
          precondition(sum.count == term.count, "changes of parameters of other shapes")
          guard let target = sum.baseAddress, let source = term.baseAddress else { return }
          for start in stride(from: 0, to: sum.count, by: Self.block) {
            let count = min(Self.block, sum.count - start)
            Double.linearSum(
              1, target + start, 1, source + start, into: target + start, count: count)
            (source + start).update(repeating: 0, count: count)
          }
        }
      }
    }
  }

  /// Multiplies every change by one factor.
  public mutating func scale(by factor: Double) {
    guard factor != 1 else { return }
    for index in deltas.indices { scale(index, by: factor) }
  }

  private mutating func scale(_ index: Int, by factor: Double) {
    deltas[index].withUnsafeMutableBufferPointer {
      guard let base = $0.baseAddress else { return }
      Double.scale(factor, base, into: base, count: $0.count)
    }
  }

  /// Scales all changes that an optimizer makes by one factor such that ``norm`` is at most `limit`.
  ///
  /// - Returns: the norm before.
  @discardableResult
  public mutating func clip(toNorm limit: Double?) -> Double {
    let norm = norm
    if let limit, norm > limit {
      for index in deltas.indices where isOptimized[index] { scale(index, by: limit / norm) }
    }
    return norm
  }
}
