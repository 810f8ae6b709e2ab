public import Learning

extension Experiment {
  /// The audit of a rule as the model has it.
  public func audit(_ rule: any LearningRule, threads: Int) throws -> Audit {
    do {
      return try Audit(
        network, controller: controller, rules: [rule],
        constraints: constraints(for: initialParameters()), settling: settlingOptions,
        threads: threads)
    } catch TrainingError.invalid(let reason) {
      throw file.error(at: "learning", reason)
    }
  }
}
