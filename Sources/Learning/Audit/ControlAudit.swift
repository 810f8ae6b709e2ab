internal import Dynamics
internal import Integration
internal import LinearAlgebra

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Measures how a controller's Q stands to the sensitivity of the output, and what its control costs.
struct ControlAudit {
  let network: Network
  let controller: any Controller
  let parameters: ParameterSet
  let options: SettlingOptions
  let threads: Int

  private static let degrees = 180 / Double.pi

  /// - Parameters:
  ///   - points: controlled equilibria.
  ///   - states: where they come from, and the free ones, for the eigenvalues.
  func report(
    _ points: [AuditPoint], samples: Samples, controlled: [SettledState], free: [SettledState]
  ) throws -> ControlReport {
    var ratios: [Double] = []
    var largest: [Double] = []
    var angles: [[Double]] = []
    var feedback: [Double] = []
    let dense = DenseNetwork(network, parameters)
    let backward = DenseNetwork(network, withFeedbackAsWeights)
    let route = controller.route(in: network, parameters)
    for point in points {
      guard let route, let linear = try? Linearization(dense, at: point) else { continue }
      let q: DenseMatrix
      switch route {
      case .constant(let values):
        q = DenseMatrix(rows: network.unitCount, columns: network.outputCount, elements: values)
      case .network:
        // ψ = Σ′Sψ + S_yᵀu is linear in u at equilibrium.
        guard let carried = try? Linearization(backward, at: point) else { continue }
        q = carried.sensitivity
      }
      let rows = try ColumnSpace(linear.sensitivity)
      let length = norm(q)
      guard length > 0, rows.rank > 0 else { continue }
      ratios.append(norm(rows.projection(q)) / length)
      let between = try ColumnSpace(q).principalAngles(to: rows).map { $0 * Self.degrees }
      angles.append(between)
      if let first = between.first { largest.append(first) }
      feedback.append(angle(q.elements, linear.sensitivity.elements))
    }
    let excess = try excess(points, samples: samples)
    let separate = network.projections.filter(\.hasSeparateFeedback)
    return ControlReport(
      samples: points.count,
      energy: .init(points.map { norm2($0.psi) / 2 }) { $0.max() },
      loss: .init(points.map(\.loss)) { $0.max() },
      conditionRatio: .init(ratios) { $0.min() }, principalAngles: means(of: angles),
      largestAngle: .init(largest) { $0.max() }, feedbackAngle: .init(feedback) { $0.max() },
      excess: .init(excess) { $0.max() }, excessSamples: excess.count,
      weightAngleNames: separate.map(\.name),
      weightAngleDegrees: separate.map {
        angle(parameters[$0.feedbackName].values, parameters[$0.weightName].values)
      },
      closedLoopEigenvalue: leading(controlled), freeEigenvalue: leading(free))
  }

  /// ‖ψ‖ over that of the least control that reaches the same output, where one was found: least control
  /// of the squared distance to the output at hand, without a leak, from where the sample stands.
  private func excess(_ points: [AuditPoint], samples: Samples) throws -> [Double] {
    guard !points.isEmpty else { return [] }
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
    return points.compactMap { point in
      guard let least = found[point.row] else { return nil }
      let size = norm2(least.psi).squareRoot()
      let own = norm2(point.psi).squareRoot()
      return size > 0 ? own / size : own > 0 ? .infinity : 1
    }
  }

  /// What control sees of the weights on its way back.
  private var withFeedbackAsWeights: ParameterSet {
    var copy = parameters
    for projection in network.projections where projection.hasSeparateFeedback {
      copy[projection.weightName].values = parameters[projection.feedbackName].values
    }
    return copy
  }

  private func leading(_ states: [SettledState]) -> Double {
    states.flatMap(\.certificates).filter(\.isEquilibrium).compactMap(\.leadingEigenvalue).max()
      ?? .nan
  }

  /// Column by column.
  private func means(of rows: [[Double]]) -> [Double] {
    guard let count = rows.map(\.count).min() else { return [] }
    return (0..<count).map { k in rows.reduce(0) { $0 + $1[k] } / Double(rows.count) }
  }

  private func angle(_ a: ContiguousArray<Double>, _ b: ContiguousArray<Double>) -> Double {
    let (first, second) = (norm2(a).squareRoot(), norm2(b).squareRoot())
    guard first > 0, second > 0 else { return .nan }
    // By half the angle, which keeps the digits of a small one.
    var (difference, sum) = (0.0, 0.0)
    for (x, y) in zip(a, b) {
      let (x, y) = (x / first, y / second)
      difference += (x - y) * (x - y)
      sum += (x + y) * (x + y)
    }
    return 2 * atan2(difference.squareRoot(), sum.squareRoot()) * Self.degrees
  }

  private func norm(_ matrix: DenseMatrix) -> Double { norm2(matrix.elements).squareRoot() }

  private func norm2(_ values: some Sequence<Double>) -> Double {
    values.reduce(0) { $0 + $1 * $1 }
  }
}
