package import Integration
internal import LinearAlgebra

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// How a controller's Q, ψ = Qu, stands to the sensitivity J of the output at one equilibrium.
///
/// Least-control paper, Eq. 7 (the column-space condition); Meulemans et al., Credit assignment in
/// neural networks through deep feedback control, 2021.
public struct ControlAlignment: Sendable, Equatable {
  /// ‖PQ‖_F / ‖Q‖_F with P the projection on the row space of J: 1 where the control is optimal as
  /// α_eff → 0.
  public var conditionRatio: Double
  /// Between the columns of Q and the row space of J, in degrees, the largest first.
  public var principalAngles: [Double]
  /// Between Q and Jᵀ as vectors, in degrees.
  public var feedbackAngle: Double
}

/// Measures the control of equilibria: how it reaches the units, and what it costs against the least.
package struct ControlOptimality {
  private let network: Network
  private let parameters: ParameterSet
  private let route: ControlRoute?
  private let dense: DenseNetwork
  /// What control sees of the weights on its way back.
  private let backward: DenseNetwork

  package init(_ network: Network, controller: any Controller, _ parameters: ParameterSet) {
    self.network = network
    self.parameters = parameters
    route = controller.route(in: network, parameters)
    dense = DenseNetwork(network, parameters)
    var feedback = parameters
    for projection in network.projections where projection.hasSeparateFeedback {
      feedback[projection.weightName].values = parameters[projection.feedbackName].values
    }
    backward = DenseNetwork(network, feedback)
  }

  /// Nil where Q is not known, is zero, or A is singular.
  package func alignment(at point: SamplePoint) throws -> ControlAlignment? {
    guard let route, let linear = try? Linearization(dense, at: point) else { return nil }
    let q: DenseMatrix
    switch route {
    case .constant(let values):
      q = DenseMatrix(rows: network.unitCount, columns: network.outputCount, elements: values)
    case .network:
      // ψ = Σ′Sψ + S_yᵀu is linear in u at equilibrium.
      guard let carried = try? Linearization(backward, at: point) else { return nil }
      q = carried.sensitivity
    }
    let rows = try ColumnSpace(linear.sensitivity)
    let length = Self.norm(q.elements)
    guard length > 0, rows.rank > 0 else { return nil }
    return ControlAlignment(
      conditionRatio: Self.norm(rows.projection(q).elements) / length,
      principalAngles: try ColumnSpace(q).principalAngles(to: rows).map { $0 * Self.degrees },
      feedbackAngle: Self.angle(q.elements, linear.sensitivity.elements))
  }

  /// The singular values of J, falling: by how much the free output moves with a control of the units
  /// of norm 1, along the most and the least effective directions. Nil where A is singular.
  package func sensitivities(at point: SamplePoint) throws -> [Double]? {
    guard let linear = try? Linearization(dense, at: point) else { return nil }
    return Array(try linear.sensitivity.singularValues())
  }

  /// ‖ψ‖ of the least control that reaches the same output, where one was found, by the row of the
  /// point: least control of the squared distance to the output at hand, without a leak, from where
  /// the sample stands.
  package func leastControl(
    _ points: [SamplePoint], samples: Samples, options: SettlingOptions, threads: Int
  ) throws -> [Int: Double] {
    guard !points.isEmpty else { return [:] }
    let same = try Network(
      populations: network.populations, projections: network.projections, loss: SquaredError(),
      output: network.output)
    var targets = samples
    targets.targets = ContiguousArray(
      repeating: 0, count: samples.count * network.outputCount)
    for point in points {
      for (k, value) in point.outputs.enumerated() {
        targets.targets[point.row * network.outputCount + k] = value
      }
    }
    // The search looks at the targets of its points.
    let search = LeastControlSearch(same, leak: 0, parameters)
    let found = try search.states(
      points.map { $0.towards($0.outputs) }, samples: targets, isAligned: false, options: options,
      threads: threads)
    return found.mapValues { Self.norm($0.psi) }
  }

  private static let degrees = 180 / Double.pi

  /// The angle between two vectors in degrees; NaN where one is zero.
  package static func angle(
    _ a: ContiguousArray<Double>, _ b: ContiguousArray<Double>
  ) -> Double {
    let (first, second) = (norm(a), norm(b))
    guard first > 0, second > 0 else { return .nan }
    // By half the angle, which keeps the digits of a small one.
    var (difference, sum) = (0.0, 0.0)
    for (x, y) in zip(a, b) {
      let (x, y) = (x / first, y / second)
      difference += (x - y) * (x - y)
      sum += (x + y) * (x + y)
    }
    return 2 * atan2(difference.squareRoot(), sum.squareRoot()) * degrees
  }

  private static func norm(_ values: some Sequence<Double>) -> Double {
    values.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }
}
