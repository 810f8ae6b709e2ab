/// The populations of units in an order in which signals flow, and which of them lie on a cycle.
///
/// Along this order every projection leads forward, save within a cycle. What lies on no cycle is a
/// function of what comes before it and need not be iterated.
package struct FlowOrder {
  /// Positions among `network.populations`.
  package private(set) var populations: [Int] = []
  /// By position among `network.populations`.
  package private(set) var isCyclic: [Bool]

  package init(_ network: Network) {
    let count = network.populations.count
    isCyclic = Array(repeating: false, count: count)
    var targets = Array(repeating: [Int](), count: count)
    for projection in network.projections {
      guard let source = network.index(of: projection.source),
        let target = network.index(of: projection.target),
        network.populations[source].role == .units, network.populations[target].role == .units
      else { continue }
      targets[source].append(target)
      if source == target { isCyclic[source] = true }
    }
    // Tarjan's strongly connected components; they come out last first.
    var index = Array(repeating: -1, count: count)
    var low = index
    var stack: [Int] = []
    var onStack = Array(repeating: false, count: count)
    var next = 0
    var reversed: [Int] = []

    func visit(_ node: Int) {
      index[node] = next
      low[node] = next
      next += 1
      stack.append(node)
      onStack[node] = true
      for target in targets[node] {
        if index[target] < 0 {
          visit(target)
          low[node] = min(low[node], low[target])
        } else if onStack[target] {
          low[node] = min(low[node], index[target])
        }
      }
      guard low[node] == index[node] else { return }
      var component: [Int] = []
      repeat {
        component.append(stack.removeLast())
        onStack[component.last!] = false
      } while component.last! != node
      if component.count > 1 { for member in component { isCyclic[member] = true } }
      reversed += component
    }
    for node in 0..<count where network.populations[node].role == .units && index[node] < 0 {
      visit(node)
    }
    populations = reversed.reversed()
  }
}
