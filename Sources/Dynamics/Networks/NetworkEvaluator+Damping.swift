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
    let isDamped = !flow.contains(where: \.isCyclic) || growth(gain: nil, outputs: []) < 0.9
    dampedness = isDamped
    return isDamped
  }

  /// Whether that holds for the network and its control together, ψ travelling back as φ travels forth, and the
  /// outputs being answered with `gain` times what they are off by, negative.
  ///
  /// - Parameters:
  ///   - gain: 1/α_eff, for a loss whose curvature is at most 1.
  ///   - outputs: the columns of the units that the loss reads.
  package func isContractive(gain: Double, outputs: [Int]) -> Bool {
    if let contractiveness { return contractiveness }
    let isContractive = isDamped && gain.isFinite && growth(gain: gain, outputs: outputs) < 0.9
    contractiveness = isContractive
    return isContractive
  }

  /// The growth of a vector in one pass through the network: the mean of the last of several. The vector is φ, or
  /// φ and ψ where there is control.
  private func growth(gain: Double?, outputs: [Int]) -> Double {
    let passes = (all: 16, counted: 8)
    let isControlled = gain != nil
    let width = isControlled ? 2 * unitCount : unitCount
    var x = MatrixBuffer<E>(rows: 1, columns: width)
    var next = MatrixBuffer<E>(rows: 1, columns: width)
    // Any vector that no network is orthogonal to.
    for i in 0..<width { x.base[i] = E(sin(Double(i) * 1.7 + 0.3)) }
    var logGrowth = 0.0
    for pass in 0..<passes.all {
      next.mutable(rows: 1).clear()
      for edge in unitEdges where !edge.intoReadout {
        let phi = x.view(rows: 1).columns(0..<unitCount)
        let image = next.mutable(rows: 1).columns(0..<unitCount)
        edge.forward.forward(phi.columns(edge.source), addingTo: image.columns(edge.target))
        guard isControlled else { continue }
        let psi = x.view(rows: 1).columns(unitCount..<width)
        let signal = next.mutable(rows: 1).columns(unitCount..<width)
        edge.backward.backward(psi.columns(edge.target), addingTo: signal.columns(edge.source))
      }
      if let gain {
        E.addScaled(1, x.base + unitCount, to: next.base, count: unitCount)
        for column in outputs { next.base[unitCount + column] -= E(gain) * x.base[column] }
      }
      let before = E.squareSum(x.base, count: width).squareRoot()
      let after = E.squareSum(next.base, count: width).squareRoot()
      // Nothing comes back after a few passes where only few units lie on a cycle.
      guard after > 0, after.isFinite else { return after }
      if pass >= passes.all - passes.counted { logGrowth += log(after / before) }
      E.scale(1 / after, next.base, into: next.base, count: width)
      swap(&x, &next)
    }
    return exp(logGrowth / Double(passes.counted))
  }
}
