/// A complex number: an eigenvalue, or an element of an eigenvector.
public struct Complex: Hashable, Sendable, CustomStringConvertible {
  /// The real part.
  public var real: Double
  /// The imaginary part.
  public var imaginary: Double

  /// From its parts.
  public init(_ real: Double, _ imaginary: Double = 0) {
    self.real = real
    self.imaginary = imaginary
  }

  /// The modulus, without undue overflow or underflow.
  public var magnitude: Double {
    let (a, b) = (real.magnitude, imaginary.magnitude)
    let (large, small) = (max(a, b), min(a, b))
    // Where the ratio says nothing (0/0, ∞/∞) the larger part is the answer.
    guard large > 0, large.isFinite else { return large }
    let ratio = small / large
    return large * (1 + ratio * ratio).squareRoot()
  }

  /// The sum.
  public static func + (a: Complex, b: Complex) -> Complex {
    Complex(a.real + b.real, a.imaginary + b.imaginary)
  }

  /// The product.
  public static func * (a: Complex, b: Complex) -> Complex {
    Complex(
      a.real * b.real - a.imaginary * b.imaginary, a.real * b.imaginary + a.imaginary * b.real)
  }

  /// The product.
  public static func * (a: Double, b: Complex) -> Complex { Complex(a * b.real, a * b.imaginary) }

  /// The quotient, without undue overflow or underflow (Smith, 1962).
  public static func / (a: Complex, b: Complex) -> Complex {
    if b.real.magnitude >= b.imaginary.magnitude {
      let ratio = b.imaginary / b.real
      let divisor = b.real + b.imaginary * ratio
      return Complex(
        (a.real + a.imaginary * ratio) / divisor, (a.imaginary - a.real * ratio) / divisor)
    }
    let ratio = b.real / b.imaginary
    let divisor = b.real * ratio + b.imaginary
    return Complex(
      (a.real * ratio + a.imaginary) / divisor, (a.imaginary * ratio - a.real) / divisor)
  }

  /// With the imaginary part's sign turned.
  public var conjugate: Complex { Complex(real, -imaginary) }

  public var description: String {
    imaginary < 0 ? "\(real) − \(-imaginary)i" : "\(real) + \(imaginary)i"
  }
}
