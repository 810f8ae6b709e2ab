public import Dynamics
public import Integration
internal import LinearAlgebra

/// Learns from data: settle a batch, ask the rules, step, again.
///
/// For each batch: chunks settle on all threads, and each chunk's rules are applied on the thread that
/// settled it; the answers are added in the order of the chunks and divided by the number of samples
/// used; the optimizer makes a step; constraints hold again. So the bits of a training depend on the
/// model, the data and the seed, but not on the number of threads, and ``state`` goes on to the same
/// bits.
public final class Trainer {
  /// The network that learns.
  public let network: Network
  /// What controls it.
  public let controller: any Controller
  /// What settled states say about the parameters; two that change the same one add up.
  public let rules: [any LearningRule]
  /// The rate over the updates.
  public let schedule: any Schedule
  /// What parameters keep to after each update.
  public let constraints: ConstraintSet
  /// Epochs, batches, policies and limits.
  public let options: TrainingOptions
  /// Samples to learn from.
  public let data: any TrainingData
  /// Samples that decide when to stop; nil: none.
  public let validation: (any TrainingData)?
  /// Samples that decide nothing; nil: none.
  public let test: (any TrainingData)?
  /// In the order in which they are called.
  public var hooks: [any TrainingHook] = []

  /// As the last update left them.
  public internal(set) var parameters: ParameterSet
  /// The metrics of this run's epochs so far, row 0 first where it began.
  public internal(set) var metrics: [EpochMetrics] = []
  /// Free evaluation, with the training's own options.
  public let evaluator: Evaluator

  var optimizer: any Optimizer
  let phases: Set<SettledPhase>
  let settlers: PhaseSettlers
  let learner: ChunkLearner
  var memories: [(any RuleMemory)?]
  /// Of the training samples, with a warm start only.
  var equilibria: EquilibriumMemory?
  var total: ParameterUpdate
  let evaluatedRows: [Int]

  var progress: TrainerState.Progress
  var sums = EpochSums()
  /// Of the samples of the epoch at hand.
  var evaluations = EvaluationCounts()
  var order: [Int] = []
  /// The stream after the epoch at hand was shuffled.
  var nextShuffle: RandomStream
  var epochStart = ContinuousClock.now

  /// - Parameters:
  ///   - network: the network that learns.
  ///   - controller: what controls it.
  ///   - parameters: the initial values of all parameters: of the network, the controller and the
  ///     rules. Constraints are applied to them at once.
  ///   - rules: what changes the parameters; two that change the same one add up.
  ///   - optimizer: what turns directions into steps.
  ///   - schedule: the rate over the updates.
  ///   - constraints: what parameters keep to.
  ///   - data: samples to learn from.
  ///   - validation: samples that decide when to stop.
  ///   - test: samples that decide nothing.
  ///   - options: epochs, batches, policies and limits.
  ///   - settling: how samples settle.
  ///   - noise: of the phase ``SettledPhase/noisy``, for rules that read it.
  ///   - precision: the scalar type of the computation.
  ///   - threads: that chunks are shared among; bits do not depend on it.
  /// - Throws: ``TrainingError`` where parts do not go together; `NetworkError`, `ParameterError` and
  ///   `IntegrationError` from the parts.
  public init(
    _ network: Network, controller: any Controller, parameters: ParameterSet,
    rules: [any LearningRule], optimizer: any Optimizer,
    schedule: any Schedule = ConstantSchedule(), constraints: ConstraintSet = ConstraintSet(),
    data: any TrainingData, validation: (any TrainingData)? = nil,
    test: (any TrainingData)? = nil, options: TrainingOptions = TrainingOptions(),
    settling: SettlingOptions = SettlingOptions(), noise: OrnsteinUhlenbeck? = nil,
    precision: Precision = .double, threads: Int = 1
  ) throws {
    try Self.check(
      network, controller, parameters, rules, data, validation: validation, options)
    self.network = network
    self.controller = controller
    self.rules = rules
    self.optimizer = optimizer
    self.schedule = schedule
    self.constraints = constraints
    self.data = data
    self.validation = validation
    self.test = test
    self.options = options
    var parameters = parameters
    try constraints.apply(to: &parameters)
    self.parameters = parameters
    evaluator = try Evaluator(network, options: settling, precision: precision, threads: threads)
    var controlled = settling
    controlled.startsWarm = options.warmStart != nil
    settlers = try PhaseSettlers(
      network, controller: controller, phases: rules.reduce(into: []) { $0.formUnion($1.phases) },
      free: evaluator.settler, options: controlled, noise: noise,
      seed: options.noiseSeed ?? options.seed, precision: precision, threads: threads)
    phases = Set(settlers.phases)
    let changed = rules.reduce(into: Set()) { $0.formUnion($1.changedParameters(of: network)) }
    let learned = changed.filter { name in
      parameters.index(of: name).map { parameters[$0].plasticity.isLearned } ?? false
    }
    let ownSteps = rules.reduce(into: Set()) { $0.formUnion($1.ownSteps(of: network)) }
    total = ParameterUpdate(for: parameters, changing: learned, ownSteps: ownSteps)
    learner = ChunkLearner(
      rules: rules, unsettledPolicy: options.unsettled, descentPolicy: options.byDescent,
      remembersEquilibria: options.warmStart != nil, pool: UpdatePool(total))
    memories = rules.map { $0.makeMemory(for: parameters) }
    equilibria =
      options.warmStart.map {
        EquilibriumMemory(network, samples: data.count, keeping: $0, precision: precision)
      }
    evaluatedRows = Self.evaluatedRows(of: data.count, options)
    nextShuffle = RandomStream(seed: options.seed, name: "shuffle")
    progress = TrainerState.Progress(shuffle: nextShuffle)
    describe(&progress)
    shuffle()
  }

