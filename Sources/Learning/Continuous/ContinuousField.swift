public import Dynamics
public import Integration
public import LinearAlgebra

/// Dynamic inversion whose weights move with it: φ, ψ, u of all samples and the weights that they share
/// are one system, without phases and without equilibria in between.
///
///     τ_W Ẇ = ⟨ψ σ(φ)ᵀ⟩ − γW,   τ_W ḃ = ⟨ψ⟩
///     τ_W Ṡ = ⟨ψ σ(φ)ᵀ⟩ − γS    (S in the layout of W)
///
/// beside the equations of `DynamicInversion` (SCIENCE 2.6). ⟨·⟩ is the mean over the samples, as an
/// update has it: without samples to share them the weights of one sample move as if it were alone. A
/// projection's `rate` multiplies its mean.
///
/// The state is one row: φ, ψ and u of the first sample, of the second, …, then the parameters that
/// learn, in the order of ``movingNames``. The weights must be slow, τ_W ≫ τ, and the loop must
/// stay stable while they move: watch its leading eigenvalue.
public final class ContinuousField<E: Scalar>: VectorField {
  /// The scalar type of the state.
  public typealias Element = E

  /// The controlled system of the samples, at the parameters of the last evaluation.
  public let system: any ControlledSystem<E>
  /// The same where tangents are taken, and at parameters that are directions.
  private let tangentSystem: any ControlledSystem<E>
  private let probe: any ControlledSystem<E>
  private let constraints: ConstraintSet
  private let options: ContinuousOptions
  let network: Network
  let moving: [MovingParameter]
  let targets: ContiguousArray<Double>
  /// [samples × inputs]; may change from one evaluation to the next.
  package var inputs: ContiguousArray<Double>
  let sampleCount: Int
  /// Numbers of the state that belong to samples.
  public let stateCount: Int
  private let parameterCount: Int

  /// As the last evaluation took them from the state.
  private(set) public var parameters: ParameterSet
  private var observation: Observation
  private var linear: Observation
  private var linearState: ContiguousArray<E> = []
  /// F at the point of linearisation with all weights zero.
  private var baseline: ContiguousArray<E> = []
  private var tangentParameters: ParameterSet
  private var probeParameters: ParameterSet

  /// - Parameters:
  ///   - network: the network.
  ///   - controller: what controls it.
  ///   - parameters: all of them; those that may learn are where the state starts.
  ///   - constraints: whose masks hold.
  ///   - samples: inputs and targets.
  ///   - options: time constant and decay of the weights.
  /// - Throws: `NetworkError` where weights cannot move inside these dynamics.
  public init(
    _ network: Network, controller: any Controller, parameters: ParameterSet,
    constraints: ConstraintSet = ConstraintSet(), samples: Samples, options: ContinuousOptions
  ) throws {
    if let objection = options.objection(to: network, controller) {
      throw NetworkError(objection)
    }
    precondition(samples.count > 0 && !samples.targets.isEmpty)
    func makeSystem() -> any ControlledSystem<E> {
      controller.makeSystem(network, capacity: samples.count, E.self)
    }
    system = makeSystem()
    tangentSystem = makeSystem()
    probe = makeSystem()
    self.network = network
    self.options = options
    self.constraints = constraints
    self.parameters = parameters
    inputs = samples.inputs
    targets = samples.targets
    sampleCount = samples.count
    moving = MovingParameter.all(of: network, parameters, options)
    stateCount = samples.count * system.dimension
    parameterCount = moving.reduce(0) { $0 + $1.count }
    observation = Observation(network)
    linear = Observation(network)
    tangentParameters = parameters
    probeParameters = parameters
    for index in 0..<parameters.count {
      for i in probeParameters[index].values.indices { probeParameters[index].values[i] = 0 }
    }
    load(parameters, into: system)
  }

  // MARK: States

  public var samples: Int { 1 }
  public var dimension: Int { stateCount + parameterCount }
  public var hasJacobianProduct: Bool { true }
  /// The parameters at the end of the state, in their order.
  public var movingNames: [String] { moving.map(\.name) }

  public func componentName(_ column: Int) -> String {
    guard column >= stateCount else {
      let name = system.componentName(column % system.dimension)
      return sampleCount == 1 ? name : "\(name) (row \(column / system.dimension))"
    }
    let place = column - stateCount
    let parameter = moving.last { $0.offset <= place }!
    return "\(parameter.name)[\(place - parameter.offset)]"
  }

