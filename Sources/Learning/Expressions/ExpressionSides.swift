/// What a part of a rule depends on.
struct ExpressionSides: OptionSet, Sendable {
  let rawValue: UInt8

  /// The unit behind the synapse.
  static let post = Self(rawValue: 1)
  /// The unit before it.
  static let pre = Self(rawValue: 2)
  /// The synapse's own weight.
  static let weight = Self(rawValue: 4)
  /// Third factors: the sample alone.
  static let sample = Self(rawValue: 8)
}

extension Expression {
  var sides: ExpressionSides {
    guard case .quantity(let quantity) = self else {
      return children.reduce([]) { $0.union($1.sides) }
    }
    switch quantity {
    case .post: return .post
    case .pre: return .pre
    case .weight: return .weight
    case .third: return .sample
    }
  }

  /// Whether it is one value for each unit behind and sample.
  var isPostSided: Bool { sides.isSubset(of: [.post, .sample]) }
  /// Whether it is one value for each unit before and sample.
  var isPreSided: Bool { sides.isSubset(of: [.pre, .sample]) }
}
