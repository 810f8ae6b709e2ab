internal import Foundation
internal import LinearAlgebra

// The way towards equilibrium where nothing is stiff: the methods of Adams, each sample at steps of its own. An
// evaluation is all that a step costs, where an implicit one solves a linear system besides. The step is
// predicted with the change of the derivative over the last one (Adams–Bashforth), and corrected with the change over
// itself once that is known (Adams–Moulton, without another evaluation). The correction says how large
// the error was, and so how large the next step may be.

private enum ExplicitPace {
  /// The correction of a step may be as large, against the norm of the state, as so many times the relative
  /// tolerance: small enough to stay on the flow's side of a ridge between two basins.
  static let tolerance = 1.0 / 30
  /// By how much the tolerance is larger where activity dies out, and where a sample is far from any
  /// equilibrium or near to one: where there is no ridge.
  static let uncritical = 10.0
  /// What a sample that has only begun has left of its way: more than it has gone.
  static let far = 1.0
  /// The same for a sample that starts from an equilibrium of slightly other parameters, where which side of a ridge
  /// it is on was decided when it first settled, or with the u of one, where u no longer overshoots.
  static let warm = 100.0
  /// What a sample near its equilibrium has left of its way, and where one that started warm is
  /// there.
  static let near = 1e-3
  /// The first step, in units of the fastest time constant. Of first order, and where much happens, so short
  /// unless the network is damped, or the sample starts warm or is near already.
  static let first = 0.03
  static let calmFirst = 0.5
  /// By how much a step may exceed the one before, and fall below it.
  static let growth = 0.3...1.5
  static let warmGrowth = 0.3...3.0
  /// The longest step, in units of the fastest time constant.
  static let longest = 3.0
  /// Steps in units of the time of the motion at hand, from where the predictor's part of second order, and
  /// the corrector, begin to fade to where they are gone. A mode swings for ever at 1 under the predictor alone, at ½
  /// with the corrector, and at 2 under Euler's method, to which steps that come near to 1 go over.
  static let predictor = 0.5...1.0
  static let corrector = 0.25...0.5
  /// Steps that are shorter on average than this, in units of the fastest time constant, are those of a
  /// stiff system.
  static let stiff = 0.05
  /// Steps after which stiffness is judged: the first ones are short wherever much happens.
  static let trial = 64
  /// Variables slower than this, in units of the fastest time constant, would not arrive.
  static let slowest = 16.0
}

/// One sample on its way.
private struct Walk {
  var time = 0.0
  /// The next step.
  var step: Double
  /// How much of the last change of the derivative the next step adds.
  var prediction = 0.0
  /// How much of the correction of the last step is made with the next one.
  var correction = 0.0
  /// ‖F‖ where the next step begins.
  var slope = 0.0
  /// Whether it began with what it settled with before, under other parameters.
  var isWarm = false

  /// Sets the next step from what the last one did.
  ///
  /// - Parameters:
  ///   - change: the norm of the change of the derivative.
  ///   - error: the norm of the correction.
  ///   - allowed: what that may be.
  mutating func adjust(change: Double, error: Double, allowed: Double, longest: Double) {
    let last = step
    let growth = isWarm ? ExplicitPace.warmGrowth : ExplicitPace.growth
    // Of a step by Euler's method, the first or in a swing, the correction says nothing about the next.
    let factor = prediction > 0 ? 0.9 * cbrt(allowed / error) : growth.upperBound
    step = min(longest, last * min(growth.upperBound, max(growth.lowerBound, factor)))
    // ‖ΔF‖/(h‖F‖) is the rate of the motion at hand; once a mode begins to swing, it is that mode's.
    let rate = change / (last * slope)
    if rate > 0 { step = min(step, ExplicitPace.predictor.upperBound / rate) }
    prediction = Self.fading(rate * step, over: ExplicitPace.predictor) * 0.5 * step * step / last
    correction = Self.fading(rate * step, over: ExplicitPace.corrector)
  }

  private static func fading(_ x: Double, over range: ClosedRange<Double>) -> Double {
    min(1, max(0, (range.upperBound - x) / (range.upperBound - range.lowerBound)))
  }
}

extension Settler {
  /// Whether an explicit method can bring a sample near its equilibrium in a few dozen steps.
  var mayStepExplicitly: Bool {
    let (fastest, slowest) = timeConstants
    return slowest <= ExplicitPace.slowest * fastest
  }

