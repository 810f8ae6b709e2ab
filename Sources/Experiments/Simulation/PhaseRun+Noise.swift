internal import Dynamics
internal import Integration
internal import LinearAlgebra

/// The noise of one phase.
struct PhaseNoise {
  var noise: OrnsteinUhlenbeck
  var controller: any Controller
  /// Of the streams `noise.<phase>.<sample>`.
  var seed: UInt64
  /// The place of the phase in the protocol, from 1.
  var phase: Int
}

extension PhaseRun {
  /// Moves through time with noise, by Euler and Maruyama's method. Rows are those of its steps, or of
  /// the first steps at or after the times of the grid.
  func shake(
    _ noise: PhaseNoise, from start: Double, for duration: Double, state: ContiguousArray<E>,
    phase: PhaseDescription
  ) throws -> PhaseReport {
    let motion = EulerMaruyama(system, controller: noise.controller, noise: noise.noise)
    motion.start(
      state,
      streams: samples.indices.map {
        NormalStream(seed: noise.seed, name: "noise.\(noise.phase).\($0)")
      })
    let width = motion.width
    let epsilon = MatrixBuffer<E>(rows: samples.count, columns: width)
    let next = MatrixBuffer<E>(rows: samples.count, columns: width)
    let step = noise.noise.step
    let steps = max(1, Int((duration / step).rounded()))
    current = state
    try measure(at: start)
    try record(at: start)
    var time = start
    var isLost = false
    var done = 0
    while done < steps && !isLost {
      if isCancelled() { throw CancellationError() }
      driven?.apply(at: time)
      try motion.evaluate()
      motion.step(noise: { epsilon.row($0) }, next: { next.row($0) })
      epsilon.base.update(from: next.base, count: samples.count * width)
      done += 1
      let last = time
      time = start + Double(done) * step
      for i in current.indices { current[i] = motion.state.base[i] }
      try measure(at: time)
      history.record(time: time, residuals: judge.last, states: current)
      progress?.reach(time, rows: recorder?.rowCount ?? 0)
      isLost = !judge.last.allSatisfy(\.isFinite)
      if let grid, !isLost, done < steps {
        guard let index = grid.firstIndex(after: last), grid[index] <= time else { continue }
      }
      try record(at: time)
    }
    var statistics = Statistics()
    statistics.steps = done
    // With noise nothing rests, and nothing was to.
    let outcomes = judge.last.map { $0.isFinite ? Outcome.outOfTime : .diverged }
    var report = try report(phase, start, time, outcomes, statistics, message: nil)
    report.evidence = evidence(
      report,
      IntegrationError.Situation(time: time, stepSize: step, order: 0, steps: done, worst: nil))
    return report
  }
}
