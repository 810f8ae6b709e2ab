import Dynamics
import Learning
import Testing

/// When the watch warns.
@Suite("The watch: warnings")
struct StabilityWatchTests {
  private func findings(
    _ readings: [(step: Int, margin: Double)], cause: StabilityDiagnosis.Cause = .loop,
    multistable: Int = 0
  ) -> [[StabilityWatch.Cause]] {
    var watch = StabilityWatch()
    return readings.map { step, margin in
      watch.judge(
        WatchReading(step: step, margin: margin, cause: cause, multistable: multistable)
      ).map(\.cause)
    }
  }

  @Test("a margin that stays away from zero is nothing to warn of")
  func quiet() {
    #expect(findings([(0, -0.2), (10, -0.19), (20, -0.21), (30, -0.18)]).joined().isEmpty)
  }

  @Test("a margin that would reach zero within three intervals is announced, once")
  func trend() {
    // From −0.5 to −0.35: zero is 2.3 intervals ahead.
    let found = findings([(0, -0.5), (10, -0.5), (20, -0.35), (30, -0.2), (40, 0.1)])
    #expect(found == [[], [], [.loop], [], []])
    // From −0.5 to −0.4 it is four intervals.
    #expect(findings([(0, -0.5), (10, -0.4)]).joined().isEmpty)
  }

  @Test("a margin of which a tenth is left is announced however slowly it went")
  func slow() {
    let readings = (0...40).map { (step: $0, margin: -0.5 * (1 - 0.024 * Double($0))) }
    let found = findings(readings)
    // 0.024 k > 0.9 from k = 38 on.
    #expect(found.firstIndex(of: [.loop]) == 38 && found.joined().count == 1)
  }

  @Test("what is unstable from the beginning is said at once, with its cause")
  func unstable() {
    #expect(findings([(0, 0.01), (10, 0.02)], cause: .network) == [[.network], []])
    var watch = StabilityWatch()
    let words = watch.judge(WatchReading(step: 0, margin: 0.01, cause: .network))[0].words
    #expect(words.contains("unstable") && words.contains("0.01"))
  }

  @Test("multistability and instability are causes of their own")
  func both() {
    let found = findings([(0, -0.5), (10, 0.1)], multistable: 2)
    #expect(found == [[.multistability], [.loop]])
  }

  @Test("samples that did not settle leave the margin unknown, and nothing is made of it")
  func unknown() {
    #expect(findings([(0, -0.5), (10, .nan), (20, -0.49)]).joined().isEmpty)
  }

  @Test("what was said before a training was gone on with is not said again")
  func recalled() {
    var watch = StabilityWatch()
    watch.recall(step: 0, margin: -0.5, warned: [])
    watch.recall(step: 10, margin: 0.1, warned: [.loop])
    #expect(watch.judge(WatchReading(step: 20, margin: 0.2, cause: .loop)).isEmpty)
    #expect(
      watch.judge(WatchReading(step: 30, margin: 0.2, cause: .network)).map(\.cause) == [.network])
  }
}
