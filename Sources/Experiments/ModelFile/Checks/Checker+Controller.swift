extension Checker {
  mutating func checkController() {
    let controller = model.controller
    checkGuide()
    guard controller.kind != "none" else { return checkFeedback() }
    guard let loss = model.network.loss else {
      report(
        "the controller `\(controller.kind)` has nothing to control: add `network.loss`, or use "
          + "`kind: none`", at: "controller.kind")
      return
    }
    checkOutput(loss)
    checkOutputStage(loss)
    checkFeedback()
  }

  private mutating func checkOutput(_ loss: LossDescription) {
    let output = model.controller.output
    if output.kind == .clamp {
      if loss.kind == "cross-entropy" {
        report(
          "a clamped output needs targets for the states, which cross-entropy (logits) does not "
            + "have; use `loss: {kind: squared-error, ...}` or `output: {kind: pi}`",
          at: "controller.output.kind")
      }
      if population(loss.population)?.role == .readout {
        report(
          "the readout `\(loss.population)` has no state to clamp; make it `role: state`",
          at: "controller.output.kind")
      }
      return
    }
    if output.integral == 0 && output.proportional == 0 {
      report(
        "with `integral: 0` and `proportional: 0` there is no control; set one of them, or use "
          + "`controller: none`", at: "controller.output.integral")
    } else if output.effectiveLeak == 0, loss.kind == "cross-entropy", loss.soft == 0,
      !hasOnlySoftTargets
    {
      report(
        "cross-entropy with hard targets has no finite equilibrium without leak: u grows for ever. "
          + "Set `controller.output.leak` above 0, or `network.loss.soft`, for instance to 0.01",
        at: "controller.output.leak")
    }
  }

  /// Whether every target of the model is a vector without zeros.
  private var hasOnlySoftTargets: Bool {
    let targets = ([model.stimulus?.target] + model.protocol.map(\.target)).compactMap(\.self)
    return model.data == nil && !targets.isEmpty
      && targets.allSatisfy {
        guard case .vector(let values) = $0 else { return false }
        return values.allSatisfy { $0 > 0 }
      }
  }

  private mutating func checkOutputStage(_ loss: LossDescription) {
    guard model.controller.outputStage == .direct else { return }
    if model.controller.kind != "dynamic-inversion" {
      report(
        "`output-stage: direct` belongs to `kind: dynamic-inversion`; the controller here is "
          + "`\(model.controller.kind)`", at: "controller.output-stage")
    }
    if let next = model.network.projections.first(where: { $0.from == loss.population }) {
      report(
        "`output-stage: direct` (ψ = u) is wrong where the loss population projects onwards: "
          + "`\(next.name)` leaves `\(loss.population)`; use `output-stage: dynamic`",
        at: "controller.output-stage")
    }
    if population(loss.population)?.role == .readout {
      report(
        "the readout `\(loss.population)` has no ψ; leave `output-stage: direct` out",
        at: "controller.output-stage")
    }
  }

  private mutating func checkGuide() {
    let kind = model.controller.kind
    guard model.settling.guide, ["none", "dynamic-inversion", "linear-feedback"].contains(kind)
    else { return }
    report(
      "`guide: true` lets dynamic inversion find the equilibria of `controller.kind: energy`; the "
        + "controller here is `\(kind)`, which needs no other to find its own", at: "settling.guide"
    )
  }

  private mutating func checkFeedback() {
    guard model.controller.kind == "linear-feedback" else {
      if !model.controller.feedback.isEmpty {
        report(
          "`controller.feedback` (Q) belongs to `kind: linear-feedback`; feedback weights of "
            + "`\(model.controller.kind)` are the projections' own `feedback`",
          at: "controller.feedback")
      }
      return
    }
    let outputs = model.network.lossUnits?.count
    for feedback in model.controller.feedback {
      let path = "controller.feedback.\(feedback.population)"
      guard let target = require(population: feedback.population, of: .state, atKey: path),
        let outputs, case .array(let values) = feedback.source
      else { continue }
      check(
        values, "the feedback to `\(feedback.population)` [units][outputs]",
        fits: [[target.size, outputs]],
        at: reader.places[path + ".values"] == nil ? path : path + ".values")
    }
  }
}
