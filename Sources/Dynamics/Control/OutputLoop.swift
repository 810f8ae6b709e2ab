internal import Integration
internal import LinearAlgebra

/// The output at work on a batch: y, L, ∇L, and the controller's u with its derivative and tangents.
///
/// Outputs are few, so everything here is in double precision; only what enters the products of the
/// network is rounded to its precision.
final class OutputLoop<E: Scalar> {
  let evaluator: NetworkEvaluator<E>
  let loss: any Loss
  let controller: OutputController?
  let count: Int
  /// Columns of the output population among the units, or among the readouts.
  private let population: Range<Int>
  let isReadout: Bool
  /// Columns of the outputs among the units (or readouts).
  let columns: [Int]

  let targets: MatrixBuffer<Double>
  let outputs: MatrixBuffer<Double>
  let gradients: MatrixBuffer<Double>
  /// u of every sample.
  let controls: MatrixBuffer<Double>
  /// The same in the network's precision, in the outputs' own columns.
  let roundedControls: MatrixBuffer<E>
  /// The same in the readout's columns, zero at units that the loss does not read.
  private let readoutControls: MatrixBuffer<E>
  private let readout: MatrixBuffer<E>

  private let linearOutputs: MatrixBuffer<Double>
  private let outputTangents: MatrixBuffer<Double>
  private let gradientTangents: MatrixBuffer<Double>
  let controlTangents: MatrixBuffer<Double>
  let roundedTangents: MatrixBuffer<E>
  let scratch: MatrixBuffer<Double>
  /// 1/α_eff, by which u = −∇L/α_eff at rest; not finite where the integral does not leak.
  let restGain: Double

  init(_ evaluator: NetworkEvaluator<E>, controller: OutputController?) {
    let network = evaluator.network
    let capacity = evaluator.capacity
    self.evaluator = evaluator
    self.controller = controller
    loss = network.loss
    restGain = controller.map { 1 / $0.effectiveLeak } ?? 0
    count = network.outputCount
    population = network.columns(of: network.output.population)
    isReadout = network.outputPopulation.role == .readout
    let start = population.lowerBound
    columns = network.outputUnits.map { $0 + start }
    func outputs() -> MatrixBuffer<Double> {
      MatrixBuffer(rows: capacity, columns: network.outputCount)
    }
    targets = outputs()
    self.outputs = outputs()
    gradients = outputs()
    controls = outputs()
    linearOutputs = outputs()
    outputTangents = outputs()
    gradientTangents = outputs()
    controlTangents = outputs()
    roundedControls = MatrixBuffer(rows: capacity, columns: count)
    roundedTangents = MatrixBuffer(rows: capacity, columns: count)
    readout = MatrixBuffer(rows: capacity, columns: evaluator.readoutCount)
    readoutControls = MatrixBuffer(rows: capacity, columns: evaluator.readoutCount)
    scratch = MatrixBuffer(rows: 1, columns: max(population.count, count))
  }

  private var rows: Int { evaluator.rows }

  /// The columns of the integral among the state's, starting at 0.
  var stateCount: Int { controller?.hasState == true ? count : 0 }

  func load(targets values: Span<Double>?, count samples: Int) {
    guard let values else { return }
    precondition(values.count == samples * count)
    values.withUnsafeBufferPointer {
      if let base = $0.baseAddress { targets.base.update(from: base, count: samples * count) }
    }
  }

  func exchangeSamples(_ first: Int, _ second: Int) { targets.exchangeRows(first, second) }

  // MARK: Values

  /// y at φ. The evaluator must have been activated there.
  func observeOutputs(_ phi: MatrixView<E>) {
    observe(phi, into: outputs, linear: false)
  }

  private func observe(
    _ phi: MatrixView<E>, into outputs: MatrixBuffer<Double>, linear: Bool
  ) {
    if isReadout {
      let y = readout.mutable(rows: rows)
      evaluator.readout(into: y, linear: linear)
      gather(y.view, into: outputs)
    } else {
      gather(phi, into: outputs)
    }
  }

  private func gather(_ values: MatrixView<E>, into outputs: MatrixBuffer<Double>) {
    let start = population.lowerBound
    for r in 0..<rows {
      E.widen(values.row(r) + start, into: scratch.base, count: population.count)
      let row = outputs.row(r)
      for (k, column) in columns.enumerated() { row[k] = scratch.base[column - start] }
    }
  }

  /// ∇L and u, from y and the integral's part of the state (its first column at `integral`).
  ///
  /// Not of clamped outputs: their u depends on what else reaches them.
  func updateControls(integral: MatrixView<E>?) {
    guard let controller, !controller.isClamped else { return }
    for r in 0..<rows {
      writeGradient(of: outputs, into: gradients, r)
      combine(
        controller, integral: integral?.row(r), gradient: gradients.row(r),
        into: controls.row(r), rounded: roundedControls.row(r))
    }
  }

  /// u = k_i u_i − k_p ∇L
  private func combine(
    _ controller: OutputController, integral: UnsafePointer<E>?,
    gradient: UnsafePointer<Double>, into total: UnsafeMutablePointer<Double>,
    rounded: UnsafeMutablePointer<E>
  ) {
    if let integral, controller.hasState {
      E.widen(integral, into: total, count: count)
      for k in 0..<count {
        total[k] = controller.integral * total[k] - controller.proportional * gradient[k]
      }
    } else {
      for k in 0..<count { total[k] = -controller.proportional * gradient[k] }
    }
    E.narrow(total, into: rounded, count: count)
  }

