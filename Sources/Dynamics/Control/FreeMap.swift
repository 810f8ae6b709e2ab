internal import Integration
internal import LinearAlgebra

/// The equilibrium equation of the free dynamics as a map, φ ← drive + Σ Wσ(φ).
///
/// Populations on no cycle are swept through in the order of the flow, so a feedforward network is at
/// rest after one evaluation.
final class FreeMap<E: Scalar>: EquilibriumMap {
  typealias Element = E
  private let plant: Plant<E>
  private let evaluator: NetworkEvaluator<E>
  let dimension: Int
  let variables: [StateVariable]
  let neighbourhoods: [Range<Int>]
  let isExplicit: Bool

  init(_ plant: Plant<E>) {
    self.plant = plant
    evaluator = plant.evaluator
    dimension = plant.unitCount
    neighbourhoods = plant.evaluator.cycles
    variables = [StateVariable(name: "phi", columns: 0..<plant.unitCount)]
    isExplicit = !plant.evaluator.flow.contains(where: \.isCyclic)
  }

  var isDamped: Bool { evaluator.isDamped }
  var isContractive: Bool { isDamped }

  @specialized(where E == Float)
  @specialized(where E == Double)
  func residual(at x: UnsafeMutablePointer<E>, into r: UnsafeMutablePointer<E>) {
    let rows = plant.rows
    let phi = MutableMatrixView(x, rows: rows, columns: dimension, stride: dimension)
    let residual = MutableMatrixView(r, rows: rows, columns: dimension, stride: dimension)
    for block in evaluator.flow where block.isCyclic {
      evaluator.activate(block, phi.view, slopes: false)
    }
    for block in evaluator.flow {
      let start = block.columns.lowerBound
      let count = block.columns.count
      if block.isCyclic {
        for row in 0..<rows {
          E.linearSum(
            1, evaluator.drive.row(row) + start, -1, phi.row(row) + start,
            into: residual.row(row) + start, count: count)
        }
        evaluator.forward(into: block, addingTo: residual)
      } else {
        for row in 0..<rows {
          (phi.row(row) + start).update(from: evaluator.drive.row(row) + start, count: count)
        }
        residual.columns(block.columns).clear()
        evaluator.forward(into: block, addingTo: phi)
        evaluator.activate(block, phi.view, slopes: false)
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
