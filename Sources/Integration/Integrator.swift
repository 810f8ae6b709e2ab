internal import CSUNDIALS
public import LinearAlgebra

/// Moves a batch through time: one CVODE instance on one vector field.
///
///     ż = F(t, z),   z(t₀) = z₀
///
/// Variable-order, variable-step BDF or Adams methods (Hindmarsh et al., ACM TOMS 31, 2005). All
/// samples share step size and order; a step is accepted when the sample that fares worst accepts it.
/// Settled samples may leave on the way (``exchangeSamples(_:_:)``, ``keepSamples(_:)``).
///
/// An integrator serves one task at a time. After an error it can be started again.
public final class Integrator<Element: Scalar> {
  /// Method, tolerances and steps.
  public let options: IntegratorOptions
  /// The right-hand side.
  public let field: any VectorField<Element>
  /// Rows and columns of the state, and of everything cloned from it.
  public let layout: StateLayout
  /// The linear solver in use: what `.automatic` came to.
  public let linearSolver: LinearSolverChoice

  /// Functions whose zeros are to be found. Changes take effect at the next start.
  public var events: [Event<Element>] = []

  /// The time of the state.
  public private(set) var time = 0.0

  let memory: SolverMemory
  let cvode: UnsafeMutableRawPointer
  let adapter: TypedField<Element>
  let callbacks: SolverCallbacks
  let state: StateVector
  private var isStarted = false
  /// Whether CVODE has been asked for a step since the start.
  var hasSteps = false
  private var hasStopTime = false
  private var startedEvents = 0

  /// Makes an integrator for as many samples as the field has now, or for `capacity`.
  ///
  /// - Throws: ``IntegrationError/badInput(_:)`` where an option makes no sense, and
  ///   ``IntegrationError/outOfMemory(_:)``.
  public init(
    _ field: any VectorField<Element>, capacity: Int? = nil, options: IntegratorOptions = .init()
  ) throws {
    try options.validate()
    self.options = options
    self.field = field
    adapter = TypedField(field)
    let context = try SolverContext()
    layout = try StateLayout(
      Element.self, capacity: capacity ?? field.samples, width: field.dimension, context: context)
    linearSolver = options.linearSolver.resolved(width: layout.width)
    state = try StateVector(layout)
    callbacks = try SolverCallbacks(
      adapter, layout,
      relative: options.relativeTolerance.values(
        columns: layout.width, name: "relativeTolerance"),
      absolute: options.absoluteTolerance.values(
        columns: layout.width, name: "absoluteTolerance"))
    memory = SolverMemory(context)
    cvode = try makeCVODE(
      memory, options, linearSolver, callbacks: callbacks, template: state.pointer)
    let cvode = cvode
    callbacks.stepSize = {
      var step = 0.0
      CVodeGetCurrentStep(cvode, &step)
      return step
    }
    callbacks.timeStands = {
      var steps = 0
      CVodeGetNumSteps(cvode, &steps)
      guard steps > 0 else { return false }
      var time = 0.0
      var last = 0.0
      var next = 0.0
      CVodeGetCurrentTime(cvode, &time)
      CVodeGetLastStep(cvode, &last)
      CVodeGetCurrentStep(cvode, &next)
      return time - last == time || time + next == time
    }
  }

