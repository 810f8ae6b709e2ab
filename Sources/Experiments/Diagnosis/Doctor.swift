internal import Dynamics
internal import Foundation
internal import Integration
internal import LinearAlgebra

/// Makes a diagnosis of a sample that did not settle, and tries out what may help.
struct Doctor {
  /// The model as it was when the sample failed.
  let experiment: Experiment
  let evidence: FailureEvidence
  /// Whether the sample settled when it was integrated alone, though it had not with the model's own method.
  var settledAlone = false
  /// The number of samples in a trial; nil where it is of everything that the command settles.
  let triedOn: Int?
  /// Samples that did not settle on which changes are tried together, at most.
  static let mostTogether = 8
  /// Whether the command makes its tolerances of the residual, so that one that changes the residual must
  /// say which tolerances it was tried with.
  var derivesPath = false
  let patience: Patience
  /// Whether everything settles with more keys set; nil where they cannot be set, or time was too short.
  let settles: (_ arguments: [String]) throws -> Bool?
  /// The command with more keys set, and the one to look closer with where none helps.
  let cured: (_ arguments: [String]) -> [String]
  let closer: [String]

  /// Changes that are tried at most: each costs a settling.
  static let mostTrials = 16
  /// Time constants that differ by more make a system stiff.
  static let stiffRatio = 1e3

  /// - Throws: `CancellationError`.
  func diagnose() throws -> Diagnosis {
    let track = evidence.track
    let names = evidence.names
    let course = Course(
      track, names: { names.indices.contains($0) ? names[$0] : "z.\($0)" },
      tolerance: experiment.model.settling.residual,
      constants: constants)
    let column = columnAtFault(course)
    let state = track.lastFinite.map(track.state)
    var terms: [FieldTerm] = []
    var scales: TimeScales?
    if let state, let setting = evidence.setting, let sample = evidence.sample {
      terms = (try? SampleFlow.terms(of: column, at: state, setting, sample: sample)) ?? []
      scales = try? TimeScales(SampleFlow(setting, sample: sample), at: state)
    }
    let isStiff = (scales?.ratio ?? 0) > Self.stiffRatio
    let finding = try find(course, column: column, isStiff: isStiff, scales)
    var diagnosis = Diagnosis(
      phase: evidence.phase, sample: evidence.sample?.indices.first ?? 0,
      outcome: evidence.outcome, residual: evidence.residual, situation: evidence.situation,
      localErrors: evidence.localErrors, course: course,
      component: names.indices.contains(column) ? names[column] : "", terms: terms,
      timeScales: scales, isStiff: isStiff, cause: finding.cause, words: finding.words, trials: [],
      triedOn: triedOn, trainsTo: nil, next: closer)
    var seen: Set<[String]> = []
    for candidate in candidates(finding.cause, course, column: column)
    where seen.insert(candidate).inserted && diagnosis.trials.count < Self.mostTrials {
      if patience.isOver { break }
      guard let settles = try settles(candidate) else { continue }
      diagnosis.trials.append(.init(arguments: candidate, settles: settles))
      if settles {
        diagnosis.next = cured(candidate)
        break
      }
    }
    return diagnosis
  }

  /// The shortest and the longest time constant.
  private var constants: ClosedRange<Double> {
    let all = evidence.bracketWeights.filter { $0 > 0 && $0.isFinite }
    return (all.min() ?? 1)...(all.max() ?? 1)
  }

  /// The variable that a failure of the solver or a motion names; else the one furthest from rest.
  private func columnAtFault(_ course: Course) -> Int {
    if evidence.failure != nil, let largest = evidence.localErrors.first {
      return largest.component.column
    }
    switch course {
    case .oscillates(let name, _, _), .explodes(let name, _), .drifts(let name, _):
      return evidence.names.firstIndex(of: name) ?? evidence.worst
    default: return evidence.worst
    }
  }

  // MARK: The cause

  struct Finding {
    var cause: Diagnosis.Cause
    var words: String

    init(_ cause: Diagnosis.Cause, _ words: String) {
      self.cause = cause
      self.words = words
    }
  }

  var isControlled: Bool { evidence.kind == .controlled }
  private var isSingle: Bool { experiment.precision == .single }
  var method: SettlingDescription.Method { experiment.model.settling.method }

  /// Whether the method goes through time, so that more of it may help.
  private var hasTime: Bool {
    switch method {
    case .auto, .bdf, .adams: true
    case .newton, .anderson, .fixedPoint, .descent: false
    }
  }

