public import LinearAlgebra

/// A unit's static nonlinearity: its rate σ(φ) as a function of its potential φ.
///
/// A conformance is right when `slope` is the derivative of `rate` and `curvature` that of `slope`.
public protocol Activation: Sendable {
  /// The name used in model files.
  var name: String { get }

  /// Writes σ(φ) of `count` potentials.
  func rate<E: Scalar>(
    _ potential: UnsafePointer<E>, into rate: UnsafeMutablePointer<E>, count: Int)

  /// Writes σ(φ) and σ′(φ).
  func rateAndSlope<E: Scalar>(
    _ potential: UnsafePointer<E>, rate: UnsafeMutablePointer<E>,
    slope: UnsafeMutablePointer<E>, count: Int)

  /// Writes σ″(φ), given what ``rateAndSlope(_:rate:slope:count:)`` wrote for the same potentials.
  func curvature<E: Scalar>(
    _ potential: UnsafePointer<E>, rate: UnsafePointer<E>, slope: UnsafePointer<E>,
    into curvature: UnsafeMutablePointer<E>, count: Int)
}

/// σ(φ) = φ
public struct Identity: Activation {
  public let name = "identity"
  /// With nothing to set.
  public init() {}

  @specialized(where E == Float)
  @specialized(where E == Double)
  public func rate<E: Scalar>(
    _ potential: UnsafePointer<E>, into rate: UnsafeMutablePointer<E>, count: Int
  ) {
    rate.update(from: potential, count: count)
  }

  @specialized(where E == Float)
  @specialized(where E == Double)
  public func rateAndSlope<E: Scalar>(
    _ potential: UnsafePointer<E>, rate: UnsafeMutablePointer<E>,
    slope: UnsafeMutablePointer<E>, count: Int
  ) {
    rate.update(from: potential, count: count)
    slope.update(repeating: 1, count: count)
  }

  public func curvature<E: Scalar>(
    _ potential: UnsafePointer<E>, rate: UnsafePointer<E>, slope: UnsafePointer<E>,
    into curvature: UnsafeMutablePointer<E>, count: Int
  ) {
    curvature.update(repeating: 0, count: count)
  }
}

/// σ(φ) = tanh φ
public struct Tanh: Activation {
  public let name = "tanh"
  /// With nothing to set.
  public init() {}

  public func rate<E: Scalar>(
    _ potential: UnsafePointer<E>, into rate: UnsafeMutablePointer<E>, count: Int
  ) {
    E.hyperbolicTangent(potential, into: rate, count: count)
  }

  public func rateAndSlope<E: Scalar>(
    _ potential: UnsafePointer<E>, rate: UnsafeMutablePointer<E>,
    slope: UnsafeMutablePointer<E>, count: Int
  ) {
    E.hyperbolicTangent(potential, into: rate, count: count)
    E.product(rate, rate, into: slope, count: count)
    E.affine(-1, slope, plus: 1, into: slope, count: count)
  }

  /// σ″ = −2σσ′
  public func curvature<E: Scalar>(
    _ potential: UnsafePointer<E>, rate: UnsafePointer<E>, slope: UnsafePointer<E>,
    into curvature: UnsafeMutablePointer<E>, count: Int
  ) {
    E.product(rate, slope, into: curvature, count: count)
    E.scale(-2, curvature, into: curvature, count: count)
  }
}

/// σ(φ) = 1 / (1 + e^−φ)
public struct Sigmoid: Activation {
  public let name = "sigmoid"
  /// With nothing to set.
  public init() {}

  public func rate<E: Scalar>(
    _ potential: UnsafePointer<E>, into rate: UnsafeMutablePointer<E>, count: Int
  ) {
    E.logistic(potential, into: rate, count: count)
  }

  /// σ′ = σ − σ²
  public func rateAndSlope<E: Scalar>(
    _ potential: UnsafePointer<E>, rate: UnsafeMutablePointer<E>,
    slope: UnsafeMutablePointer<E>, count: Int
  ) {
    E.logistic(potential, into: rate, count: count)
    E.affine(-1, rate, plus: 1, into: slope, count: count)
    E.product(rate, slope, into: slope, count: count)
  }

  /// σ″ = σ′ (1 − 2σ)
  public func curvature<E: Scalar>(
    _ potential: UnsafePointer<E>, rate: UnsafePointer<E>, slope: UnsafePointer<E>,
    into curvature: UnsafeMutablePointer<E>, count: Int
  ) {
    E.affine(-2, rate, plus: 1, into: curvature, count: count)
    E.product(slope, curvature, into: curvature, count: count)
  }
}

/// σ(φ) = max(φ, 0), with σ′(0) = 0
public struct ReLU: Activation {
  public let name = "relu"
  /// With nothing to set.
  public init() {}

  public func rate<E: Scalar>(
    _ potential: UnsafePointer<E>, into rate: UnsafeMutablePointer<E>, count: Int
  ) {
    E.rectify(potential, into: rate, count: count)
  }

  public func rateAndSlope<E: Scalar>(
    _ potential: UnsafePointer<E>, rate: UnsafeMutablePointer<E>,
    slope: UnsafeMutablePointer<E>, count: Int
  ) {
    E.rectify(potential, into: rate, count: count)
    E.rectifierSlope(potential, into: slope, count: count)
  }

  public func curvature<E: Scalar>(
    _ potential: UnsafePointer<E>, rate: UnsafePointer<E>, slope: UnsafePointer<E>,
    into curvature: UnsafeMutablePointer<E>, count: Int
  ) {
    curvature.update(repeating: 0, count: count)
  }
}

/// σ(φ) = log(1 + e^φ)
public struct Softplus: Activation {
  public let name = "softplus"
  /// With nothing to set.
  public init() {}

  public func rate<E: Scalar>(
    _ potential: UnsafePointer<E>, into rate: UnsafeMutablePointer<E>, count: Int
  ) {
    E.softplus(potential, into: rate, count: count)
  }

  public func rateAndSlope<E: Scalar>(
    _ potential: UnsafePointer<E>, rate: UnsafeMutablePointer<E>,
    slope: UnsafeMutablePointer<E>, count: Int
  ) {
    E.softplus(potential, into: rate, count: count)
    E.logistic(potential, into: slope, count: count)
  }

  /// σ″ = σ′ (1 − σ′)
  public func curvature<E: Scalar>(
    _ potential: UnsafePointer<E>, rate: UnsafePointer<E>, slope: UnsafePointer<E>,
    into curvature: UnsafeMutablePointer<E>, count: Int
  ) {
    E.affine(-1, slope, plus: 1, into: curvature, count: count)
    E.product(slope, curvature, into: curvature, count: count)
  }
}
