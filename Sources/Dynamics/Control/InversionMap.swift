internal import Integration
internal import LinearAlgebra

/// The equilibrium equations of dynamic inversion, which those of energy-based dynamics are too, as a
/// map of (φ, ψ):
///
///     φ ← drive + Σ Wσ(φ) + ψ
///     ψ ← σ′(φ)∘Σ Wᵀψ + S_yᵀu,   α_eff u = −∇L(y)
///
/// Outputs and u are solved for: with c what everything but u drives the outputs to, y is the proximal
/// point of L/α_eff at c, or the target where outputs are clamped, and u = y − c. Populations on no cycle are functions of the others, φ of
/// those before and ψ of those after them, and are swept through in the order of the flow. What is
/// left to iterate is φ on cycles, and ψ.
final class InversionMap<E: Scalar>: EquilibriumMap {
  typealias Element = E
  private let plant: Plant<E>
  private let evaluator: NetworkEvaluator<E>
  private let loop: OutputLoop<E>
  private let units: Int
  let dimension: Int
  let variables: [StateVariable]
  let measures: [ResidualMeasure]
  let neighbourhoods: [Range<Int>]
  /// Σ Wᵀψ
  private let signal: MatrixBuffer<E>
  /// ψ as the populations before hear it: new where it is a function of what comes after. Nil where
  /// every population but the output lies on a cycle, so that ψ is heard as it is.
  private let heard: MatrixBuffer<E>?
  /// What drives the outputs besides u.
  private let center: MatrixBuffer<E>
  private let centerRow: MatrixBuffer<Double>
  private let guess: MatrixBuffer<Double>
  /// Whether ψ is part of the state, and where: nil under energy-based dynamics.
  private let statePsi: Range<Int>?
  private let outputColumns: [Int]
  private let outputStart: Int
  private let isContiguous: Bool
  private let zeros: MatrixBuffer<Double>

  /// Nil where there is no positive, finite α_eff to solve for u with, and no target to hold y at.
  ///
  /// - Parameter psiFollows: whether ψ is −f(φ) and no state of its own, so that what φ lacks is an error of ψ.
  init?(_ plant: Plant<E>, psiFollows: Bool = false) {
    let gain = plant.loop.restGain
    guard plant.loop.isClamped || (gain.isFinite && gain > 0) else { return nil }
    self.plant = plant
    evaluator = plant.evaluator
    loop = plant.loop
    units = plant.unitCount
    dimension = 2 * units
    neighbourhoods = plant.evaluator.cycles
    variables = [
      StateVariable(name: "phi", columns: 0..<units),
      StateVariable(name: "psi", columns: units..<2 * units),
    ]
    // ψ = −f is off by r_φ, and its bracket by (1 − σ′Wᵀ)r_φ: a few times as much. In single precision
    // rounding alone may leave more than that, and only the field can say.
    measures =
      psiFollows && E.ulpOfOne < 1e-10
      ? [ResidualMeasure(reference: 1, factor: 4), ResidualMeasure(reference: 1)]
      : [ResidualMeasure(reference: 0), ResidualMeasure(reference: 1)]
    signal = MatrixBuffer(rows: plant.capacity, columns: units)
    let isReadout = plant.loop.isReadout
    let isSwept = plant.evaluator.flow.contains { !$0.isCyclic && (!$0.isOutput || isReadout) }
    heard = isSwept ? MatrixBuffer(rows: plant.capacity, columns: units) : nil
    center = MatrixBuffer(rows: plant.capacity, columns: units)
    centerRow = MatrixBuffer(rows: 1, columns: loop.count)
    guess = MatrixBuffer(rows: 1, columns: loop.count)
    let stored = plant.columns.psiUnits.count
    statePsi = stored > 0 ? units..<units + stored : nil
    outputColumns = loop.columns
    let first = loop.columns.first ?? 0
    outputStart = first
    isContiguous = loop.columns == Array(first..<first + loop.columns.count)
    zeros = MatrixBuffer(rows: 1, columns: loop.count)
  }

  private func block(_ x: UnsafeMutablePointer<E>, from column: Int) -> MutableMatrixView<E> {
    MutableMatrixView(x + column, rows: plant.rows, columns: units, stride: dimension)
  }

  // MARK: The map

  var isDamped: Bool { evaluator.isDamped }

