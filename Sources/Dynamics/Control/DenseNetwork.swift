internal import LinearAlgebra
internal import Synchronization

/// The weights between units as one matrix, and WᵀW, in double precision: what dense methods need.
///
/// Made when first asked for, once for all threads. Two or three matrices of units × units.
package final class DenseNetwork: Sendable {
  /// Above this many units the dense methods would take longer than what they replace.
  package static let largestUnitCount = 2048

  package let network: Network
  package let parameters: ParameterSet
  private let made = Mutex<Matrices?>(nil)

  package init(_ network: Network, _ parameters: ParameterSet) {
    self.network = network
    self.parameters = parameters
  }

  package struct Matrices: Sendable {
    /// W, [post × pre] over all units.
    package var weights: ContiguousArray<Double>
    /// Wᵀ
    package var transposed: ContiguousArray<Double>
    /// WᵀW, [pre × pre]; its upper triangle by rows.
    package var product: ContiguousArray<Double>
    /// D of a readout, [outputs × units]; empty where the outputs are units.
    package var readout: ContiguousArray<Double>
  }

  package var matrices: Matrices {
    made.withLock {
      if let matrices = $0 { return matrices }
      let matrices = make()
      $0 = matrices
      return matrices
    }
  }

  private func make() -> Matrices {
    let units = network.unitCount
    let isReadout = network.outputPopulation.role == .readout
    let readouts = isReadout ? network.outputPopulation.size : 0
    var weights = ContiguousArray<Double>(repeating: 0, count: units * units)
    var readout = ContiguousArray<Double>(repeating: 0, count: readouts * units)
    for projection in network.projections {
      let source = network.population(projection.source)
      let target = network.population(projection.target)
      guard source.role == .units else { continue }
      let start = network.columns(of: target.name).lowerBound
      let columns = network.columns(of: source.name)
      if target.role == .readout {
        Self.add(
          projection, source, target, parameters, to: &readout, at: start, columns, of: units)
      } else {
        Self.add(
          projection, source, target, parameters, to: &weights, at: start, columns, of: units)
      }
    }
    var transposed = ContiguousArray<Double>(repeating: 0, count: units * units)
    var product = transposed
    weights.withUnsafeBufferPointer { w in
      transposed.withUnsafeMutableBufferPointer { wt in
        product.withUnsafeMutableBufferPointer { g in
          guard let w = w.baseAddress, let wt = wt.baseAddress, let g = g.baseAddress else {
            return
          }
          Double.transpose(w, rows: units, columns: units, into: wt)
          Double.multiplyByTranspose(wt, order: units, inner: units, into: g)
        }
      }
    }
    var read = ContiguousArray<Double>()
    if isReadout {
      for output in network.outputUnits { read += readout[output * units..<(output + 1) * units] }
    }
    return Matrices(weights: weights, transposed: transposed, product: product, readout: read)
  }

  /// Adds what a projection transmits from each unit to each, [post × pre], to the rows from `first` on and the
  /// `columns` of a matrix of `width` columns.
  private static func add(
    _ projection: any Projection, _ source: Population, _ target: Population,
    _ parameters: ParameterSet, to matrix: inout ContiguousArray<Double>, at first: Int,
    _ columns: Range<Int>, of width: Int
  ) {
    let values = parameters[projection.weightName].values
    matrix.withUnsafeMutableBufferPointer { matrix in
      guard let base = matrix.baseAddress.map({ $0 + first * width + columns.lowerBound }) else {
        return
      }
      if projection is DenseProjection {
        values.withUnsafeBufferPointer { values in
          for post in 0..<target.size {
            let row = base + post * width
            Double.linearSum(
              1, row, 1, values.baseAddress! + post * source.size, into: row, count: source.size)
          }
        }
        return
      }
      // Any other kind shows its weights by what it makes of one unit after the other.
      let products = projection.makeProducts(
        sourceSize: source.size, targetSize: target.size, Double.self)
      products.load(values)
      let identity = MatrixBuffer<Double>(rows: source.size, columns: source.size)
      for i in 0..<source.size { identity.row(i)[i] = 1 }
      let images = MatrixBuffer<Double>(rows: source.size, columns: target.size)
      products.forward(
        identity.view(rows: source.size), addingTo: images.mutable(rows: source.size))
      for pre in 0..<source.size {
        for post in 0..<target.size { base[post * width + pre] += images.row(pre)[post] }
      }
    }
  }
}