  /// A fixed random subset, in ascending order.
  private static func evaluatedRows(of count: Int, _ options: TrainingOptions) -> [Int] {
    let wanted = (options.trainFraction * Double(count)).rounded(.up)
    let size = min(count, max(0, Int(wanted)))
    guard size < count else { return Array(0..<count) }
    var rows = Array(0..<count)
    var stream = RandomStream(seed: options.seed, name: "train-evaluation")
    stream.shuffle(&rows)
    return rows.prefix(size).sorted()
  }

  /// Batches of one epoch.
  public var batchesPerEpoch: Int {
    options.keepsLastBatch
      ? (data.count + options.batchSize - 1) / options.batchSize : data.count / options.batchSize
  }

  /// Samples of one epoch; a short last batch that is dropped leaves some out.
  var samplesPerEpoch: Int {
    options.keepsLastBatch ? data.count : batchesPerEpoch * options.batchSize
  }

  /// Updates over all planned epochs, which the schedule is made for.
  public var plannedUpdates: Int { options.epochs * batchesPerEpoch }

  /// Epochs that are complete, and updates so far.
  public var epoch: Int { progress.epoch }
  /// Updates so far.
  public var step: Int { progress.step }
  /// Evaluations of the field for all updates so far, those of earlier sessions included.
  public var fieldEvaluations: Int { progress.evaluations ?? 0 }

  /// Trains on, to the end of the planned epochs or to a reason to stop.
  ///
  /// - Parameters:
  ///   - limits: of this session.
  ///   - isCancelled: asked between batches and within evaluations; once it says yes, the training ends
  ///     as `interrupted` and ``state`` is where it stopped.
  /// - Throws: ``TrainingError``, and what data, solvers, constraints or hooks throw. The parameters
  ///   are then those of the last complete update.
  @discardableResult
  public func run(
    limits: TrainingLimits = TrainingLimits(), isCancelled: @Sendable () -> Bool = { false }
  ) throws -> TrainingEnd {
    for hook in hooks { try hook.trainingWillStart(self) }
    let end = try train(limits, isCancelled)
    for hook in hooks { try hook.trainingDidEnd(end, self) }
    return end
  }

  private func train(_ limits: TrainingLimits, _ isCancelled: () -> Bool) throws -> TrainingEnd {
    let start = ContinuousClock.now
    epochStart = start
    do {
      if !progress.hasStarted {
        if isCancelled() { return .interrupted }
        var row = EpochMetrics()
        if options.evaluatesEvery > 0 { try evaluate(into: &row, isCancelled) }
        row.seconds = secondsOfEpoch
        progress.hasStarted = true
        try report(row)
      }
      while progress.epoch < options.epochs {
        epochStart = .now
        while progress.batch < batchesPerEpoch {
          if let end = tooManyUnsettled {
            sums.seconds += secondsOfEpoch
            return end
          }
          let reason = limits.reached(
            after: .now - start, updates: progress.step, evaluations: fieldEvaluations)
          if reason != nil || isCancelled() {
            sums.seconds += secondsOfEpoch
            return reason.map(TrainingEnd.limited) ?? .interrupted
          }
          try trainBatch()
        }
        if let end = try finishEpoch(isCancelled) { return end }
      }
      return .finished
    } catch is CancellationError {
      if progress.hasStarted { sums.seconds += secondsOfEpoch }
      return .interrupted
    }
  }

  private var secondsOfEpoch: Double { (ContinuousClock.now - epochStart).inSeconds }

  // MARK: Epochs

  /// Draws the order of the epoch at hand.
  func shuffle() {
    progress.shuffle = nextShuffle
    order = Array(0..<data.count)
    if options.shuffles { nextShuffle.shuffle(&order) }
  }
}

extension Duration {
  var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
