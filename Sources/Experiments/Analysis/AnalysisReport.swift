public import Dynamics
public import Integration

/// What an analysis of a model's equilibria found, for people, scripts and files.
public struct AnalysisReport {
  /// The analyses, a sample each.
  public let samples: [SampleAnalysis]
  let model: String
  let network: Network
  let controllerName: String
  /// α_eff; nil without a controller.
  let leak: Double?
  let residual: Double
  /// Why the first sample without an equilibrium has none.
  public var diagnosis: Diagnosis?

  /// From its parts.
  public init(_ experiment: Experiment, _ samples: [SampleAnalysis]) {
    self.samples = samples
    model = experiment.model.name
    network = experiment.network
    controllerName = experiment.controller.name
    leak = experiment.controller.effectiveLeak
    residual = experiment.model.settling.residual
  }

  /// Whether every sample settled in every phase.
  public var isComplete: Bool { samples.allSatisfy(\.isComplete) }

  /// The first sample without an equilibrium in one of its phases.
  public var unsettled: (sample: Int, kind: PhaseDescription.Kind, certificate: Certificate)? {
    for sample in samples {
      if sample.free == nil { return (sample.index, .free, sample.freeCertificate) }
      if let certificate = sample.controlledCertificate, sample.controlled == nil {
        return (sample.index, .controlled, certificate)
      }
    }
    return nil
  }

  /// Samples with a free equilibrium from zero and one after control.
  var compared: Int { samples.count { $0.release?.isSame != nil } }
  /// Those in which the two differ.
  var multistable: Int { samples.count { $0.release?.isSame == false } }

  /// The phases of a sample that settled, in their order.
  func phases(_ sample: SampleAnalysis) -> [(name: String, phase: PhaseAnalysis)] {
    [("free", sample.free), ("controlled", sample.controlled)].compactMap { name, phase in
      phase.map { (name, $0) }
    }
  }
}

extension Experiment {
  /// The analyzer of the model.
  public func analyzer(
    _ parameters: ParameterSet, options: EquilibriumAnalyzer.Options = .init(), threads: Int
  ) throws -> EquilibriumAnalyzer {
    do {
      return try EquilibriumAnalyzer(
        network, controller: controller, parameters: parameters, settling: settlingOptions,
        options: options, threads: threads)
    } catch let error as NetworkError {
      throw file.error(at: "network", error.description)
    }
  }
}
