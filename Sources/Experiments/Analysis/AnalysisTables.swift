internal import Dynamics
internal import Integration
internal import LinearAlgebra

extension AnalysisReport {
  /// The columns of eigenvalues.csv.
  public static let eigenvalueColumns = [
    "sample", "phase", "index", "real", "imaginary", "time_constant", "period",
  ]

  /// Every eigenvalue of every sample and phase, by falling real part.
  public func writeEigenvalues(to path: String, overwrite: Bool) throws {
    let writer = try CSVWriter(path, overwrite: overwrite)
    try writer.appendRow(Self.eigenvalueColumns)
    for sample in samples {
      for (name, phase) in phases(sample) {
        for (index, value) in phase.spectrum.eigenvalues.enumerated() {
          try writer.append(sample.index)
          try writer.append(name)
          try writer.append(index)
          for number in [value.real, value.imaginary, value.timeConstant, value.period] {
            try writer.append(number)
          }
          try writer.endRow()
        }
      }
    }
    try writer.close()
  }

  /// One row a sample. What is not known is NaN.
  public func writeSamples(to path: String, overwrite: Bool) throws {
    let writer = try CSVWriter(path, overwrite: overwrite)
    try writer.appendRow(sampleColumns)
    for sample in samples {
      try writer.append(sample.index)
      for certificate in [sample.freeCertificate, sample.controlledCertificate] {
        try writer.append(certificate?.outcome.rawValue ?? "")
      }
      try writer.append(sample.release?.isSame.map { $0 ? "1" : "0" } ?? "")
      for value in values(sample) { try writer.append(value) }
      try writer.endRow()
    }
    try writer.close()
  }

  /// The columns of samples.csv.
  public var sampleColumns: [String] {
    let phase = [
      "margin", "network_margin", "slowest_period", "slowest_damping", "distance",
      "predicted_time", "measured_time", "loss", "output_sensitivity_largest",
      "output_sensitivity_smallest",
    ]
    return ["sample", "free_outcome", "controlled_outcome", "released_same"]
      + phase.map { "free_\($0)" } + phase.map { "controlled_\($0)" }
      + [
        "released_distance", "released_loss", "control_energy", "augmented_energy",
        "least_control_energy", "optimality_gap", "condition_ratio", "largest_angle",
      ] + unitPopulations.map { "psi_norm.\($0)" }
  }

  private var unitPopulations: [String] {
    network.populations.filter { $0.role == .units }.map(\.name)
  }

  private func values(_ sample: SampleAnalysis) -> [Double] {
    let cost = sample.cost
    let own = [
      sample.release?.distance, sample.release?.loss, sample.controlled?.controlEnergy,
      sample.controlled?.augmentedEnergy(leak: leak ?? 0),
      cost.map { $0.leastNorm * $0.leastNorm / 2 }, cost?.gap, cost?.alignment?.conditionRatio,
      cost?.alignment?.principalAngles.first,
    ]
    let norms = unitPopulations.indices.map { cost?.norms[$0].norm }
    return values(sample.free) + values(sample.controlled) + (own + norms).map { $0 ?? .nan }
  }

  private func values(_ phase: PhaseAnalysis?) -> [Double] {
    let oscillation = phase?.spectrum.slowestOscillation
    let all = [
      phase?.spectrum.margin, phase?.networkMargin, oscillation?.period, oscillation?.damping,
      phase?.distance, phase?.forecast?.time, phase?.measuredTime, phase?.loss,
      phase?.outputSensitivities.first, phase?.outputSensitivities.last,
    ]
    return all.map { $0 ?? .nan }
  }
}