  private func find(
    _ course: Course, column: Int, isStiff: Bool, _ scales: TimeScales?
  ) throws -> Finding {
    if settledAlone {
      let words =
        "alone, by bdf at tight tolerances, it settles at t = "
        + "\(Diagnosis.short(evidence.situation.time)); by \(method.rawValue) it was "
        + evidence.outcome.rawValue
      return Finding(ranOut && hasTime ? .limits : .method, words)
    }
    if let words = impossibleStart { return Finding(.input, words) }
    switch method {
    case .newton, .anderson, .fixedPoint:
      return Finding(
        .method,
        "\(method.rawValue) goes to an equilibrium at once, and did not find one; integration "
          + "follows the flow there")
    default: break
    }
    if case .toleranceOutOfReach(let factor, _)? = evidence.failure {
      return isSingle
        ? Finding(
          .precision,
          "the tolerances are below the rounding of single precision; "
            + "\(Diagnosis.short(factor)) times as large they would be in reach")
        : Finding(
          .tolerance,
          "the tolerances are below rounding; \(Diagnosis.short(factor)) times as large they would "
            + "be in reach")
    }
    switch course {
    case .oscillates(_, _, let growth) where growth < 0.98 && evidence.failure == nil:
      return Finding(.limits, "a swing dies away too slowly for the limits of settling")
    case .oscillates, .explodes:
      return try unstable(course)
    case .drifts:
      return drift
    case .approaches:
      if isStiff, method == .adams, ranOut { return stiffness(scales) }
      if evidence.failure == nil {
        return Finding(.limits, "it is on its way and was not given enough to arrive")
      }
    case .hovers:
      return isSingle
        ? Finding(.precision, "the rounding of single precision keeps the residual from falling")
        : Finding(.tolerance, "the solver's own errors keep the residual from falling further")
    case .stuck, .unknown: break
    }
    if isStiff, method == .adams { return stiffness(scales) }
    if let kink = kink(column) {
      return Finding(
        .kink,
        "\(kink.unit) sits at the kink of \(kink.activation), where the field jumps: it is pushed "
          + "there from both sides")
    }
    if evidence.outcome == .diverged { return try unstable(course) }
    if let failure = evidence.failure {
      // The first sentence; the situation has a line of its own. A stop within a number ends none.
      let sentence = failure.description.components(separatedBy: ". ")[0]
      return Finding(.unknown, "the solver gave up: \(sentence)")
    }
    if evidence.outcome == .outOfSteps || evidence.outcome == .outOfTime {
      return Finding(.limits, "it did not arrive within what it was given")
    }
    return Finding(.unknown, evidence.outcome.advice)
  }

  private var ranOut: Bool {
    evidence.outcome == .outOfSteps || evidence.outcome == .outOfTime
  }

  private func stiffness(_ scales: TimeScales?) -> Finding {
    let ratio = scales.map { " by a factor of \(Diagnosis.short($0.ratio))" } ?? ""
    return Finding(
      .stiffness,
      "the system is stiff: its time constants differ\(ratio), and adams is not made for that")
  }

  private func unstable(_ course: Course) throws -> Finding {
    let verb =
      switch course {
      case .oscillates: "oscillates"
      default: "runs away"
      }
    guard isControlled else {
      return Finding(.network, "the network \(verb) by itself: its weights are too strong")
    }
    return try settlesFreely
      ? Finding(
        .loop,
        "the loop through the controller \(verb); without control the network settles")
      : Finding(
        .network, "the network does not settle without control either: its weights are too strong")
  }

  private var drift: Finding {
    let output = experiment.model.controller.output
    if isControlled, output.kind == .pi, output.integral > 0, output.leak == 0 {
      return Finding(
        .target,
        "the error does not vanish, and without a leak control grows for ever: the target is out of "
          + "reach, or all but out of reach")
    }
    return Finding(
      .network,
      "it moves on without slowing down: something integrates, such as recurrent weights that cancel "
        + "the leak")
  }

  /// Whether the network settles without control, from zero.
  private var settlesFreely: Bool {
    get throws {
      guard let setting = evidence.setting, let sample = evidence.sample else { return false }
      var options = experiment.settlingOptions.within(10 * Patience.budget(experiment))
      options.method = .automatic
      guard
        let settler = try? BatchSettler(
          setting.network, controller: NoControl(), options: options, threads: 1)
      else { return false }
      settler.load(setting.parameters)
      return try settler.settle(sample).allSatisfy { $0.certificates[0].isEquilibrium }
    }
  }

  // MARK: Particulars

  /// What is not finite in what the phase began with, in words; nil where everything is.
  private var impossibleStart: String? {
    let begins = evidence.track.residuals.first.map { !$0.isFinite } ?? true
    guard begins, let setting = evidence.setting, let sample = evidence.sample else { return nil }
    if let place = sample.inputs.firstIndex(where: { !$0.isFinite }) {
      return "input \(place) is \(sample.inputs[place])"
    }
    if let place = sample.targets.firstIndex(where: { !$0.isFinite }) {
      return "the target of output \(place) is \(sample.targets[place])"
    }
    for index in 0..<setting.parameters.count {
      let parameter = setting.parameters[index]
      if let bad = parameter.values.first(where: { !$0.isFinite }) {
        return "the parameter \(parameter.name) holds \(bad)"
      }
    }
    return "the field is not finite where the phase begins: the state, an input or a weight is too "
      + "large"
  }

  struct Kink {
    var unit: String
    var population: String
    var activation: String
  }

  /// A unit of a population with a kink, of the variable at fault or the next that is at its kink.
  func kink(_ column: Int) -> Kink? {
    guard let setting = evidence.setting, let last = evidence.track.lastFinite else { return nil }
    func at(_ unit: Int) -> Kink? {
      for population in setting.network.populations where population.role == .units {
        let columns = setting.network.columns(of: population.name)
        guard columns.contains(unit), population.activation is ReLU else { continue }
        return Kink(
          unit: "phi.\(population.name).\(unit - columns.lowerBound)", population: population.name,
          activation: population.activation.name)
      }
      return nil
    }
    let units = setting.network.unitCount
    let near = (0..<units).filter { unit in
      at(unit) != nil && evidence.track.value(last, unit).magnitude < 1e-2
    }
    guard
      let nearest = near.first(where: { $0 == column })
        ?? near.min(by: {
          evidence.track.value(last, $0).magnitude < evidence.track.value(last, $1).magnitude
        })
    else { return nil }
    return at(nearest)
  }
}
