import Dynamics
import LinearAlgebra
import Testing

@Suite("Dense projections")
struct ProjectionTests {
  /// A block of columns in a wider matrix, whose other elements must stay as they are.
  struct Block<E: Scalar> {
    let rows: Int
    let columns: Range<Int>
    let stride: Int
    var elements: [E]

    init(_ rows: Int, _ count: Int, padding: Int, _ random: inout RandomStream) {
      self.rows = rows
      columns = padding..<padding + count
      stride = count + 2 * padding + (padding > 0 ? 1 : 0)
      elements = (0..<rows * stride).map { _ in E(random.normal()) }
    }

    subscript(_ row: Int, _ column: Int) -> Double {
      Double(elements[row * stride + columns.lowerBound + column])
    }

    func withView<R>(_ body: (MatrixView<E>) -> R) -> R {
      elements.withUnsafeBufferPointer {
        body(
          MatrixView($0.baseAddress!, rows: rows, columns: stride, stride: stride).columns(columns))
      }
    }

    mutating func withMutable(_ body: (MutableMatrixView<E>) -> Void) {
      elements.withUnsafeMutableBufferPointer {
        body(
          MutableMatrixView($0.baseAddress!, rows: rows, columns: stride, stride: stride)
            .columns(columns))
      }
    }

    func outside() -> [E] {
      elements.indices.filter { !columns.contains($0 % stride) }.map { elements[$0] }
    }
  }

  private func check<E: Scalar>(_ precision: E.Type, padding: Int, tolerance: Double) {
    var random = RandomStream(seed: 5, name: "projection")
    for (rows, source, target) in [(1, 1, 1), (3, 4, 2), (5, 2, 7), (8, 17, 16)] {
      let projection = DenseProjection(from: "a", to: "b")
      #expect(projection.weightShape(sourceSize: source, targetSize: target) == [target, source])
      #expect(projection.fanIn(sourceSize: source, targetSize: target) == source)
      let products = projection.makeProducts(sourceSize: source, targetSize: target, E.self)
      let weights = ContiguousArray((0..<source * target).map { _ in Double(E(random.normal())) })
      products.load(weights)
      let rate = Block<E>(rows, source, padding: padding, &random)
      let signal = Block<E>(rows, target, padding: padding, &random)
      var potential = Block<E>(rows, target, padding: padding, &random)
      var back = Block<E>(rows, source, padding: padding, &random)
      let before = potential
      let backBefore = back
      rate.withView { rate in potential.withMutable { products.forward(rate, addingTo: $0) } }
      signal.withView { signal in back.withMutable { products.backward(signal, addingTo: $0) } }
      #expect(potential.outside() == before.outside())
      #expect(back.outside() == backBefore.outside())
      var forwardProduct = 0.0
      var backwardProduct = 0.0
      for r in 0..<rows {
        for i in 0..<target {
          let sum = (0..<source).reduce(0) { $0 + weights[i * source + $1] * rate[r, $1] }
          let added = potential[r, i] - before[r, i]
          #expect(abs(added - sum) < tolerance)
          forwardProduct += signal[r, i] * added
        }
        for j in 0..<source { backwardProduct += rate[r, j] * (back[r, j] - backBefore[r, j]) }
      }
      // ⟨s, W r⟩ = ⟨Wᵀs, r⟩
      #expect(abs(forwardProduct - backwardProduct) < 30 * tolerance)
    }
  }

  /// Sums of at most 17 products of numbers below four: some 30 ulp of 20.
  @Test("forward and backward are W and its transpose, added to what is there", arguments: [0, 3])
  func transpose(padding: Int) {
    check(Double.self, padding: padding, tolerance: 1e-13)
    check(Float.self, padding: padding, tolerance: 6e-5)
  }

  @Test(
    "the gradient is that of \u{27e8}signal, W rate\u{27e9}, added to what is there",
    arguments: [0, 2])
  func gradient(padding: Int) {
    var random = RandomStream(seed: 6, name: "projection")
    let (rows, source, target) = (4, 3, 5)
    let projection = DenseProjection(from: "a", to: "b")
    let rate = Block<Double>(rows, source, padding: padding, &random)
    let signal = Block<Double>(rows, target, padding: padding, &random)
    let weights = ContiguousArray((0..<source * target).map { _ in random.normal() })
    let start = ContiguousArray((0..<source * target).map { _ in random.normal() })
    var gradient = start
    rate.withView { rate in
      signal.withView { signal in
        projection.accumulateGradient(signal: signal, rate: rate, into: &gradient)
      }
    }
    func transmitted(_ weights: ContiguousArray<Double>) -> Double {
      let products = projection.makeProducts(sourceSize: source, targetSize: target, Double.self)
      products.load(weights)
      var potential = Array(repeating: 0.0, count: rows * target)
      rate.withView { rate in
        potential.withUnsafeMutableBufferPointer {
          products.forward(
            rate,
            addingTo: MutableMatrixView(
              $0.baseAddress!, rows: rows, columns: target, stride: target))
        }
      }
      return (0..<rows * target).reduce(0) {
        $0 + potential[$1] * signal[$1 / target, $1 % target]
      }
    }
    // Linear in W, so differences are exact at any h: here to the rounding of sums of order ten.
    for i in weights.indices {
      var ahead = weights
      var behind = weights
      ahead[i] += 0.5
      behind[i] -= 0.5
      let slope = transmitted(ahead) - transmitted(behind)
      #expect(abs(gradient[i] - start[i] - slope) < 1e-12)
    }
  }

  @Test("feedback of its own replaces the transpose on the way back alone")
  func separateFeedback() throws {
    let loop = OutputController.leakyIntegral(leak: 1, timeConstant: 5)
    func model(separate: Bool) throws -> Model {
      let network = try Network(
        populations: [
          Population(name: "x", size: 2, role: .input),
          Population(name: "h", size: 3, activation: Tanh()), Population(name: "y", size: 2),
        ],
        projections: [
          DenseProjection(from: "x", to: "h"),
          DenseProjection(from: "h", to: "y", separateFeedback: separate),
        ],
        loss: SquaredError(), output: .init(population: "y"))
      return Model(
        network, DynamicInversion(output: loop), Example.samples,
        ["x-h.weight": [1, 0.5, -0.5, 1, 0.3, -0.7], "h-y.weight": DecoderTests.decoder])
    }
    let shared = try model(separate: false).settle()
    var own = try model(separate: true)
    own.parameters["h-y.feedback"].values = ContiguousArray(DecoderTests.decoder)
    // The same numbers, the same bits.
    #expect(try own.settle().observation.psi == shared.observation.psi)
    own.parameters["h-y.feedback"].values = [1, 2, 3, -1, 0, 1]
    let other = try own.settle()
    let o = other.observation
    // ψ_h = σ′∘(Sᵀψ_y), with S in the place of W.
    let signal = [o.u[0] - o.u[1], 2 * o.u[0], 3 * o.u[0] + o.u[1]]
    #expect(near(o.psi, zip(o.slopes, signal).map { $0 * $1 } + o.u, 1e-11))
    // Without feedback nothing but the output is controlled.
    own.parameters["h-y.feedback"].values = [0, 0, 0, 0, 0, 0]
    #expect(try own.settle().observation.psi[0..<3].allSatisfy { abs($0) < 1e-14 })
  }
}
