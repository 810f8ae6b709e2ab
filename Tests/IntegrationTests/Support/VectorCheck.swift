import CSUNDIALS
import Integration
import LinearAlgebra
import Testing

/// One run through all operations, with 5 rows of 7: odd sizes reach the remainders of loops.
struct VectorCheck<Element: Scalar> {
  let layout: StateLayout
  let x: StateVector
  let y: StateVector
  let z: StateVector
  let a: [Double]
  let b: [Double]
  let tolerance = 8 * Double(Element.ulpOfOne)

  init() throws {
    layout = try StateLayout(Element.self, capacity: 5, width: 7)
    x = try StateVector(layout)
    y = try StateVector(layout)
    z = try StateVector(layout)
    a = (0..<35).map { Double(Element(Double(($0 * 37) % 19) / 4 - 2.125)) }
    b = (0..<35).map { Double(Element(Double(($0 * 23) % 17) / 3 + 0.25)) }
  }

  func run() throws {
    try checkHandle()
    checkLinearSums()
    checkElementwise()
    checkMasks()
    checkReductions()
    checkRowNorm()
    try checkFused()
    try checkArrays()
  }

  func set(_ vector: StateVector, _ values: [Double]) {
    for (i, value) in values.enumerated() { vector.elements(Element.self)[i] = Element(value) }
  }

  func reset() {
    set(x, a)
    set(y, b)
    set(z, a.map { _ in 99 })
  }

  func values(_ vector: N_Vector) -> [Double] {
    let content = vector == x.pointer ? x : vector == y.pointer ? y : z
    return (0..<35).map { Double(content.elements(Element.self)[$0]) }
  }

