package import CSUNDIALS

extension UnsafeMutablePointer where Pointee == _generic_SUNLinearSolver {
  fileprivate var gmres: RowGMRES {
    Unmanaged<RowGMRES>.fromOpaque(pointee.content).takeUnretainedValue()
  }
}

/// A matrix-free `SUNLinearSolver` that solves every row of a batch by GMRES of its own, or nil where
/// SUNDIALS has no memory for its handles.
///
/// Of the two scaling vectors the first gives the norm of the residual. The second, units for x, is
/// taken to be the same, as CVODE has it.
package func makeRowGMRES(
  _ layout: StateLayout, side: LinearSolverChoice.Preconditioning, dimension: Int
) -> SUNLinearSolver? {
  guard let solver = SUNLinSolNewEmpty(layout.context.pointer), let table = solver.pointee.ops
  else { return nil }
  guard let gmres = RowGMRES(layout, side: side, dimension: dimension) else {
    SUNLinSolFreeEmpty(solver)
    return nil
  }
  solver.pointee.content = Unmanaged.passRetained(gmres).toOpaque()
  setSettings(table)
  setSolution(table)
  return solver
}

private func setSettings(_ table: SUNLinearSolver_Ops) {
  table.pointee.gettype = { _ in SUNLINEARSOLVER_ITERATIVE }
  table.pointee.getid = { _ in SUNLINEARSOLVER_CUSTOM }
  table.pointee.setatimes = { solver, data, function in
    let gmres = solver!.gmres
    gmres.product = function
    gmres.productData = data
    return 0
  }
  table.pointee.setpreconditioner = { solver, data, setup, solve in
    let gmres = solver!.gmres
    gmres.preconditionerSetup = setup
    gmres.preconditionerSolve = solve
    gmres.preconditionerData = data
    return 0
  }
  table.pointee.setscalingvectors = { solver, first, _ in
    solver!.gmres.weights = first
    return 0
  }
  table.pointee.setzeroguess = { solver, isZero in
    solver!.gmres.guessIsZero = isZero != 0
    return 0
  }
  table.pointee.initialize = { _ in 0 }
}

private func setSolution(_ table: SUNLinearSolver_Ops) {
  table.pointee.setup = { solver, _ in
    let gmres = solver!.gmres
    let code = gmres.preconditionerSetup?(gmres.preconditionerData) ?? 0
    gmres.lastFlag =
      code == 0 ? 0 : Int32(code < 0 ? SUNLS_PSET_FAIL_UNREC : SUNLS_PSET_FAIL_REC)
    return gmres.lastFlag
  }
  table.pointee.solve = { solver, _, x, b, tolerance in
    solver!.gmres.solve(x!, b!, tolerance: tolerance)
  }
  table.pointee.numiters = { Int32($0!.gmres.iterations) }
  table.pointee.resnorm = { $0!.gmres.residualNorm }
  table.pointee.resid = { $0!.gmres.vectors[0] }
  table.pointee.lastflag = { sunindextype($0!.gmres.lastFlag) }
  table.pointee.space = { solver, reals, integers in
    let gmres = solver!.gmres
    let shape = gmres.shape.pointee
    reals!.pointee =
      gmres.vectors.count * shape.capacity * shape.width
      + shape.capacity * HessenbergLeastSquares.size(dimension: gmres.dimension)
    integers!.pointee = 2 * shape.capacity
    return 0
  }
  table.pointee.free = { solver in
    guard let solver else { return 0 }
    Unmanaged<RowGMRES>.fromOpaque(solver.pointee.content).release()
    solver.pointee.content = nil
    SUNLinSolFreeEmpty(solver)
    return 0
  }
}
