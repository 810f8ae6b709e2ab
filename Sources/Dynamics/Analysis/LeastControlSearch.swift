package import Integration
internal import LinearAlgebra

/// Finds, from where a sample stands, a state of least control: a stationary point of F = ½‖f‖² + L/α,
/// or of H = ½‖f‖² on ∇L = 0 where α = 0, by the network's own transpose whatever the controller at hand.
package struct LeastControlSearch {
  package let network: Network
  package let leak: Double
  /// With the weights in the place of feedback weights.
  package let parameters: ParameterSet
  private let dense: DenseNetwork
  private let evaluator: NetworkEvaluator<Double>

  /// How far from stationary a point may be, in proportion to 10⁻³ + ‖ψ‖. A state that settled to
  /// a residual of 10⁻¹¹ is off by that times the condition of A.
  package static let tolerance = 1e-6

  package init(_ network: Network, leak: Double, _ parameters: ParameterSet) {
    self.network = network
    self.leak = leak
    self.parameters = Self.transposed(parameters, of: network)
    dense = DenseNetwork(network, self.parameters)
    evaluator = NetworkEvaluator(network, capacity: 1)
    evaluator.load(self.parameters)
  }

  /// The parameters with weights in the place of feedback weights, by which control travels back
  /// through the transpose.
  package static func transposed(_ parameters: ParameterSet, of network: Network) -> ParameterSet {
    var parameters = parameters
    for projection in network.projections where projection.hasSeparateFeedback {
      parameters[projection.feedbackName].values = parameters[projection.weightName].values
    }
    return parameters
  }

  /// Energy-based dynamics with this leak, which settle wherever there is such a state.
  package var controller: any Controller {
    EnergyBased(output: leak > 0 ? .proportional(1 / leak) : .leakyIntegral(leak: 0))
  }

  /// The same point with ψ = −f(φ) and the u of a stationary point; nil where it is none.
  package func stationary(_ point: SamplePoint) throws -> SamplePoint? {
    var point = point
    // Where the network has a mode that nothing holds, its output does not follow from its control.
    guard let linear = try? Linearization(dense, at: point) else { return nil }
    point.psi = control(at: point)
    let scale = 1e-3 + norm(point.psi)
    let gradient = point.lossGradient(network.loss)
    let heard: ContiguousArray<Double>
    if leak != 0 {
      point.u = ContiguousArray(gradient.map { -$0 / leak })
      heard = linear.carriedBack(point.u)
    } else {
      guard norm(gradient) <= Self.tolerance else { return nil }
      // The multiplier of ∇L = 0: ψ = Jᵀ∂²L·x, u = ∂²L·x.
      let curvature = point.lossCurvature(network.loss)
      let map = linear.sensitivity * curvature
      point.u = curvature * (try ColumnSpace(map).leastSquares(point.psi))
      heard = linear.carriedBack(point.u)
    }
    let rest = zip(point.psi, heard).map { $0 - $1 }
    return norm(rest) <= Self.tolerance * scale ? point : nil
  }

  /// ψ = −f(φ) of the free network.
  private func control(at point: SamplePoint) -> ContiguousArray<Double> {
    let units = network.unitCount
    evaluator.load(inputs: point.inputs.span, count: 1)
    var f = ContiguousArray<Double>(repeating: 0, count: units)
    point.phi.withUnsafeBufferPointer { phi in
      f.withUnsafeMutableBufferPointer { f in
        guard let phi = phi.baseAddress, let f = f.baseAddress else { return }
        let view = MatrixView(phi, rows: 1, columns: units, stride: units)
        evaluator.activate(view, slopes: false)
        evaluator.field(
          view, into: MutableMatrixView(f, rows: 1, columns: units, stride: units))
      }
    }
    return ContiguousArray(f.map { -$0 })
  }

  /// Stationary points for those of `points` that have one, by sample.
  ///
  /// - Parameter isAligned: whether the points are equilibria of a controller that is strictly aligned:
  ///   then they are stationary themselves, or there is none.
  package func states(
    _ points: [SamplePoint], samples: Samples, isAligned: Bool, options: SettlingOptions,
    threads: Int
  ) throws -> [Int: SamplePoint] {
    var found: [Int: SamplePoint] = [:]
    var rest: [SamplePoint] = []
    for point in points {
      if let own = try stationary(point) {
        found[point.row] = own
      } else if !isAligned && leak >= 0 {
        rest.append(point)
      }
    }
    guard !rest.isEmpty else { return found }
    var options = options
    options.certifiesStability = false
    // The model's method may be one that only its own controller settles by.
    options.method = .automatic
    let settler = try BatchSettler(
      network, controller: controller, options: options, threads: threads)
    settler.load(parameters)
    let states = try settler.settle(
      samples.selecting(rest.map(\.row)), from: InitialStates(rest))
    for (start, reached) in zip(rest, states.points()) {
      guard let reached, let point = try stationary(reached) else { continue }
      found[start.row] = point.moved(to: start.row)
    }
    return found
  }

  private func norm(_ values: some Sequence<Double>) -> Double {
    values.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }
}
