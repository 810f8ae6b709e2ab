internal import LinearAlgebra

extension Network {
  /// The parameters of the network under a controller, initialised.
  ///
  /// Each parameter has a random stream of its own, `init.<name>` at `seed`, so that another one more
  /// or less does not change its values.
  ///
  /// - Parameters:
  ///   - controller: whose parameters are made too.
  ///   - extra: parameters besides, such as a learning rule's own; they keep their values unless an
  ///     initializer names them.
  ///   - initializers: by the name of the parameter. Unless named, weights are `uniform-fan-in`,
  ///     feedback `normal` of norm 1, control `normal`, and biases zero.
  ///   - seed: of all random streams.
  /// - Throws: ``ParameterError`` where a name does not exist or an initializer does not fit.
  public func initialParameters(
    for controller: any Controller = NoControl(), extra: [Parameter] = [],
    initializers: [String: Initializer] = [:], seed: UInt64
  ) throws -> ParameterSet {
    let empty = controller.emptyParameters(for: self)
    var parameters = ParameterSet(empty.parameters + extra)
    for name in initializers.keys.sorted() where parameters.index(of: name) == nil {
      throw ParameterError("there is no parameter \(name) to initialise")
    }
    for index in 0..<parameters.count {
      let name = parameters[index].name
      guard let initializer = initializers[name] ?? standardInitializer(of: name) else { continue }
      var stream = RandomStream(seed: seed, name: "init.\(name)")
      let shape = parameters[index].shape
      do {
        parameters[index].values = try initializer.values(
          shape: shape, fanIn: fanIn(of: name, shape), fanOut: Self.fanOut(shape), using: &stream)
      } catch let error as ParameterError {
        throw ParameterError("\(name): \(error)")
      }
    }
    return parameters
  }

  private func standardInitializer(of name: String) -> Initializer? {
    if projections.contains(where: { $0.weightName == name }) { return Initializer(.uniformFanIn) }
    if projections.contains(where: { $0.feedbackName == name }) {
      return Initializer(.normal, norm: 1)
    }
    if populations.contains(where: { $0.controlName == name }) { return Initializer(.normal) }
    return nil
  }

  /// The number of weights of this parameter that one unit receives.
  ///
  /// Feedback runs from the target back to the source and is stored like the weight, so what one unit
  /// receives is what it sends forwards.
  private func fanIn(of name: String, _ shape: [Int]) -> Int {
    if let forward = projections.first(where: { $0.weightName == name }) {
      return forward.fanIn(
        sourceSize: population(forward.source).size, targetSize: population(forward.target).size)
    }
    if projections.contains(where: { $0.feedbackName == name }) { return Self.fanOut(shape) }
    return max(1, shape.dropFirst().reduce(1, *))
  }

  /// Of an array [out, in, …]: the units reached times the places at which each is reached.
  private static func fanOut(_ shape: [Int]) -> Int {
    max(1, (shape.first ?? 1) * shape.dropFirst(2).reduce(1, *))
  }
}
