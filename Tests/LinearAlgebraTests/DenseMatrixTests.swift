import LinearAlgebra
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite("Dense matrices")
struct DenseMatrixTests {
  private func random(_ rows: Int, _ columns: Int, _ seed: UInt64 = 1) -> DenseMatrix {
    var stream = RandomStream(seed: seed, name: "matrix")
    return DenseMatrix(
      rows: rows, columns: columns,
      elements: ContiguousArray((0..<rows * columns).map { _ in stream.normal() }))
  }

  private func distance(_ a: DenseMatrix, _ b: DenseMatrix) -> Double {
    zip(a.elements, b.elements).reduce(0) { max($0, ($1.0 - $1.1).magnitude) }
  }

  /// Backward errors of LAPACK's algorithms are a small multiple of order · u · size.
  private func tolerance(_ order: Int, _ size: Double) -> Double {
    20 * Double(order) * 0x1p-53 * size
  }

  @Test("elements are stored by rows; transposing twice changes nothing")
  func layout() {
    let a = DenseMatrix([[1, 2, 3], [4, 5, 6]])
    #expect(a[0, 2] == 3 && a[1, 0] == 4)
    #expect(a.elements == [1, 2, 3, 4, 5, 6])
    #expect(a.transposed == DenseMatrix([[1, 4], [2, 5], [3, 6]]))
    #expect(random(5, 3).transposed.transposed == random(5, 3))
    #expect(a * DenseMatrix.identity(3) == a)
    #expect(a * [1, 0, -1] == [-2, -2])
    #expect(a * a.transposed == DenseMatrix([[14, 32], [32, 77]]))
  }

  @Test("LU solves A·x = b and Aᵀ·x = b", arguments: [1, 2, 5, 40])
  func lu(order: Int) throws {
    let a = random(order, order)
    let x = random(order, 3, 2)
    let factors = try LUFactorization(a)
    // ‖x̂ − x‖ ≤ u · order · condition; the residual needs no condition number.
    let size = try a.spectralNorm() * (x.elements.map(\.magnitude).max() ?? 0) * 10
    let solution = try factors.solve(a * x)
    #expect(distance(a * solution, a * x) <= tolerance(order, size))
    let transposed = try factors.solve(a.transposed * x, transposed: true)
    #expect(distance(a.transposed * transposed, a.transposed * x) <= tolerance(order, size))
  }

  @Test("a 2 × 2 system by hand")
  func byHand() throws {
    let x = try LUFactorization(DenseMatrix([[1, 2], [3, 4]])).solve([5, 11])
    #expect((x[0] - 1).magnitude < 1e-14 && (x[1] - 2).magnitude < 1e-14)
  }