  var isContractive: Bool {
    !loop.isClamped && !loop.isReadout
      && evaluator.isContractive(gain: loop.restGain, outputs: outputColumns)
  }

  @specialized(where E == Float)
  @specialized(where E == Double)
  func residual(at x: UnsafeMutablePointer<E>, into r: UnsafeMutablePointer<E>) {
    let phi = block(x, from: 0)
    let psi = block(x, from: units)
    let phiResidual = block(r, from: 0)
    let psiResidual = block(r, from: units)
    for block in evaluator.flow where block.isCyclic {
      evaluator.activate(block, phi.view, slopes: true)
    }
    for block in evaluator.flow {
      if block.isOutput && !loop.isReadout {
        restOutputs(block, phi, psi, phiResidual, psiResidual)
      } else {
        drive(block, phi, psi, phiResidual)
      }
    }
    if loop.isReadout {
      loop.observeOutputs(phi.view)
      for row in 0..<plant.rows { loop.restControls(row) }
    }
    let controls = loop.controlsAtReadout()
    if let heard {
      for row in 0..<plant.rows { heard.row(row).update(from: psi.row(row), count: units) }
    }
    for block in evaluator.flow.reversed() where !(block.isOutput && !loop.isReadout) {
      carryBack(block, psi, controls, psiResidual)
    }
  }

  /// φ of one population: a residual on a cycle, a value elsewhere.
  private func drive(
    _ block: NetworkEvaluator<E>.FlowBlock, _ phi: MutableMatrixView<E>,
    _ psi: MutableMatrixView<E>, _ residual: MutableMatrixView<E>
  ) {
    let start = block.columns.lowerBound
    let count = block.columns.count
    if block.isCyclic {
      for row in 0..<plant.rows {
        E.leak(
          phi.row(row) + start, drive: evaluator.drive.row(row) + start,
          control: psi.row(row) + start, into: residual.row(row) + start, count: count)
      }
      evaluator.forward(into: block, addingTo: residual)
    } else {
      for row in 0..<plant.rows {
        E.linearSum(
          1, evaluator.drive.row(row) + start, 1, psi.row(row) + start, into: phi.row(row) + start,
          count: count)
        (residual.row(row) + start).update(repeating: 0, count: count)
      }
      evaluator.forward(into: block, addingTo: phi)
      evaluator.activate(block, phi.view, slopes: true)
    }
  }

  /// ψ of one population. Where it lies on no cycle, the populations before it hear of the new one at
  /// once: then φ belongs to the ψ before, and the residual says by how much the two differ.
  private func carryBack(
    _ block: NetworkEvaluator<E>.FlowBlock, _ psi: MutableMatrixView<E>,
    _ controls: MatrixView<E>?, _ residual: MutableMatrixView<E>
  ) {
    let start = block.columns.lowerBound
    let count = block.columns.count
    evaluator.backward(
      to: block, psi: heard?.view(rows: plant.rows) ?? psi.view, readout: controls,
      into: signal.mutable(rows: plant.rows))
    for row in 0..<plant.rows {
      E.gatedLeak(
        psi.row(row) + start, slope: evaluator.slopes.row(row) + start,
        signal: signal.row(row) + start, into: residual.row(row) + start, count: count)
      if let heard, !block.isCyclic {
        E.linearSum(
          1, psi.row(row) + start, 1, residual.row(row) + start, into: heard.row(row) + start,
          count: count)
      }
    }
  }

