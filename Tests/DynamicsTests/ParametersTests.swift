import Dynamics
import LinearAlgebra
import Testing

@Suite("Initialisation")
struct InitializerTests {
  private func values(
    _ initializer: Initializer, _ shape: [Int], fanIn: Int? = nil, fanOut: Int? = nil,
    seed: UInt64 = 7
  ) throws -> ContiguousArray<Double> {
    var stream = RandomStream(seed: seed, name: "test")
    return try initializer.values(
      shape: shape, fanIn: fanIn ?? shape[1], fanOut: fanOut ?? shape[0], using: &stream)
  }

  /// What a random kind of shape [200, 200] should be.
  struct Distribution: Sendable {
    var initializer: Initializer
    var variance: Double
    /// 3 for normal numbers, 1.8 for uniform ones.
    var kurtosis: Double
    var bound = Double.infinity
  }

  private static let distributions: [Distribution] = [
    Distribution(initializer: Initializer(.normal), variance: 0.005, kurtosis: 3),
    Distribution(
      initializer: Initializer(.normal, gain: 2, value: 0.3), variance: 0.36, kurtosis: 3),
    Distribution(initializer: Initializer(.he, gain: 3), variance: 0.09, kurtosis: 3),
    Distribution(
      initializer: Initializer(.uniform, gain: 0.5), variance: 0.25 / 3, kurtosis: 1.8, bound: 0.5),
    Distribution(
      initializer: Initializer(.uniform, gain: 0.5, value: 0.4), variance: 0.04 / 3,
      kurtosis: 1.8, bound: 0.2),
    Distribution(
      initializer: Initializer(.uniformFanIn, gain: 2), variance: 0.02 / 3, kurtosis: 1.8,
      bound: 0.02.squareRoot()),
    Distribution(
      initializer: Initializer(.xavier), variance: 0.015 / 3, kurtosis: 1.8,
      bound: 0.015.squareRoot()),
  ]

  /// Mean and variance are within five standard errors of what the formula says: n numbers of
  /// kurtosis k scatter by s/sqrt(n) and s^2 sqrt((k - 1)/n).
  @Test(
    "random kinds have the mean, variance and bounds of their formulas", arguments: distributions)
  func statistics(_ distribution: Distribution) throws {
    let (initializer, variance) = (distribution.initializer, distribution.variance)
    let bound = distribution.bound * (1 + 1e-15)
    let values = try values(initializer, [200, 200])
    let n = Double(values.count)
    let mean = values.reduce(0, +) / n
    let square = values.reduce(0) { $0 + $1 * $1 } / n
    #expect(abs(mean) < 5 * (variance / n).squareRoot())
    #expect(abs(square - variance) < 5 * variance * ((distribution.kurtosis - 1) / n).squareRoot())
    #expect(values.allSatisfy { abs($0) <= bound })
    if bound.isFinite { #expect(values.contains { abs($0) > 0.99 * bound }) }
  }

  @Test("the spectral radius is exact", arguments: [1, 2, 40])
  func spectralRadius(order: Int) throws {
    let values = try values(Initializer(.spectralRadius, gain: 0.9, value: 1.5), [order, order])
    let radius = try DenseMatrix(rows: order, columns: order, elements: values).spectralRadius()
    #expect(abs(radius - 1.35) < 1e-10)
  }

  @Test(
    "orthogonal rows or columns have the length of the gain",
    arguments: [[5, 9], [9, 5], [6, 6]])
  func orthogonal(shape: [Int]) throws {
    let elements = try values(Initializer(.orthogonal, gain: 1.7), shape)
    let matrix = DenseMatrix(rows: shape[0], columns: shape[1], elements: elements)
    let product =
      shape[0] <= shape[1] ? matrix * matrix.transposed : matrix.transposed * matrix
    for i in 0..<product.rows {
      for j in 0..<product.columns {
        #expect(abs(product[i, j] - (i == j ? 1.7 * 1.7 : 0)) < 1e-13)
      }
    }
  }

  @Test("zeros, identity and a norm are what they say")
  func exact() throws {
    #expect(try values(Initializer(.zeros), [2, 3]) == [0, 0, 0, 0, 0, 0])
    #expect(
      try values(Initializer(.identity, gain: 2, value: 1.5), [2, 3]) == [3, 0, 0, 0, 3, 0])
    let normed = try values(Initializer(.normal, norm: 1), [30, 40])
    #expect(abs(normed.reduce(0) { $0 + $1 * $1 } - 1) < 1e-14)
  }