  /// The blocks of the state, by which tolerances are given: those of each sample, then `weights`.
  package var variables: [StateVariable] {
    var variables: [StateVariable] = []
    for row in 0..<sampleCount {
      let start = row * system.dimension
      for variable in system.variables {
        variables.append(
          StateVariable(
            name: variable.name,
            columns: variable.columns.lowerBound + start..<variable.columns.upperBound + start))
      }
    }
    if parameterCount > 0 {
      variables.append(StateVariable(name: "weights", columns: stateCount..<dimension))
    }
    return variables
  }

  /// The state of samples that are at `states`, [samples × their dimension], with the weights of
  /// `parameters`.
  public func compose(
    _ states: ContiguousArray<E>, parameters: ParameterSet
  ) -> ContiguousArray<E> {
    precondition(states.count == stateCount)
    var state = states
    for parameter in moving {
      state += parameters[parameter.index].values.map { E($0) }
    }
    return state
  }

  /// Takes the weights out of a state.
  private func read(_ z: UnsafePointer<E>, scale: Double = 1, into parameters: inout ParameterSet) {
    for parameter in moving {
      parameters[parameter.index].values.withUnsafeMutableBufferPointer {
        guard let base = $0.baseAddress else { return }
        E.widen(z + stateCount + parameter.offset, into: base, count: parameter.count)
        if scale != 1 { Double.scale(scale, base, into: base, count: parameter.count) }
      }
    }
  }

  private func load(_ parameters: ParameterSet, into system: any ControlledSystem<E>) {
    system.load(parameters)
    inputs.withUnsafeBufferPointer { inputs in
      targets.withUnsafeBufferPointer { targets in
        system.load(inputs: inputs.span, targets: targets.span, count: sampleCount)
      }
    }
  }

  private func span(_ z: UnsafePointer<E>) -> UnsafeBufferPointer<E> {
    UnsafeBufferPointer(start: z, count: stateCount)
  }

  /// Whether every parameter moves so slowly that it is at rest too: ‖τ_W Ẇ‖ ≤ residual·(floor + ‖W‖).
  package func isAtRest(
    _ state: ContiguousArray<E>, _ derivative: UnsafeMutableBufferPointer<E>,
    _ settling: SettlingOptions
  ) -> Bool {
    moving.allSatisfy { parameter in
      let place = stateCount + parameter.offset
      let speed = E.squareSum(derivative.baseAddress! + place, count: parameter.count).squareRoot()
      let size = state.withUnsafeBufferPointer {
        E.squareSum($0.baseAddress! + place, count: parameter.count).squareRoot()
      }
      return options.timeConstant * speed <= settling.residual * (settling.floor + size)
    }
  }

  // MARK: The field

  public func derivative(
    at time: Double, _ state: Span<E>, into derivative: inout MutableSpan<E>
  ) throws {
    try state.withUnsafeBufferPointer { state in
      try derivative.withUnsafeMutableBufferPointer { derivative in
        let (z, dz) = (state.baseAddress!, derivative.baseAddress!)
        read(z, into: &parameters)
        load(parameters, into: system)
        var output = UnsafeMutableBufferPointer(start: dz, count: stateCount).mutableSpan
        try system.derivative(at: time, span(z).span, into: &output)
        try system.observe(span(z).span, into: &observation)
        for parameter in moving {
          var change = zeros(parameter)
          addMean(of: parameter, signal: observation.psi, rates: observation.rates, to: &change)
          let values = parameters[parameter.index].values
          finish(&change, parameter, values, into: dz)
        }
      }
    }
  }

  public func linearize(at time: Double, _ state: Span<E>) throws {
    try state.withUnsafeBufferPointer { state in
      let z = state.baseAddress!
      read(z, into: &tangentParameters)
      load(tangentParameters, into: tangentSystem)
      try tangentSystem.linearize(at: time, span(z).span)
      try tangentSystem.observe(span(z).span, into: &linear)
      linearState = ContiguousArray(span(z))
      baseline = try fieldOfProbe(at: nil, scale: 1)
    }
  }

  /// The field of the states is affine in the weights: its derivative in their direction is what it
  /// gains where they are that direction, scaled to the size of 1 so that nothing is lost to rounding.
  public func jacobianProduct(_ vector: Span<E>, into product: inout MutableSpan<E>) throws {
    try vector.withUnsafeBufferPointer { vector in
      try product.withUnsafeMutableBufferPointer { product in
        let (v, dz) = (vector.baseAddress!, product.baseAddress!)
        var output = UnsafeMutableBufferPointer(start: dz, count: stateCount).mutableSpan
        try tangentSystem.jacobianProduct(span(v).span, into: &output)
        let size = E.absoluteMaximum(v + stateCount, count: parameterCount)
        if size > 0 {
          let moved = try fieldOfProbe(at: v, scale: 1 / size)
          moved.withUnsafeBufferPointer { moved in
            baseline.withUnsafeBufferPointer { base in
              E.linearSum(1, dz, size, moved.baseAddress!, into: dz, count: stateCount)
              E.linearSum(1, dz, -size, base.baseAddress!, into: dz, count: stateCount)
            }
          }
        }
        addWeightTangents(v, into: dz)
      }
    }
  }

