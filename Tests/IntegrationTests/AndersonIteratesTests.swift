import Integration
import LinearAlgebra
import Testing

@Suite("Anderson acceleration of many samples")
struct AndersonIteratesTests {
  /// G(x) = Ax + b of one sample.
  private struct Contraction<E: Scalar> {
    var a: [Double]
    var b: [Double]

    init(_ n: Int, norm: Double, seed: UInt64) {
      var random = RandomStream(seed: seed, name: "contraction")
      let scale = norm / (2 * Double(n).squareRoot())
      a = (0..<n * n).map { _ in scale * random.normal() }
      b = (0..<n).map { _ in random.normal() }
    }

    func residual(_ x: UnsafePointer<E>, into r: UnsafeMutablePointer<E>) {
      let n = b.count
      for i in 0..<n {
        let g = (0..<n).reduce(b[i]) { $0 + a[i * n + $1] * Double(x[$1]) }
        r[i] = E(g - Double(x[i]))
      }
    }
  }

  private func norm<E: Scalar>(_ x: UnsafePointer<E>, _ n: Int) -> Double {
    E.squareSum(x, count: n).squareRoot()
  }

  private func variables(_ n: Int) -> [StateVariable] {
    [
      StateVariable(name: "a", columns: 0..<n / 2), StateVariable(name: "b", columns: n / 2..<n),
    ]
  }

  /// In exact arithmetic n differences span the space, so that the iterate after n + 1 evaluations is
  /// the solution. The regularisation of 1e-7 leaves that part of the residual, or so; one more step
  /// leaves that part of it again.
  @Test(
    "a linear map of n dimensions is solved once n differences are known",
    arguments: [1, 2, 4, 6, 8])
  func linear(n: Int) {
    func check<E: Scalar>(_: E.Type, depth: Int, iterations: Int, tolerance: Double) {
      for seed in 1...20 as ClosedRange<UInt64> {
        let map = Contraction<E>(n, norm: 0.9, seed: seed)
        let iterates = AndersonIterates<E>(
          capacity: 1, dimension: n,
          variables: n > 1 ? variables(n) : [StateVariable(name: "a", columns: 0..<1)],
          depth: depth)
        iterates.begin()
        map.residual(iterates.row(0), into: iterates.residualRow(0))
        iterates.setWeights(row: 0, norms: n > 1 ? [3, 1] : [1])
        let first = norm(iterates.residualRow(0), n)
        for _ in 0..<iterations {
          iterates.advance(rows: 1)
          map.residual(iterates.row(0), into: iterates.residualRow(0))
        }
        let last = norm(iterates.residualRow(0), n)
        #expect(last <= tolerance * first, "\(E.self) n \(n), seed \(seed): \(last / first)")
      }
    }
    check(Double.self, depth: max(n, 8), iterations: n + 2, tolerance: 1e-11)
    check(Float.self, depth: max(n, 8), iterations: n + 2, tolerance: 1e-6)
  }

