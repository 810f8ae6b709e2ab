internal import Dynamics
internal import Integration
internal import LinearAlgebra

extension AnalysisReport {
  /// The report for scripts. Numbers that do not exist are `null`.
  public var json: JSONValue {
    .object([
      .init("model", .string(model)), .init("units", .integer(network.unitCount)),
      .init("controller", .string(controllerName)),
      .init("effective_leak", leak.map(JSONValue.number) ?? .null),
      .init("residual", .number(residual)), .init("complete", .bool(isComplete)),
      .init("compared", .integer(compared)), .init("multistable", .integer(multistable)),
      .init(
        "multistable_fraction",
        compared > 0 ? .number(Double(multistable) / Double(compared)) : .null),
      .init("samples", .array(samples.map(sampleJSON))),
      .init("diagnosis", diagnosis?.json ?? .null),
      .init("versions", Versions.json),
    ])
  }

  private func sampleJSON(_ sample: SampleAnalysis) -> JSONValue {
    .object([
      .init("sample", .integer(sample.index)),
      .init("free", phaseJSON(sample.free, sample.freeCertificate, isControlled: false)),
      .init(
        "controlled",
        sample.controlledCertificate.map { phaseJSON(sample.controlled, $0, isControlled: true) }
          ?? .null),
      .init("control", costJSON(sample.cost, sample.controlled)),
      .init(
        "released",
        sample.release.map {
          .object([
            .init("outcome", .string($0.certificate.outcome.rawValue)),
            .init("same", $0.isSame.map(JSONValue.bool) ?? .null),
            .init("distance", .number($0.distance)), .init("loss", .number($0.loss)),
          ])
        } ?? .null),
    ])
  }

  private func phaseJSON(
    _ phase: PhaseAnalysis?, _ certificate: Certificate, isControlled: Bool
  ) -> JSONValue {
    var members: [JSONValue.Member] = [.init("certificate", certificate.json)]
    guard let phase else { return .object(members) }
    let spectrum = phase.spectrum
    members += [
      .init("margin", .number(spectrum.margin)), .init("stable", .bool(spectrum.isStable)),
      .init("network_margin", .number(phase.networkMargin)),
      .init("distance", .number(phase.distance)), .init("refined", .bool(phase.isRefined)),
      .init(
        "slowest_oscillation",
        spectrum.slowestOscillation.map {
          .object([
            .init("real", .number($0.eigenvalue.real)),
            .init("imaginary", .number($0.eigenvalue.imaginary)),
            .init("period", .number($0.period)), .init("damping", .number($0.damping)),
          ])
        } ?? .null),
      .init(
        "eigenvalues",
        .array(spectrum.eigenvalues.map { .numbers([$0.real, $0.imaginary]) })),
      .init("predicted_time", .number(phase.forecast?.time ?? .nan)),
      .init("measured_time", .number(phase.measuredTime)),
      .init("output_sensitivities", .numbers(phase.outputSensitivities)),
      .init("phi", .numbers(phase.phi)), .init("outputs", .numbers(phase.outputs)),
      .init("loss", .number(phase.loss)),
      .init("eigenvector_cosine", .number(phase.eigenvectorCosine)),
      .init("margin_derivatives", .array(phase.sensitivities.map(sensitivityJSON))),
    ]
    let diagnosis = phase.diagnosis(isControlled: isControlled)
    members.append(
      .init(
        "diagnosis",
        .object([
          .init("cause", .string(diagnosis.cause.rawValue)),
          .init("words", .string(diagnosis.words)),
          .init("advice", diagnosis.advice.map(JSONValue.string) ?? .null),
          .init("set", .array(diagnosis.arguments.map(JSONValue.string))),
          .init("margin_then", phase.remedy.map { .number($0.proposedMargin) } ?? .null),
        ])))
    if isControlled {
      members += [.init("psi", .numbers(phase.psi)), .init("u", .numbers(phase.u))]
    }
    return .object(members)
  }

  private func sensitivityJSON(_ sensitivity: MarginSensitivity) -> JSONValue {
    .object([
      .init("key", .string(sensitivity.name)), .init("value", .number(sensitivity.value)),
      .init("derivative", .number(sensitivity.derivative)),
      .init("frequency_derivative", .number(sensitivity.frequencyDerivative)),
    ])
  }

  private func costJSON(_ cost: ControlCost?, _ phase: PhaseAnalysis?) -> JSONValue {
    guard let cost, let phase else { return .null }
    return .object([
      .init("control_energy", .number(phase.controlEnergy)),
      .init("augmented_energy", .number(phase.augmentedEnergy(leak: leak ?? 0))),
      .init(
        "psi_norms",
        .object(cost.norms.map { .init($0.population, .number($0.norm)) })),
      .init("least_norm", .number(cost.leastNorm)), .init("optimality_gap", .number(cost.gap)),
      .init("condition_ratio", .number(cost.alignment?.conditionRatio ?? .nan)),
      .init("principal_angles", .numbers(cost.alignment?.principalAngles ?? [])),
      .init("feedback_angle", .number(cost.alignment?.feedbackAngle ?? .nan)),
    ])
  }
}
