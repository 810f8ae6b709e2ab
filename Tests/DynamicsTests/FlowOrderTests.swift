import Dynamics
import LinearAlgebra
import Testing

@Suite("The order of the flow")
struct FlowOrderTests {
  /// Names are populations of units in the order of the model; edges are "ab" for a → b.
  private func order(_ names: String, _ edges: [String]) throws -> (names: String, cyclic: String) {
    var populations = names.map { Population(name: String($0), size: 2) }
    populations.insert(Population(name: "input", size: 1, role: .input), at: names.count / 2)
    let network = try Network(
      populations: populations,
      projections: edges.map { DenseProjection(from: String($0.first!), to: String($0.last!)) }
        + [DenseProjection(from: "input", to: String(names.first!))],
      loss: SquaredError(), output: .init(population: String(names.last!)))
    let order = FlowOrder(network)
    #expect(Set(order.populations).count == order.populations.count)
    let cyclic = populations.indices.filter { order.isCyclic[$0] }.map { populations[$0].name }
    return (
      order.populations.map { populations[$0].name }.joined(), cyclic.sorted().joined()
    )
  }

  @Test("a chain is in its own order, however the model lists it")
  func chain() throws {
    for names in ["abcd", "dcba", "cadb"] {
      let order = try order(names, ["ab", "bc", "cd"])
      #expect(order.names == "abcd" && order.cyclic.isEmpty)
    }
  }

  @Test("a self-loop makes one population cyclic and no other")
  func selfLoop() throws {
    let order = try order("cba", ["ab", "bb", "bc"])
    #expect(order.names == "abc" && order.cyclic == "b")
  }

  @Test("two populations on a cycle, with what lies before, after and beside it")
  func pair() throws {
    let order = try order("fedcba", ["ab", "bc", "cb", "cd", "ae", "ed"])
    #expect(order.cyclic == "bc")
    let place = Dictionary(uniqueKeysWithValues: order.names.enumerated().map { ($1, $0) })
    #expect(place.count == 6, "f, which nothing reaches, is there too")
    for (first, second) in [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("a", "e"), ("e", "d")]
    {
      #expect(place[Character(first)]! < place[Character(second)]!)
    }
  }

  @Test("an output that projects back closes a cycle through everything between")
  func back() throws {
    #expect(try order("abc", ["ab", "bc", "ca"]).cyclic == "abc")
    #expect(try order("abc", ["ab", "bc", "cb"]).cyclic == "bc")
  }

  /// By definition: p is cyclic where a path leads from it to itself, and q comes after p where a path
  /// leads there and not back.
  @Test("random graphs, against their transitive closure")
  func random() throws {
    var random = RandomStream(seed: 1, name: "graphs")
    let names = Array("abcdefgh")
    for round in 0..<300 {
      let n = 2 + random.integer(below: 7)
      let density = 0.1 + 0.3 * random.uniform()
      var reaches = Array(repeating: Array(repeating: false, count: n), count: n)
      var edges: [String] = []
      for i in 0..<n {
        for j in 0..<n where random.uniform() < density {
          reaches[i][j] = true
          edges.append("\(names[i])\(names[j])")
        }
      }
      for k in 0..<n {
        for i in 0..<n where reaches[i][k] {
          for j in 0..<n where reaches[k][j] { reaches[i][j] = true }
        }
      }
      let order = try order(String(names[..<n]), edges)
      #expect(order.names.count == n)
      #expect(order.cyclic == String((0..<n).filter { reaches[$0][$0] }.map { names[$0] }))
      let place = Dictionary(uniqueKeysWithValues: order.names.enumerated().map { ($1, $0) })
      for i in 0..<n {
        for j in 0..<n where i != j && reaches[i][j] && !reaches[j][i] {
          #expect(place[names[i]]! < place[names[j]]!, "round \(round)")
        }
      }
    }
  }

  @Test("inputs and readouts have no place in it")
  func roles() throws {
    let network = try Network(
      populations: [
        Population(name: "y", size: 2, role: .readout), Population(name: "h", size: 2),
        Population(name: "x", size: 2, role: .input),
      ],
      projections: [DenseProjection(from: "x", to: "h"), DenseProjection(from: "h", to: "y")],
      loss: SquaredError(), output: .init(population: "y"))
    let order = FlowOrder(network)
    #expect(order.populations == [1] && order.isCyclic == [false, false, false])
  }
}
