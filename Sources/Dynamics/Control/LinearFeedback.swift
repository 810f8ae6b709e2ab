public import Integration
public import LinearAlgebra

/// Linear feedback: the output controller reaches every unit through constant weights Q.
///
///     ψ     = Q u
///     τ φ̇   = f(φ) + ψ
///     τ_u u̇ = −∇_y L − αu
///
/// Least-control paper, Eq. 121 (SCIENCE 2.2). Q is the parameter `<population>.control`, [n, n_y].
/// The control is optimal only where the columns of Q span the rows of the output's sensitivity.
public struct LinearFeedback: Controller {
  public let name = "linear-feedback"
  /// How u follows from the loss.
  public var output: OutputController

  /// How u reaches one population.
  public enum Path: Sendable, Equatable {
    /// Through weights, the parameter `<population>.control`.
    case weights
    /// Each output unit receives its own u: only for the population that the loss reads.
    case identity
    /// Not at all.
    case none
  }

  /// Paths by population. Those not named have weights, and the output population the identity.
  public var paths: [String: Path]

  /// From its parts.
  public init(output: OutputController, paths: [String: Path] = [:]) {
    self.output = output
    self.paths = paths
  }

  public var effectiveLeak: Double? { output.effectiveLeak }

  public func nudged(by gain: Double) -> (any Controller)? {
    var copy = self
    copy.output = .proportional(gain)
    return copy
  }

  func path(to population: Population, in network: Network) -> Path {
    guard population.role == .units else { return .none }
    return paths[population.name]
      ?? (population.name == network.output.population ? .identity : .weights)
  }

  public func objection(to network: Network) -> String? {
    for (name, path) in paths.sorted(by: { $0.key < $1.key }) {
      guard let index = network.index(of: name), network.populations[index].role == .units else {
        return "feedback is given to \(name), which is not a population of units"
      }
      if path == .identity && name != network.output.population {
        return "feedback to \(name) cannot be the identity: the loss does not read it"
      }
    }
    if output.isClamped {
      if let objection = network.objectionToClamp() { return objection }
      guard path(to: network.outputPopulation, in: network) == .identity else {
        return "outputs can be clamped only where their own u reaches them as it is (identity)"
      }
    }
    return nil
  }

  public func parameters(for network: Network) -> [Parameter] {
    network.populations.filter { path(to: $0, in: network) == .weights }.map {
      Parameter(name: $0.controlName, shape: [$0.size, network.outputCount])
    }
  }

  public func route(in network: Network, _ parameters: ParameterSet) -> ControlRoute? {
    let outputs = network.outputCount
    var q = ContiguousArray<Double>(repeating: 0, count: network.unitCount * outputs)
    for population in network.populations {
      let start = network.columns(of: population.name).lowerBound
      switch path(to: population, in: network) {
      case .none: break
      case .identity:
        for (k, unit) in network.outputUnits.enumerated() { q[(start + unit) * outputs + k] = 1 }
      case .weights:
        let values = parameters[population.controlName].values
        q.replaceSubrange(start * outputs..<start * outputs + values.count, with: values)
      }
    }
    return .constant(q)
  }

  public var knobs: [ControllerKnob] {
    output.knobs { output in
      var copy = self
      copy.output = output
      return copy
    }
  }

  public func makeSystem<E: Scalar>(_ network: Network, capacity: Int, _ precision: E.Type)
    -> any ControlledSystem<E>
  {
    LinearFeedbackSystem<E>(network, capacity: capacity, self)
  }
}

final class LinearFeedbackSystem<E: Scalar>: PlantSystem {
  typealias Element = E
  let plant: Plant<E>
  private let evaluator: NetworkEvaluator<E>
  private let loop: OutputLoop<E>
  let controllerName: String
  private let psi: MatrixBuffer<E>
  /// Q of every population that has weights, with its columns among the units.
  private let feedback: [(columns: Range<Int>, name: String, weights: MatrixBuffer<E>)]
  let hasIdentity: Bool

  init(_ network: Network, capacity: Int, _ controller: LinearFeedback) {
    plant = Plant(network, capacity: capacity, controller: controller.output)
    evaluator = plant.evaluator
    loop = plant.loop
    controllerName = controller.name
    psi = MatrixBuffer(rows: capacity, columns: network.unitCount)
    feedback = network.populations.filter { controller.path(to: $0, in: network) == .weights }.map {
      (
        network.columns(of: $0.name), $0.controlName,
        MatrixBuffer<E>(rows: $0.size, columns: network.outputCount)
      )
    }
    hasIdentity = network.populations.contains { controller.path(to: $0, in: network) == .identity }
  }