  /// The population that the loss reads: y and u at rest.
  private func restOutputs(
    _ block: NetworkEvaluator<E>.FlowBlock, _ phi: MutableMatrixView<E>,
    _ psi: MutableMatrixView<E>, _ phiResidual: MutableMatrixView<E>,
    _ psiResidual: MutableMatrixView<E>
  ) {
    let rows = plant.rows
    let columns = block.columns
    let start = columns.lowerBound
    let center = center.mutable(rows: rows)
    for row in 0..<rows {
      (center.row(row) + start).update(
        from: evaluator.drive.row(row) + start, count: columns.count)
    }
    evaluator.forward(into: block, addingTo: center)
    let back = signal.mutable(rows: rows)
    if block.isCyclic {
      evaluator.backward(
        to: block, psi: psi.view, readout: nil, into: back)
    }
    for row in 0..<rows {
      let c = center.row(row)
      let b = back.row(row)
      if block.isCyclic {
        E.product(
          evaluator.slopes.row(row) + start, b + start, into: b + start, count: columns.count)
        E.linearSum(1, c + start, 1, b + start, into: c + start, count: columns.count)
      }
      gather(c, into: centerRow.base)
      gather(phi.row(row), into: guess.base)
      loop.rest(row, center: centerRow.base, guess: guess.base)
      let y = loop.outputs.row(row)
      let u = loop.roundedControls.row(row)
      // Units of the population that the loss does not read have φ = c + ψ − b and ψ = b.
      if columns.count != outputColumns.count {
        restUnread(block, row, phi, psi, phiResidual, psiResidual, center: c, back: b)
      }
      if block.isCyclic {
        for (k, column) in outputColumns.enumerated() {
          phiResidual.row(row)[column] = E(y[k]) - phi.row(row)[column]
          psiResidual.row(row)[column] = b[column] + u[k] - psi.row(row)[column]
        }
      } else {
        scatter(y, into: phi.row(row))
        scatter(loop.controls.row(row), into: psi.row(row))
        scatter(zeros.base, into: phiResidual.row(row))
        scatter(zeros.base, into: psiResidual.row(row))
      }
    }
    if !block.isCyclic { evaluator.activate(block, phi.view, slopes: true) }
  }

  /// The outputs among the units of a row, in double precision.
  private func gather(_ row: UnsafePointer<E>, into values: UnsafeMutablePointer<Double>) {
    if isContiguous {
      E.widen(row + outputStart, into: values, count: outputColumns.count)
    } else {
      for (k, column) in outputColumns.enumerated() { values[k] = Double(row[column]) }
    }
  }

  private func scatter(_ values: UnsafePointer<Double>, into row: UnsafeMutablePointer<E>) {
    if isContiguous {
      E.narrow(values, into: row + outputStart, count: outputColumns.count)
    } else {
      for (k, column) in outputColumns.enumerated() { row[column] = E(values[k]) }
    }
  }

  private func restUnread(
    _ block: NetworkEvaluator<E>.FlowBlock, _ row: Int, _ phi: MutableMatrixView<E>,
    _ psi: MutableMatrixView<E>, _ phiResidual: MutableMatrixView<E>,
    _ psiResidual: MutableMatrixView<E>, center c: UnsafePointer<E>, back b: UnsafePointer<E>
  ) {
    for column in block.columns where !outputColumns.contains(column) {
      if block.isCyclic {
        let psiOf = psi.row(row)[column]
        phiResidual.row(row)[column] = c[column] - b[column] + psiOf - phi.row(row)[column]
        psiResidual.row(row)[column] = b[column] - psiOf
      } else {
        phi.row(row)[column] = c[column]
        psi.row(row)[column] = 0
        phiResidual.row(row)[column] = 0
        psiResidual.row(row)[column] = 0
      }
    }
  }

  // MARK: States

  @specialized(where E == Float)
  @specialized(where E == Double)
  func read(row: Int, state: UnsafePointer<E>, into x: UnsafeMutablePointer<E>) {
    x.update(from: state, count: units)
    let psi = x + units
    psi.update(repeating: 0, count: units)
    guard let statePsi else { return }
    for (k, unit) in plant.columns.psiUnits.enumerated() {
      psi[unit] = state[statePsi.lowerBound + k]
    }
  }

  /// Under energy-based dynamics ψ is no state, but −f(φ).
  func complete(_ x: UnsafeMutablePointer<E>) {
    guard statePsi == nil else { return }
    let phi = block(x, from: 0)
    let psi = block(x, from: units)
    evaluator.activate(phi.view, slopes: false)
    evaluator.field(phi.view, into: psi)
    for row in 0..<plant.rows {
      E.scale(-1, psi.row(row), into: psi.row(row), count: units)
    }
  }

  @specialized(where E == Float)
  @specialized(where E == Double)
  func write(row: Int, _ x: UnsafePointer<E>, into state: UnsafeMutablePointer<E>) {
    state.update(from: x, count: units)
    if let statePsi {
      for (k, unit) in plant.columns.psiUnits.enumerated() {
        state[statePsi.lowerBound + k] = x[units + unit]
      }
    }
    if let integral = plant.integralColumn { loop.writeRestIntegral(row, into: state + integral) }
  }
}
