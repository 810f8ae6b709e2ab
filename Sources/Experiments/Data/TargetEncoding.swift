/// How a class becomes a target vector of N numbers.
public enum TargetEncoding: Hashable, Sendable {
  /// 1 at the class, 0 elsewhere.
  case oneHot
  /// 1 − ε at the class, ε/(N − 1) elsewhere: they sum to 1.
  ///
  /// This is not the label smoothing of PyTorch, which spreads ε over all N.
  case soft(Double)

  /// Writes the target of `label` over `target`, whose length is N.
  public func write(label: Int, into target: inout MutableSpan<Double>) {
    let count = target.count
    precondition(label >= 0 && label < count, "class \(label) of \(count)")
    var inside = 1.0
    var outside = 0.0
    if case .soft(let epsilon) = self, epsilon != 0 {
      precondition(epsilon > 0 && epsilon < 1, "softness \(epsilon) is not between 0 and 1")
      precondition(count > 1, "one class cannot be soft")
      inside = 1 - epsilon
      outside = epsilon / Double(count - 1)
    }
    for unit in 0..<count { target[unit] = unit == label ? inside : outside }
  }

  /// The target of `label` among `count` classes.
  public func values(label: Int, count: Int) -> [Double] {
    var values = ContiguousArray(repeating: 0.0, count: count)
    var span = values.mutableSpan
    write(label: label, into: &span)
    return Array(values)
  }
}