  /// Like φ and ψ of a network that has nearly learned: b is more than six orders of magnitude smaller than a, whose
  /// residual is only known up to the rounding of a, and depends on a.
  @Test("a small variable settles as soon as a large one, whose rounding is larger than all of it")
  func smallVariable() {
    let n = 24
    let scale = 0x1p-21
    func evaluations<E: Scalar>(_: E.Type, seed: UInt64, weight: Double?) -> Int {
      let large = Contraction<Double>(n, norm: 0.9, seed: seed)
      let small = Contraction<Double>(n, norm: 0.9, seed: seed + 100)
      let coupling = Contraction<Double>(n, norm: 0.9, seed: seed + 200)
      var rounding = RandomStream(seed: seed, name: "rounding")
      let iterates = AndersonIterates<E>(
        capacity: 1, dimension: 2 * n, variables: variables(2 * n), depth: 8)
      iterates.begin()
      let x = { iterates.row(0) }
      let r = { iterates.residualRow(0) }
      for evaluation in 1...200 {
        let a = (0..<n).map { Double(x()[$0]) }
        let b = (0..<n).map { Double(x()[n + $0]) / scale }
        var ra = Array(repeating: 0.0, count: n)
        var rb = ra
        var along = ra
        large.residual(a, into: &ra)
        small.residual(b, into: &rb)
        coupling.residual(a, into: &along)
        for i in 0..<n {
          r()[i] = E(ra[i] + scale * b[i] + a[i] * Double(E.ulpOfOne) * rounding.normal())
          // b hears of a what a coupling makes of it: its residual and a again, so not the residual alone.
          r()[n + i] = E(scale * (rb[i] + along[(i + 1) % n] + a[(i + 1) % n]))
        }
        let norms = [
          norm(UnsafePointer(x()), n) + 1e-3, norm(UnsafePointer(x() + n), n) + 1e-3 * scale,
        ]
        if evaluation == 1 {
          iterates.setWeights(row: 0, norms: [1, weight.map { 1 / $0 } ?? scale])
        }
        let parts = [
          norm(UnsafePointer(r()), n) / norms[0], norm(UnsafePointer(r() + n), n) / norms[1],
        ]
        if parts.allSatisfy({ $0 <= 1e-6 }) { return evaluation }
        iterates.advance(rows: 1)
      }
      return 200
    }
    var exact = 0
    var rounded = 0
    var light = 0
    for seed in 1...20 as ClosedRange<UInt64> {
      exact += evaluations(Double.self, seed: seed, weight: nil)
      rounded += evaluations(Float.self, seed: seed, weight: nil)
      light += evaluations(Float.self, seed: seed, weight: 1e3)
    }
    #expect(Double(rounded) <= 1.1 * Double(exact), "\(rounded) and \(exact) evaluations")
    #expect(Double(light) > 1.15 * Double(exact), "\(light) and \(exact) evaluations")
  }

  @Test("rows do not know of one another, to the bit, whatever changes places")
  func independent() {
    func check<E: Scalar>(_: E.Type) {
      let n = 23
      let depth = 5
      let count = 6
      let maps = (0..<count).map { Contraction<E>(n, norm: 1.2, seed: UInt64($0)) }
      let lengths = [4, 20, 9, 20, 20, 13]

      func run(_ samples: [Int]) -> [Int: [E]] {
        let iterates = AndersonIterates<E>(
          capacity: samples.count, dimension: n, variables: variables(n), depth: depth)
        var order = samples
        var results: [Int: [E]] = [:]
        // A second round must not see the first.
        for round in 0..<2 {
          order = samples
          iterates.begin()
          for (row, sample) in order.enumerated() {
            for i in 0..<n {
              iterates.row(row)[i] = E(round == 0 ? 0.5 : 0.01 * Double(i + sample))
            }
          }
          var iteration = 0
          while !order.isEmpty {
            for (row, sample) in order.enumerated() {
              maps[sample].residual(iterates.row(row), into: iterates.residualRow(row))
              if iteration == 0 {
                iterates.setWeights(row: row, norms: [2 + Double(sample), 1])
              }
            }
            iteration += 1
            for row in order.indices.reversed() where iteration >= lengths[order[row]] {
              results[order[row]] = (0..<n).map { iterates.row(row)[$0] }
              let last = order.count - 1
              iterates.exchangeRows(row, last)
              order.swapAt(row, last)
              order.removeLast()
            }
            iterates.advance(rows: order.count)
          }
        }
        return results
      }

      let alone = (0..<count).map { run([$0])[$0]! }
      for samples in [[0, 1, 2, 3, 4, 5], [5, 3, 0, 1, 4, 2], [1, 2, 5]] {
        let together = run(samples)
        for sample in samples { #expect(together[sample]! == alone[sample], "sample \(sample)") }
      }
      #expect(alone[1] != alone[3])
    }
    check(Float.self)
    check(Double.self)
  }

  @Test("a residual that does not change, or is zero, gives no NaN")
  func degenerate() {
    let iterates = AndersonIterates<Double>(
      capacity: 1, dimension: 4, variables: variables(4), depth: 3)
    iterates.begin()
    for step in 0..<8 {
      for i in 0..<4 { iterates.residualRow(0)[i] = step < 4 ? 1 : 0 }
      if step == 0 { iterates.setWeights(row: 0, norms: [1, 1]) }
      iterates.advance(rows: 1)
      for i in 0..<4 { #expect(iterates.row(0)[i].isFinite) }
    }
  }
}