  /// u̇_i, from the ∇L and u of the last ``updateControls(integral:)``.
  func derivative(integral: MatrixView<E>, into derivative: MutableMatrixView<E>) {
    guard let controller, controller.hasState else { return }
    for r in 0..<rows {
      leakage(
        controller, integral: integral.row(r), total: controls.row(r),
        gradient: gradients.row(r), into: derivative.row(r))
    }
  }

  /// (−∇L − αu_i)/τ_u, or with the total in the leak.
  private func leakage(
    _ controller: OutputController, integral: UnsafePointer<E>, total: UnsafePointer<Double>,
    gradient: UnsafePointer<Double>, into derivative: UnsafeMutablePointer<E>
  ) {
    let rate = 1 / controller.timeConstant
    let leak = controller.leak
    switch controller.leakOn {
    case .integral: E.widen(integral, into: scratch.base, count: count)
    case .total: scratch.base.update(from: total, count: count)
    }
    for k in 0..<count { scratch.base[k] = (-gradient[k] - leak * scratch.base[k]) * rate }
    E.narrow(scratch.base, into: derivative, count: count)
  }

  /// L of one sample, at the y of the last evaluation.
  func loss(of sample: Int) -> Double {
    let y = UnsafeBufferPointer(start: outputs.row(sample), count: count)
    let target = UnsafeBufferPointer(start: targets.row(sample), count: count)
    return loss.value(y.span, target: target.span)
  }

  /// signal ← signal + S_yᵀu, where the outputs are units. A readout's u travels back through D.
  func addControls(to signal: MutableMatrixView<E>) { add(roundedControls, to: signal) }

  func addControlTangents(to signal: MutableMatrixView<E>) { add(roundedTangents, to: signal) }

  private func add(_ values: MatrixBuffer<E>, to signal: MutableMatrixView<E>) {
    guard !isReadout else { return }
    for r in 0..<rows {
      let row = signal.row(r)
      let value = values.row(r)
      for (k, column) in columns.enumerated() { row[column] += value[k] }
    }
  }

  /// u in the readout's columns, or nil where the outputs are units.
  func controlsAtReadout() -> MatrixView<E>? { atReadout(roundedControls) }

  func controlTangentsAtReadout() -> MatrixView<E>? { atReadout(roundedTangents) }

  private func atReadout(_ values: MatrixBuffer<E>) -> MatrixView<E>? {
    guard isReadout else { return nil }
    for r in 0..<rows {
      for (k, column) in columns.enumerated() { readoutControls.row(r)[column] = values.row(r)[k] }
    }
    return readoutControls.view(rows: rows)
  }

  // MARK: Tangents

  /// Fixes the y at which the following tangents are taken, and u there, once the evaluator has been
  /// linearised at φ.
  func linearize(_ phi: MatrixView<E>, integral: MatrixView<E>?) {
    observe(phi, into: linearOutputs, linear: true)
    guard let controller, !controller.isClamped else { return }
    for r in 0..<rows {
      writeGradient(of: linearOutputs, into: gradientTangents, r)
      combine(
        controller, integral: integral?.row(r), gradient: gradientTangents.row(r),
        into: controlTangents.row(r), rounded: roundedTangents.row(r))
    }
  }

  /// The same where the last evaluation was.
  func linearizeAtEvaluation() {
    linearOutputs.base.update(from: outputs.base, count: rows * count)
  }

  /// du for the tangent v of φ, of which the evaluator has taken the field tangent, and `integral`
  /// of u_i.
  func updateTangents(_ v: MatrixView<E>, integral: MatrixView<E>?) {
    guard let controller, !controller.isClamped else { return }
    if isReadout {
      let dy = readout.mutable(rows: rows)
      evaluator.readoutTangent(into: dy)
      gather(dy.view, into: outputTangents)
    } else {
      gather(v, into: outputTangents)
    }
    for r in 0..<rows {
      let y = UnsafeBufferPointer(start: linearOutputs.row(r), count: count)
      let target = UnsafeBufferPointer(start: targets.row(r), count: count)
      let tangent = UnsafeBufferPointer(start: outputTangents.row(r), count: count)
      let product = UnsafeMutableBufferPointer(start: gradientTangents.row(r), count: count)
      var span = product.mutableSpan
      loss.curvatureProduct(y.span, target: target.span, tangent.span, into: &span)
      combine(
        controller, integral: integral?.row(r), gradient: gradientTangents.row(r),
        into: controlTangents.row(r), rounded: roundedTangents.row(r))
    }
  }

  /// du̇_i for the tangents of the last ``updateTangents(_:integral:)``.
  func tangentDerivative(integral: MatrixView<E>, into derivative: MutableMatrixView<E>) {
    guard let controller, controller.hasState else { return }
    for r in 0..<rows {
      leakage(
        controller, integral: integral.row(r), total: controlTangents.row(r),
        gradient: gradientTangents.row(r), into: derivative.row(r))
    }
  }

  // MARK: Rows of the loss

  func writeGradient(
    of outputs: MatrixBuffer<Double>, into gradients: MatrixBuffer<Double>, _ row: Int
  ) {
    let y = UnsafeBufferPointer(start: outputs.row(row), count: count)
    let target = UnsafeBufferPointer(start: targets.row(row), count: count)
    let gradient = UnsafeMutableBufferPointer(start: gradients.row(row), count: count)
    var span = gradient.mutableSpan
    loss.gradient(y.span, target: target.span, into: &span)
  }
}
