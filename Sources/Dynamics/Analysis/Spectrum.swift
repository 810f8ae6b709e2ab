public import LinearAlgebra

/// The eigenvalues of a flow's Jacobian at an equilibrium: how everything near it dies away or grows.
public struct Spectrum: Sendable, Equatable {
  /// All of them, by falling real part.
  public let eigenvalues: ContiguousArray<Complex>

  /// Of eigenvalues by falling real part.
  public init(_ eigenvalues: ContiguousArray<Complex>) { self.eigenvalues = eigenvalues }

  /// max Re λ: the equilibrium is stable where it is negative, and the nearer it is to 0 the slower
  /// everything settles.
  public var margin: Double { eigenvalues.first?.real ?? .nan }

  /// Whether every mode decays.
  public var isStable: Bool { margin < 0 }

  /// A pair of conjugate eigenvalues: something that swings as it decays or grows.
  public struct Oscillation: Sendable, Equatable {
    /// The one above the real axis.
    public let eigenvalue: Complex

    /// 2π/|Im λ|, in the model's unit of time.
    public var period: Double { eigenvalue.period }
    /// The damping ratio −Re λ/|λ|: 1 does not swing at all, 0 swings for ever, below 0 it grows.
    public var damping: Double { -eigenvalue.real / eigenvalue.magnitude }
  }

  /// The oscillation that dies away last; nil where nothing oscillates.
  ///
  /// A pair whose imaginary part is below a thousandth of the real one is gone before anyone sees it
  /// swing, and is what rounding makes of a multiple real eigenvalue.
  public var slowestOscillation: Oscillation? {
    eigenvalues.first { $0.imaginary > 1e-3 * $0.real.magnitude }.map(Oscillation.init)
  }
}

extension Complex {
  /// The time constant −1/Re λ of a mode; negative where it grows, infinite where it stays.
  public var timeConstant: Double { real == 0 ? .infinity : -1 / real }

  /// The period 2π/|Im λ| of a mode; infinite where it does not swing.
  public var period: Double { imaginary == 0 ? .infinity : 2 * .pi / imaginary.magnitude }
}