  func expect(
    _ vector: StateVector, _ wanted: [Double], _ what: String,
    _ location: SourceLocation = #_sourceLocation
  ) {
    #expect(
      largestError(values(vector.pointer), wanted, floor: 1) <= tolerance, "\(what)",
      sourceLocation: location)
  }

  func expect(
    _ value: Double, _ wanted: Double, _ what: String, _ location: SourceLocation = #_sourceLocation
  ) {
    #expect(
      abs(value - wanted) <= 40 * 1e-16 * (1 + abs(wanted)), "\(what)", sourceLocation: location)
  }

  func checkHandle() throws {
    #expect(N_VGetVectorID(x.pointer) == SUNDIALS_NVEC_CUSTOM)
    #expect(N_VGetLength(x.pointer) == 35)
    var reals: sunindextype = 0
    var integers: sunindextype = 0
    N_VSpace(x.pointer, &reals, &integers)
    #expect(reals == 35)
    #expect((N_VGetArrayPointer(x.pointer) == nil) == (Element.self == Float.self))
    #expect(Int(bitPattern: x.elements(Element.self)) % 64 == 0)
    let clone = try #require(N_VClone(x.pointer))
    #expect(layout.liveVectors == 4)
    N_VDestroy(clone)
    #expect(layout.liveVectors == 3)
  }

  func checkLinearSums() {
    for c in [0, 1, -1, 2.5] {
      for d in [0, 1, -1, -0.75] {
        let wanted = zip(a, b).map { c * $0 + d * $1 }
        reset()
        N_VLinearSum(c, x.pointer, d, y.pointer, z.pointer)
        expect(z, wanted, "\(c)x + \(d)y → z")
        expect(x, a, "x is untouched")
        reset()
        N_VLinearSum(c, x.pointer, d, y.pointer, x.pointer)
        expect(x, wanted, "\(c)x + \(d)y → x")
        reset()
        N_VLinearSum(c, x.pointer, d, y.pointer, y.pointer)
        expect(y, wanted, "\(c)x + \(d)y → y")
        reset()
        N_VLinearSum(c, x.pointer, d, x.pointer, x.pointer)
        expect(x, a.map { (c + d) * $0 }, "\(c)x + \(d)x → x")
      }
    }
  }

  func checkElementwise() {
    reset()
    N_VConst(1.5, z.pointer)
    expect(z, a.map { _ in 1.5 }, "const")
    let binary: [(String, (N_Vector?, N_Vector?, N_Vector?) -> Void, (Double, Double) -> Double)] =
      [
        ("prod", N_VProd, { $0 * $1 }), ("div", N_VDiv, { $0 / $1 }),
      ]
    for (name, operation, wanted) in binary {
      let result = zip(a, b).map(wanted)
      for target in [x, y, z] {
        reset()
        operation(x.pointer, y.pointer, target.pointer)
        expect(target, result, name)
      }
    }
    for c in [0, 1, -1, 0.3] {
      for target in [x, z] {
        reset()
        N_VScale(c, x.pointer, target.pointer)
        expect(target, a.map { c * $0 }, "scale by \(c)")
      }
    }
    for target in [x, z] {
      reset()
      N_VAbs(x.pointer, target.pointer)
      expect(target, a.map(abs), "abs")
      reset()
      N_VAddConst(x.pointer, -2.5, target.pointer)
      expect(target, a.map { $0 - 2.5 }, "addconst")
    }
    for target in [y, z] {
      reset()
      N_VInv(y.pointer, target.pointer)
      expect(target, b.map { 1 / $0 }, "inv")
    }
  }

  func checkMasks() {
    reset()
    N_VCompare(1.125, x.pointer, z.pointer)
    expect(z, a.map { abs($0) >= 1.125 ? 1 : 0 }, "compare")

    reset()
    #expect(N_VInvTest(y.pointer, z.pointer) == 1)
    expect(z, b.map { 1 / $0 }, "invtest without a zero")
    var withZero = b
    withZero[34] = 0
    set(y, withZero)
    #expect(N_VInvTest(y.pointer, z.pointer) == 0)
    expect(z, withZero.map { $0 == 0 ? 1 / b[34] : 1 / $0 }, "invtest skips the zero")

    // Constraints 2, 1, 0, −1, −2 on −1, 0, 1.
    let constraints = (0..<35).map { Double($0 % 5 - 2) }
    let numbers = (0..<35).map { Double(($0 / 5) % 3 - 1) }
    set(x, constraints)
    set(y, numbers)
    #expect(N_VConstrMask(x.pointer, y.pointer, z.pointer) == 0)
    expect(
      z,
      zip(constraints, numbers).map { c, number in
        switch c {
        case 2: number > 0 ? 0 : 1
        case 1: number >= 0 ? 0 : 1
        case -1: number <= 0 ? 0 : 1
        case -2: number < 0 ? 0 : 1
        default: 0
        }
      }, "constrmask")
    N_VConst(0, x.pointer)
    #expect(N_VConstrMask(x.pointer, y.pointer, z.pointer) == 1)
  }

  func checkReductions() {
    reset()
    expect(N_VDotProd(x.pointer, y.pointer), zip(a, b).map(*).reduce(0, +), "dotprod")
    expect(N_VMaxNorm(x.pointer), a.map(abs).max() ?? 0, "maxnorm")
    expect(N_VMin(x.pointer), a.min() ?? 0, "min")
    expect(N_VL1Norm(x.pointer), a.map(abs).reduce(0, +), "l1norm")
    expect(
      N_VWL2Norm(x.pointer, y.pointer),
      zip(a, b).map { ($0 * $1) * ($0 * $1) }.reduce(0, +).squareRoot(), "wl2norm")
    expect(N_VMinQuotient(x.pointer, y.pointer), zip(a, b).map(/).min() ?? 0, "minquotient")
    N_VConst(0, y.pointer)
    #expect(N_VMinQuotient(x.pointer, y.pointer) == .greatestFiniteMagnitude)
  }

  /// The largest row decides: not the mean over the batch.
  func checkRowNorm() {
    reset()
    let squares = zip(a, b).map { ($0 * $1) * ($0 * $1) }
    let rows = (0..<5).map { (squares[$0 * 7..<$0 * 7 + 7].reduce(0, +) / 7).squareRoot() }
    expect(N_VWrmsNorm(x.pointer, y.pointer), rows.max() ?? 0, "wrmsnorm")
    let mask = (0..<35).map { $0 % 3 == 0 ? 0.0 : 1.0 }
    set(z, mask)
    let masked = zip(squares, mask).map(*)
    let maskedRows = (0..<5).map { (masked[$0 * 7..<$0 * 7 + 7].reduce(0, +) / 7).squareRoot() }
    expect(
      N_VWrmsNormMask(x.pointer, y.pointer, z.pointer), maskedRows.max() ?? 0, "wrmsnormmask")
    // One sample with errors of 2 among five is worth 2, not 2/√5.
    set(x, (0..<35).map { $0 / 7 == 3 ? 2 : 0 })
    N_VConst(1, y.pointer)
    #expect(N_VWrmsNorm(x.pointer, y.pointer) == 2)
    // NaN must fail CVODE's test, which asks whether the norm is at most 1.
    x.elements(Element.self)[12] = .nan
    #expect(N_VWrmsNorm(x.pointer, y.pointer) == .infinity)
  }

  func checkFused() throws {
    for count in 1...6 {
      for aliased in -1..<count {
        reset()
        let others = (0..<6).map { _ in N_VClone(x.pointer) }
        defer { for other in others { N_VDestroy(other) } }
        var list: [N_Vector?] = []
        var c: [Double] = []
        var wanted = a.map { _ in 0.0 }
        for k in 0..<count {
          c.append(Double(k) - 1.5)
          let source = k == aliased ? b : a.map { $0 * Double(k + 1) }
          if k == aliased {
            list.append(y.pointer)
          } else {
            N_VScale(Double(k + 1), x.pointer, others[k])
            list.append(others[k])
          }
          for i in 0..<35 { wanted[i] += c[k] * source[i] }
        }
        let target = aliased >= 0 ? y : z
        #expect(N_VLinearCombination(Int32(count), &c, &list, target.pointer) == 0)
        #expect(
          largestError(values(target.pointer), wanted, floor: 10) <= 4 * tolerance,
          "linearcombination of \(count), z is \(aliased)")

        reset()
        var factors = (0..<count).map { Double($0) - 0.5 }
        var inputs: [N_Vector?] = (0..<count).map { others[$0] }
        for k in 0..<count { N_VScale(Double(k + 1), y.pointer, others[k]) }
        var products = [Double](repeating: 0, count: count)
        #expect(N_VDotProdMulti(Int32(count), x.pointer, &inputs, &products) == 0)
        for k in 0..<count { #expect(products[k] == N_VDotProd(x.pointer, others[k])) }
        var outputs = inputs
        #expect(N_VScaleAddMulti(Int32(count), &factors, x.pointer, &inputs, &outputs) == 0)
        for k in 0..<count {
          N_VScale(1, others[k], z.pointer)
          expect(
            z, zip(a, b).map { factors[k] * $0 + Double(k + 1) * $1 }, "scaleaddmulti in place")
        }
      }
    }
  }

  func checkArrays() throws {
    reset()
    var vectors = (0..<2).map { _ in N_VClone(x.pointer) }
    var outputs = vectors
    defer { for vector in outputs { N_VDestroy(vector) } }
    var inputs: [N_Vector?] = [x.pointer, y.pointer]
    var scales = [2.0, -1.0]
    var norms = [0.0, 0.0]
    #expect(N_VScaleVectorArray(2, &scales, &inputs, &outputs) == 0)
    N_VScale(1, vectors[1], z.pointer)
    expect(z, b.map { -$0 }, "scalevectorarray")
    #expect(N_VLinearSumVectorArray(2, 1, &inputs, 1, &vectors, &outputs) == 0)
    N_VScale(1, vectors[0], z.pointer)
    expect(z, a.map { 3 * $0 }, "linearsumvectorarray")
    #expect(N_VConstVectorArray(2, 0.5, &outputs) == 0)
    #expect(N_VWrmsNormVectorArray(2, &inputs, &outputs, &norms) == 0)
    #expect(norms == [N_VWrmsNorm(x.pointer, vectors[0]), N_VWrmsNorm(y.pointer, vectors[0])])
    #expect(N_VWrmsNormMaskVectorArray(2, &inputs, &outputs, vectors[0], &norms) == 0)
    expect(norms[1], N_VWrmsNorm(y.pointer, vectors[0]), "wrmsnormmaskvectorarray")
  }
}
