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
  public let network: Network
  public let controller: any Controller
  public let rules: [any LearningRule]
  public let schedule: any Schedule
  public let constraints: ConstraintSet
  public let options: TrainingOptions
  public let data: any TrainingData
  public let validation: (any TrainingData)?
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
  let controlled: BatchSettler
  let learner: ChunkLearner
  var memories: [(any RuleMemory)?]
  var total: ParameterUpdate
  let evaluatedRows: [Int]

  var progress: TrainerState.Progress
  var sums = EpochSums()
  var order: [Int] = []
  /// The stream after the epoch at hand was shuffled.
  var nextShuffle: RandomStream
  var epochStart = ContinuousClock.now

  /// - Parameters:
  ///   - parameters: the initial values of all parameters: of the network, the controller and the
  ///     rules. Constraints are applied to them at once.
  ///   - rules: what changes the parameters; two that change the same one add up.
  /// - Throws: ``TrainingError`` where parts do not go together; `NetworkError`, `ParameterError` and
  ///   `IntegrationError` from the parts.
  public init(
    _ network: Network, controller: any Controller, parameters: ParameterSet,
    rules: [any LearningRule], optimizer: any Optimizer,
    schedule: any Schedule = ConstantSchedule(), constraints: ConstraintSet = ConstraintSet(),
    data: any TrainingData, validation: (any TrainingData)? = nil,
    test: (any TrainingData)? = nil, options: TrainingOptions = TrainingOptions(),
    settling: SettlingOptions = SettlingOptions(), precision: Precision = .double,
    threads: Int = 1
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
    phases = rules.reduce(into: []) { $0.formUnion($1.phases) }
    controlled = try BatchSettler(
      network, controller: controller, options: settling, precision: precision, threads: threads)
    evaluator = try Evaluator(network, options: settling, precision: precision, threads: threads)
    let changed = rules.reduce(into: Set()) { $0.formUnion($1.changedParameters(of: network)) }
    let learned = changed.filter { name in
      parameters.index(of: name).map { parameters[$0].plasticity.isLearned } ?? false
    }
    total = ParameterUpdate(for: parameters, changing: learned)
    learner = ChunkLearner(
      rules: rules, unsettledPolicy: options.unsettled, descentPolicy: options.byDescent,
      pool: UpdatePool(total))
    memories = rules.map { $0.makeMemory(for: parameters) }
    evaluatedRows = Self.evaluatedRows(of: data.count, options)
    nextShuffle = RandomStream(seed: options.seed, name: "shuffle")
    progress = TrainerState.Progress(shuffle: nextShuffle)
    describe(&progress)
    shuffle()
  }

  private static func check(
    _ network: Network, _ controller: any Controller, _ parameters: ParameterSet,
    _ rules: [any LearningRule], _ data: any TrainingData, validation: (any TrainingData)?,
    _ options: TrainingOptions
  ) throws {
    guard data.count > 0 else { throw TrainingError.invalid("there are no training samples") }
    guard options.batchSize > 0, options.epochs >= 0 else {
      throw TrainingError.invalid(
        "a training of \(options.epochs) epochs in batches of \(options.batchSize)")
    }
    guard options.keepsLastBatch || data.count >= options.batchSize else {
      throw TrainingError.invalid(
        "\(data.count) samples do not fill one batch of \(options.batchSize), and the last batch is "
          + "dropped (learning.last-batch)")
    }
    guard !rules.isEmpty else { throw TrainingError.invalid("there is no rule to learn by") }
    for rule in rules {
      if let objection = rule.objection(to: network) { throw TrainingError.invalid(objection) }
      if rule.phases.contains(.controlled) && controller.effectiveLeak == nil {
        throw TrainingError.invalid(
          "the rule \(rule.name) reads the controlled phase, and the controller is "
            + "\(controller.name)")
      }
    }
    let needed =
      controller.emptyParameters(for: network).parameters
      + rules.flatMap { $0.parameters(for: network) }
    for parameter in needed {
      guard let index = parameters.index(of: parameter.name) else {
        throw TrainingError.invalid("the parameter \(parameter.name) is missing")
      }
      guard parameters[index].shape == parameter.shape else {
        throw TrainingError.invalid(
          "\(parameter.name) has the shape \(parameters[index].shape), not \(parameter.shape)")
      }
    }
    for name in rules.flatMap({ $0.changedParameters(of: network) })
    where parameters.index(of: name) == nil {
      throw TrainingError.invalid("a rule changes \(name), which does not exist")
    }
    if let stop = options.stop {
      guard EpochMetrics.columns.contains(stop.metric) else {
        throw TrainingError.invalid("there is no metric \(stop.metric) to stop by")
      }
      if stop.metric.hasPrefix("validation_") && validation == nil {
        throw TrainingError.invalid(
          "\(stop.metric) is watched, and there is no validation set (data.split.validation)")
      }
    }
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

  /// Updates over all planned epochs, which the schedule is made for.
  public var plannedUpdates: Int { options.epochs * batchesPerEpoch }

  /// Epochs that are complete, and updates so far.
  public var epoch: Int { progress.epoch }
  public var step: Int { progress.step }

  /// Trains on, to the end of the planned epochs or to a reason to stop.
  ///
  /// - Parameter isCancelled: asked between batches, also from its own thread's point of view at any
  ///   time; once it says yes, the training ends as `interrupted` and ``state`` is where it stopped.
  /// - Throws: ``TrainingError``, and what data, solvers, constraints or hooks throw. The parameters
  ///   are then those of the last complete update.
  @discardableResult
  public func run(isCancelled: @Sendable () -> Bool = { false }) throws -> TrainingEnd {
    for hook in hooks { try hook.trainingWillStart(self) }
    let end = try train(isCancelled)
    for hook in hooks { try hook.trainingDidEnd(end, self) }
    return end
  }

  private func train(_ isCancelled: () -> Bool) throws -> TrainingEnd {
    if !progress.hasStarted {
      if isCancelled() { return .interrupted }
      epochStart = .now
      var row = EpochMetrics()
      if options.evaluatesEvery > 0 { try evaluate(into: &row) }
      row.seconds = (ContinuousClock.now - epochStart).inSeconds
      progress.hasStarted = true
      try report(row)
    }
    while progress.epoch < options.epochs {
      epochStart = .now
      while progress.batch < batchesPerEpoch {
        if isCancelled() {
          sums.seconds += (ContinuousClock.now - epochStart).inSeconds
          return .interrupted
        }
        try trainBatch()
      }
      if let end = try finishEpoch() { return end }
    }
    return .finished
  }

  // MARK: Epochs

  /// Draws the order of the epoch at hand.
  func shuffle() {
    progress.shuffle = nextShuffle
    order = Array(0..<data.count)
    if options.shuffles { nextShuffle.shuffle(&order) }
  }

  private func finishEpoch() throws -> TrainingEnd? {
    var row = EpochMetrics()
    fill(&row)
    let isLast = progress.epoch + 1 == options.epochs
    let isEvaluated =
      options.evaluatesEvery > 0 && (isLast || (progress.epoch + 1) % options.evaluatesEvery == 0)
    if isEvaluated { try evaluate(into: &row) }
    row.seconds = sums.seconds + (ContinuousClock.now - epochStart).inSeconds

    let unsettled = progress.samples - progress.settled
    let fraction = progress.samples > 0 ? Double(unsettled) / Double(progress.samples) : 0
    let reason = isEvaluated ? watch(row) : nil
    progress.epoch += 1
    progress.batch = 0
    resetEpoch()
    shuffle()
    try report(row)
    if fraction > options.maximumUnsettled {
      return .tooManyUnsettled(fraction: fraction, epoch: progress.epoch)
    }
    if let reason = reason ?? hooks.lazy.compactMap({ $0.reasonToStop() }).first {
      return .stopped(reason: reason)
    }
    return nil
  }

  private func report(_ row: EpochMetrics) throws {
    metrics.append(row)
    for hook in hooks { try hook.didFinishEpoch(row, self) }
  }

  private func resetEpoch() {
    progress.samples = 0
    progress.used = 0
    progress.settled = 0
    progress.byDescent = 0
    progress.unsettled = 0
    progress.fieldEvaluations = 0
    progress.updates = 0
    let best = sums.best
    sums = EpochSums()
    sums.best = best
  }

  private func fill(_ row: inout EpochMetrics) {
    row.epoch = progress.epoch + 1
    row.step = progress.step
    row.byDescent = progress.byDescent
    row.unsettled = progress.unsettled
    row.rate = sums.rate
    row.settleSeconds = sums.settleSeconds
    if progress.samples > 0 {
      row.settledFraction = Double(progress.settled) / Double(progress.samples)
      row.meanEvaluations = Double(progress.fieldEvaluations) / Double(progress.samples)
    }
    if progress.updates > 0 { row.gradientNorm = sums.gradientNorm / Double(progress.updates) }
    if progress.used > 0 && phases.contains(.controlled) {
      row.controlledLoss = sums.loss / Double(progress.used)
      row.controlEnergy = sums.energy / Double(progress.used)
      if let leak = controller.effectiveLeak {
        row.augmentedEnergy =
          leak > 0 ? row.controlEnergy + row.controlledLoss / leak : row.controlEnergy
      }
    }
  }

  private func evaluate(into row: inout EpochMetrics) throws {
    if !evaluatedRows.isEmpty {
      let train = try evaluator.evaluate(data, rows: evaluatedRows, parameters: parameters)
      (row.trainLoss, row.trainAccuracy) = (train.loss, train.accuracy)
      row.evaluationUnsettled += train.unsettledCount
    }
    if let validation {
      let result = try evaluator.evaluate(validation, parameters: parameters)
      (row.validationLoss, row.validationAccuracy) = (result.loss, result.accuracy)
      row.evaluationUnsettled += result.unsettledCount
    }
    if let test {
      let result = try evaluator.evaluate(test, parameters: parameters)
      (row.testLoss, row.testAccuracy) = (result.loss, result.accuracy)
      row.evaluationUnsettled += result.unsettledCount
    }
  }

  /// Watches the metric of the early stop; why to stop, or nil.
  private func watch(_ row: EpochMetrics) -> String? {
    guard let stop = options.stop, let value = row[stop.metric] else { return nil }
    if EpochMetrics.isBetter(stop.metric, value, than: sums.best) {
      sums.best = value
      progress.evaluationsWithoutImprovement = 0
    } else {
      progress.evaluationsWithoutImprovement += 1
    }
    if let target = stop.target, !EpochMetrics.isBetter(stop.metric, target, than: value) {
      return "\(stop.metric) reached \(value)"
    }
    if let patience = stop.patience, progress.evaluationsWithoutImprovement >= patience {
      return "\(stop.metric) has not improved on \(sums.best) for \(patience) evaluations"
    }
    return nil
  }
}

extension Duration {
  var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