  /// Begins an integration; what was integrated before leaves no trace, not in a single bit.
  ///
  /// - Parameters:
  ///   - time: model time at the start.
  ///   - initial: `field.samples` rows; at most as many as there were when the integrator was
  ///     made.
  public func start(at time: Double, state initial: Span<Element>) throws {
    let rows = field.samples
    guard (1...layout.capacity).contains(rows) else {
      throw IntegrationError.badInput(
        "the field has \(rows) samples, and the integrator was made for 1 to \(layout.capacity)")
    }
    guard initial.count == rows * layout.width else {
      throw IntegrationError.badInput(
        "\(initial.count) numbers are no state of \(rows) samples × \(layout.width) variables")
    }
    guard time.isFinite else { throw IntegrationError.badInput("the start time is \(time)") }
    isStarted = false
    layout.reset(rows: rows)
    let elements = stateElements
    initial.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { elements.update(from: base, count: source.count) }
    }
    callbacks.clearFailures()
    callbacks.clearCounts()
    self.time = time
    try check(CVodeReInit(cvode, time, state.pointer))
    if callbacks.checkFinite(state.pointer, .state, at: time) != 0,
      let found = callbacks.notFinite
    {
      throw notFiniteError(found)
    }
    adapter.events = events
    callbacks.eventNames = adapter.eventNames
    if !events.isEmpty || startedEvents > 0 {
      try check(CVodeRootInit(cvode, Int32(events.count), events.isEmpty ? nil : cvodeEvents))
      var directions = events.map(\.direction.rawValue)
      if !events.isEmpty { try check(CVodeSetRootDirection(cvode, &directions)) }
      startedEvents = events.count
    }
    isStarted = true
    hasSteps = false
  }

  // MARK: Going on

  /// Takes one internal step, not beyond `limit`, which must not lie behind a time already reached.
  ///
  /// Without a limit time runs forward (backward where `initialStep` is negative).
  public func step(limit: Double? = nil) throws -> Advance {
    guard isStarted else { throw IntegrationError.notStarted }
    if let limit {
      guard limit.isFinite else { throw IntegrationError.badInput("the limit is \(limit)") }
      if limit == time { return Advance(time: time, reason: .reached) }
    }
    try setStopTime(limit)
    // CVODE takes from this time the direction and, where it estimates the first step, its scale.
    let forward = (options.initialStep ?? 1) > 0
    let horizon = max(1, time.magnitude) * 1000
    return try run(to: limit ?? (forward ? time + horizon : time - horizon), CV_ONE_STEP)
  }

  /// Integrates to a time, or to the first event before it.
  ///
  /// Internal steps end where they like; the state is interpolated at `time`. With `stopping`, the
  /// last step ends there exactly, and the field is never evaluated beyond.
  public func advance(to time: Double, stopping: Bool = false) throws -> Advance {
    guard isStarted else { throw IntegrationError.notStarted }
    guard time.isFinite else { throw IntegrationError.badInput("the time to reach is \(time)") }
    if time == self.time { return Advance(time: time, reason: .reached) }
    try setStopTime(stopping ? time : nil)
    return try run(to: time, CV_NORMAL)
  }

  private func setStopTime(_ limit: Double?) throws {
    if let limit {
      try check(CVodeSetStopTime(cvode, limit))
      hasStopTime = true
    } else if hasStopTime {
      // SUNDIALS 6.4 cannot clear a stop time: it is put out of reach.
      var step = 1.0
      if hasSteps { CVodeGetCurrentStep(cvode, &step) }
      try check(CVodeSetStopTime(cvode, step < 0 ? -.infinity : .infinity))
    }
  }

  private func run(to target: Double, _ task: Int32) throws -> Advance {
    if !hasSteps, let initialStep = options.initialStep {
      guard time + initialStep.magnitude != time else {
        throw IntegrationError.timeUnderflow(situation())
      }
      let step = target < time ? -initialStep.magnitude : initialStep.magnitude
      try check(CVodeSetInitStep(cvode, step))
    }
    var taken = 0
    CVodeGetNumSteps(cvode, &taken)
    guard taken < options.stepLimit else {
      throw IntegrationError.stepLimitReached(limit: options.stepLimit, situation())
    }
    try check(CVodeSetMaxNumSteps(cvode, options.stepLimit - taken))
    callbacks.clearFailures()
    hasSteps = true
    let before = time
    var reached = time
    let flag = CVode(cvode, target, state.pointer, &reached, task)
    // After a failure CVODE leaves the last good state, and its time.
    time = reached
    try check(flag)
    if flag == CV_ROOT_RETURN { return Advance(time: time, reason: .events(firedEvents())) }
    if flag == CV_TSTOP_RETURN { return Advance(time: time, reason: .reached) }
    // Success with a step that did not change the time is none.
    if reached == before { throw timeUnderflow() }
    return Advance(time: time, reason: task == CV_ONE_STEP ? .stepped : .reached)
  }

  private func firedEvents() -> [FiredEvent] {
    var found = [Int32](repeating: 0, count: max(startedEvents, 1))
    CVodeGetRootInfo(cvode, &found)
    return found.enumerated().compactMap { index, sign in
      sign == 0
        ? nil : FiredEvent(index: index, name: adapter.events[index].name, isRising: sign > 0)
    }
  }
}
