internal import LinearAlgebra

/// How the stability margin answers to one number of the model.
public struct MarginSensitivity: Sendable, Equatable {
  /// The key of model files; of a projection, its weights all times a factor.
  public var name: String
  /// What is turned.
  public var kind: Knob.Kind
  /// What it is now.
  public var value: Double
  /// d(max Re λ)/dp, the equilibrium moving with p. NaN where it cannot be followed or the leading
  /// eigenvalue is not differentiable.
  public var derivative: Double
  /// The same for |Im λ|.
  public var frequencyDerivative: Double

  /// p·d(max Re λ)/dp, per change of p in proportion: what compares numbers of different units.
  public var perProportion: Double { value * derivative }
}

/// Derivatives of a leading eigenvalue by its left and right eigenvectors, dλ = wᴴ·dJ·v / wᴴv, where dJ
/// is a central difference of Jacobians at equilibria that Newton's method follows.
struct MarginDerivatives {
  let setting: FlowSetting
  let sample: Samples
  let equilibrium: SampleFlow.Equilibrium
  let eigenvalue: Complex
  let right: ContiguousArray<Complex>
  let left: ContiguousArray<Complex>

  /// wᴴv: 1 where the eigenvalue is as insensitive as that of a symmetric matrix, 0 where it is
  /// defective and has no derivative.
  var cosine: Double { Self.product(left, right).magnitude }

  /// Differences are off by the square of this, relative to the value.
  private static let step = 1e-4

  func derivative(_ knob: Knob) -> MarginSensitivity {
    let change = change(knob)
    return MarginSensitivity(
      name: knob.name, kind: knob.kind, value: knob.value, derivative: change?.real ?? .nan,
      frequencyDerivative: change.map { eigenvalue.imaginary < 0 ? -$0.imaginary : $0.imaginary }
        ?? .nan)
  }

  private func change(_ knob: Knob) -> Complex? {
    let overlap = Self.product(left, right)
    guard overlap.magnitude > 1e-8 else { return nil }
    // At zero a number has no other side: (−3J₀ + 4J₁ − J₂)/2h is of second order too.
    let isOneSided = knob.value == 0
    let h = isOneSided ? Self.step : Self.step * knob.value
    let points: [(Double, Double)] =
      isOneSided
      ? [(h, 4), (2 * h, -1)] : [(knob.value + h, 1), (knob.value - h, -1)]
    var sum = Complex(0)
    for (value, weight) in points {
      guard let jacobian = jacobian(knob, value) else { return nil }
      sum = sum + weight * form(jacobian)
    }
    if isOneSided { sum = sum + (-3) * form(equilibrium.jacobian) }
    return (1 / (2 * h)) * (sum / overlap)
  }

  private func jacobian(_ knob: Knob, _ value: Double) -> DenseMatrix? {
    guard let setting = try? knob.turned(value) else { return nil }
    let flow = SampleFlow(setting, sample: sample)
    guard flow.dimension == equilibrium.state.count,
      let moved = try? flow.equilibrium(near: equilibrium.state), moved.isRefined
    else { return nil }
    return moved.jacobian
  }

  /// wᴴ·J·v
  private func form(_ jacobian: DenseMatrix) -> Complex {
    let real = jacobian * ContiguousArray(right.map(\.real))
    let imaginary = jacobian * ContiguousArray(right.map(\.imaginary))
    return Self.product(left, ContiguousArray(zip(real, imaginary).map { Complex($0, $1) }))
  }

  /// aᴴb
  static func product(_ a: ContiguousArray<Complex>, _ b: ContiguousArray<Complex>) -> Complex {
    zip(a, b).reduce(Complex(0)) { $0 + $1.0.conjugate * $1.1 }
  }
}
