internal import Dynamics
internal import Integration
internal import LinearAlgebra

/// Central differences of F or L through the whole settling, along random directions.
struct DifferenceQuotients {
  /// Their error is of the order of h² and of the residual over h, 10⁻⁸ and 10⁻⁷ at this step and at the
  /// residual of the audit; the rest is room for constants.
  static let step = 1e-4
  static let tolerance = 1e-4
  /// Differences that the residual of the audit alone can make.
  static let resolution = Audit.residual / step

  let reference: Objective
  let settler: BatchSettler
  /// α_eff, of F.
  let leak: Double
  let samples: Samples
  /// Where the gradient is known, and where every settling starts from: in the order of `samples`.
  let points: [SamplePoint]
  /// The gradient of each of them.
  let gradients: [ParameterUpdate]
  /// What the settler's parameters are made from.
  let prepare: (ParameterSet) -> ParameterSet

  func confirm(
    _ parameters: ParameterSet, names: Set<String>, directions: Int,
    using stream: inout RandomStream
  ) throws -> AuditReport.Confirmation {
    var result = AuditReport.Confirmation(
      reference: reference, directions: directions, error: 0, parameter: "", samples: points.count,
      isConfirmed: true)
    guard directions > 0, !points.isEmpty else { return result }
    let initial = InitialStates(points)
    func values(_ parameters: ParameterSet) throws -> [Double] {
      settler.load(prepare(parameters))
      return try settler.settle(samples, from: initial).points().map { point in
        guard let point else { return .nan }
        guard reference == .augmentedEnergy else { return point.loss }
        let energy = point.psi.reduce(0) { $0 + $1 * $1 } / 2
        return leak == 0 ? energy : energy + point.loss / leak
      }
    }
    var lost = Set<Int>()
    for index in 0..<parameters.count where names.contains(parameters[index].name) {
      var quotients: [Double] = []
      var slopes: [Double] = []
      for _ in 0..<directions {
        let direction = unitVector(parameters[index].values.count, &stream)
        func shifted(_ h: Double) -> ParameterSet {
          var moved = parameters
          for i in direction.indices { moved[index].values[i] += h * direction[i] }
          return moved
        }
        let ahead = try values(shifted(Self.step))
        let behind = try values(shifted(-Self.step))
        var (quotient, slope) = (0.0, 0.0)
        for k in points.indices {
          guard ahead[k].isFinite, behind[k].isFinite else {
            lost.insert(k)
            continue
          }
          quotient -= (ahead[k] - behind[k]) / (2 * Self.step)
          slope += zip(gradients[k][index], direction).reduce(0) { $0 + $1.0 * $1.1 }
        }
        quotients.append(quotient)
        slopes.append(slope)
      }
      let size = quotients.map(abs).max() ?? 0
      let difference = zip(quotients, slopes).map { abs($0 - $1) }.max() ?? 0
      if difference > Self.tolerance * size + Self.resolution { result.isConfirmed = false }
      let error = size > 0 ? difference / size : difference
      if error > result.error || result.parameter.isEmpty {
        result.error = error
        result.parameter = parameters[index].name
      }
    }
    result.samples = points.count - lost.count
    if !lost.isEmpty { result.isConfirmed = false }
    return result
  }

  private func unitVector(
    _ count: Int, _ stream: inout RandomStream
  ) -> ContiguousArray<Double> {
    var direction = ContiguousArray((0..<count).map { _ in stream.normal() })
    let norm = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
    for i in direction.indices { direction[i] /= norm }
    return direction
  }
}
