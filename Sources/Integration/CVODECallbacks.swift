internal import CSUNDIALS

// The C functions that CVODE calls. `user_data` is a SolverCallbacks; vectors are never NULL.

private func callbacks(_ data: UnsafeMutableRawPointer?) -> SolverCallbacks {
  Unmanaged<SolverCallbacks>.fromOpaque(data!).takeUnretainedValue()
}

let cvodeRightHandSide: CVRhsFn = { time, state, derivative, data in
  let callbacks = callbacks(data)
  callbacks.fieldEvaluations += 1
  return callbacks.derivative(at: time, state!, into: derivative!)
}

/// Error weights, which CVODE asks for before every step: also where a step too small to change the
/// time is noticed. CVODE itself would go on, with a warning.
let cvodeWeights: CVEwtFn = { state, weights, data in
  let callbacks = callbacks(data)
  if let timeStands = callbacks.timeStands, timeStands() {
    callbacks.weightFailure = .timeStands
    return -1
  }
  return callbacks.computeWeights(of: state!, into: weights!) ? 0 : -1
}

let cvodeEvents: CVRootFn = { time, state, values, data in
  let callbacks = callbacks(data)
  do {
    try callbacks.field.eventValues(at: time, state!, into: values!)
  } catch {
    callbacks.record(error)
    return -1
  }
  for (index, name) in callbacks.eventNames.enumerated() where !values![index].isFinite {
    callbacks.eventFailure = name
    return -1
  }
  return 0
}

let cvodeProductSetup: CVLsJacTimesSetupFn = { time, state, _, data in
  let callbacks = callbacks(data)
  if callbacks.field.hasJacobianProduct { return callbacks.linearize(at: time, state!) }
  return callbacks.computeWeights(of: state!, into: callbacks.weights.pointer) ? 0 : -1
}

let cvodeProduct: CVLsJacTimesVecFn = { vector, product, time, state, derivative, data, _ in
  let callbacks = callbacks(data)
  if callbacks.field.hasJacobianProduct {
    return callbacks.exactProduct(vector!, into: product!, at: time)
  }
  return callbacks.differenceProduct(
    vector!, into: product!, at: time, state!, derivative: derivative!, increment: 1)
}

let cvodeJacobian: CVLsJacFn = { time, state, derivative, matrix, data, _, _, _ in
  let callbacks = callbacks(data)
  return callbacks.jacobian(
    at: time, state!, derivative: derivative!, step: callbacks.stepSize(), into: matrix!.blocks)
}

let cvodePreconditionerSetup: CVLsPrecSetupFn = {
  time, state, _, mayReuse, isCurrent, gamma, data in
  let callbacks = callbacks(data)
  do {
    let isNew = try callbacks.field.setUpPreconditioner(
      at: time, state!, gamma: gamma, mayReuse: mayReuse != 0)
    isCurrent!.pointee = isNew ? 1 : 0
    return 0
  } catch {
    callbacks.record(error)
    return -1
  }
}

let cvodePreconditionerSolve: CVLsPrecSolveFn = {
  time, _, _, residual, solution, gamma, _, _, data in
  let callbacks = callbacks(data)
  do {
    try callbacks.field.applyPreconditioner(residual!, gamma: gamma, into: solution!)
  } catch {
    callbacks.record(error)
    return -1
  }
  return callbacks.checkFinite(solution!, .preconditioner, at: time)
}
