import Dynamics
import LinearAlgebra
import Testing

/// One weight from each unit to its namesake: a kind of projection that nobody but its author knows.
private struct OneToOne: Projection {
  let name: String
  let source: String
  let target: String
  let hasSeparateFeedback = false

  func weightShape(sourceSize: Int, targetSize: Int) -> [Int] { [sourceSize] }
  func fanIn(sourceSize: Int, targetSize: Int) -> Int { 1 }

  func makeProducts<E: Scalar>(sourceSize: Int, targetSize: Int, _ precision: E.Type)
    -> any ProjectionProducts<E>
  {
    Products<E>()
  }

  private final class Products<E: Scalar>: ProjectionProducts {
    typealias Element = E
    var weights: [E] = []
    func load(_ weights: ContiguousArray<Double>) { self.weights = weights.map { E($0) } }
    func forward(_ rate: MatrixView<E>, addingTo potential: MutableMatrixView<E>) {
      for r in 0..<rate.rows {
        for i in weights.indices { potential.row(r)[i] += weights[i] * rate.row(r)[i] }
      }
    }
    func backward(_ signal: MatrixView<E>, addingTo rate: MutableMatrixView<E>) {
      forward(signal, addingTo: rate)
    }
  }
}

@Suite("The weights between units as one matrix")
struct DenseNetworkTests {
  /// Two populations, a dense projection within and one between, and one of another kind besides; a readout.
  private func network() throws -> Network {
    try Network(
      populations: [
        Population(name: "x", size: 2, role: .input), Population(name: "a", size: 3),
        Population(name: "b", size: 3), Population(name: "y", size: 2, role: .readout),
      ],
      projections: [
        DenseProjection(from: "x", to: "a"), DenseProjection(from: "a", to: "a"),
        DenseProjection(from: "a", to: "b"),
        OneToOne(name: "direct", source: "a", target: "b"), DenseProjection(from: "b", to: "y"),
      ],
      loss: SquaredError(), output: .init(population: "y"))
  }

  @Test("is the sum of what its projections transmit, whatever their kind")
  func matrices() throws {
    let network = try network()
    var parameters = network.emptyParameters()
    var random = RandomStream(seed: 3, name: "dense")
    for index in 0..<parameters.count {
      for i in parameters[index].values.indices { parameters[index].values[i] = random.normal() }
    }
    func weight(_ name: String, _ post: Int, _ pre: Int) -> Double {
      parameters[name].values[post * 3 + pre]
    }
    var expected = DenseMatrix(rows: 6, columns: 6)
    for post in 0..<3 {
      for pre in 0..<3 {
        expected[post, pre] = weight("a-a.weight", post, pre)
        expected[3 + post, pre] = weight("a-b.weight", post, pre)
      }
      expected[3 + post, post] += parameters["direct.weight"].values[post]
    }
    let matrices = DenseNetwork(network, parameters).matrices
    #expect(matrices.weights == expected.elements)
    #expect(matrices.transposed == expected.transposed.elements)
    #expect(
      Array(matrices.readout)
        == (0..<2).flatMap { k in
          (0..<6).map { $0 < 3 ? 0 : weight("b-y.weight", k, $0 - 3) }
        })
    for i in 0..<6 {
      for j in i..<6 {
        let sum = (0..<6).reduce(0) { $0 + expected[$1, i] * expected[$1, j] }
        // Six products of numbers below four.
        #expect(abs(matrices.product[i * 6 + j] - sum) <= 1e-13)
      }
    }
  }
}
