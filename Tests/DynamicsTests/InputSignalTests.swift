import Dynamics
import Testing

@Suite("Inputs that change with time")
struct InputSignalTests {
  @Test("a step has the new value at its moment, and before it the old one")
  func step() {
    let signal = InputSignal(.step(from: [1, 2], to: [3, 5], at: 2, until: 4))
    #expect(signal.count == 2)
    #expect(signal.values(at: 1.999) == [1, 2])
    #expect(signal.values(at: 2) == [3, 5])
    #expect(signal.values(at: 2, before: true) == [1, 2])
    #expect(signal.values(at: 4, before: true) == [3, 5])
    #expect(signal.values(at: 4) == [1, 2])
    #expect(signal.breaks == [.init(time: 2, isJump: true), .init(time: 4, isJump: true)])
    #expect(signal.end == 4)
    // At time 0 nothing was before.
    let begun = InputSignal(.step(from: [0], to: [1], at: 0, until: nil))
    #expect(begun.values(at: 0) == [1] && begun.breaks.isEmpty && begun.end == 0)
  }

  @Test("a ramp is straight between its ends and holds beyond them")
  func ramp() {
    let signal = InputSignal(.ramp(from: [1], to: [-3], start: 1, duration: 4))
    for (time, value) in [(0, 1.0), (1, 1), (2, 0), (3, -1), (4.5, -2.5), (5, -3), (9, -3)] {
      #expect(signal.values(at: time) == [value], "at \(time)")
    }
    #expect(signal.breaks == [.init(time: 1, isJump: false), .init(time: 5, isJump: false)])
  }

  @Test("a sinusoid swings about its mean, never rests, and bounds the step")
  func sinusoid() {
    let signal = InputSignal(.sinusoid(mean: [1], amplitude: [2], period: 8, phase: 0))
    for (time, value) in [(0.0, 1.0), (2, 3), (4, 1), (6, -1), (10, 3)] {
      // sin(πk) in doubles is not 0.
      #expect(abs(signal.values(at: time)[0] - value) < 1e-15 * 16)
    }
    #expect(signal.end == nil && signal.breaks.isEmpty)
    #expect(signal.longestStep == 1)
  }

  @Test("a table is straight between its rows, or holds each until the next")
  func table() {
    func signal(_ interpolation: InputSignal.Interpolation) -> InputSignal {
      InputSignal(.table(times: [1, 2, 4], rows: [0, 10, 4, 20, -2, 30], interpolation))
    }
    let linear = signal(.linear)
    for (time, values) in [
      (0, [0.0, 10]), (1, [0, 10]), (1.25, [1, 12.5]), (2, [4, 20]), (3, [1, 25]), (9, [-2, 30]),
    ] { #expect(linear.values(at: time) == ContiguousArray(values), "at \(time)") }
    #expect(linear.breaks.allSatisfy { !$0.isJump } && linear.breaks.count == 3)
    let previous = signal(.previous)
    for (time, values) in [
      (0, [0.0, 10]), (1.9, [0, 10]), (2, [4, 20]), (3.9, [4, 20]), (4, [-2, 30]),
    ] { #expect(previous.values(at: time) == ContiguousArray(values), "at \(time)") }
    #expect(previous.values(at: 2, before: true) == [0, 10])
    #expect(previous.breaks.allSatisfy { $0.isJump })
  }

  @Test("a break is met exactly, wherever the signal began")
  func origins() {
    // 0.1 + 0.2 - 0.1 is not 0.2.
    for origin in [0.1, 0.3, 1e3 + 0.7, 1e6 + 1.0 / 3] {
      for at in [0.2, 0.7, 1.0 / 3] {
        let signal = InputSignal(.step(from: [0], to: [1], at: at, until: nil))
        var drive = InputDrive(
          [.init(signal, columns: 1..<2, origin: origin)], inputs: [7, 0, 8, 0], sampleCount: 2)
        let moment = drive.nextBreak(after: origin)
        #expect(moment == .init(time: origin + at, isJump: true))
        _ = drive.update(at: origin + at, before: true)
        #expect(drive.inputs == [7, 0, 8, 0])
        let hasChanged = drive.update(at: origin + at)
        #expect(hasChanged)
        #expect(drive.inputs == [7, 1, 8, 1])
        let changesAgain = drive.update(at: origin + at + 1)
        #expect(!changesAgain)
        #expect(drive.nextBreak(after: origin + at) == nil)
        #expect(drive.end == origin + at)
      }
    }
  }

  @Test("of several signals the next break is the earliest, and a jump outweighs a bend")
  func several() {
    let ramp = InputSignal(.ramp(from: [0], to: [1], start: 1, duration: 2))
    let step = InputSignal(.step(from: [0], to: [1], at: 3, until: nil))
    let wave = InputSignal(.sinusoid(mean: [0], amplitude: [1], period: 1, phase: 0))
    let drive = InputDrive(
      [
        .init(ramp, columns: 0..<1, origin: 0), .init(step, columns: 1..<2, origin: 0),
        .init(wave, columns: 2..<3, origin: 0),
      ], inputs: [0, 0, 0], sampleCount: 1)
    #expect(drive.nextBreak(after: 0) == .init(time: 1, isJump: false))
    #expect(drive.nextBreak(after: 1) == .init(time: 3, isJump: true))
    #expect(drive.nextBreak(after: 3) == nil)
    #expect(drive.end == .infinity)
    #expect(drive.longestStep == 0.125)
  }
}
