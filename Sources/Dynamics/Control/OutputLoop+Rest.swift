internal import LinearAlgebra

// What outputs and u come to at equilibrium, where the integral leaks or there is none.
extension OutputLoop {
  /// y and u of one sample at rest, where all but u drives the outputs to `center`: the proximal point
  /// of L/α_eff. y is rounded to the network's precision first, and u belongs to the rounded one.
  ///
  /// - Parameter guess: of y.
  func rest(_ row: Int, center: UnsafePointer<Double>, guess: UnsafePointer<Double>) {
    if isClamped { return restAtTarget(row, center: center) }
    let y = outputs.row(row)
    y.update(from: guess, count: count)
    let target = UnsafeBufferPointer(start: targets.row(row), count: count)
    var span = UnsafeMutableBufferPointer(start: y, count: count).mutableSpan
    loss.proximalPoint(
      of: UnsafeBufferPointer(start: center, count: count).span, target: target.span,
      strength: restGain, into: &span)
    E.narrow(y, into: roundedControls.row(row), count: count)
    E.widen(roundedControls.row(row), into: y, count: count)
    restControls(row)
  }

  /// u = −∇L/α_eff at the y of the last observation: what it comes to at equilibrium.
  func restControls(_ row: Int) {
    writeGradient(of: outputs, into: gradients, row)
    let u = controls.row(row)
    let gradient = gradients.row(row)
    for k in 0..<count { u[k] = -restGain * gradient[k] }
    E.narrow(u, into: roundedControls.row(row), count: count)
  }

  /// What a readout's own bias and the inputs contribute to y, of one sample.
  func widenReadoutDrive(_ row: Int, into drive: UnsafeMutablePointer<Double>) {
    guard isReadout else { return }
    for (k, column) in columns.enumerated() {
      drive[k] = Double(evaluator.readoutDrive.row(row)[column])
    }
  }

  /// u_i at equilibrium, in the precision of the state, from u.
  func writeRestIntegral(_ row: Int, into integral: UnsafeMutablePointer<E>) {
    guard let controller, controller.hasState else { return }
    let u = controls.row(row)
    let factor = controller.integralShare
    for k in 0..<count { scratch.base[k] = factor * u[k] }
    E.narrow(scratch.base, into: integral, count: count)
  }
}
