/// A product of a constant and at most three factors, each of one side of the synapse.
struct ExpressionTerm {
  var coefficient = 1.0
  var weight: Expression?
  /// Of the unit behind, and of third factors.
  var post: Expression?
  var pre: Expression?

  static func * (a: Self, b: Self) -> Self {
    func joined(_ a: Expression?, _ b: Expression?) -> Expression? {
      guard let a, let b else { return a ?? b }
      return .product(a, b)
    }
    return Self(
      coefficient: a.coefficient * b.coefficient, weight: joined(a.weight, b.weight),
      post: joined(a.post, b.post), pre: joined(a.pre, b.pre))
  }

  func mappingFactors(_ change: (Expression) -> Expression) -> Self {
    Self(
      coefficient: coefficient, weight: weight.map(change), post: post.map(change),
      pre: pre.map(change))
  }
}

extension ExpressionTerm {
  /// More terms than this are not worth their matrix products.
  private static let maximumCount = 16

  /// The terms that add up to an expression, or nil where it does not separate.
  static func terms(of expression: Expression) -> [Self]? {
    switch expression {
    case .number(let value): return [Self(coefficient: value)]
    case .negative(let a):
      return terms(of: a)?.map { Self(coefficient: -1) * $0 }
    // Constants are kept apart, so that terms which differ only there are found to be alike.
    case .product(.number(let c), let a), .product(let a, .number(let c)):
      return terms(of: a)?.map { Self(coefficient: c) * $0 }
    case .quotient(let a, .number(let c)) where (1 / c).isFinite:
      return terms(of: a)?.map { Self(coefficient: 1 / c) * $0 }
    default: break
    }
    if expression.isPostSided { return [Self(post: expression)] }
    if expression.isPreSided { return [Self(pre: expression)] }
    if expression.sides == .weight { return [Self(weight: expression)] }
    switch expression {
    case .sum(let a, let b):
      return limited(terms(of: a), terms(of: b)) { $0 + $1 }
    case .difference(let a, let b):
      return limited(terms(of: a), terms(of: b)) { $0 + $1.map { Self(coefficient: -1) * $0 } }
    case .product(let a, let b):
      return limited(terms(of: a), terms(of: b)) { a, b in a.flatMap { x in b.map { x * $0 } } }
    case .quotient(let a, let b):
      guard let divisor = terms(of: b), divisor.count == 1 else { return nil }
      var inverse = divisor[0].mappingFactors { .quotient(.number(1), $0) }
      inverse.coefficient = 1 / inverse.coefficient
      return terms(of: a)?.map { $0 * inverse }
    case .power(let a, .number(let exponent)):
      return power(terms(of: a), exponent)
    default: return nil
    }
  }

  private static func power(_ base: [Self]?, _ exponent: Double) -> [Self]? {
    guard let base, exponent == exponent.rounded(), abs(exponent) <= 64 else { return nil }
    if base.count == 1 {
      var term = base[0].mappingFactors { .power($0, .number(exponent)) }
      term.coefficient = ExpressionFunction.power(term.coefficient, exponent)
      return [term]
    }
    guard (2...4).contains(exponent) else { return nil }
    return (1..<Int(exponent)).reduce(Optional(base)) { product, _ in
      limited(product, base) { a, b in a.flatMap { x in b.map { x * $0 } } }
    }
  }

  private static func limited(
    _ a: [Self]?, _ b: [Self]?, _ join: ([Self], [Self]) -> [Self]
  ) -> [Self]? {
    guard let a, let b else { return nil }
    let terms = join(a, b)
    return terms.count <= maximumCount ? terms : nil
  }
}
