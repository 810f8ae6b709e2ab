internal import CSUNDIALS
internal import LinearAlgebra

/// What the C callbacks need: `user_data` points at it, and the solver owns it.
///
/// Codes returned to SUNDIALS: 0 is good, 1 asks for a smaller step, −1 stops.
final class SolverCallbacks {
  /// Why no weights could be given.
  enum WeightFailure {
    case notPositive(index: Int)
    case accuracy(factor: Double)
    case timeStands
  }

  let field: any FieldAdapter
  let layout: StateLayout
  let relative: [Double]
  let absolute: [Double]

  private(set) var error: (any Error)?
  /// A number that is none, where it was found.
  struct NotFinite {
    var quantity: IntegrationError.Quantity
    var index: Int
    var value: Double
    var time: Double
  }
  /// What was not finite in the last evaluation, until an evaluation is finite again.
  private(set) var notFinite: NotFinite?
  /// The last such finding since the start.
  private(set) var lastNotFinite: NotFinite?
  var weightFailure: WeightFailure?
  var eventFailure: String?
  /// Names of the events, kept so that none is built while integrating.
  var eventNames: [String] = []
  /// Whether the last or the next step is too small to change the time; asked before every step.
  var timeStands: (() -> Bool)?
  /// The step being tried.
  var stepSize: () -> Double = { 0 }

  var fieldEvaluations = 0
  var differenceEvaluations = 0
  var jacobianProducts = 0

  /// Vectors to work in, and the weights at the last linearization.
  let work: StateVector
  let product: StateVector
  let weights: StateVector
  let rowScales: UnsafeMutablePointer<Double>
  let rowNorms: UnsafeMutablePointer<Double>

  init(
    _ field: any FieldAdapter, _ layout: StateLayout, relative: [Double], absolute: [Double]
  ) throws(IntegrationError) {
    self.field = field
    self.layout = layout
    self.relative = relative
    self.absolute = absolute
    work = try StateVector(layout)
    product = try StateVector(layout)
    weights = try StateVector(layout)
    rowScales = .allocate(capacity: layout.capacity)
    rowScales.initialize(repeating: 0, count: layout.capacity)
    rowNorms = .allocate(capacity: layout.capacity)
    rowNorms.initialize(repeating: 0, count: layout.capacity)
  }

  deinit {
    rowScales.deallocate()
    rowNorms.deallocate()
  }

  func clearFailures() {
    error = nil
    notFinite = nil
    weightFailure = nil
    eventFailure = nil
  }

  /// Forgets what belongs to one start.
  func clearCounts() {
    lastNotFinite = nil
    fieldEvaluations = 0
    differenceEvaluations = 0
    jacobianProducts = 0
  }

  func record(_ error: any Error) { self.error = error }

  // MARK: The field

  /// F(t, z), with a request for a smaller step where it is not finite.
  func derivative(at time: Double, _ state: N_Vector, into derivative: N_Vector) -> Int32 {
    do {
      try field.derivative(at: time, state, into: derivative)
    } catch {
      self.error = error
      return -1
    }
    return checkFinite(derivative, .field, at: time)
  }

  /// Remembers the first number that is not finite, for the message should no smaller step help.
  func checkFinite(
    _ vector: N_Vector, _ quantity: IntegrationError.Quantity, at time: Double
  ) -> Int32 {
    let found =
      vector.isSingle
      ? firstNotFinite(vector, Float.self) : firstNotFinite(vector, Double.self)
    guard let found else {
      notFinite = nil
      return 0
    }
    notFinite = NotFinite(
      quantity: quantity, index: found.index, value: found.value, time: time)
    lastNotFinite = notFinite
    return 1
  }

  private func firstNotFinite<Element: Scalar>(
    _ vector: N_Vector, _ type: Element.Type
  ) -> (index: Int, value: Double)? {
    let elements = vector.elements(type)
    guard let index = Element.firstNonFinite(elements, count: vector.shape.count) else {
      return nil
    }
    return (index, Double(elements[index]))
  }

  /// The variable at one place of a vector, by name.
  func component(_ index: Int, value: Double) -> IntegrationError.Component {
    let column = index % layout.width
    return IntegrationError.Component(
      name: field.componentName(column), column: column, sample: index / layout.width,
      value: value)
  }

  // MARK: Weights

  /// Fills `w` with the weights at `state`; returns false, with the reason kept, where it cannot.
  func computeWeights(of state: N_Vector, into w: N_Vector) -> Bool {
    let bad: Int? = relative.withUnsafeBufferPointer { relative in
      absolute.withUnsafeBufferPointer { absolute in
        guard let relative = relative.baseAddress, let absolute = absolute.baseAddress else {
          return nil
        }
        return state.isSingle
          ? VectorKernels<Float>.weights(of: state, relative: relative, absolute: absolute, into: w)
          : VectorKernels<Double>.weights(
            of: state, relative: relative, absolute: absolute, into: w)
      }
    }
    if let bad {
      weightFailure = .notPositive(index: bad)
      return false
    }
    // CVODE tests whether rounding alone exceeds the tolerance, but takes every state for double.
    if state.isSingle {
      let rounding = VectorKernels<Float>.wrmsNorm(state, w) * Double(Float.ulpOfOne)
      if rounding > 1 {
        weightFailure = .accuracy(factor: 2 * rounding)
        return false
      }
    }
    return true
  }
}