  @Test("what cannot be made is refused with a reason")
  func refusals() throws {
    #expect(throws: ParameterError.self) { try values(Initializer(.spectralRadius), [2, 3]) }
    #expect(throws: ParameterError.self) { try values(Initializer(.zeros, norm: 1), [2, 3]) }
    #expect(throws: ParameterError.self) { try values(Initializer(.he, value: 1), [2, 3]) }
    #expect(throws: ParameterError.self) { try values(Initializer(.normal, gain: .nan), [2, 3]) }
  }

  @Test("every parameter has a stream of its own")
  func streams() throws {
    func network(_ names: [String]) throws -> Network {
      try Network(
        populations: [Population(name: "x", size: 3, role: .input)]
          + names.map { Population(name: $0, size: 4) },
        projections: names.map { DenseProjection(from: "x", to: $0, separateFeedback: true) },
        loss: SquaredError(), output: .init(population: names.last!))
    }
    let small = try network(["b"]).initialParameters(seed: 3)
    let large = try network(["a", "b"]).initialParameters(
      initializers: ["a.bias": Initializer(.uniform)], seed: 3)
    #expect(small["x-b.weight"] == large["x-b.weight"])
    #expect(small["x-b.feedback"] == large["x-b.feedback"])
    #expect(large["x-a.weight"].values != large["x-b.weight"].values)
    #expect(large["a.bias"].values.allSatisfy { $0 != 0 })
    #expect(large["b.bias"].values.allSatisfy { $0 == 0 })
    #expect(large["x-a.weight"].values.allSatisfy { abs($0) <= 1 / 3.0.squareRoot() })
    let norm = large["x-a.feedback"].values.reduce(0) { $0 + $1 * $1 }
    #expect(abs(norm - 1) < 1e-14)
    #expect(throws: ParameterError.self) {
      try network(["b"]).initialParameters(initializers: ["c": Initializer(.zeros)], seed: 3)
    }
  }

  @Test("the columns of Q are normal with standard deviation 1/√n_y")
  func control() throws {
    let network = try Network(
      populations: [Population(name: "h", size: 400), Population(name: "y", size: 25)],
      projections: [DenseProjection(from: "h", to: "y")], loss: SquaredError(),
      output: .init(population: "y"))
    let q = try network.initialParameters(
      for: LinearFeedback(output: .leakyIntegral(leak: 1)), seed: 1)["h.control"]
    #expect(q.shape == [400, 25])
    let variance = q.values.reduce(0) { $0 + $1 * $1 } / 10_000
    #expect(abs(variance * 25 - 1) < 5 * (2 / 10_000.0).squareRoot())
  }
}

@Suite("Constraints")
struct ConstraintTests {
  private func random(_ shape: [Int], _ seed: UInt64 = 1) -> ContiguousArray<Double> {
    var stream = RandomStream(seed: seed, name: "constraint")
    return ContiguousArray((0..<shape.reduce(1, *)).map { _ in stream.normal() })
  }

  @Test(
    "a constraint holds after it was applied, and applying it again changes nothing",
    arguments: [
      Constraint.symmetric, .zeroDiagonal, .sign(.positive), .sign(.negative),
      .spectralRadius(0.95), .spectralNorm(0.5), .spectralRadius(100), .spectralNorm(100),
    ])
  func idempotent(_ constraint: Constraint) throws {
    let n = 12
    for seed in 1...20 as ClosedRange<UInt64> {
      let original = random([n, n], seed)
      var once = original
      try constraint.apply(to: &once, shape: [n, n])
      var twice = once
      try constraint.apply(to: &twice, shape: [n, n])
      #expect(twice == once)
      let matrix = DenseMatrix(rows: n, columns: n, elements: once)
      switch constraint {
      case .symmetric: #expect(matrix == matrix.transposed)
      case .zeroDiagonal: #expect((0..<n).allSatisfy { matrix[$0, $0] == 0 })
      case .sign(let sign): #expect(once.allSatisfy { $0 * Double(sign.rawValue) >= 0 })
      case .signs: break
      case .spectralRadius(let bound):
        #expect(try matrix.spectralRadius() <= bound)
        if bound == 100 { #expect(once == original) }
      case .spectralNorm(let bound):
        #expect(try matrix.spectralNorm() <= bound)
        if bound == 100 { #expect(once == original) }
      }
    }
  }

  @Test("shrinking stops at the bound, not below it")
  func tight() throws {
    var values = random([8, 8])
    try Constraint.spectralRadius(0.5).apply(to: &values, shape: [8, 8])
    #expect(
      abs(try DenseMatrix(rows: 8, columns: 8, elements: values).spectralRadius() - 0.5) < 1e-14)
    values = random([4, 8])
    try Constraint.spectralNorm(0.5).apply(to: &values, shape: [4, 8])
    #expect(
      abs(try DenseMatrix(rows: 4, columns: 8, elements: values).spectralNorm() - 0.5) < 1e-14)
  }

