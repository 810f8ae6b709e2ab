internal import LinearAlgebra

// Outputs that are held at their targets: whatever else moves them, u makes up for it, so that
// τ φ̇_y = t − φ_y.
extension OutputLoop {
  var isClamped: Bool { controller?.isClamped == true }

  /// u of held outputs, and their brackets.
  ///
  /// - Parameter bracket: of φ by all but u when called; with t − φ_y at the outputs afterwards.
  func hold(_ phi: MatrixView<E>, bracket: MutableMatrixView<E>) {
    for r in 0..<evaluator.rows {
      let u = controls.row(r)
      let target = targets.row(r)
      for (k, column) in columns.enumerated() {
        let rest = target[k] - Double(phi.row(r)[column])
        u[k] = rest - Double(bracket.row(r)[column])
        bracket.row(r)[column] = E(rest)
      }
      E.narrow(u, into: roundedControls.row(r), count: count)
    }
  }

  /// The tangent of ``hold(_:bracket:)``: du, and −v_y at the outputs.
  func holdTangents(_ v: MatrixView<E>, bracket: MutableMatrixView<E>) {
    for r in 0..<evaluator.rows {
      let du = controlTangents.row(r)
      for (k, column) in columns.enumerated() {
        let rest = -Double(v.row(r)[column])
        du[k] = rest - Double(bracket.row(r)[column])
        bracket.row(r)[column] = E(rest)
      }
      E.narrow(du, into: roundedTangents.row(r), count: count)
    }
  }

  /// u ← −bracket at the outputs: what must reach them for it to be zero.
  func balance(_ bracket: MutableMatrixView<E>) {
    for r in 0..<evaluator.rows {
      let u = controls.row(r)
      for (k, column) in columns.enumerated() { u[k] = -Double(bracket.row(r)[column]) }
      E.narrow(u, into: roundedControls.row(r), count: count)
    }
  }

  /// y = t, rounded to the network's precision, and u = y − c of one sample: its rest where all but u
  /// drives the outputs to `center`.
  func restAtTarget(_ row: Int, center: UnsafePointer<Double>) {
    let y = outputs.row(row)
    E.narrow(targets.row(row), into: roundedControls.row(row), count: count)
    E.widen(roundedControls.row(row), into: y, count: count)
    let u = controls.row(row)
    for k in 0..<count { u[k] = y[k] - center[k] }
    E.narrow(u, into: roundedControls.row(row), count: count)
  }
}

extension Network {
  /// Why its outputs cannot be held at their targets, or nil.
  func objectionToClamp() -> String? {
    if outputPopulation.role == .readout {
      return "the readout \(output.population) has no state to clamp; make it a population of units"
    }
    guard loss.isMinimalAtTarget else {
      return "outputs clamped at their targets do not minimise \(loss.name): use squared-error, or "
        + "an output controller with a leak"
    }
    return nil
  }
}
