extension Network {
  /// The names of the projections along which signals can come back: those from a population to itself
  /// first, then all others between populations on cycles.
  public var recurrentProjections: [String] {
    let order = FlowOrder(self)
    let cyclic = projections.filter { projection in
      [projection.source, projection.target].allSatisfy { name in
        index(of: name).map { order.isCyclic[$0] } ?? false
      }
    }
    let own = cyclic.filter { $0.source == $0.target }
    return own.map(\.name) + cyclic.filter { $0.source != $0.target }.map(\.name)
  }
}
