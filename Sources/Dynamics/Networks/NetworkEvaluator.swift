package import LinearAlgebra

/// A network at work on a batch: rates, drives and the products of its projections, in one precision.
///
/// Rows are samples. Buffers over units have one column per unit, populations side by side in the
/// order of the model. Everything is allocated once, for `capacity` samples.
package final class NetworkEvaluator<E: Scalar> {
  package let network: Network
  package let capacity: Int
  package private(set) var rows: Int
  package let unitCount: Int
  package let readoutCount: Int

  /// Input values, [rows × inputs].
  package let inputs: MatrixBuffer<E>
  /// What is constant while the input is: b + Σ W·x, [rows × units], and the same for a readout.
  package let drive: MatrixBuffer<E>
  package let readoutDrive: MatrixBuffer<E>
  /// σ(φ) and σ′(φ) at the last evaluation, [rows × units].
  package let rates: MatrixBuffer<E>
  package let slopes: MatrixBuffer<E>
  /// The same, and σ″(φ), where tangents are taken: evaluations in between leave them alone.
  let linearRates: MatrixBuffer<E>
  let linearSlopes: MatrixBuffer<E>
  let linearCurvatures: MatrixBuffer<E>
  let gated: MatrixBuffer<E>

  /// 1/τ of every unit, and τ.
  package let inverseTimeConstants: MatrixBuffer<E>
  package let timeConstants: [Double]

  struct Block {
    var columns: Range<Int>
    var activation: any Activation
    var biasIndex: Int?
  }
  struct Edge {
    var source: Range<Int>
    var target: Range<Int>
    var intoReadout: Bool
    var weightIndex: Int
    var feedbackIndex: Int?
    var forward: any ProjectionProducts<E>
    var backward: any ProjectionProducts<E>
  }
  /// A population of units in the order in which signals flow.
  package struct FlowBlock {
    package var columns: Range<Int>
    /// Whether it lies on a cycle, so that its potentials are not a function of the others'.
    package var isCyclic: Bool
    /// Whether the loss reads it.
    package var isOutput: Bool
    var index: Int
    var incoming: [Edge] = []
    var outgoing: [Edge] = []
  }
  /// The populations of units such that every projection leads forward, save within cycles.
  package private(set) var flow: [FlowBlock] = []
  /// The columns of every population on a cycle; of all units where there is none.
  package var cycles: [Range<Int>] {
    let cyclic = flow.filter(\.isCyclic).map(\.columns)
    return cyclic.isEmpty ? [0..<unitCount] : cyclic
  }
  var units: [Block] = []
  private var readouts: [Block] = []
  private var inputEdges: [Edge] = []
  var unitEdges: [Edge] = []
  private let names: [String]

  package init(_ network: Network, capacity: Int) {
    self.network = network
    self.capacity = capacity
    rows = capacity
    unitCount = network.unitCount
    let readoutCount = network.populations.reduce(0) { $0 + ($1.role == .readout ? $1.size : 0) }
    self.readoutCount = readoutCount
    inputs = MatrixBuffer(rows: capacity, columns: network.inputCount)
    drive = MatrixBuffer(rows: capacity, columns: unitCount)
    readoutDrive = MatrixBuffer(rows: capacity, columns: readoutCount)
    rates = MatrixBuffer(rows: capacity, columns: unitCount)
    slopes = MatrixBuffer(rows: capacity, columns: unitCount)
    linearRates = MatrixBuffer(rows: capacity, columns: unitCount)
    linearSlopes = MatrixBuffer(rows: capacity, columns: unitCount)
    linearCurvatures = MatrixBuffer(rows: capacity, columns: unitCount)
    gated = MatrixBuffer(rows: capacity, columns: unitCount)
    inverseTimeConstants = MatrixBuffer(rows: 1, columns: unitCount)

    let empty = network.emptyParameters()
    var timeConstants: [Double] = []
    var names: [String] = []
    for population in network.populations {
      let block = Block(
        columns: network.columns(of: population.name), activation: population.activation,
        biasIndex: population.hasBias ? empty.index(of: population.biasName) : nil)
      switch population.role {
      case .input: break
      case .readout: readouts.append(block)
      case .units:
        units.append(block)
        timeConstants += Array(repeating: population.timeConstant, count: population.size)
        names += (0..<population.size).map { "\(population.name).\($0)" }
      }
    }
    self.timeConstants = timeConstants
    self.names = names
    for (i, tau) in timeConstants.enumerated() { inverseTimeConstants.base[i] = E(1 / tau) }

    for projection in network.projections {
      let source = network.population(projection.source)
      let target = network.population(projection.target)
      func products() -> any ProjectionProducts<E> {
        projection.makeProducts(sourceSize: source.size, targetSize: target.size, E.self)
      }
      let forward = products()
      let edge = Edge(
        source: network.columns(of: source.name), target: network.columns(of: target.name),
        intoReadout: target.role == .readout,
        weightIndex: empty.index(of: projection.weightName)!,
        feedbackIndex: projection.hasSeparateFeedback
          ? empty.index(of: projection.feedbackName)! : nil,
        forward: forward, backward: projection.hasSeparateFeedback ? products() : forward)
      if source.role == .input { inputEdges.append(edge) } else { unitEdges.append(edge) }
    }

    let order = FlowOrder(network)
    for position in order.populations {
      let population = network.populations[position]
      let columns = network.columns(of: population.name)
      flow.append(
        FlowBlock(
          columns: columns, isCyclic: order.isCyclic[position],
          isOutput: population.name == network.output.population,
          index: units.firstIndex { $0.columns == columns }!,
          incoming: unitEdges.filter { !$0.intoReadout && $0.target == columns },
          outgoing: unitEdges.filter { $0.source == columns }))
    }
  }

  /// The name of a unit, such as `hidden.3`.
  package func unitName(_ column: Int) -> String { names[column] }

  // MARK: Loading

  /// Takes over the parameters. Inputs must be loaded again afterwards: the drive depends on both.
  ///
  /// - Parameter withInputs: whether inputs will be loaded at all; only products among units, else.
  package func load(_ parameters: ParameterSet, withInputs: Bool = true) {
    for edge in withInputs ? inputEdges + unitEdges : unitEdges {
      edge.forward.load(parameters[edge.weightIndex].values)
      if let feedback = edge.feedbackIndex { edge.backward.load(parameters[feedback].values) }
    }
    dampedness = nil
    contractiveness = nil
    biases = (units + readouts).map { block in
      block.biasIndex.map { parameters[$0].values }
    }
  }
  private var biases: [ContiguousArray<Double>?] = []
  /// ``isDamped`` and ``isContractive(gain:outputs:)``, where they have been asked for since.
  var dampedness: Bool?
  var contractiveness: Bool?

  /// Takes over the inputs of `count` samples, [count × inputs] in double precision, and computes
  /// the drive.
  package func load(inputs values: Span<Double>, count: Int) {
    precondition(count <= capacity && values.count == count * inputs.columns)
    rows = count
    values.withUnsafeBufferPointer {
      if let base = $0.baseAddress { E.narrow(base, into: inputs.base, count: values.count) }
    }
    for (index, block) in (units + readouts).enumerated() {
      let buffer = index < units.count ? drive : readoutDrive
      for r in 0..<rows {
        let row = buffer.row(r) + block.columns.lowerBound
        if let bias = biases[index] {
          bias.withUnsafeBufferPointer {
            E.narrow($0.baseAddress!, into: row, count: block.columns.count)
          }
        } else {
          row.update(repeating: 0, count: block.columns.count)
        }
      }
    }
    for edge in inputEdges {
      let buffer = edge.intoReadout ? readoutDrive : drive
      edge.forward.forward(
        inputs.view(rows: rows).columns(edge.source),
        addingTo: buffer.mutable(rows: rows).columns(edge.target))
    }
  }

  @specialized(where E == Float)
  @specialized(where E == Double)
  package func exchangeSamples(_ first: Int, _ second: Int) {
    inputs.exchangeRows(first, second)
    drive.exchangeRows(first, second)
    readoutDrive.exchangeRows(first, second)
  }

  package func keepSamples(_ count: Int) { rows = count }

  // MARK: Products

  /// Computes σ(φ), and σ′(φ) where asked.
  package func activate(_ phi: MatrixView<E>, slopes wantsSlopes: Bool) {
    for block in units { activate(block, phi, slopes: wantsSlopes) }
  }

  func activate(_ block: Block, _ phi: MatrixView<E>, slopes wantsSlopes: Bool) {
    let start = block.columns.lowerBound
    let count = block.columns.count
    for r in 0..<rows {
      let potential = phi.row(r) + start
      if wantsSlopes {
        block.activation.rateAndSlope(
          potential, rate: rates.row(r) + start, slope: slopes.row(r) + start, count: count)
      } else {
        block.activation.rate(potential, into: rates.row(r) + start, count: count)
      }
    }
  }

  /// f ← −φ + drive + Σ W σ(φ), at the rates of the last ``activate(_:slopes:)``.
  package func field(_ phi: MatrixView<E>, into f: MutableMatrixView<E>) {
    for r in 0..<rows {
      E.linearSum(1, drive.row(r), -1, phi.row(r), into: f.row(r), count: unitCount)
    }
    forward(rates.view(rows: rows), addingTo: f)
  }

  /// f ← −φ + drive + ψ + Σ W σ(φ), likewise.
  package func field(
    _ phi: MatrixView<E>, control psi: MatrixView<E>, into f: MutableMatrixView<E>
  ) {
    for r in 0..<rows {
      E.leak(
        phi.row(r), drive: drive.row(r), control: psi.row(r), into: f.row(r), count: unitCount)
    }
    forward(rates.view(rows: rows), addingTo: f)
  }

  /// f ← −φ + drive + Σ W σ(φ) at the point of the last ``linearize(_:curvatures:)``.
  package func linearField(_ phi: MatrixView<E>, into f: MutableMatrixView<E>) {
    for r in 0..<rows {
      E.linearSum(1, drive.row(r), -1, phi.row(r), into: f.row(r), count: unitCount)
    }
    forward(linearRates.view(rows: rows), addingTo: f)
  }

  /// f ← f + Σ W·rate over the projections between units.
  func forward(_ rate: MatrixView<E>, addingTo f: MutableMatrixView<E>) {
    for edge in unitEdges where !edge.intoReadout {
      edge.forward.forward(rate.columns(edge.source), addingTo: f.columns(edge.target))
    }
  }

  /// y ← b + Σ Dσ(φ), the value of the readout at the last activation, or at the last
  /// linearisation.
  package func readout(into y: MutableMatrixView<E>, linear: Bool = false) {
    let rates = (linear ? linearRates : rates).view(rows: rows)
    for r in 0..<rows {
      y.row(r).update(from: readoutDrive.row(r), count: readoutCount)
    }
    for edge in unitEdges where edge.intoReadout {
      edge.forward.forward(rates.columns(edge.source), addingTo: y.columns(edge.target))
    }
  }

  /// signal ← Σ Wᵀψ (or Sψ), and from a readout Dᵀu: what travels back to each unit's rate.
  package func backward(
    psi: MatrixView<E>, readout u: MatrixView<E>?, into signal: MutableMatrixView<E>
  ) {
    signal.clear()
    for edge in unitEdges {
      if edge.intoReadout {
        guard let u else { continue }
        edge.backward.backward(u.columns(edge.target), addingTo: signal.columns(edge.source))
      } else {
        edge.backward.backward(psi.columns(edge.target), addingTo: signal.columns(edge.source))
      }
    }
  }

  // MARK: Elementwise assembly

  /// x ← x/τ over the units' columns.
  package func divideByTimeConstants(_ x: MutableMatrixView<E>) {
    guard hasTimeConstants else { return }
    for r in 0..<rows {
      E.product(x.row(r), inverseTimeConstants.base, into: x.row(r), count: unitCount)
    }
  }
  private lazy var hasTimeConstants = timeConstants.contains { $0 != 1 }
}
