internal import LinearAlgebra

// The way towards equilibrium where nothing is stiff: Euler's method, each sample at a step of its own. An
// evaluation is all that a step costs, where an implicit one solves a linear system besides; and the
// difference of two derivatives, which are there anyway, says both how large the error of a step was
// and how large the next one may be.

private enum ExplicitPace {
  /// The largest error of a step, against the norm of the state: small enough to stay on the flow's
  /// side of a ridge.
  static let tolerance = 0.05
  /// The first step, in units of the fastest time constant.
  static let first = 0.5
  /// The longest step, likewise.
  static let longest = 3.0
  /// The longest step in units of the time of the motion at hand. A mode swings for ever at 2.
  static let reach = 1.0
  /// Steps shorter than this, in units of the fastest time constant, are those of a stiff system.
  static let stiff = 0.4
  /// Steps after which stiffness is judged.
  static let trial = 8
  /// Variables slower than this, in units of the fastest time constant, would not arrive.
  static let slowest = 16.0
}

/// One sample on its way.
private struct Walk {
  var time = 0.0
  var step: Double
  /// ‖F‖ where the next step begins.
  var slope = 0.0
  var approach = Approach()

  /// Sets the next step from what the last one did.
  ///
  /// - Parameters:
  ///   - change: the norm of the change of the derivative.
  ///   - size: the norm of the state.
  mutating func adjust(change: Double, size: Double, longest: Double) {
    let error = 0.5 * step * change / (ExplicitPace.tolerance * size + 1e-6)
    let growth = min(1.5, max(0.3, 0.9 / error.squareRoot()))
    // ‖ΔF‖/(h‖F‖) is the rate of the motion at hand; once a mode begins to swing, it is that mode's.
    let rate = change / (step * slope)
    step = min(longest, step * growth, rate > 0 ? ExplicitPace.reach / rate : longest)
  }
}

extension Settler {
  /// Whether Euler's method can bring a sample near its equilibrium in a few dozen steps.
  var mayStepExplicitly: Bool {
    let (fastest, slowest) = timeConstants
    return slowest <= ExplicitPace.slowest * fastest
  }

  private var timeConstants: (fastest: Double, slowest: Double) {
    field.bracketWeights.reduce((.infinity, 0)) { (min($0.0, Double($1)), max($0.1, Double($1))) }
  }

  /// Moves samples from where they are until the joint residual of the last one is below `residual`, or
  /// as far as so many steps go. Leaving one by one, more samples would end elsewhere.
  ///
  /// - Returns: those that another method must bring there: all of them where the system is stiff, and
  ///   those that left all bounds.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func stepExplicitly(
    _ samples: [Int], in batch: inout Batch<Element>, from start: Double, steps limit: Int,
    until residual: Double
  ) throws -> [Int] {
    batch.activate(samples, on: field)
    batch.gather(rows: samples.count)
    var active = samples.count
    let fastest = timeConstants.fastest
    let longest = ExplicitPace.longest * fastest
    var walks = Array(repeating: Walk(step: ExplicitPace.first * fastest), count: active)
    var refused: [Int] = []
    let derivative = derivative.baseAddress!
    let slopes = previousDerivative.baseAddress!
    var steps = 0
    var isStiff = false

    func leave(_ row: Int, message: String? = nil) {
      if message != nil {
        refused.append(batch.order[row])
      } else if !walks[row].approach.isFalling {
        batch.stall(row: row)
      }
      batch.record(
        row: row, outcome: nil, time: batch.ownTime(row: row, since: start) + walks[row].time,
        method: "euler", evaluations: steps + 1, products: 0, steps: steps,
        residual: judge.measure(row: row, batch.current, self.derivative), message: message)
      active -= 1
      if row != active {
        field.exchangeSamples(row, active)
        batch.exchange(row, active)
        exchangeRows(derivative, row, active, width: dimension)
        exchangeRows(slopes, row, active, width: dimension)
        walks.swapAt(row, active)
      }
      field.keepSamples(active)
    }

    while active > 0 {
      try evaluate(at: start, batch, rows: active)
      if steps == ExplicitPace.trial {
        let short = walks[0..<active].count { $0.step < ExplicitPace.stiff * fastest }
        isStiff = 2 * short > active
      }
      var isTogether = true
      for row in (0..<active).reversed() {
        let size = norm(batch.current, row)
        let slope = Element.quickNorm(derivative + row * dimension, count: dimension)
        let joint = slope / (1e-5 + size)
        guard joint.isFinite, batch.isBounded(row: row) else {
          leave(row, message: "left all bounds")
          continue
        }
        if steps > 0 {
          walks[row].approach.record(time: walks[row].time, residual: joint)
          walks[row].adjust(change: change(row), size: size, longest: longest)
        }
        walks[row].slope = slope
        isTogether = isTogether && joint < residual
      }
      let isOutOfTime = walks[0..<active].contains { $0.time >= options.limits.time }
      if isStiff || isTogether || isOutOfTime || steps >= limit {
        for row in (0..<active).reversed() {
          leave(row, message: isStiff ? "the system is stiff" : nil)
        }
        break
      }
      slopes.update(from: derivative, count: active * dimension)
      batch.withCurrentRows { states in
        for row in 0..<active {
          Element.addScaled(
            walks[row].step, slopes + row * dimension, to: states + row * dimension,
            count: dimension)
          walks[row].time += walks[row].step
        }
      }
      steps += 1
    }
    return refused
  }

  /// ‖ΔF‖ over the last step; ΔF takes the place of the derivative before.
  private func change(_ row: Int) -> Double {
    let now = derivative.baseAddress! + row * dimension
    let before = previousDerivative.baseAddress! + row * dimension
    Element.addScaled(-1, now, to: before, count: dimension)
    return Element.quickNorm(before, count: dimension)
  }

  private func norm(_ states: borrowing ContiguousArray<Element>, _ row: Int) -> Double {
    states.withUnsafeBufferPointer {
      Element.quickNorm($0.baseAddress! + row * dimension, count: dimension)
    }
  }
}

extension Scalar {
  fileprivate static func quickNorm(_ x: UnsafePointer<Self>, count: Int) -> Double {
    quickDot(x, x, count: count).squareRoot()
  }
}
