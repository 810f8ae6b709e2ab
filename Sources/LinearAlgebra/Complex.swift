/// A complex number: an eigenvalue, or an element of an eigenvector.
public struct Complex: Hashable, Sendable, CustomStringConvertible {
  public var real: Double
  public var imaginary: Double

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

  public var conjugate: Complex { Complex(real, -imaginary) }

  public var description: String {
    imaginary < 0 ? "\(real) − \(-imaginary)i" : "\(real) + \(imaginary)i"
  }
}
