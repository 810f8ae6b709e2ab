internal import CSquareRoot

/// What one step of Adam needs to know besides its vectors.
package struct AdamStep: Sendable {
  /// Decay of the averages of the gradient and of its square.
  package var betas: (Double, Double)
  /// The factor of m / divisor: the rate, and the correction of the bias that m has after few steps.
  package var size: Double
  /// The factor of √v, which corrects the bias of v.
  package var rootScale: Double
  /// What keeps the divisor from 0.
  package var epsilon: Double
  /// What θ is multiplied by in Δ: a penalty on large weights.
  package var penalty: Double

  package init(
    betas: (Double, Double), size: Double, rootScale: Double, epsilon: Double, penalty: Double
  ) {
    self.betas = betas
    self.size = size
    self.rootScale = rootScale
    self.epsilon = epsilon
    self.penalty = penalty
  }
}

extension Double {
  /// d = Δ − penalty·θ,  m ← β₁m + (1 − β₁)d,  v ← β₂v + (1 − β₂)d²,  θ ← θ + size·m / (√v·rootScale + ε)
  ///
  /// In blocks, whose roots and quotients come several to an instruction.
  package static func adamStep(
    _ step: AdamStep, delta: UnsafePointer<Double>, mean: UnsafeMutablePointer<Double>,
    square: UnsafeMutablePointer<Double>, value: UnsafeMutablePointer<Double>, count: Int
  ) {
    typealias Block = SIMD8<Double>
    @inline(__always)
    func formula(_ delta: Block, _ m: Block, _ v: Block, _ value: Block) -> (
      mean: Block, square: Block, value: Block
    ) {
      let d = delta - step.penalty * value
      let mean = step.betas.0 * m + (1 - step.betas.0) * d
      let square = step.betas.1 * v + (1 - step.betas.1) * (d * d)
      var root = Block()
      for k in root.indices { root[k] = settle_square_root(square[k]) }
      let divisor = root * step.rootScale + step.epsilon
      return (mean, square, value + step.size * mean / divisor)
    }
    var i = 0
    while i &+ Block.scalarCount <= count {
      let next = formula(load(delta + i), load(mean + i), load(square + i), load(value + i))
      store(next.mean, mean + i)
      store(next.square, square + i)
      store(next.value, value + i)
      i &+= Block.scalarCount
    }
    let rest = count &- i
    guard rest > 0 else { return }
    let next = formula(
      load(delta + i, rest), load(mean + i, rest), load(square + i, rest), load(value + i, rest))
    store(next.mean, mean + i, rest)
    store(next.square, square + i, rest)
    store(next.value, value + i, rest)
  }
}
