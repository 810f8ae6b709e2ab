internal import Learning

extension Checker {
  /// Refuses what would select by the test set, and schedules that cannot be.
  mutating func checkLearning() {
    guard let learning = model.learning else { return }
    let watchesPlateau = learning.schedule.kind == "plateau"
    let stops = learning.stop.patience != nil || learning.stop.target != nil
    refuseTestSet(learning.stop.metric, at: "learning.stop.metric")
    refuseTestSet(learning.checkpoint.best, at: "learning.checkpoint.best")
    if watchesPlateau { refuseTestSet(learning.schedule.metric, at: "learning.schedule.metric") }
    if learning.evaluate.every == 0 && (watchesPlateau || stops) {
      report(
        "nothing is evaluated, so neither an early stop nor a plateau can be seen",
        at: "learning.evaluate.every")
    }
    let schedule = learning.schedule
    if !schedule.milestones.isEmpty && schedule.every != nil {
      report("give `milestones` or `every`, not both", at: "learning.schedule.every")
    }
    if schedule.kind == "exponential" && schedule.final == 0 {
      report(
        "an exponential schedule never gets to 0; give `final` above 0, or `kind: linear`",
        at: "learning.schedule.final")
    }
  }

  private mutating func refuseTestSet(_ metric: String?, at path: String) {
    guard let metric, EpochMetrics.isOfTestSet(metric) else { return }
    report(
      "`\(metric)` selects by the test set, and the test figures would say nothing about unseen "
        + "data; take a metric of the validation set (`data.split.validation`)", at: path)
  }
}
