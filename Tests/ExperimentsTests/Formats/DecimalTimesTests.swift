import Experiments
import Testing

@Suite struct DecimalTimesTests {
  @Test("times read as decimals do")
  func examples() throws {
    let tenths = try #require(DecimalTimes(every: 0.1))
    #expect(
      (0...7).map { tenths[$0].description }
        == ["0.0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7"])
    #expect(tenths[1_000_003].description == "100000.3")
    #expect(try #require(DecimalTimes(every: 0.3))[3] == 0.9)
    #expect(try #require(DecimalTimes(every: 1e-05))[29].description == "0.00029")
    #expect(try #require(DecimalTimes(every: 250))[4] == 1000)
    #expect(try #require(DecimalTimes(every: 1e300))[7] == 7e300)
  }

  @Test(
    "every time is the nearest double of the exact product",
    arguments: [0.1, 0.05, 0.025, 1, 2.5, 1e-3, 7e-9, 0.123456789, 1.0 / 3, 1e20, 1e-300])
  func nearest(every: Double) throws {
    let times = try #require(DecimalTimes(every: every))
    #expect(times[1] == every)
    for index in [1, 2, 3, 7, 10, 999, 12345] {
      // The rounding of one product of doubles is half a unit in the last place of it, and so is
      // that of the step's decimal.
      let product = every * Double(index)
      #expect(abs(times[index] - product) <= 2 * product.ulp)
      #expect(times[index] < times[index + 1])
    }
  }

  @Test("the next time after any time is found", arguments: [0.1, 0.3, 1, 1e-3, 1.0 / 3])
  func next(every: Double) throws {
    let times = try #require(DecimalTimes(every: every))
    #expect(times.firstIndex(after: -1) == 0)
    #expect(times.firstIndex(after: 0) == 1)
    for index in 1...1000 {
      #expect(times.firstIndex(after: times[index]) == index + 1)
      #expect(times.firstIndex(after: times[index].nextDown) == index)
    }
    #expect(times.firstIndex(after: .infinity) == nil)
    #expect(times.firstIndex(after: .nan) == nil)
    #expect(times.firstIndex(after: 1e300) == nil)
  }

  @Test("a step that is not positive is none", arguments: [0, -1, .nan, .infinity])
  func refused(every: Double) {
    #expect(DecimalTimes(every: every) == nil)
  }
}