  @Test("weights keep the signs of the pattern")
  func pattern() throws {
    var values: ContiguousArray<Double> = [1, -1, 2, -2, 3, -3]
    try Constraint.signs(of: [1, 1, -0.5, -0.5, 0, 0]).apply(to: &values, shape: [2, 3])
    #expect(values == [1, 0, 0, -2, 3, -3])
  }

  @Test("all constraints of a parameter hold together, whatever their order")
  func together() throws {
    let shape = [6, 6]
    var mask = ContiguousArray(repeating: 1.0, count: 36)
    for (i, j) in [(0, 1), (2, 5), (3, 4)] {
      mask[i * 6 + j] = 0
      mask[j * 6 + i] = 0
    }
    let all: [Constraint] = [
      .spectralNorm(0.8), .symmetric, .spectralRadius(0.7), .sign(.positive), .zeroDiagonal,
    ]
    var results: [ContiguousArray<Double>] = []
    for constraints in [all, all.reversed()] {
      var parameters = ParameterSet([
        Parameter(name: "other", shape: [1]),
        Parameter(name: "w", shape: shape, values: random(shape)),
      ])
      let set = try ConstraintSet(["w": constraints], masks: ["w": mask], for: parameters)
      try set.apply(to: &parameters)
      let values = parameters["w"].values
      let matrix = DenseMatrix(rows: 6, columns: 6, elements: values)
      #expect(matrix == matrix.transposed)
      #expect(values.allSatisfy { $0 >= 0 })
      #expect(values.contains { $0 > 0 })
      #expect((0..<36).allSatisfy { mask[$0] == 1 || values[$0] == 0 })
      #expect((0..<6).allSatisfy { matrix[$0, $0] == 0 })
      #expect(try matrix.spectralRadius() <= 0.7)
      results.append(values)
    }
    #expect(zip(results[0], results[1]).allSatisfy { abs($0 - $1) < 1e-14 })
  }

  @Test("what contradicts a shape, a mask or itself is refused")
  func refusals() throws {
    let parameters = ParameterSet([
      Parameter(name: "w", shape: [2, 3]), Parameter(name: "v", shape: [2, 2]),
    ])
    func refused(
      _ constraints: [String: [Constraint]], masks: [String: ContiguousArray<Double>] = [:]
    ) {
      #expect(throws: ParameterError.self) {
        try ConstraintSet(constraints, masks: masks, for: parameters)
      }
    }
    refused(["w": [.symmetric]])
    refused(["w": [.zeroDiagonal]])
    refused(["w": [.spectralRadius(1)]])
    refused(["v": [.spectralRadius(0)]])
    refused(["v": [.spectralNorm(.nan)]])
    refused(["u": [.sign(.positive)]])
    refused(["v": [.signs(of: [1])]])
    refused([:], masks: ["v": [1, 1, 1]])
    refused([:], masks: ["v": [1, 1, 1, 0.5]])
    refused(["v": [.symmetric]], masks: ["v": [1, 0, 1, 1]])
    refused(["v": [.symmetric, .signs(of: [1, -1, 1, 1])]])
    var broken = ParameterSet([Parameter(name: "v", shape: [2, 2], values: [1, .nan, 1, 1])])
    let set = try ConstraintSet(["v": [.spectralRadius(1)]], for: broken)
    #expect(throws: ParameterError.self) { try set.apply(to: &broken) }
  }

  @Test("two parameters become the mean of the one and the other's transpose")
  func transposes() throws {
    var parameters = ParameterSet([
      Parameter(name: "w", shape: [2, 3], values: [1, 2, 3, 4, 5, 6]),
      Parameter(name: "v", shape: [3, 2], values: [10, 20, 30, 40, 50, 60]),
    ])
    let set = try ConstraintSet([:], transposes: [("w", "v")], for: parameters)
    #expect(!set.isEmpty)
    try set.apply(to: &parameters)
    // By hand: w_ij and v_ji, such as w_01 = (2 + 30)/2.
    #expect(parameters["w"].values == [5.5, 16, 26.5, 12, 22.5, 33])
    #expect(parameters["v"].values == [5.5, 12, 16, 22.5, 26.5, 33])
    for pair in [("w", "w"), ("w", "u")] {
      #expect(throws: ParameterError.self) {
        try ConstraintSet([:], transposes: [pair], for: parameters)
      }
    }
    #expect(throws: ParameterError.self) {
      try ConstraintSet(["v": [.sign(.positive)]], transposes: [("w", "v")], for: parameters)
    }
  }
}
