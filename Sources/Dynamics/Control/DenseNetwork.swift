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
    /// WᵀW, [pre × pre].
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
    // What a unit transmits: row `pre` of Wᵀ, and of Dᵀ.
    let transposed = MatrixBuffer<Double>(rows: units, columns: units)
    let readout = MatrixBuffer<Double>(rows: units, columns: readouts)
    for projection in network.projections {
      let source = network.population(projection.source)
      let target = network.population(projection.target)
      guard source.role == .units else { continue }
      let products = projection.makeProducts(
        sourceSize: source.size, targetSize: target.size, Double.self)
      products.load(parameters[projection.weightName].values)
      let identity = MatrixBuffer<Double>(rows: source.size, columns: source.size)
      for i in 0..<source.size { identity.row(i)[i] = 1 }
      let buffer = target.role == .readout ? readout : transposed
      let columns = network.columns(of: target.name)
      let start = network.columns(of: source.name).lowerBound
      products.forward(
        identity.view(rows: source.size),
        addingTo: MutableMatrixView(
          buffer.row(start) + columns.lowerBound, rows: source.size, columns: columns.count,
          stride: buffer.columns))
    }
    let weights = MatrixBuffer<Double>(rows: units, columns: units)
    for pre in 0..<units {
      for post in 0..<units { weights.row(post)[pre] = transposed.row(pre)[post] }
    }
    let product = MatrixBuffer<Double>(rows: units, columns: units)
    Double.multiply(
      transposeA: false, transposeB: true, rows: units, columns: units, inner: units,
      alpha: 1, transposed.base, units, transposed.base, units, beta: 0, product.base, units)
    let outputs = network.outputUnits
    var read = ContiguousArray<Double>()
    if isReadout {
      for output in outputs { for pre in 0..<units { read.append(readout.row(pre)[output]) } }
    }
    func copy(_ buffer: MatrixBuffer<Double>) -> ContiguousArray<Double> {
      ContiguousArray(UnsafeBufferPointer(start: buffer.base, count: buffer.rows * buffer.columns))
    }
    return Matrices(
      weights: copy(weights), transposed: copy(transposed), product: copy(product), readout: read)
  }
}
