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
