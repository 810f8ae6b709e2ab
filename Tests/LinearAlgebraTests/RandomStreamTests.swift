import Foundation
import LinearAlgebra
import Testing

@Suite("Random streams")
struct RandomStreamTests {
  private func words(_ stream: RandomStream, _ count: Int) -> [UInt64] {
    var stream = stream
    return (0..<count).map { _ in stream.next() }
  }

  @Test("xoshiro256++ from 1, 2, 3, 4 gives the numbers of its reference implementation")
  func reference() throws {
    let stream = try #require(RandomStream(state: [1, 2, 3, 4, 0, 0]))
    #expect(
      words(stream, 10) == [
        41_943_041, 58_720_359, 3_588_806_011_781_223, 3_591_011_842_654_386,
        9_228_616_714_210_784_205, 9_973_669_472_204_895_162, 14_011_001_112_246_962_877,
        12_406_186_145_184_390_807, 15_849_039_046_786_891_736, 10_450_023_813_501_588_000,
      ])
  }

  @Test("seed and name give the stream that the documentation describes")
  func streams() {
    // Computed from the description by a program in another language.
    let expected: [(UInt64, String, [UInt64])] = [
      (1, "initialisation", [0xc11b_a289_dc71_4874, 0x5f22_4112_ac23_8fd3, 0xd358_d491_cf2e_8889]),
      (1, "shuffle", [0x6730_f8f9_1c9c_190a, 0x315f_f0c7_65cf_a5b9, 0x2d4c_13f9_7479_f7fd]),
      (2, "shuffle", [0x1798_f2d4_204e_c0f0, 0x86e2_0982_0577_4a94, 0x3977_ddc7_8cff_59c1]),
      (0, "", [0x96bb_3c9c_ab98_ed3f, 0x65b6_4fbc_9a77_0e81, 0xed86_fb2d_91de_1ae1]),
      (.max, "ψ", [0x1eb7_8999_42bf_795e, 0xf768_5538_8ba9_1fe2, 0x7474_0b27_6c89_906c]),
    ]
    for (seed, name, numbers) in expected {
      #expect(words(RandomStream(seed: seed, name: name), 3) == numbers)
    }
  }

  @Test("normal numbers and shuffles are those that the documentation describes")
  func derived() {
    var noise = RandomStream(seed: 1, name: "noise")
    let expected = [
      -1.8299813692317213, 0.7355328694219037, -0.6237578930631511, 0.021008091913816872,
    ]
    // The logarithm is the C library's: a few units in the last place.
    for number in expected { #expect((noise.normal() - number).magnitude < 4e-15) }
    var order = RandomStream(seed: 1, name: "order")
    var items = Array(0..<10)
    order.shuffle(&items)
    #expect(items == [4, 2, 8, 3, 9, 0, 5, 1, 7, 6])
  }

  @Test("a checkpoint resumes with the same bits, half a pair of normal numbers included")
  func checkpoint() throws {
    for count in 0..<4 {
      var stream = RandomStream(seed: 5, name: "checkpoint")
      for _ in 0..<count { _ = stream.normal() }
      var resumed = try #require(RandomStream(state: stream.state))
      #expect(resumed == stream)
      var decoded = try JSONDecoder().decode(
        RandomStream.self, from: JSONEncoder().encode(stream))
      #expect(decoded == stream)
      for _ in 0..<5 {
        let number = stream.normal()
        #expect(resumed.normal() == number)
        #expect(decoded.normal() == number)
      }
    }
  }

  @Test("what is no state is refused")
  func refusals() {
    #expect(RandomStream(state: [1, 2, 3]) == nil)
    #expect(RandomStream(state: [0, 0, 0, 0, 0, 0]) == nil)
    #expect(RandomStream(state: [1, 2, 3, 4, 2, 0]) == nil)
    #expect(RandomStream(state: [1, 2, 3, 4, 1, Double.nan.bitPattern]) == nil)
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(RandomStream.self, from: Data("[1,2]".utf8))
    }
  }

  @Test("uniform numbers: range, mean 1/2, variance 1/12")
  func uniform() {
    var stream = RandomStream(seed: 9, name: "uniform")
    let count = 200_000.0
    var (sum, squares) = (0.0, 0.0)
    for _ in 0..<Int(count) {
      let number = stream.uniform()
      #expect(number >= 0 && number < 1)
      sum += number
      squares += (number - 0.5) * (number - 0.5)
    }
    // Five standard errors: √(1/12/n), and √(1/180/n) for the variance.
    #expect((sum / count - 0.5).magnitude < 5 * (1 / 12 / count).squareRoot())
    #expect((squares / count - 1.0 / 12).magnitude < 5 * (1 / 180 / count).squareRoot())
    for _ in 0..<1000 {
      let number = stream.uniform(in: -2..<3)
      #expect(number >= -2 && number < 3)
    }
    // A range of two neighbours has one number in it.
    #expect(stream.uniform(in: 1..<1.0.nextUp) == 1)
  }

  @Test("normal numbers: mean 0, variance 1, third moment 0, fourth moment 3")
  func normal() {
    var stream = RandomStream(seed: 9, name: "normal")
    let count = 200_000.0
    var moments = [0.0, 0, 0, 0]
    for _ in 0..<Int(count) {
      let number = stream.normal()
      for power in 0..<4 {
        moments[power] += (0...power).reduce(1) { product, _ in product * number } / count
      }
    }
    // Five standard errors: Var xᵏ is 1, 2, 15, 96.
    for (moment, (mean, variance)) in zip(moments, [(0.0, 1.0), (1, 2), (0, 15), (3, 96)]) {
      #expect((moment - mean).magnitude < 5 * (variance / count).squareRoot())
    }
  }

  @Test("integers are equally likely", arguments: [1, 2, 3, 10, 17])
  func integers(bound: Int) {
    var stream = RandomStream(seed: 4, name: "integers")
    let count = 100_000.0
    var counts = [Int](repeating: 0, count: bound)
    for _ in 0..<Int(count) { counts[stream.integer(below: bound)] += 1 }
    let probability = 1 / Double(bound)
    let deviation = (count * probability * (1 - probability)).squareRoot()
    for seen in counts {
      #expect((Double(seen) - count * probability).magnitude <= 5 * deviation)
    }
  }

  @Test("the numbers that would make some integers likelier are rejected")
  func rejection() {
    // Of the 2⁶⁴ words, 3, 3 and 2 would fall on an integer below 3·2⁶¹ in turn: the remainders of
    // division by 3 would come in the proportion 3 : 3 : 2.
    var stream = RandomStream(seed: 4, name: "large")
    var counts = [0, 0, 0]
    for _ in 0..<30_000 { counts[stream.integer(below: 3 << 61) % 3] += 1 }
    // Five standard deviations of a binomial count; the bias would be six times that.
    for seen in counts {
      #expect((Double(seen) - 10_000).magnitude < 5 * (30_000 * 2.0 / 9).squareRoot())
    }
  }

  @Test("a shuffle is a permutation, and all six orders of three are equally likely")
  func shuffle() {
    var stream = RandomStream(seed: 6, name: "shuffle")
    var counts: [[Int]: Int] = [:]
    for _ in 0..<60_000 {
      var items = [0, 1, 2]
      stream.shuffle(&items)
      counts[items, default: 0] += 1
    }
    #expect(counts.count == 6)
    // Five standard deviations of a binomial count.
    for (_, seen) in counts {
      #expect((Double(seen) - 10_000).magnitude < 5 * (60_000 * 5.0 / 36).squareRoot())
    }
    var empty: [Int] = []
    stream.shuffle(&empty)
    #expect(empty.isEmpty)
    var slice = ContiguousArray(0..<20)[5...]
    stream.shuffle(&slice)
    #expect(slice.sorted() == Array(5..<20))
  }
}
