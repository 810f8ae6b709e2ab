internal import LinearAlgebra

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

extension NetworkEvaluator {
  /// Whether activity that is left to itself dies out: the linear network, with every slope 1, shrinks what is
  /// fed back to it by a tenth a pass or more, or nothing is fed back at all.
  ///
  /// An estimate of the spectral radius by power iteration, of the parameters last loaded. It
  /// decides how careful an approach has to be and nothing else, so a rough one will do.
  package var isDamped: Bool {
    if let dampedness { return dampedness }
    let isDamped = !flow.contains(where: \.isCyclic) || growth() < 0.9
    dampedness = isDamped
    return isDamped
  }

  /// The growth of a vector in one pass through the network: the mean of the last of several.
  private func growth() -> Double {
    let passes = (all: 16, counted: 6)
    var x = MatrixBuffer<E>(rows: 1, columns: unitCount)
    var next = MatrixBuffer<E>(rows: 1, columns: unitCount)
    // Any vector that no network is orthogonal to.
    for i in 0..<unitCount { x.base[i] = E(sin(Double(i) * 1.7 + 0.3)) }
    var logGrowth = 0.0
    for pass in 0..<passes.all {
      let source = x.view(rows: 1)
      let target = next.mutable(rows: 1)
      target.clear()
      for edge in unitEdges where !edge.intoReadout {
        edge.forward.forward(
          source.columns(edge.source), addingTo: target.columns(edge.target))
      }
      let before = E.squareSum(x.base, count: unitCount).squareRoot()
      let after = E.squareSum(next.base, count: unitCount).squareRoot()
      // Nothing comes back after a few passes where only few units lie on a cycle.
      guard after > 0, after.isFinite else { return after }
      if pass >= passes.all - passes.counted { logGrowth += log(after / before) }
      E.scale(1 / after, next.base, into: next.base, count: unitCount)
      swap(&x, &next)
    }
    return exp(logGrowth / Double(passes.counted))
  }
}