  @Test("a singular matrix says which pivot is zero; a non-finite one, which element")
  func failures() {
    #expect(throws: LinearAlgebraError.singular(pivot: 1)) {
      try LUFactorization(DenseMatrix([[1, 2], [2, 4]]))
    }
    let strange = DenseMatrix([[1, 2], [.nan, 4]])
    let expected = LinearAlgebraError.nonFinite(row: 1, column: 0)
    #expect(throws: expected) { try LUFactorization(strange) }
    #expect(throws: expected) { try CholeskyFactorization(strange) }
    #expect(throws: expected) { try strange.eigenvalues() }
    #expect(throws: expected) { try strange.singularValues() }
    #expect(throws: expected) { try strange.orthonormalized() }
    #expect(throws: LinearAlgebraError.nonFinite(row: 1, column: 0)) {
      try LUFactorization(.identity(2)).solve([1, .infinity])
    }
    #expect(throws: LinearAlgebraError.notPositiveDefinite(pivot: 1)) {
      try CholeskyFactorization(DenseMatrix([[1, 2], [2, 1]]))
    }
    #expect(throws: LinearAlgebraError.singular(pivot: 0)) {
      try DenseMatrix(rows: 2, columns: 2).orthonormalized()
    }
    #expect(LinearAlgebraError.singular(pivot: 3).description.contains("pivot 3"))
  }

  @Test("Cholesky: L·Lᵀ = A, and it reads the lower triangle only", arguments: [1, 4, 30])
  func cholesky(order: Int) throws {
    let b = random(order, order)
    var a = b * b.transposed
    for i in 0..<order { a[i, i] += 1 }
    var lower = a
    for i in 0..<order { for j in (i + 1)..<max(order, i + 1) { lower[i, j] = 99 } }
    let factors = try CholeskyFactorization(lower)
    let size = a.elements.map(\.magnitude).max() ?? 0
    #expect(distance(factors.factor * factors.factor.transposed, a) <= tolerance(order, size))
    let x = random(order, 2, 5)
    let solution = try factors.solve(a * x)
    let norm = try a.spectralNorm() * 10
    #expect(distance(a * solution, a * x) <= tolerance(order, norm))
  }

  @Test("eigenvalues of a rotation and scaling are a conjugate pair, in a fixed order")
  func eigenvalues() throws {
    let values = try DenseMatrix([[0.6, -0.8, 0], [0.8, 0.6, 0], [0, 0, -3]]).eigenvalues()
    let expected = [Complex(0.6, 0.8), Complex(0.6, -0.8), Complex(-3)]
    for (a, b) in zip(values, expected) {
      #expect((a.real - b.real).magnitude < 1e-15 && (a.imaginary - b.imaginary).magnitude < 1e-15)
    }
    #expect(try DenseMatrix([[0, 1], [0, 0]]).spectralRadius() == 0)
    let radius = try DenseMatrix([[3, -4], [4, 3]]).spectralRadius()
    #expect((radius - 5).magnitude < 1e-14)
    #expect(try DenseMatrix(rows: 0, columns: 0).eigenvalues().isEmpty)
  }

  @Test("A·v = λ·v and ‖v‖ = 1 for every right eigenvector", arguments: [1, 2, 3, 25])
  func eigenvectors(order: Int) throws {
    let a = random(order, order)
    let decomposition = try a.eigendecomposition()
    let norm = try a.spectralNorm()
    #expect(decomposition.vectors.count == order)
    for (value, vector) in zip(decomposition.values, decomposition.vectors) {
      let real = ContiguousArray(vector.map(\.real))
      let imaginary = ContiguousArray(vector.map(\.imaginary))
      let (productReal, productImaginary) = (a * real, a * imaginary)
      var length = 0.0
      for i in 0..<order {
        length += real[i] * real[i] + imaginary[i] * imaginary[i]
        let errorReal =
          productReal[i] - (value.real * real[i] - value.imaginary * imaginary[i])
        let errorImaginary =
          productImaginary[i] - (value.real * imaginary[i] + value.imaginary * real[i])
        #expect(max(errorReal.magnitude, errorImaginary.magnitude) <= tolerance(order, norm))
      }
      #expect((length - 1).magnitude <= tolerance(order, 1))
    }
    // Trace and sum of eigenvalues.
    let trace = (0..<order).reduce(0) { $0 + a[$1, $1] }
    let sum = decomposition.values.reduce(0) { $0 + $1.real }
    #expect((trace - sum).magnitude <= tolerance(order, norm * Double(order)))
  }

  @Test(
    "U·S·Vᵀ = A with orthonormal U, V, tall and wide", arguments: [(6, 4), (4, 6), (1, 3), (5, 5)])
  func singularValues(shape: (Int, Int)) throws {
    let a = random(shape.0, shape.1)
    let svd = try a.singularValueDecomposition()
    let k = min(shape.0, shape.1)
    var scaled = svd.left
    for i in 0..<shape.0 { for j in 0..<k { scaled[i, j] *= svd.values[j] } }
    let norm = try a.spectralNorm()
    #expect(distance(scaled * svd.rightTransposed, a) <= tolerance(6, norm))
    #expect(distance(svd.left.transposed * svd.left, .identity(k)) <= tolerance(6, 1))
    #expect(
      distance(svd.rightTransposed * svd.rightTransposed.transposed, .identity(k))
        <= tolerance(6, 1))
    #expect(svd.values == ContiguousArray(svd.values.sorted(by: >)))
    #expect((norm - svd.values[0]).magnitude <= tolerance(6, norm))
    #expect(try DenseMatrix(rows: 0, columns: 3).spectralNorm() == 0)
  }

  @Test("the spectral norm of a known matrix: √45 of [[3, 0], [4, 5]]")
  func spectralNorm() throws {
    let norm = try DenseMatrix([[3, 0], [4, 5]]).spectralNorm()
    #expect((norm - 45.0.squareRoot()).magnitude < 1e-14)
  }

  @Test(
    "orthonormal rows or columns, with R's diagonal positive",
    arguments: [(7, 4), (4, 7), (5, 5), (1, 1)])
  func orthonormal(shape: (Int, Int)) throws {
    let a = random(shape.0, shape.1)
    let q = try a.orthonormalized()
    let tall = shape.0 >= shape.1
    let k = min(shape.0, shape.1)
    let gram = tall ? q.transposed * q : q * q.transposed
    #expect(distance(gram, .identity(k)) <= tolerance(7, 1))
    // R = Qᵀ·A (or its transposed): upper triangular with a positive diagonal.
    let r = tall ? q.transposed * a : q * a.transposed
    for i in 0..<k {
      #expect(r[i, i] > 0)
      for j in 0..<i { #expect(r[i, j].magnitude <= tolerance(7, try a.spectralNorm())) }
    }
    #expect(try a.orthonormalized() == q)
  }

  @Test("the sign makes it Haar: of order 1 it is ±1 with the sign of the element")
  func haar() throws {
    #expect(try DenseMatrix([[-2.5]]).orthonormalized() == DenseMatrix([[-1]]))
    #expect(try DenseMatrix([[2.5]]).orthonormalized() == DenseMatrix([[1]]))
    // The trace of a Haar matrix has mean 0 and variance 1 (Diaconis & Shahshahani 1994); without
    // the sign the mean is not 0. 4 standard errors of 2000 draws.
    var stream = RandomStream(seed: 11, name: "haar")
    var (sum, squares) = (0.0, 0.0)
    for _ in 0..<2000 {
      var a = DenseMatrix(rows: 3, columns: 3)
      for i in 0..<3 { for j in 0..<3 { a[i, j] = stream.normal() } }
      let q = try a.orthonormalized()
      let trace = q[0, 0] + q[1, 1] + q[2, 2]
      sum += trace
      squares += trace * trace
    }
    #expect((sum / 2000).magnitude < 4 / 2000.0.squareRoot())
    // The fourth moment of the trace is 3 at most: variance of its square 2.
    #expect((squares / 2000 - 1).magnitude < 4 * (2 / 2000.0).squareRoot())
  }

  @Test("the modulus of a complex number neither overflows nor underflows")
  func modulus() {
    #expect(Complex(3, -4).magnitude == 5)
    #expect(Complex(3e200, 4e200).magnitude.isFinite)
    #expect(Complex(0, 0).magnitude == 0)
    #expect(Complex(3e-200, 4e-200).magnitude > 4.9e-200)
  }
}
