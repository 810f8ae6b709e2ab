internal import Integration
package import LinearAlgebra

/// One sample at one state, in double precision.
package struct SamplePoint: Sendable {
  /// Its row among the samples at hand.
  package private(set) var row: Int
  package let inputs: ContiguousArray<Double>
  package private(set) var target: ContiguousArray<Double>
  package let phi: ContiguousArray<Double>
  package let rates: ContiguousArray<Double>
  package let slopes: ContiguousArray<Double>
  package let outputs: ContiguousArray<Double>
  package let loss: Double
  /// ψ and u, or what else weights and biases are to learn from.
  package var psi: ContiguousArray<Double>
  package var u: ContiguousArray<Double>

  /// - Parameter place: the row within the state.
  package init(_ state: SettledState, _ place: Int, row: Int) {
    func part(_ values: ContiguousArray<Double>) -> ContiguousArray<Double> {
      guard !values.isEmpty else { return [] }
      let columns = values.count / state.count
      return ContiguousArray(values[place * columns..<(place + 1) * columns])
    }
    self.row = row
    inputs = part(state.samples.inputs)
    target = part(state.samples.targets)
    let observation = state.observation
    phi = part(observation.phi)
    rates = part(observation.rates)
    slopes = part(observation.slopes)
    outputs = part(observation.outputs)
    loss = observation.losses[place]
    psi = part(observation.psi)
    u = part(observation.u)
  }

  /// The same for another of the samples.
  package func moved(to row: Int) -> SamplePoint {
    var copy = self
    copy.row = row
    return copy
  }

  /// The same with another target.
  package func towards(_ target: ContiguousArray<Double>) -> SamplePoint {
    var copy = self
    copy.target = target
    return copy
  }

  /// ∇_y L
  package func lossGradient(_ loss: any Loss) -> ContiguousArray<Double> {
    var gradient = ContiguousArray<Double>(repeating: 0, count: outputs.count)
    var span = gradient.mutableSpan
    loss.gradient(outputs.span, target: target.span, into: &span)
    return gradient
  }

  /// ∂²_y L, column by column.
  package func lossCurvature(_ loss: any Loss) -> DenseMatrix {
    let count = outputs.count
    var matrix = DenseMatrix(rows: count, columns: count)
    for column in 0..<count {
      var unit = ContiguousArray<Double>(repeating: 0, count: count)
      unit[column] = 1
      var product = unit
      var span = product.mutableSpan
      loss.curvatureProduct(outputs.span, target: target.span, unit.span, into: &span)
      for row in 0..<count { matrix[row, column] = product[row] }
    }
    return matrix
  }
}

extension [SettledState] {
  /// The samples at equilibrium, in their order; nil where one is not.
  package func points() -> [SamplePoint?] {
    var points: [SamplePoint?] = []
    for state in self {
      for place in 0..<state.count {
        points.append(
          state.certificates[place].isEquilibrium
            ? SamplePoint(state, place, row: points.count) : nil)
      }
    }
    return points
  }
}

extension InitialStates {
  /// Where the points are.
  package init(_ points: [SamplePoint]) {
    self.init(
      phi: ContiguousArray(points.flatMap(\.phi)), psi: ContiguousArray(points.flatMap(\.psi)),
      u: ContiguousArray(points.flatMap(\.u)))
  }
}
