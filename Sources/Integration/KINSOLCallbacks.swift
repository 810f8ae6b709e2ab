internal import CSUNDIALS
internal import LinearAlgebra

/// What KINSOL's `user_data` points at: the callbacks, and what a root search adds to them.
final class RootCallbacks {
  let solver: SolverCallbacks
  /// The s of z + s∘F(z), for fixed-point iteration.
  let steps: [Double]
  /// F at the point of the Jacobian products, for difference quotients.
  let base: StateVector
  var time = 0.0

  init(_ solver: SolverCallbacks, steps: [Double]) throws(IntegrationError) {
    self.solver = solver
    self.steps = steps
    base = try StateVector(solver.layout)
  }
}

private func callbacks(_ data: UnsafeMutableRawPointer?) -> RootCallbacks {
  Unmanaged<RootCallbacks>.fromOpaque(data!).takeUnretainedValue()
}

/// F(z)
let kinsolResidual: KINSysFn = { state, residual, data in
  let callbacks = callbacks(data)
  callbacks.solver.fieldEvaluations += 1
  return callbacks.solver.derivative(at: callbacks.time, state!, into: residual!)
}

/// z + s∘F(z)
let kinsolFixedPoint: KINSysFn = { state, image, data in
  let callbacks = callbacks(data)
  let solver = callbacks.solver
  solver.fieldEvaluations += 1
  let code = solver.derivative(at: callbacks.time, state!, into: solver.work.pointer)
  // KINSOL's fixed-point iteration has no smaller step to try: every failure ends it.
  guard code == 0 else { return -1 }
  if state!.isSingle {
    VectorKernels<Float>.addScaledColumns(
      state!, callbacks.steps, solver.work.pointer, into: image!)
  } else {
    VectorKernels<Double>.addScaledColumns(
      state!, callbacks.steps, solver.work.pointer, into: image!)
  }
  return 0
}

let kinsolProduct: KINLsJacTimesVecFn = { vector, product, state, isNewState, data in
  let callbacks = callbacks(data)
  let solver = callbacks.solver
  let isNew = isNewState!.pointee != 0
  isNewState!.pointee = 0
  if solver.field.hasJacobianProduct {
    if isNew {
      let code = solver.linearize(at: callbacks.time, state!)
      guard code == 0 else { return code }
    }
    return solver.exactProduct(vector!, into: product!, at: callbacks.time)
  }
  if isNew {
    solver.differenceEvaluations += 1
    let code = solver.derivative(at: callbacks.time, state!, into: callbacks.base.pointer)
    guard code == 0 else { return code }
  }
  let rounding = vector!.isSingle ? Double(Float.ulpOfOne) : Double.ulpOfOne
  return solver.differenceProduct(
    vector!, into: product!, at: callbacks.time, state!, derivative: callbacks.base.pointer,
    increment: rounding.squareRoot())
}
