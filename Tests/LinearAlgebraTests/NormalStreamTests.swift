import LinearAlgebra
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite("Normal numbers by the block")
struct NormalStreamTests {
  private func numbers(_ count: Int, seed: UInt64 = 1, name: String = "noise") -> [Float] {
    var stream = NormalStream(seed: seed, name: name)
    return [Float](unsafeUninitializedCapacity: count) { buffer, filled in
      stream.fill(buffer.baseAddress!, count: count)
      filled = count
    }
  }

  /// Five standard errors: a right generator fails once in two million seeds, and the seed is fixed.
  private let bound = 5.0

  @Test("the moments are those of the normal distribution, to five standard errors")
  func moments() {
    let count = 1_000_000
    let x = numbers(count).map(Double.init)
    // E xᵏ and its variance, E x²ᵏ − (E xᵏ)², of the standard normal distribution.
    let moments: [(power: Int, mean: Double, variance: Double)] = [
      (1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96), (6, 15, 10395 - 225),
    ]
    for (power, mean, variance) in moments {
      let found = x.reduce(0) { $0 + pow($1, Double(power)) } / Double(count)
      let error = (variance / Double(count)).squareRoot()
      #expect(abs(found - mean) < bound * error, "E x^\(power) = \(found), not \(mean)")
    }
    #expect(x.allSatisfy { abs($0) < 5.8 })
  }

  @Test("the tails have the right weight")
  func tails() {
    let count = 1_000_000
    let x = numbers(count, seed: 2).map(Double.init)
    for limit in [0.1, 0.5, 1, 2, 3, 4] {
      let expected = erfc(limit / 2.0.squareRoot())
      let found = Double(x.count { abs($0) > limit }) / Double(count)
      let error = (expected * (1 - expected) / Double(count)).squareRoot()
      #expect(abs(found - expected) < bound * error, "P(|x| > \(limit)) = \(found)")
    }
  }

  @Test("neighbours, pairs and other streams have nothing to do with each other")
  func independence() {
    let count = 400_000
    let x = numbers(count).map(Double.init)
    let error = 1 / Double(count).squareRoot()
    // 8: the two of a pair; 1 and 16: the next generator and the next numbers of one.
    for lag in [1, 2, 8, 16, 32] {
      let products = zip(x, x.dropFirst(lag))
      let correlation = products.reduce(0) { $0 + $1.0 * $1.1 } / Double(count - lag)
      #expect(abs(correlation) < bound * error, "lag \(lag): \(correlation)")
      // The radius of a pair is shared by its two numbers, and leaves their squares independent.
      let squares = products.reduce(0) { $0 + ($1.0 * $1.0 - 1) * ($1.1 * $1.1 - 1) }
      #expect(abs(squares / Double(count - lag)) < bound * 2 * error, "squares, lag \(lag)")
    }
    for (seed, name) in [(2, "noise"), (1, "noises")] as [(UInt64, String)] {
      let other = numbers(count, seed: seed, name: name).map(Double.init)
      let correlation = zip(x, other).reduce(0) { $0 + $1.0 * $1.1 } / Double(count)
      #expect(abs(correlation) < bound * error, "\(seed) \(name)")
    }
  }

  @Test("the same seed and name give the same numbers, also where the last block is short")
  func reproducible() {
    let all = numbers(64)
    #expect(numbers(64) == all)
    for count in [1, 7, 8, 9, 15, 16, 17, 40] { #expect(numbers(count) == Array(all[..<count])) }
    #expect(all.allSatisfy { $0.isFinite })
  }

  @Test("they are the pairs of Box and Muller, from xoshiro128++ with the states that are promised")
  func formula() {
    var seeds = RandomStream(seed: 4, name: "formula")
    var states: [[UInt32]] = []
    for _ in 0..<8 {
      let words = [seeds.next(), seeds.next()]
      states.append(words.flatMap { [UInt32(truncatingIfNeeded: $0), UInt32($0 >> 32)] })
    }
    func rotate(_ x: UInt32, _ k: UInt32) -> UInt32 { x << k | x >> (32 - k) }
    func next(_ s: inout [UInt32]) -> UInt32 {
      let result = rotate(s[0] &+ s[3], 7) &+ s[0]
      let shifted = s[1] << 9
      s[2] ^= s[0]
      s[3] ^= s[1]
      s[1] ^= s[2]
      s[0] ^= s[3]
      s[2] ^= shifted
      s[3] = rotate(s[3], 11)
      return result
    }
    let found = numbers(160, seed: 4, name: "formula").map(Double.init)
    for block in 0..<10 {
      for lane in 0..<8 {
        let u = (Double(next(&states[lane]) >> 9) + 0.5) / 0x1p23
        let word = next(&states[lane])
        let fraction = Double(word & 0x7f_ffff) / 0x1p23 - 0.5
        let angle = (fraction + Double(word >> 30)) * (Double.pi / 2)
        let radius = (-2 * log(u)).squareRoot()
        // A few roundings of single precision, of numbers up to 5.8.
        let first = found[block * 16 + lane]
        let second = found[block * 16 + 8 + lane]
        #expect(abs(first - radius * cos(angle)) < 5e-6, "\(block) \(lane)")
        #expect(abs(second - radius * sin(angle)) < 5e-6, "\(block) \(lane)")
      }
    }
  }

  @Test("the numbers of seed 1 do not change: they are part of what runs reproduce")
  func pinned() {
    let expected: [UInt32] = [3_219_970_264, 3_217_048_355, 1_072_416_713]
    #expect(numbers(3).map(\.bitPattern) == expected)
  }
}
