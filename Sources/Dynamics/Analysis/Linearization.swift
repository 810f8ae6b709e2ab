package import LinearAlgebra

/// A network linearised at one sample's state, with dense matrices: A = 1 − WΣ′ = −∂f/∂φ, S_y = ∂y/∂φ,
/// and J = S_y A⁻¹, by which the free output answers to a control of the units.
package struct Linearization {
  /// Jᵀ, [units × n_y].
  package let sensitivity: DenseMatrix

  /// - Throws: `LinearAlgebraError` where A is singular.
  package init(_ dense: DenseNetwork, at point: SamplePoint) throws {
    let network = dense.network
    let units = network.unitCount
    let matrices = dense.matrices
    var a = matrices.weights
    for row in 0..<units {
      for column in 0..<units { a[row * units + column] *= -point.slopes[column] }
      a[row * units + row] += 1
    }
    let outputs = network.outputCount
    var map = ContiguousArray<Double>(repeating: 0, count: units * outputs)
    if network.outputPopulation.role == .readout {
      for k in 0..<outputs {
        for unit in 0..<units {
          map[unit * outputs + k] = matrices.readout[k * units + unit] * point.slopes[unit]
        }
      }
    } else {
      let start = network.columns(of: network.output.population).lowerBound
      for (k, unit) in network.outputUnits.enumerated() { map[(start + unit) * outputs + k] = 1 }
    }
    let lu = try LUFactorization(DenseMatrix(rows: units, columns: units, elements: a))
    sensitivity = try lu.solve(
      DenseMatrix(rows: units, columns: outputs, elements: map), transposed: true)
  }

  /// Jᵀv: what the units hear of the outputs through the transposed network.
  package func carriedBack(_ v: ContiguousArray<Double>) -> ContiguousArray<Double> {
    sensitivity * v
  }
}
