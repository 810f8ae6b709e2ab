/// A rule as work: matrix products over the batch, decays, and a rest that goes from synapse to synapse.
///
/// The sum is split where it separates. A term a(post)·b(pre) is one matrix product over all samples of
/// a chunk; a term w(weight)·a(post)·b(pre) is w(W) ∘ such a product, since a weight is the same for
/// all samples; w(weight) times third factors is a decay. Only what mixes sides otherwise, such as
/// tanh(rate_post − rate_pre), is left to the loop.
struct LoweredExpression: Sendable {
  /// w(W) ∘ Σ over samples of a ⊗ b.
  struct Product: Sendable {
    /// Nil for 1.
    var weight: Expression?
    /// Of the post side and third factors.
    var post: Expression
    /// Nil for 1.
    var pre: Expression?
  }

  /// w(W) · Σ over samples of s.
  struct Decay: Sendable {
    var weight: Expression
    /// Of third factors alone.
    var factor: Expression
  }

  private(set) var products: [Product] = []
  private(set) var decays: [Decay] = []
  private(set) var rest: Expression?

  init(_ expression: Expression) {
    var terms: [ExpressionTerm] = []
    for (coefficient, addend) in Self.addends(of: expression) {
      if let own = ExpressionTerm.terms(of: addend), own.allSatisfy({ $0.coefficient.isFinite }) {
        terms += own.map { ExpressionTerm(coefficient: coefficient) * $0 }
      } else {
        let scaled = Self.scaled(coefficient, addend)
        rest = rest.map { .sum($0, scaled) } ?? scaled
      }
    }
    terms.removeAll { $0.coefficient == 0 }
    terms = Self.merged(terms, by: \.weight, \.post, summing: \.pre)
    terms = Self.merged(terms, by: \.weight, \.pre, summing: \.post)
    for term in terms {
      let post = Self.scaled(term.coefficient, term.post)
      if let weight = term.weight, term.pre == nil, post.sides.isSubset(of: .sample) {
        decays.append(Decay(weight: weight, factor: post))
      } else {
        products.append(Product(weight: term.weight, post: post, pre: term.pre))
      }
    }
  }

  /// Whether all of it also holds where synapses share weights, as in a convolution.
  var servesSharedWeights: Bool {
    rest == nil && products.allSatisfy { $0.weight == nil }
      && decays.allSatisfy { $0.weight == .quantity(.weight) }
  }

  private static func scaled(_ coefficient: Double, _ factor: Expression?) -> Expression {
    guard let factor else { return .number(coefficient) }
    return switch coefficient {
    case 1: factor
    case -1: .negative(factor)
    default: .product(.number(coefficient), factor)
    }
  }

  /// The parts whose sum it is.
  private static func addends(of expression: Expression) -> [(Double, Expression)] {
    switch expression {
    case .sum(let a, let b): addends(of: a) + addends(of: b)
    case .difference(let a, let b): addends(of: a) + addends(of: b).map { (-$0.0, $0.1) }
    case .negative(let a): addends(of: a).map { (-$0.0, $0.1) }
    case .product(.number(let c), let a), .product(let a, .number(let c)):
      addends(of: a).map { (c * $0.0, $0.1) }
    default: [(1, expression)]
    }
  }

  /// Makes one term of all that differ only in one factor, by adding this factor up.
  private static func merged(
    _ terms: [ExpressionTerm], by first: KeyPath<ExpressionTerm, Expression?>,
    _ second: KeyPath<ExpressionTerm, Expression?>,
    summing factor: WritableKeyPath<ExpressionTerm, Expression?>
  ) -> [ExpressionTerm] {
    var groups: [[ExpressionTerm]] = []
    for term in terms {
      let index = groups.firstIndex {
        $0[0][keyPath: first] == term[keyPath: first]
          && $0[0][keyPath: second] == term[keyPath: second]
      }
      if let index { groups[index].append(term) } else { groups.append([term]) }
    }
    return groups.map { group in
      guard group.count > 1 else { return group[0] }
      var sum = group[0]
      sum.coefficient = 1
      let parts = group.map { scaled($0.coefficient, $0[keyPath: factor]) }
      sum[keyPath: factor] = parts.dropFirst().reduce(parts[0]) { .sum($0, $1) }
      return sum
    }
  }
}
