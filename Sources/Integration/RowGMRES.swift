internal import CSUNDIALS
internal import LinearAlgebra

/// GMRES on the samples of a batch, each for itself: one product with the block-diagonal matrix
/// serves all samples, but every sample has a Krylov space, a least-squares problem and a stopping
/// test of its own.
///
/// SUNDIALS's SPGMR takes the batch for one system: one polynomial has to fit the spectra of all
/// samples, and its test is on the sum over them. Here a sample is done when its own residual r has
/// ‖w∘r‖₂ ≤ δ, with the error weights w.
///
/// Instead of scaling every vector by w and back, the inner product is weighted,
/// ⟨x, y⟩ = Σ wᵢ²·xᵢ·yᵢ. That is GMRES on the scaled system, and the basis vectors are the very
/// vectors that the matrix is applied to. There are no restarts. Nothing is kept from one solve to
/// the next, so rows may move in the meantime.
final class RowGMRES {
  let side: LinearSolverChoice.Preconditioning
  /// Columns that a sample's Krylov space can have.
  let dimension: Int
  let shape: UnsafeMutablePointer<StateShape>
  /// `dimension` + 1 basis vectors of the batch, and one to work in.
  let vectors: [N_Vector]
  /// The elements of the first vector, and bytes from one vector to the next.
  let elements: UnsafeMutableRawPointer
  let stride: Int

  /// For every row: its least-squares problem, its columns so far, the norm of its first residual,
  /// and whether it still takes part.
  let problems: UnsafeMutablePointer<Double>
  let columns: UnsafeMutablePointer<Int>
  let firstNorms: UnsafeMutablePointer<Double>
  let isActive: UnsafeMutablePointer<Bool>
  /// For the row at hand: w∘w∘x, a column of its Hessenberg matrix, and factors of a combination.
  let weighted: UnsafeMutablePointer<Double>
  let column: UnsafeMutablePointer<Double>
  let factors: UnsafeMutablePointer<Double>

  /// The matrix, and the preconditioner where there is one.
  var product: SUNATimesFn?
  var productData: UnsafeMutableRawPointer?
  var preconditionerSetup: SUNPSetupFn?
  var preconditionerSolve: SUNPSolveFn?
  var preconditionerData: UnsafeMutableRawPointer?
  /// w, which SUNDIALS's callers set before they solve.
  var weights: N_Vector?
  var guessIsZero = false
  /// δ of the solve in hand.
  var tolerance = 0.0

  /// Of the last solve: products, ‖w∘r‖₂ of the worst row, and what was returned.
  var iterations = 0
  var residualNorm = 0.0
  var lastFlag: Int32 = 0

  /// Nil where SUNDIALS has no memory for its handles.
  init?(
    _ layout: StateLayout, side: LinearSolverChoice.Preconditioning, dimension: Int
  ) {
    // A row is solved after as many columns as it has variables, but for rounding.
    let dimension = min(dimension, layout.width)
    let rows = layout.capacity
    self.side = side
    self.dimension = dimension
    shape = layout.shape
    problems = Self.zeros(rows * HessenbergLeastSquares.size(dimension: dimension))
    columns = Self.zeros(rows)
    firstNorms = Self.zeros(rows)
    isActive = .allocate(capacity: rows)
    isActive.initialize(repeating: false, count: rows)
    weighted = Self.zeros(layout.width)
    column = Self.zeros(dimension + 1)
    factors = Self.zeros(dimension + 2)
    // Every vector begins on a cache line.
    let bytes = rows * layout.width * (layout.shape.pointee.isSingle ? 4 : 8)
    let stride = (bytes + 63) / 64 * 64
    let count = dimension + 2
    let elements = UnsafeMutableRawPointer.allocate(byteCount: stride * count, alignment: 64)
    elements.initializeMemory(as: UInt8.self, repeating: 0, count: stride * count)
    self.stride = stride
    self.elements = elements
    vectors = (0..<count).compactMap { makeVector(layout, on: elements + $0 * stride) }
    guard vectors.count == count else { return nil }
  }

  deinit {
    for vector in vectors { N_VDestroy(vector) }
    elements.deallocate()
    problems.deallocate()
    columns.deallocate()
    firstNorms.deallocate()
    isActive.deallocate()
    weighted.deallocate()
    column.deallocate()
    factors.deallocate()
  }

  var work: N_Vector { vectors[dimension + 1] }

  func problem(_ row: Int) -> HessenbergLeastSquares {
    HessenbergLeastSquares(
      problems + row * HessenbergLeastSquares.size(dimension: dimension), dimension: dimension)
  }

  private static func zeros<Number: Numeric>(_ count: Int) -> UnsafeMutablePointer<Number> {
    let memory = UnsafeMutablePointer<Number>.allocate(capacity: count)
    memory.initialize(repeating: 0, count: count)
    return memory
  }
}
