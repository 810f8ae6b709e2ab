internal import Integration
internal import LinearAlgebra

/// The equilibrium equations of linear feedback as a map of φ:
///
///     φ ← drive + Σ Wσ(φ) + Qu,   α_eff u = −∇L(y)
///
/// Where each output unit receives its own u and projects nowhere, y and u are solved for as under
/// dynamic inversion; otherwise u follows y. Clamped outputs are what they are.
final class FeedbackMap<E: Scalar>: EquilibriumMap {
  typealias Element = E
  private let plant: Plant<E>
  private let evaluator: NetworkEvaluator<E>
  private let loop: OutputLoop<E>
  private unowned let system: LinearFeedbackSystem<E>
  private let units: Int
  let dimension: Int
  let variables: [StateVariable]
  let neighbourhoods: [Range<Int>]
  private let solvesForOutputs: Bool
  private let centerRow: MatrixBuffer<Double>
  private let guess: MatrixBuffer<Double>

  /// Nil where there is no positive, finite α_eff.
  init?(_ system: LinearFeedbackSystem<E>) {
    plant = system.plant
    evaluator = plant.evaluator
    loop = plant.loop
    self.system = system
    units = plant.unitCount
    dimension = units
    neighbourhoods = plant.evaluator.cycles
    variables = [StateVariable(name: "phi", columns: 0..<units)]
    let network = system.network
    solvesForOutputs =
      !loop.isReadout && system.hasIdentity
      && !network.projections.contains { $0.source == network.output.population }
    centerRow = MatrixBuffer(rows: 1, columns: loop.count)
    guess = MatrixBuffer(rows: 1, columns: loop.count)
    guard loop.isClamped || (loop.restGain.isFinite && loop.restGain > 0) else { return nil }
  }

  var isDamped: Bool { evaluator.isDamped }

  @specialized(where E == Float)
  @specialized(where E == Double)
  func residual(at x: UnsafeMutablePointer<E>, into r: UnsafeMutablePointer<E>) {
    let rows = plant.rows
    let phi = MutableMatrixView(x, rows: rows, columns: units, stride: units)
    let residual = MutableMatrixView(r, rows: rows, columns: units, stride: units)
    if loop.isClamped {
      for row in 0..<rows {
        for (k, column) in loop.columns.enumerated() {
          phi.row(row)[column] = E(loop.targets.row(row)[k])
        }
      }
    }
    evaluator.activate(phi.view, slopes: true)
    for row in 0..<rows {
      residual.row(row).update(from: evaluator.drive.row(row), count: units)
    }
    for block in evaluator.flow { evaluator.forward(into: block, addingTo: residual) }
    if solvesForOutputs || loop.isClamped {
      for row in 0..<rows {
        for (k, column) in loop.columns.enumerated() {
          centerRow.base[k] = Double(residual.row(row)[column])
          guess.base[k] = Double(phi.row(row)[column])
        }
        loop.rest(row, center: centerRow.base, guess: guess.base)
        for (k, column) in loop.columns.enumerated() {
          phi.row(row)[column] = E(loop.outputs.row(row)[k])
        }
      }
    } else {
      loop.observeOutputs(phi.view)
      for row in 0..<rows { loop.restControls(row) }
    }
    system.addControls(to: residual)
    for row in 0..<rows {
      E.linearSum(1, residual.row(row), -1, phi.row(row), into: residual.row(row), count: units)
      guard solvesForOutputs || loop.isClamped else { continue }
      for column in loop.columns { residual.row(row)[column] = 0 }
    }
  }

  func read(row: Int, state: UnsafePointer<E>, into x: UnsafeMutablePointer<E>) {
    x.update(from: state, count: units)
  }

  func write(row: Int, _ x: UnsafePointer<E>, into state: UnsafeMutablePointer<E>) {
    state.update(from: x, count: units)
    if let integral = plant.integralColumn { loop.writeRestIntegral(row, into: state + integral) }
  }
}
