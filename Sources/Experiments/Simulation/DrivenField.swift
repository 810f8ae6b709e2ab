internal import Dynamics
internal import Integration
internal import LinearAlgebra

/// A field whose inputs change with time: sets them before every evaluation.
///
/// It serves one stretch between two breaks of the inputs after the other, so that at the end of a stretch
/// the integrator sees what was before the jump.
final class DrivenField<E: Scalar>: VectorField {
  private let base: any VectorField<E>
  private(set) var drive: InputDrive
  private let load: (ContiguousArray<Double>) -> Void
  /// The end of the stretch at hand; infinite in the last.
  private(set) var stretch: InputSignal.Break?

  /// - Parameter load: hands inputs, [samples × inputs], to the base.
  init(
    _ base: any VectorField<E>, drive: InputDrive, load: @escaping (ContiguousArray<Double>) -> Void
  ) {
    self.base = base
    self.drive = drive
    self.load = load
  }

  /// Begins the stretch after a time.
  func begin(at time: Double) {
    stretch = drive.nextBreak(after: time)
    apply(at: time)
  }

  /// Takes the inputs to a time; at a jump to what comes after it.
  func apply(at time: Double) {
    if drive.update(at: time) { load(drive.inputs) }
  }

  /// Within the stretch, and at its end as it was before.
  private func applyWithin(_ time: Double) {
    let isEnd = stretch.map { time >= $0.time } ?? false
    if drive.update(at: isEnd ? stretch?.time ?? time : time, before: isEnd) { load(drive.inputs) }
  }

  var samples: Int { base.samples }
  var dimension: Int { base.dimension }
  var hasJacobianProduct: Bool { base.hasJacobianProduct }
  func componentName(_ column: Int) -> String { base.componentName(column) }

  func derivative(
    at time: Double, _ state: Span<E>, into derivative: inout MutableSpan<E>
  ) throws {
    applyWithin(time)
    try base.derivative(at: time, state, into: &derivative)
  }

  func linearize(at time: Double, _ state: Span<E>) throws {
    applyWithin(time)
    try base.linearize(at: time, state)
  }

  func jacobianProduct(_ vector: Span<E>, into product: inout MutableSpan<E>) throws {
    try base.jacobianProduct(vector, into: &product)
  }
}

extension Statistics {
  /// Adds the counts of an earlier part of the same integration; what is of the last step stays.
  mutating func add(earlier: Statistics) {
    let counts: [WritableKeyPath<Statistics, Int>] = [
      \.steps, \.fieldEvaluations, \.differenceEvaluations, \.errorTestFailures,
      \.stepSolveFailures, \.stabilityLimitOrderReductions, \.eventEvaluations,
      \.nonlinearIterations, \.nonlinearConvergenceFailures, \.linearSolverSetups,
      \.jacobianEvaluations, \.jacobianProductSetups, \.jacobianProducts, \.krylovIterations,
      \.linearConvergenceFailures, \.preconditionerSetups, \.preconditionerSolves,
    ]
    for count in counts { self[keyPath: count] += earlier[keyPath: count] }
  }
}
