/// A rule as a tree.
///
/// The parser bounds its height, so that walks over it may recurse.
indirect enum Expression: Hashable, Sendable {
  case number(Double)
  case quantity(RuleQuantity)
  case negative(Expression)
  case sum(Expression, Expression)
  case difference(Expression, Expression)
  case product(Expression, Expression)
  case quotient(Expression, Expression)
  case power(Expression, Expression)
  case call(ExpressionFunction, [Expression])

  var children: [Expression] {
    switch self {
    case .number, .quantity: []
    case .negative(let a): [a]
    case .sum(let a, let b), .difference(let a, let b), .product(let a, let b),
      .quotient(let a, let b), .power(let a, let b):
      [a, b]
    case .call(_, let arguments): arguments
    }
  }

  /// The same with `change` applied to the children.
  func mappingChildren(_ change: (Expression) -> Expression) -> Expression {
    switch self {
    case .number, .quantity: self
    case .negative(let a): .negative(change(a))
    case .sum(let a, let b): .sum(change(a), change(b))
    case .difference(let a, let b): .difference(change(a), change(b))
    case .product(let a, let b): .product(change(a), change(b))
    case .quotient(let a, let b): .quotient(change(a), change(b))
    case .power(let a, let b): .power(change(a), change(b))
    case .call(let function, let arguments): .call(function, arguments.map(change))
    }
  }

  /// Everything that it reads.
  var quantities: Set<RuleQuantity> {
    if case .quantity(let quantity) = self { return [quantity] }
    return children.reduce(into: []) { $0.formUnion($1.quantities) }
  }

  /// Its value where the leaves have these: what every other way to evaluate it must give.
  func value(_ leaf: (RuleQuantity) -> Double) -> Double {
    switch self {
    case .number(let number): number
    case .quantity(let quantity): leaf(quantity)
    case .negative(let a): -a.value(leaf)
    case .sum(let a, let b): a.value(leaf) + b.value(leaf)
    case .difference(let a, let b): a.value(leaf) - b.value(leaf)
    case .product(let a, let b): a.value(leaf) * b.value(leaf)
    case .quotient(let a, let b): a.value(leaf) / b.value(leaf)
    case .power(let a, let b): ExpressionFunction.power(a.value(leaf), b.value(leaf))
    case .call(let function, let arguments): function.value(arguments.map { $0.value(leaf) })
    }
  }

  /// The same with all parts that are constant worked out.
  var folded: Expression {
    let result = mappingChildren(\.folded)
    if case .number = result { return result }
    guard !result.children.isEmpty else { return result }
    let isConstant = result.children.allSatisfy {
      if case .number = $0 { return true }
      return false
    }
    return isConstant ? .number(result.value { _ in .nan }) : result
  }

  /// The same for a bias, whose pre-synaptic rate is 1.
  var ofBias: Expression {
    if case .quantity(.pre) = self { return .number(1) }
    return mappingChildren(\.ofBias)
  }

  var hasNonFiniteNumber: Bool {
    if case .number(let number) = self { return !number.isFinite }
    return children.contains(where: \.hasNonFiniteNumber)
  }
}
