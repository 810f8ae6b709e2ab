internal import LinearAlgebra

// The way towards equilibrium where nothing is stiff: the explicit method of Adams and Bashforth, each sample
// at steps of its own. An evaluation is all that a step costs, where an implicit one solves a linear system
// besides; and the difference of two derivatives, which are there anyway, makes it accurate to second
// order, and says both how large the error of a step was and how large the next one may be.

private enum ExplicitPace {
  /// The part of a step that the second order adds may be as large, against the norm of the state, as so many
  /// times the relative tolerance: small enough to stay on the flow's side of a ridge.
  static let tolerance = 1.7
  /// The first step, in units of the fastest time constant. Of first order, and where much happens, so short
  /// unless the network is damped.
  static let first = 0.03
  static let dampedFirst = 0.5
  /// By how much a step may exceed the one before.
  static let growth = 1.5
  /// The longest step, in units of the fastest time constant.
  static let longest = 3.0
  /// The longest step in units of the time of the motion at hand. A mode swings for ever at 1 under the
  /// method of second order, at 2 under Euler's, to which steps that come near to it go over.
  static let reach = 1.0
  static let secondOrder = 0.5
  /// Steps shorter than this, in units of the fastest time constant, are those of a stiff system.
  static let stiff = 0.4
  /// Steps after which stiffness is judged.
  static let trial = 16
  /// Variables slower than this, in units of the fastest time constant, would not arrive.
  static let slowest = 16.0
}

/// One sample on its way.
private struct Walk {
  var time = 0.0
  /// The next step.
  var step: Double
  /// How much of the last change of the derivative the next step adds.
  var correction = 0.0
  /// ‖F‖ where the next step begins.
  var slope = 0.0

  /// Sets the next step from what the last one did.
  ///
  /// - Parameters:
  ///   - change: the norm of the change of the derivative.
  ///   - size: the norm of the state.
  mutating func adjust(change: Double, size: Double, tolerance: Double, longest: Double) {
    let last = step
    let error = 0.5 * last * change / (tolerance * size + 1e-6)
    let growth = min(ExplicitPace.growth, max(0.3, 0.9 / error.squareRoot()))
    // ‖ΔF‖/(h‖F‖) is the rate of the motion at hand; once a mode begins to swing, it is that mode's.
    let rate = change / (last * slope)
    step = min(longest, last * growth, rate > 0 ? ExplicitPace.reach / rate : longest)
    let excess =
      (ExplicitPace.reach - rate * step) / (ExplicitPace.reach - ExplicitPace.secondOrder)
    correction = min(1, max(0, excess)) * 0.5 * step * step / last
  }
}

extension Settler {
  /// Whether an explicit method can bring a sample near its equilibrium in a few dozen steps.
  var mayStepExplicitly: Bool {
    let (fastest, slowest) = timeConstants
    return slowest <= ExplicitPace.slowest * fastest
  }

  private var timeConstants: (fastest: Double, slowest: Double) {
    field.bracketWeights.reduce((.infinity, 0)) { (min($0.0, Double($1)), max($0.1, Double($1))) }
  }

  /// Moves samples from where they are, each until what is left of its way (``Judge/overall(row:_:_:)``) is
  /// below `residual`, or as far as so many steps go. Those that have not come there are marked as stalled.
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
    let tolerance = ExplicitPace.tolerance * options.relativeTolerance.standard
    let first = polisher?.isDamped == true ? ExplicitPace.dampedFirst : ExplicitPace.first
    var walks = Array(repeating: Walk(step: first * fastest), count: active)
    var refused: [Int] = []
    let derivative = derivative.baseAddress!
    let slopes = previousDerivative.baseAddress!
    var steps = 0
    var isStiff = false

    func leave(_ row: Int, isThere: Bool = false, message: String? = nil) {
      if message != nil {
        refused.append(batch.order[row])
      } else if !isThere {
        batch.stall(row: row)
      }
      batch.record(
        row: row, outcome: nil, time: batch.ownTime(row: row, since: start) + walks[row].time,
        method: "adams-bashforth", evaluations: steps + 1, products: 0, steps: steps,
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
      let isLast = isStiff || steps >= limit
      for row in (0..<active).reversed() {
        let overall = judge.overall(row: row, batch.current, self.derivative)
        guard overall.isFinite, batch.isBounded(row: row) else {
          leave(row, message: "left all bounds")
          continue
        }
        if overall < residual {
          leave(row, isThere: true)
          continue
        }
        if isLast || walks[row].time >= options.limits.time {
          leave(row, message: isStiff ? "the system is stiff" : nil)
          continue
        }
        let slope = Element.quickNorm(derivative + row * dimension, count: dimension)
        if steps > 0 {
          walks[row].adjust(
            change: change(row), size: norm(batch.current, row), tolerance: tolerance,
            longest: longest)
        }
        walks[row].slope = slope
      }
      batch.withCurrentRows { states in
        for row in 0..<active {
          let offset = row * dimension
          Element.addScaled(
            walks[row].step, derivative + offset, to: states + offset, count: dimension)
          if walks[row].correction > 0 {
            Element.addScaled(
              walks[row].correction, slopes + offset, to: states + offset, count: dimension)
          }
          walks[row].time += walks[row].step
        }
      }
      slopes.update(from: derivative, count: active * dimension)
      steps += 1
    }
    return refused
  }

  /// ‖ΔF‖ over the last step; ΔF takes the place of the derivative before.
  private func change(_ row: Int) -> Double {
    let now = derivative.baseAddress! + row * dimension
    let before = previousDerivative.baseAddress! + row * dimension
    Element.linearSum(1, now, -1, before, into: before, count: dimension)
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
