internal import CSUNDIALS

/// Owns what SUNDIALS allocated for one solver, and frees it in the order that SUNDIALS needs:
/// the solver before what it uses.
final class SolverMemory {
  let context: SolverContext
  var cvode: UnsafeMutableRawPointer?
  var kinsol: UnsafeMutableRawPointer?
  var nonlinearSolver: SUNNonlinearSolver?
  var linearSolver: SUNLinearSolver?
  var matrix: SUNMatrix?

  init(_ context: SolverContext) { self.context = context }

  deinit {
    if cvode != nil { CVodeFree(&cvode) }
    if kinsol != nil { KINFree(&kinsol) }
    if let nonlinearSolver { SUNNonlinSolFree(nonlinearSolver) }
    if let linearSolver { SUNLinSolFree(linearSolver) }
    if let matrix { SUNMatDestroy(matrix) }
  }
}
