internal import Dynamics
internal import LinearAlgebra

extension Trainer {
  /// Where the training is, between two batches.
  public var state: TrainerState {
    var progress = progress
    let optimizerState = optimizer.state
    progress.optimizerSteps = optimizerState.steps
    var arrays: [String: TrainerState.Array] = [:]
    for parameter in parameters.parameters {
      arrays["parameter.\(parameter.name)"] = .init(
        shape: parameter.shape, values: parameter.values)
    }
    for (slot, values) in optimizerState.slots {
      for (parameter, values) in zip(parameters.parameters, values) where !values.isEmpty {
        arrays["optimizer.\(slot).\(parameter.name)"] = .init(
          shape: parameter.shape, values: values)
      }
    }
    for (place, memory) in memories.enumerated() {
      for (name, values) in memory?.arrays ?? [:] {
        arrays["memory.\(place).\(name)"] = .init(shape: [values.count], values: values)
      }
    }
    arrays["progress"] = .init(shape: [EpochSums.count], values: sums.values)
    let pairs = evaluations.pairs
    arrays["evaluations"] = .init(shape: [pairs.count / 2, 2], values: pairs)
    return TrainerState(progress: progress, arrays: arrays, equilibria: equilibria)
  }

  /// Goes on where another training of the same model, data and options was.
  ///
  /// - Parameters:
  ///   - state: as the other training left it.
  ///   - allowingNewPlan: accepts another number of planned epochs, which changes what a
  ///     schedule makes of the updates that are left.
  /// - Throws: ``TrainingError/mismatch(_:)``; then nothing has changed.
  public func restore(_ state: TrainerState, allowingNewPlan: Bool = false) throws {
    var expected = state.progress
    describe(&expected)
    if allowingNewPlan { expected.plannedEpochs = state.progress.plannedEpochs }
    guard expected == state.progress else {
      throw TrainingError.mismatch(difference(state.progress, expected))
    }
    guard state.progress.hasPlausibleCounts, state.progress.batch <= batchesPerEpoch else {
      throw TrainingError.mismatch(
        "it is at batch \(state.progress.batch) of epoch \(state.progress.epoch)")
    }
    var parameters = parameters
    for index in 0..<parameters.count {
      let name = parameters[index].name
      guard let array = state.arrays["parameter.\(name)"], array.shape == parameters[index].shape
      else {
        throw TrainingError.mismatch("it has no \(name) of the shape \(parameters[index].shape)")
      }
      parameters[index].values = array.values
    }
    guard let sums = state.arrays["progress"], sums.values.count == EpochSums.count else {
      throw TrainingError.mismatch("it lacks the array `progress`")
    }
    guard let pairs = state.arrays["evaluations"]?.values,
      let evaluations = EvaluationCounts(pairs: pairs)
    else { throw TrainingError.mismatch("it lacks the array `evaluations`") }
    let memories = try restoredMemories(state, parameters)
    try checkEquilibria(of: state)
    var optimizer = optimizer
    try optimizer.restore(optimizerState(state, parameters), for: parameters)

    self.parameters = parameters
    self.memories = memories
    equilibria = state.equilibria
    self.optimizer = optimizer
    self.sums.values = sums.values
    self.evaluations = evaluations
    progress = state.progress
    describe(&progress)
    nextShuffle = state.progress.shuffle
    shuffle()
    metrics = []
  }

  /// Writes down what a state must fit.
  func describe(_ progress: inout TrainerState.Progress) {
    progress.dataCount = data.count
    progress.batchSize = options.batchSize
    progress.keepsLastBatch = options.keepsLastBatch
    progress.shuffles = options.shuffles
    progress.plannedEpochs = options.epochs
    progress.optimizer = optimizer.name
  }

  private func difference(_ a: TrainerState.Progress, _ b: TrainerState.Progress) -> String {
    if a.dataCount != b.dataCount { return "\(a.dataCount) samples, here \(b.dataCount)" }
    if a.batchSize != b.batchSize { return "batches of \(a.batchSize), here \(b.batchSize)" }
    if a.plannedEpochs != b.plannedEpochs {
      return "\(a.plannedEpochs) epochs were planned, here \(b.plannedEpochs)"
    }
    if a.optimizer != b.optimizer {
      return "its optimizer is \(a.optimizer), here \(b.optimizer)"
    }
    return "it treats the last batch or the order of samples otherwise"
  }

  private func optimizerState(
    _ state: TrainerState, _ parameters: ParameterSet
  ) -> OptimizerState {
    var slots: [String: [ContiguousArray<Double>]] = [:]
    for (name, array) in state.arrays where name.hasPrefix("optimizer.") {
      let rest = name.dropFirst("optimizer.".count)
      guard let dot = rest.firstIndex(of: "."),
        let index = parameters.index(of: String(rest[rest.index(after: dot)...]))
      else { continue }
      slots[
        String(rest[..<dot]), default: Array(repeating: [], count: parameters.count)
      ][index] = array.values
    }
    return OptimizerState(steps: state.progress.optimizerSteps, slots: slots)
  }

  private func checkEquilibria(of state: TrainerState) throws {
    switch (equilibria, state.equilibria) {
    case (nil, nil): return
    case (nil, .some): throw TrainingError.mismatch("it has a warm start, and here there is none")
    case (.some, nil): throw TrainingError.mismatch("it has no equilibria for a warm start")
    case (let own?, let given?):
      guard given.fits(own) else {
        throw TrainingError.mismatch(
          "it has the equilibria of \(given.samples) samples, \(given.width) numbers each in "
            + "\(given.precision.rawValue) precision; here \(own.samples) of \(own.width) in "
            + own.precision.rawValue)
      }
    }
  }

  private func restoredMemories(
    _ state: TrainerState, _ parameters: ParameterSet
  ) throws -> [(any RuleMemory)?] {
    try rules.enumerated().map { place, rule in
      guard var memory = rule.makeMemory(for: parameters) else { return nil }
      var arrays = memory.arrays
      for (name, values) in arrays {
        guard let array = state.arrays["memory.\(place).\(name)"],
          array.values.count == values.count
        else {
          throw TrainingError.mismatch("it lacks the memory \(name) of the rule \(rule.name)")
        }
        arrays[name] = array.values
      }
      memory.arrays = arrays
      return memory
    }
  }
}
