internal import Integration
internal import LinearAlgebra

/// The adjoint of the free dynamics at fixed free equilibria φ*, a linear field of δ:
///
///     τ δ̇ = ∂f/∂φᵀ δ + S_yᵀ u,   u = −∇_y L(y*)
///
/// the second phase of recurrent backpropagation (SCIENCE 9; least-control paper, Eq. 88). A readout's u
/// arrives through its weights, as under dynamic inversion. Where the free flow is stable this one is,
/// with the same eigenvalues.
final class AdjointSystem<E: Scalar>: EquilibriumField {
  typealias Element = E
  let network: Network
  let dimension: Int
  let variables: [StateVariable]
  let bracketWeights: ContiguousArray<E>
  fileprivate let evaluator: NetworkEvaluator<E>
  /// σ′(φ*), [samples × units].
  fileprivate let slopes: MatrixBuffer<E>
  /// S_yᵀu, or σ′(φ*)∘Dᵀu for a readout, [samples × units].
  fileprivate let source: MatrixBuffer<E>
  /// Σ Wᵀδ
  fileprivate let signal: MatrixBuffer<E>
  /// u in the columns of the output population, for a readout.
  private let readout: MatrixBuffer<E>
  private let columns: Range<Int>

  init(_ network: Network, capacity: Int) {
    self.network = network
    evaluator = NetworkEvaluator(network, capacity: capacity)
    let units = network.unitCount
    dimension = units
    variables = [StateVariable(name: "psi", columns: 0..<units)]
    bracketWeights = ContiguousArray(evaluator.timeConstants.map { E($0) })
    slopes = MatrixBuffer(rows: capacity, columns: units)
    source = MatrixBuffer(rows: capacity, columns: units)
    signal = MatrixBuffer(rows: capacity, columns: units)
    readout = MatrixBuffer(rows: capacity, columns: evaluator.readoutCount)
    columns = network.columns(of: network.output.population)
  }

  var samples: Int { evaluator.rows }
  var hasJacobianProduct: Bool { true }
  func componentName(_ column: Int) -> String { "psi." + evaluator.unitName(column) }

  private(set) lazy var equilibriumMap: (any EquilibriumMap<E>)? = AdjointMap(self)

  func load(_ parameters: ParameterSet) { evaluator.load(parameters, withInputs: false) }

  /// Takes over the free equilibria of a chunk, and −∇L there: u, [samples × n_y].
  func load(_ free: SettledState, controls: ContiguousArray<Double>) {
    let rows = free.count
    let units = dimension
    let outputs = network.outputCount
    evaluator.keepSamples(rows)
    free.observation.slopes.withUnsafeBufferPointer {
      E.narrow($0.baseAddress!, into: slopes.base, count: rows * units)
    }
    source.clear(rows: rows)
    guard network.outputPopulation.role == .readout else {
      for r in 0..<rows {
        for (k, unit) in network.outputUnits.enumerated() {
          source.row(r)[columns.lowerBound + unit] = E(controls[r * outputs + k])
        }
      }
      return
    }
    readout.clear(rows: rows)
    for r in 0..<rows {
      for (k, unit) in network.outputUnits.enumerated() {
        readout.row(r)[columns.lowerBound + unit] = E(controls[r * outputs + k])
      }
    }
    // No δ yet, so that all that travels back is the readout's.
    signal.clear(rows: rows)
    evaluator.backward(
      psi: signal.view(rows: rows), readout: readout.view(rows: rows),
      into: source.mutable(rows: rows))
    for r in 0..<rows {
      E.product(source.row(r), slopes.row(r), into: source.row(r), count: units)
    }
  }

  func exchangeSamples(_ first: Int, _ second: Int) {
    slopes.exchangeRows(first, second)
    source.exchangeRows(first, second)
  }

  func keepSamples(_ count: Int) { evaluator.keepSamples(count) }

  func derivative(
    at time: Double, _ state: Span<E>, into derivative: inout MutableSpan<E>
  ) throws {
    state.withUnsafeBufferPointer { z in
      derivative.withUnsafeMutableBufferPointer { dz in
        evaluate(z.baseAddress!, into: dz.baseAddress!, withSource: true)
      }
    }
  }

  /// The field is linear: its tangent is itself without the source, everywhere.
  func jacobianProduct(_ vector: Span<E>, into product: inout MutableSpan<E>) throws {
    vector.withUnsafeBufferPointer { v in
      product.withUnsafeMutableBufferPointer { dz in
        evaluate(v.baseAddress!, into: dz.baseAddress!, withSource: false)
      }
    }
  }

  private func evaluate(
    _ delta: UnsafePointer<E>, into derivative: UnsafeMutablePointer<E>, withSource: Bool
  ) {
    let rows = samples
    let units = dimension
    let delta = MatrixView(delta, rows: rows, columns: units, stride: units)
    let bracket = MutableMatrixView(derivative, rows: rows, columns: units, stride: units)
    evaluator.backward(psi: delta, readout: nil, into: signal.mutable(rows: rows))
    for r in 0..<rows {
      E.gatedLeak(
        delta.row(r), slope: slopes.row(r), signal: signal.row(r), into: bracket.row(r),
        count: units)
      if withSource {
        E.linearSum(1, bracket.row(r), 1, source.row(r), into: bracket.row(r), count: units)
      }
    }
    evaluator.divideByTimeConstants(bracket)
  }
}

/// The adjoint's equilibrium equation as a map, δ ← σ′∘Σ Wᵀδ + S_yᵀu.
///
/// Populations on no cycle are functions of those after them and are swept through against the flow:
/// in an acyclic network one sweep, which is backpropagation, gives δ exactly.
private final class AdjointMap<E: Scalar>: EquilibriumMap {
  typealias Element = E
  private unowned let system: AdjointSystem<E>
  let dimension: Int
  let variables: [StateVariable]
  let neighbourhoods: [Range<Int>] = []
  // It is linear.
  let isExplicit = true

  init(_ system: AdjointSystem<E>) {
    self.system = system
    dimension = system.dimension
    variables = system.variables
  }

  func residual(at x: UnsafeMutablePointer<E>, into r: UnsafeMutablePointer<E>) {
    let rows = system.samples
    let units = dimension
    let delta = MutableMatrixView(x, rows: rows, columns: units, stride: units)
    let residual = MutableMatrixView(r, rows: rows, columns: units, stride: units)
    for block in system.evaluator.flow.reversed() {
      let start = block.columns.lowerBound
      let count = block.columns.count
      system.evaluator.backward(
        to: block, psi: delta.view, readout: nil, into: system.signal.mutable(rows: rows))
      for row in 0..<rows {
        let slope = system.slopes.row(row) + start
        let signal = system.signal.row(row) + start
        let source = system.source.row(row) + start
        let own = delta.row(row) + start
        let rest = residual.row(row) + start
        if block.isCyclic {
          E.gatedLeak(own, slope: slope, signal: signal, into: rest, count: count)
          E.linearSum(1, rest, 1, source, into: rest, count: count)
        } else {
          E.product(slope, signal, into: own, count: count)
          E.linearSum(1, own, 1, source, into: own, count: count)
          E.fill(0, into: rest, count: count)
        }
      }
    }
  }

  func read(row: Int, state: UnsafePointer<E>, into x: UnsafeMutablePointer<E>) {
    x.update(from: state, count: dimension)
  }

  func write(row: Int, _ x: UnsafePointer<E>, into state: UnsafeMutablePointer<E>) {
    state.update(from: x, count: dimension)
  }
}