  /// F of the states at the point of linearisation, with weights that are a scaled direction, or zero.
  private func fieldOfProbe(
    at direction: UnsafePointer<E>?, scale: Double
  ) throws -> ContiguousArray<E> {
    if let direction {
      read(direction, scale: scale, into: &probeParameters)
    } else {
      for parameter in moving {
        probeParameters[parameter.index].values = zeros(parameter)
      }
    }
    load(probeParameters, into: probe)
    var field = ContiguousArray<E>(repeating: 0, count: stateCount)
    try field.withUnsafeMutableBufferPointer { field in
      var output = field.mutableSpan
      try linearState.withUnsafeBufferPointer {
        try probe.derivative(at: 0, $0.span, into: &output)
      }
    }
    return field
  }

  /// dẆ = (⟨dψ σᵀ⟩ + ⟨ψ (σ′∘dφ)ᵀ⟩ − γ dW)/τ_W
  private func addWeightTangents(_ v: UnsafePointer<E>, into dz: UnsafeMutablePointer<E>) {
    let units = network.unitCount
    var psi = ContiguousArray<Double>(repeating: 0, count: sampleCount * units)
    var rates = psi
    for row in 0..<sampleCount {
      let own = v + row * system.dimension
      for unit in 0..<units {
        rates[row * units + unit] = linear.slopes[row * units + unit] * Double(own[unit])
        psi[row * units + unit] = Double(own[units + unit])
      }
    }
    for parameter in moving {
      var change = zeros(parameter)
      addMean(of: parameter, signal: psi, rates: linear.rates, to: &change)
      if let projection = parameter.projection,
        network.population(projection.source).role == .units
      {
        addMean(of: parameter, signal: linear.psi, rates: rates, to: &change)
      }
      var direction = zeros(parameter)
      direction.withUnsafeMutableBufferPointer {
        E.widen(v + stateCount + parameter.offset, into: $0.baseAddress!, count: parameter.count)
      }
      finish(&change, parameter, direction, into: dz)
    }
  }

  private func zeros(_ parameter: MovingParameter) -> ContiguousArray<Double> {
    ContiguousArray(repeating: 0, count: parameter.count)
  }

  /// change ← change + ⟨signal ⊗ rate⟩, or ⟨signal⟩ for a bias.
  private func addMean(
    of parameter: MovingParameter, signal: ContiguousArray<Double>,
    rates: ContiguousArray<Double>, to change: inout ContiguousArray<Double>
  ) {
    let units = network.unitCount
    let posts = network.columns(of: parameter.target)
    guard let projection = parameter.projection else {
      for row in 0..<sampleCount {
        for (k, unit) in posts.enumerated() { change[k] += signal[row * units + unit] }
      }
      for k in change.indices { change[k] /= Double(sampleCount) }
      return
    }
    let isInput = network.population(projection.source).role == .input
    let pre = network.columns(of: projection.source)
    let (source, stride) = isInput ? (inputs, network.inputCount) : (rates, units)
    // The mean is in the signal: the product adds up.
    var mean = signal
    for i in mean.indices { mean[i] /= Double(sampleCount) }
    mean.withUnsafeBufferPointer { mean in
      source.withUnsafeBufferPointer { source in
        let signal = MatrixView(
          mean.baseAddress!, rows: sampleCount, columns: units, stride: units)
        let rate = MatrixView(
          source.baseAddress!, rows: sampleCount, columns: stride, stride: stride)
        projection.accumulateGradient(
          signal: signal.columns(posts), rate: rate.columns(pre), into: &change)
      }
    }
  }

  /// dW/dt from the mean: rate, mask, decay and τ_W.
  private func finish(
    _ change: inout ContiguousArray<Double>, _ parameter: MovingParameter,
    _ values: ContiguousArray<Double>, into dz: UnsafeMutablePointer<E>
  ) {
    constraints.mask(&change, ofParameter: parameter.index)
    let target = dz + stateCount + parameter.offset
    let scale = 1 / options.timeConstant
    for i in 0..<parameter.count {
      target[i] = E((parameter.rate * change[i] - parameter.decay * values[i]) * scale)
    }
  }
}