  func load(_ parameters: ParameterSet) {
    evaluator.load(parameters)
    for (_, name, weights) in feedback {
      parameters[name].values.withUnsafeBufferPointer {
        E.narrow($0.baseAddress!, into: weights.base, count: $0.count)
      }
    }
  }

  func makeConsistent(sample: Int, state: UnsafeMutablePointer<E>) -> Bool {
    plant.makeConsistent(sample, state, hasPsi: false)
  }

  private(set) lazy var equilibriumMap: (any EquilibriumMap<E>)? = FeedbackMap(self)

  @specialized(where E == Float)
  @specialized(where E == Double)
  func evaluate(_ z: UnsafePointer<E>, into dz: UnsafeMutablePointer<E>) {
    let phi = plant.phi(z)
    let phiDot = plant.phi(dz)
    settleControls(z, slopes: false)
    evaluator.field(phi, into: phiDot)
    if loop.isClamped { loop.hold(phi, bracket: phiDot) }
    addFeedback(loop.roundedControls, to: phiDot)
    if hasIdentity && !loop.isClamped { loop.addControls(to: phiDot) }
    evaluator.divideByTimeConstants(phiDot)
    plant.integralDerivative(z, into: dz)
  }

  /// - Parameter slopes: whether σ′ is wanted, which the field does not need.
  private func settleControls(_ z: UnsafePointer<E>, slopes: Bool) {
    let phi = plant.phi(z)
    evaluator.activate(phi, slopes: slopes)
    loop.observeOutputs(phi)
    loop.updateControls(integral: plant.integral(z))
  }

  /// signal ← signal + Qu at the u of the output loop, the identity to the outputs included.
  func addControls(to signal: MutableMatrixView<E>) {
    addFeedback(loop.roundedControls, to: signal)
    if hasIdentity { loop.addControls(to: signal) }
  }

  /// signal ← signal + Qu
  private func addFeedback(_ controls: MatrixBuffer<E>, to signal: MutableMatrixView<E>) {
    for (columns, _, weights) in feedback {
      E.multiply(
        transposeA: false, transposeB: true,
        rows: plant.rows, columns: columns.count, inner: loop.count,
        alpha: 1, controls.base, loop.count, weights.base, loop.count,
        beta: 1, signal.base + columns.lowerBound, signal.stride)
    }
  }

  @specialized(where E == Float)
  @specialized(where E == Double)
  func linearize(at time: Double, _ state: Span<E>) throws {
    state.withUnsafeBufferPointer { buffer in
      let z = buffer.baseAddress!
      let phi = plant.phi(z)
      evaluator.linearize(phi, curvatures: false)
      loop.linearize(phi, integral: plant.integral(z))
    }
  }

  /// dφ̇ = ∂f·v + Q du
  @specialized(where E == Float)
  @specialized(where E == Double)
  func tangent(_ v: UnsafePointer<E>, into dz: UnsafeMutablePointer<E>) {
    let vPhi = plant.phi(v)
    let phiDot = plant.phi(dz)
    evaluator.fieldTangent(vPhi, into: phiDot)
    loop.updateTangents(vPhi, integral: plant.integral(v))
    if loop.isClamped { loop.holdTangents(vPhi, bracket: phiDot) }
    addFeedback(loop.roundedTangents, to: phiDot)
    if hasIdentity && !loop.isClamped { loop.addControlTangents(to: phiDot) }
    evaluator.divideByTimeConstants(phiDot)
    plant.integralTangent(v, into: dz)
  }

  func observe(_ state: Span<E>, into observation: inout Observation) throws {
    state.withUnsafeBufferPointer { buffer in
      let z = buffer.baseAddress!
      settleControls(z, slopes: true)
      let psi = psi.mutable(rows: plant.rows)
      if loop.isClamped {
        evaluator.field(plant.phi(z), into: psi)
        loop.hold(plant.phi(z), bracket: psi)
      }
      plant.observe(z, into: &observation)
      psi.clear()
      addFeedback(loop.roundedControls, to: psi)
      if hasIdentity { loop.addControls(to: psi) }
      plant.widen(psi.view, into: &observation.psi)
    }
  }
}
