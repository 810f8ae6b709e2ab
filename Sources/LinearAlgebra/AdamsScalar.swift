/// What a row looks like between two steps of a method of Adams: norms to the rounding of the precision itself, for
/// choosing steps, and never to judge an equilibrium by.
public struct AdamsNorms {
  /// ‖z‖, of the state.
  public var state: Double
  /// ‖F‖, of its derivative.
  public var slope: Double
  /// ‖w∘F‖, of the derivative in units of the variables.
  public var bracket: Double
  /// ‖ΔF‖, of the change of the derivative over the last step.
  public var change: Double
  /// The norm of the correction of the last step.
  public var correction: Double
}

/// The two passes over memory that a step of the methods of Adams takes, each over all of its vectors at once.
///
/// Same conventions as ``Scalar``: `count` initialised elements.
public protocol AdamsScalar {
  /// After an evaluation: g ← F − g, and c ← a·g − b·c with that new g.
  ///
  /// - Parameters:
  ///   - a: what ΔF counts for in the correction.
  ///   - b: what ΔF of the step before, which the prediction had, counts for.
  ///   - z: the state.
  ///   - f: F, its derivative there.
  ///   - w: the weights of the bracket's norm.
  ///   - g: the derivative before; then ΔF.
  ///   - c: ΔF of the step before; then the correction, half the step times ΔF less what the
  ///     prediction had of it.
  ///   - count: the number of variables.
  static func adamsCorrection(
    _ a: Double, _ b: Double, state z: UnsafePointer<Self>, derivative f: UnsafePointer<Self>,
    weights w: UnsafePointer<Self>, previous g: UnsafeMutablePointer<Self>,
    change c: UnsafeMutablePointer<Self>, count: Int
  ) -> AdamsNorms

  /// The step: z ← z + h·F + p·g + q·c, after which c ← g and g ← F.
  static func adamsStep(
    _ h: Double, derivative f: UnsafePointer<Self>, _ p: Double,
    change g: UnsafeMutablePointer<Self>, _ q: Double, correction c: UnsafeMutablePointer<Self>,
    state z: UnsafeMutablePointer<Self>, count: Int)
}

extension Float: AdamsScalar {
  public static func adamsCorrection(
    _ a: Double, _ b: Double, state z: UnsafePointer<Float>, derivative f: UnsafePointer<Float>,
    weights w: UnsafePointer<Float>, previous g: UnsafeMutablePointer<Float>,
    change c: UnsafeMutablePointer<Float>, count: Int
  ) -> AdamsNorms {
    correct(SIMD8<Float>.self, Float(a), Float(b), z, f, w, g, c, count)
  }

  public static func adamsStep(
    _ h: Double, derivative f: UnsafePointer<Float>, _ p: Double,
    change g: UnsafeMutablePointer<Float>, _ q: Double, correction c: UnsafeMutablePointer<Float>,
    state z: UnsafeMutablePointer<Float>, count: Int
  ) {
    step(SIMD8<Float>.self, Float(h), f, Float(p), g, Float(q), c, z, count)
  }
}

extension Double: AdamsScalar {
  public static func adamsCorrection(
    _ a: Double, _ b: Double, state z: UnsafePointer<Double>, derivative f: UnsafePointer<Double>,
    weights w: UnsafePointer<Double>, previous g: UnsafeMutablePointer<Double>,
    change c: UnsafeMutablePointer<Double>, count: Int
  ) -> AdamsNorms {
    correct(SIMD4<Double>.self, a, b, z, f, w, g, c, count)
  }

  public static func adamsStep(
    _ h: Double, derivative f: UnsafePointer<Double>, _ p: Double,
    change g: UnsafeMutablePointer<Double>, _ q: Double,
    correction c: UnsafeMutablePointer<Double>, state z: UnsafeMutablePointer<Double>, count: Int
  ) {
    step(SIMD4<Double>.self, h, f, p, g, q, c, z, count)
  }
}

@inline(__always)
private func correct<V: SIMD>(
  _: V.Type, _ a: V.Scalar, _ b: V.Scalar, _ z: UnsafePointer<V.Scalar>,
  _ f: UnsafePointer<V.Scalar>, _ w: UnsafePointer<V.Scalar>, _ g: UnsafeMutablePointer<V.Scalar>,
  _ c: UnsafeMutablePointer<V.Scalar>, _ count: Int
) -> AdamsNorms where V.Scalar: BinaryFloatingPoint {
  var (states, slopes, brackets, changes, corrections) = (V(), V(), V(), V(), V())
  @inline(__always)
  func add(_ state: V, _ derivative: V, _ weight: V, _ change: V, _ correction: V) {
    states += state * state
    slopes += derivative * derivative
    let bracket = weight * derivative
    brackets += bracket * bracket
    changes += change * change
    corrections += correction * correction
  }
  var i = 0
  while i &+ V.scalarCount <= count {
    let derivative: V = load(f + i)
    let change = derivative - load(g + i)
    let correction = a * change - b * load(c + i)
    store(change, g + i)
    store(correction, c + i)
    add(load(z + i), derivative, load(w + i), change, correction)
    i &+= V.scalarCount
  }
  let rest = count &- i
  if rest > 0 {
    let derivative: V = load(f + i, rest)
    let change = derivative - load(g + i, rest)
    let correction = a * change - b * load(c + i, rest)
    store(change, g + i, rest)
    store(correction, c + i, rest)
    add(load(z + i, rest), derivative, load(w + i, rest), change, correction)
  }
  @inline(__always)
  func norm(_ squares: V) -> Double {
    var sum = 0.0
    for lane in 0..<V.scalarCount { sum += Double(squares[lane]) }
    return sum.squareRoot()
  }
  return AdamsNorms(
    state: norm(states), slope: norm(slopes), bracket: norm(brackets), change: norm(changes),
    correction: norm(corrections))
}

@inline(__always)
private func step<V: SIMD>(
  _: V.Type, _ h: V.Scalar, _ f: UnsafePointer<V.Scalar>, _ p: V.Scalar,
  _ g: UnsafeMutablePointer<V.Scalar>, _ q: V.Scalar, _ c: UnsafeMutablePointer<V.Scalar>,
  _ z: UnsafeMutablePointer<V.Scalar>, _ count: Int
) where V.Scalar: BinaryFloatingPoint {
  var i = 0
  while i &+ V.scalarCount <= count {
    let derivative: V = load(f + i)
    let change: V = load(g + i)
    store(load(z + i) + h * derivative + p * change + q * load(c + i), z + i)
    store(change, c + i)
    store(derivative, g + i)
    i &+= V.scalarCount
  }
  let rest = count &- i
  if rest > 0 {
    let derivative: V = load(f + i, rest)
    let change: V = load(g + i, rest)
    store(
      load(z + i, rest) + h * derivative + p * change + q * load(c + i, rest), z + i, rest)
    store(change, c + i, rest)
    store(derivative, g + i, rest)
  }
}