  /// Moves samples from where they are, each until what is left of its way (``Judge/overall(row:_:_:)``) is
  /// below `residual`, or as far as so many steps go. Those that have not come there are marked as stalled.
  ///
  /// - Parameter isNear: whether they have come near before, where there is no ridge; then none is marked.
  /// - Returns: those that another method must bring there: all of them where the system is stiff,
  ///   those that left all bounds, and, if they had been near, those that did not come there.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func stepExplicitly(
    _ samples: [Int], in batch: inout Batch<Element>, from start: Double, steps limit: Int,
    until residual: Double, isNear: Bool = false
  ) throws -> [Int] {
    guard !samples.isEmpty else { return [] }
    batch.activate(samples, on: field)
    batch.gather(rows: samples.count)
    var active = samples.count
    let fastest = timeConstants.fastest
    let longest = ExplicitPace.longest * fastest
    let isDamped = polisher?.isDamped == true
    let tolerance = ExplicitPace.tolerance * options.relativeTolerance.standard
    let first = isDamped || isNear ? ExplicitPace.calmFirst : ExplicitPace.first
    var walks = Array(repeating: Walk(step: first * fastest), count: active)
    var refused: [Int] = []
    let derivative = derivative.baseAddress!
    // The derivative before this one, then how it changed; and how it had changed before, then the correction.
    let slopes = previousDerivative.baseAddress!
    let corrections = correctionOfStep.baseAddress!
    slopes.update(repeating: 0, count: active * dimension)
    corrections.update(repeating: 0, count: active * dimension)
    var steps = 0
    var isStiff = false

    func leave(_ row: Int, isThere: Bool = false, message: String? = nil) {
      if message != nil || (isNear && !isThere) {
        refused.append(batch.order[row])
      } else if !isThere {
        batch.stall(row: row)
      }
      batch.record(
        row: row, outcome: nil, time: batch.ownTime(row: row, since: start) + walks[row].time,
        method: "explicit-adams", evaluations: steps + 1, products: 0, steps: steps,
        residual: judge.measure(row: row, batch.current, self.derivative), message: message)
      active -= 1
      if row != active {
        field.exchangeSamples(row, active)
        batch.exchange(row, active)
        exchangeRows(derivative, row, active, width: dimension)
        exchangeRows(slopes, row, active, width: dimension)
        exchangeRows(corrections, row, active, width: dimension)
        walks.swapAt(row, active)
      }
      field.keepSamples(active)
    }

    while active > 0 {
      try evaluate(at: start, batch, rows: active)
      if steps == ExplicitPace.trial {
        let distance = ExplicitPace.stiff * fastest * Double(steps)
        let short = walks[0..<active].count { $0.time < distance }
        isStiff = 2 * short > active
      }
      let isLast = isStiff || steps >= limit
      for row in (0..<active).reversed() {
        let norms = batch.withCurrentRows { look(row, walks[row], states: $0) }
        let overall = judge.overall(bracket: norms.bracket, state: norms.state)
        guard overall.isFinite, batch.isBounded(row: row, norm: norms.state) else {
          leave(row, message: "left all bounds")
          continue
        }
        // At zero is where those start that have not settled yet.
        if steps == 0 && options.startsWarm && !isNear && norms.state > 0 {
          walks[row].isWarm = true
          walks[row].step = ExplicitPace.calmFirst * fastest
        }
        let isWarm = walks[row].isWarm
        if overall < (isWarm ? max(residual, ExplicitPace.near) : residual) {
          if overall >= residual { batch.markEarly(row: row) }
          leave(row, isThere: true)
          continue
        }
        if isLast || walks[row].time >= options.limits.time {
          leave(row, message: isStiff ? "the system is stiff" : nil)
          continue
        }
        if steps > 0 {
          let isCritical =
            !isDamped && overall > ExplicitPace.near && overall < ExplicitPace.far
          let looser = isWarm ? ExplicitPace.warm : isCritical ? 1 : ExplicitPace.uncritical
          let allowed = tolerance * looser
          walks[row].adjust(
            change: norms.change, error: norms.correction,
            allowed: allowed * norms.state + 1e-6, longest: longest)
        }
        walks[row].slope = norms.slope
      }
      batch.withCurrentRows { states in
        for row in 0..<active {
          let offset = row * dimension
          let walk = walks[row]
          Element.adamsStep(
            walk.step, derivative: derivative + offset, walk.prediction, change: slopes + offset,
            walk.correction, correction: corrections + offset, state: states + offset,
            count: dimension)
          walks[row].time += walk.step
        }
      }
      steps += 1
    }
    return refused
  }

  /// The norms of a row after an evaluation. The change of the derivative takes the place of the derivative
  /// before, and the correction of the step, ½hΔF less what the prediction had of it, that of the
  /// change before.
  private func look(
    _ row: Int, _ walk: Walk, states: UnsafeMutablePointer<Element>
  ) -> AdamsNorms {
    let offset = row * dimension
    return judge.weights.withUnsafeBufferPointer {
      Element.adamsCorrection(
        0.5 * walk.step, walk.prediction, state: states + offset,
        derivative: derivative.baseAddress! + offset, weights: $0.baseAddress!,
        previous: previousDerivative.baseAddress! + offset,
        change: correctionOfStep.baseAddress! + offset, count: dimension)
    }
  }
}
