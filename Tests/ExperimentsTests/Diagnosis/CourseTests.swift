import Experiments
import Foundation
import Testing

@Suite("How a sample went is read from its last steps")
struct CourseTests {
  /// A track of as many steps as given, at uneven times, of functions of time.
  private func track(
    steps: Int = 600, step: Double = 0.05, residual: (Double) -> Double = { _ in 1 },
    _ columns: ((Double) -> Double)...
  ) -> StateTrack {
    var track = StateTrack(width: columns.count)
    var time = 0.0
    for k in 0..<steps {
      track.times.append(time)
      track.residuals.append(residual(time))
      track.states += columns.map { $0(time) }
      time += step * (1 + 0.3 * sin(Double(k)))
    }
    return track
  }

  private func course(_ track: StateTrack) -> Course {
    Course(track, names: { "z.\($0)" }, tolerance: 1e-6, constants: 1...1)
  }

  @Test(
    "the period of a swing and its growth, of whatever sign",
    arguments: [(7.5, 0.02), (3, 0), (2, -0.05)])
  func swing(period: Double, rate: Double) throws {
    let track = track(
      { 0.1 * sin($0) * 0.01 }, { 2 + exp(rate * $0) * cos(2 * .pi * $0 / period) })
    guard case .oscillates("z.1", let found, let growth) = course(track) else {
      Issue.record("\(course(track))")
      return
    }
    // Turning points of a cubic interpolant of steps of 1/40 of a period: far better than a hundredth.
    #expect(abs(found / period - 1) < 0.01)
    #expect(abs(growth / exp(rate * period) - 1) < 0.02)
  }

  @Test("what grows without coming back explodes, with its time to grow e-fold")
  func explosion() {
    guard case .explodes("z.0", let foldTime) = course(track({ exp($0 / 3) }, { 1 + 0 * $0 }))
    else {
      Issue.record("no explosion")
      return
    }
    // The norm has the other column, 1, under the root: nothing beside e^8 and more.
    #expect(abs(foldTime - 3) < 0.01)
  }

  @Test("what moves on as fast as ever drifts, with its speed")
  func drift() {
    guard case .drifts("z.1", let speed) = course(track({ 0 * $0 }, { 5 - 0.25 * $0 })) else {
      Issue.record("no drift")
      return
    }
    #expect(abs(speed + 0.25) < 1e-9)
    // What goes as fast, but not the same way, only wanders.
    let turning = track(
      { 5 - 0.25 * min($0, 24) }, { 0.25 * max($0 - 24, 0) })
    #expect(course(turning) == .unknown)
  }

  @Test(
    "of what drifts the residual falls, for it is in proportion to the state; long steps at the end"
  )
  func longSteps() {
    var track = StateTrack(width: 1)
    for k in 0..<14 {
      let time = pow(2, Double(k)) - 1
      track.times.append(time)
      track.residuals.append(0.5 / (1e-3 + time))
      track.states.append(0.5 * time)
    }
    guard case .drifts("z.0", let speed) = course(track) else {
      Issue.record("\(course(track))")
      return
    }
    #expect(abs(speed - 0.5) < 1e-9)
  }

  @Test("a swing that begins long after the phase has, as what grows from rounding does")
  func lateSwing() throws {
    let track = track(
      steps: 1600,
      { time in
        time < 20 ? 1e-9 * sin(20 * time) : 1e-6 * exp(0.18 * (time - 20)) * cos(0.84 * time)
      })
    guard case .oscillates("z.0", let period, let growth) = course(track) else {
      Issue.record("\(course(track))")
      return
    }
    #expect(abs(period / (2 * .pi / 0.84) - 1) < 0.01)
    // A dozen periods decide, the first of which may be off by a fifth.
    #expect(abs(growth / exp(0.18 * 2 * .pi / 0.84) - 1) < 0.05)
  }

  @Test("an approach says how long it takes to fall e-fold, and what is left")
  func approach() {
    let track = track(residual: { exp(-$0 / 20) }, { 1 - exp(-$0 / 20) })
    let last = track.residuals[599]
    guard case .approaches(let foldTime, let left) = course(track) else {
      Issue.record("no approach")
      return
    }
    #expect(abs(foldTime - 20) < 0.5)
    #expect(abs(left / (20 * log(last / 1e-6)) - 1) < 0.05)
  }

  @Test("steps that lead nowhere are stuck; a residual near its mark hovers")
  func standstill() {
    guard case .stuck(let step) = course(track(step: 1e-7, { 1e-3 * cos(1e5 * $0) * 0 + $0 }))
    else {
      Issue.record("not stuck")
      return
    }
    #expect(step < 1.1e-7)
    #expect(course(track(residual: { 2e-6 + 1e-6 * sin(9 * $0) }, { 1 + 0 * $0 })) == .hovers)
  }

  @Test("too few steps say nothing, and what is not finite is left out")
  func little() {
    #expect(course(track(steps: 5, { $0 })) == .unknown)
    var track = track({ exp($0 / 3) })
    track.states[599] = .nan
    #expect(track.lastFinite == 598)
  }

  @Test("a history keeps the last steps of every row, in their order")
  func ring() {
    // 4194304 numbers are kept: of 2 rows of 65536 that is 32 steps.
    var history = StateHistory<Double>(rows: 2, width: 65536)
    for k in 0..<50 {
      history.record(
        time: Double(k), residuals: [Double(k), -Double(k)],
        states: ContiguousArray(repeating: Double(k), count: 2 * 65536 + 3))
    }
    let track = history.track(row: 1)
    #expect(track.times == (18..<50).map(Double.init))
    #expect(track.residuals == (18..<50).map { -Double($0) })
    #expect(track.value(31, 65535) == 49 && track.value(0, 0) == 18)
  }
}
