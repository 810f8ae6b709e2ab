import Experiments
import LinearAlgebra
import Testing

@Suite("Paired differences")
struct PairedDifferenceTests {
  @Test("have the intervals that a hand computes")
  func byHand() {
    let found = PairedDifference([1, 2, 3, 4, 5, 6])
    #expect(found.count == 6)
    #expect(found.mean == 3.5)
    #expect(abs(found.deviation - 3.5.squareRoot()) < 1e-15)
    // t of 5 degrees at 97.5 % is 2.570582 in the tables.
    let reach = 2.570582 * 3.5.squareRoot() / 6.squareRoot()
    #expect(abs(found.student.high - 3.5 - reach) < 1e-6)
    #expect(abs(found.student.low - 3.5 + reach) < 1e-6)
    // Only all signs plus and all minus are as extreme: 2 of 64. So the largest and the smallest subset
    // mean bound the interval.
    #expect(found.signFlipP == 2.0 / 64)
    #expect(found.signFlip == .init(1, 6))
  }

  @Test("too few of them bound nothing")
  func few() {
    let five = PairedDifference([1, 2, 3, 4, 5])
    #expect(five.signFlip == .init(-.infinity, .infinity))
    #expect(five.signFlipP == 2.0 / 32)
    #expect(five.student.low.isFinite)
    let one = PairedDifference([0.5])
    #expect(one.mean == 0.5)
    #expect(one.deviation.isNaN && one.student.low.isNaN && one.bootstrap.high.isNaN)
    #expect(one.signFlipP == 1)
  }

  @Test("equal ones are certain of themselves")
  func equal() {
    let zero = PairedDifference([0, 0, 0, 0])
    #expect(zero.studentP == 1 && zero.signFlipP == 1)
    #expect(zero.student == .init(0, 0))
    let same = PairedDifference(Array(repeating: 0.25, count: 8))
    #expect(same.student == .init(0.25, 0.25))
    #expect(same.studentP == 0)
    #expect(same.signFlipP == 2.0 / 256)
  }

  @Test("the sign-flip interval holds what its test does not reject", arguments: 1...5)
  func duality(seed: Int) {
    var stream = RandomStream(seed: UInt64(seed), name: "differences")
    let differences = (0..<9).map { _ in stream.normal() + 0.4 }
    let interval = PairedDifference(differences).signFlip
    let step = 1e-6
    func p(_ center: Double) -> Double {
      PairedDifference(differences.map { $0 - center }).signFlipP
    }
    for (edge, inward) in [(interval.low, step), (interval.high, -step)] {
      #expect(p(edge + inward) > 0.05)
      #expect(p(edge - inward) <= 0.05)
    }
  }

  @Test("their intervals hold the truth as often as they say")
  func coverage() {
    let trials = 400
    var student = 0
    var flip = 0
    for trial in 0..<trials {
      var stream = RandomStream(seed: UInt64(trial), name: "coverage")
      let found = PairedDifference((0..<10).map { _ in stream.normal() })
      if found.student.low <= 0 && found.student.high >= 0 { student += 1 }
      if found.signFlip.low <= 0 && found.signFlip.high >= 0 { flip += 1 }
    }
    // 95 % for t, 1 - 50/1024 for the flips; four standard errors of a binomial.
    for (count, expected) in [(student, 0.95), (flip, 1 - 50.0 / 1024)] {
      let error = (expected * (1 - expected) / Double(trials)).squareRoot()
      #expect(abs(Double(count) / Double(trials) - expected) < 4 * error)
    }
  }

  @Test("of many normal ones all three intervals agree")
  func many() {
    var stream = RandomStream(seed: 7, name: "many")
    let found = PairedDifference((0..<400).map { _ in 1 + stream.normal() })
    let width = found.student.high - found.student.low
    for other in [found.signFlip, found.bootstrap] {
      // The 250th of 10 000 resamples scatters by 3 % of the width.
      #expect(abs(other.low - found.student.low) < 0.1 * width)
      #expect(abs(other.high - found.student.high) < 0.1 * width)
    }
    #expect(found.signFlipP == 1.0 / 65536)
    // What is drawn comes from a seed.
    var again = RandomStream(seed: 7, name: "many")
    #expect(found == PairedDifference((0..<400).map { _ in 1 + again.normal() }))
  }
}
