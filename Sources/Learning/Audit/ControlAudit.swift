internal import Dynamics
internal import Integration

/// Measures how a controller's Q stands to the sensitivity of the output, and what its control costs.
struct ControlAudit {
  let network: Network
  let controller: any Controller
  let parameters: ParameterSet
  let options: SettlingOptions
  let threads: Int

  /// - Parameters:
  ///   - points: controlled equilibria.
  ///   - states: where they come from, and the free ones, for the eigenvalues.
  func report(
    _ points: [SamplePoint], samples: Samples, controlled: [SettledState], free: [SettledState]
  ) throws -> ControlReport {
    let optimality = ControlOptimality(network, controller: controller, parameters)
    let alignments = try points.compactMap { try optimality.alignment(at: $0) }
    let least = try optimality.leastControl(
      points, samples: samples, options: options, threads: threads)
    let excess = points.compactMap { point -> Double? in
      guard let size = least[point.row] else { return nil }
      let own = norm2(point.psi).squareRoot()
      return size > 0 ? own / size : own > 0 ? .infinity : 1
    }
    let separate = network.projections.filter(\.hasSeparateFeedback)
    return ControlReport(
      samples: points.count,
      energy: .init(points.map { norm2($0.psi) / 2 }) { $0.max() },
      loss: .init(points.map(\.loss)) { $0.max() },
      conditionRatio: .init(alignments.map(\.conditionRatio)) { $0.min() },
      principalAngles: means(of: alignments.map(\.principalAngles)),
      largestAngle: .init(alignments.compactMap(\.principalAngles.first)) { $0.max() },
      feedbackAngle: .init(alignments.map(\.feedbackAngle)) { $0.max() },
      excess: .init(excess) { $0.max() }, excessSamples: excess.count,
      weightAngleNames: separate.map(\.name),
      weightAngleDegrees: separate.map {
        ControlOptimality.angle(
          parameters[$0.feedbackName].values, parameters[$0.weightName].values)
      },
      closedLoopEigenvalue: leading(controlled), freeEigenvalue: leading(free))
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

  private func norm2(_ values: some Sequence<Double>) -> Double {
    values.reduce(0) { $0 + $1 * $1 }
  }
}
