internal import Dynamics

extension Trainer {
  /// Refuses parts that do not go together.
  static func check(
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
      if !rule.phases.isDisjoint(with: [.controlled, .noisy]) && controller.effectiveLeak == nil {
        throw TrainingError.invalid(
          "the rule \(rule.name) reads the controlled phase, and the controller is "
            + "\(controller.name)")
      }
    }
    if options.warmStart != nil
      && !rules.contains(where: { !$0.phases.isDisjoint(with: [.controlled, .noisy]) })
    {
      throw TrainingError.invalid(
        "a warm start is from controlled equilibria, and no rule reads the controlled phase "
          + "(settling.warm-start)")
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
    for metric in [options.stop?.metric, options.plateau?.metric].compactMap(\.self) {
      guard EpochMetrics.columns.contains(metric) else {
        throw TrainingError.invalid("there is no metric \(metric) to watch")
      }
      if EpochMetrics.isOfTestSet(metric) {
        throw TrainingError.invalid(
          "\(metric) is watched, and what the test set selects says nothing about unseen data; "
            + "watch a metric of the validation set (data.split.validation)")
      }
      if metric.hasPrefix("validation_") && validation == nil {
        throw TrainingError.invalid(
          "\(metric) is watched, and there is no validation set (data.split.validation)")
      }
    }
  }
}
