internal import Dynamics
internal import LinearAlgebra

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A network linearised at one sample's state, with dense matrices: A = 1 − WΣ′ = −∂f/∂φ, S_y = ∂y/∂φ,
/// and J = S_y A⁻¹, by which the free output answers to a control of the units.
struct Linearization {
  /// Jᵀ, [units × n_y].
  let sensitivity: DenseMatrix

  /// - Throws: `LinearAlgebraError` where A is singular.
  init(_ dense: DenseNetwork, at point: AuditPoint) throws {
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
  func carriedBack(_ v: ContiguousArray<Double>) -> ContiguousArray<Double> { sensitivity * v }
}

/// What spans the columns of a matrix, by its singular value decomposition.
struct ColumnSpace {
  /// Orthonormal columns.
  let basis: DenseMatrix
  private let values: ContiguousArray<Double>
  private let right: DenseMatrix

  /// What is below the rounding of the largest singular value counts as zero.
  init(_ matrix: DenseMatrix) throws {
    let parts = try matrix.singularValueDecomposition()
    let floor = (parts.values.first ?? 0) * 0x1p-52 * Double(max(matrix.rows, matrix.columns))
    let rank = parts.values.prefix { $0 > floor }.count
    var basis = DenseMatrix(rows: matrix.rows, columns: rank)
    for row in 0..<matrix.rows {
      for column in 0..<rank { basis[row, column] = parts.left[row, column] }
    }
    self.basis = basis
    values = ContiguousArray(parts.values.prefix(rank))
    right = parts.rightTransposed
  }

  var rank: Int { values.count }

  /// The nearest point of the space, for each column.
  func projection(_ matrix: DenseMatrix) -> DenseMatrix {
    basis * (basis.transposed * matrix)
  }

  /// The shortest x with the matrix times x nearest to `vector`.
  func leastSquares(_ vector: ContiguousArray<Double>) -> ContiguousArray<Double> {
    let coefficients = basis.transposed * vector
    var x = ContiguousArray<Double>(repeating: 0, count: right.columns)
    for k in 0..<rank {
      for i in x.indices { x[i] += right[k, i] * coefficients[k] / values[k] }
    }
    return x
  }

  /// The principal angles between two spaces in radians, the largest first (Björck and Golub, Numerical
  /// methods for computing angles between linear subspaces, 1973): cosines and sines together, so that
  /// small angles keep their digits.
  func principalAngles(to other: ColumnSpace) throws -> [Double] {
    let (small, large) = rank <= other.rank ? (self, other) : (other, self)
    guard small.rank > 0 else { return [] }
    let cosines = try (large.basis.transposed * small.basis).singularValues()
    var rest = small.basis
    let inside = large.projection(small.basis)
    for row in 0..<rest.rows {
      for column in 0..<rest.columns { rest[row, column] -= inside[row, column] }
    }
    let sines = try rest.singularValues()
    return zip(sines, cosines.reversed()).map { sine, cosine in atan2(sine, cosine) }
  }
}
