internal import CSUNDIALS
internal import LinearAlgebra

/// The operations of our N_Vector for one element type. Outputs may be inputs as well.
///
/// Loops are written here where `Scalar` has none; within the module they are compiled for `Float`
/// and `Double` separately.
enum VectorKernels<Element: Scalar> {
  @inline(__always)
  static func pointer(_ vector: N_Vector) -> UnsafeMutablePointer<Element> {
    vector.elements(Element.self)
  }

  // MARK: Element by element

  static func linearSum(_ a: Double, _ x: N_Vector, _ b: Double, _ y: N_Vector, _ z: N_Vector) {
    Element.linearSum(a, pointer(x), b, pointer(y), into: pointer(z), count: z.shape.count)
  }

  static func fill(_ c: Double, _ z: N_Vector) {
    Element.fill(c, into: pointer(z), count: z.shape.count)
  }

  static func product(_ x: N_Vector, _ y: N_Vector, _ z: N_Vector) {
    Element.product(pointer(x), pointer(y), into: pointer(z), count: z.shape.count)
  }

  static func quotient(_ x: N_Vector, _ y: N_Vector, _ z: N_Vector) {
    Element.quotient(pointer(x), pointer(y), into: pointer(z), count: z.shape.count)
  }

  static func scale(_ c: Double, _ x: N_Vector, _ z: N_Vector) {
    let count = z.shape.count
    if c == 1 {
      if x != z { pointer(z).update(from: pointer(x), count: count) }
    } else {
      Element.scale(c, pointer(x), into: pointer(z), count: count)
    }
  }

  static func absolute(_ x: N_Vector, _ z: N_Vector) {
    Element.absolute(pointer(x), into: pointer(z), count: z.shape.count)
  }

  static func inverse(_ x: N_Vector, _ z: N_Vector) {
    Element.reciprocal(pointer(x), into: pointer(z), count: z.shape.count)
  }

  static func addConstant(_ x: N_Vector, _ b: Double, _ z: N_Vector) {
    Element.affine(1, pointer(x), plus: b, into: pointer(z), count: z.shape.count)
  }

  /// zᵢ ← 1 where |xᵢ| ≥ c, and 0 elsewhere.
  static func compare(_ c: Double, _ x: N_Vector, _ z: N_Vector) {
    let x = pointer(x)
    let count = z.shape.count
    let z = pointer(z)
    for i in 0..<count { z[i] = Double(x[i].magnitude) >= c ? 1 : 0 }
  }

  /// zᵢ ← 1/xᵢ where xᵢ ≠ 0, leaving the others; false where any xᵢ is 0.
  static func inverseTest(_ x: N_Vector, _ z: N_Vector) -> Bool {
    let x = pointer(x)
    let count = z.shape.count
    let z = pointer(z)
    var hadNoZero = true
    for i in 0..<count {
      if x[i] == 0 { hadNoZero = false } else { z[i] = 1 / x[i] }
    }
    return hadNoZero
  }

  /// mᵢ ← 1 where xᵢ breaks its constraint, and 0 elsewhere; true where none is broken.
  ///
  /// Constraints: ±2 for ≷ 0, ±1 for ⋛ 0, and 0 for none.
  static func constraintMask(_ c: N_Vector, _ x: N_Vector, _ m: N_Vector) -> Bool {
    let c = pointer(c)
    let x = pointer(x)
    let count = m.shape.count
    let m = pointer(m)
    var holds = true
    for i in 0..<count {
      let strict = c[i].magnitude > 1.5
      let weak = c[i].magnitude > 0.5
      let product = x[i] * c[i]
      let broken = (strict && product <= 0) || (weak && product < 0)
      m[i] = broken ? 1 : 0
      if broken { holds = false }
    }
    return holds
  }
}
