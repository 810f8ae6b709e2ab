internal import Integration
internal import LinearAlgebra

/// Analyses one sample at a time; safe to share among threads.
struct SampleAnalyst: Sendable {
  let setting: FlowSetting
  let settling: SettlingOptions
  let options: EquilibriumAnalyzer.Options

  /// An analysis, and the controlled equilibrium for what is measured over many samples.
  struct Part: Sendable {
    var analysis: SampleAnalysis
    var point: SamplePoint?
  }

  /// Everything but the cost of control.
  func analyze(
    _ sample: Samples, free: SettledState, controlled: SettledState?, released: SettledState?
  ) throws -> Part {
    var analysis = SampleAnalysis(
      index: sample.indices[0], freeCertificate: free.certificates[0],
      controlledCertificate: controlled?.certificates[0])
    if free.certificates[0].isEquilibrium {
      analysis.free = try phase(setting.free, sample, free).analysis
    }
    var point: SamplePoint?
    if let controlled, controlled.certificates[0].isEquilibrium {
      let phase = try phase(setting, sample, controlled)
      analysis.controlled = phase.analysis
      point = phase.point
    }
    if let released, controlled?.certificates[0].isEquilibrium == true {
      analysis.release = try release(sample, free: analysis.free, released)
    }
    return Part(analysis: analysis, point: point)
  }

  private func phase(
    _ setting: FlowSetting, _ sample: Samples, _ settled: SettledState
  ) throws -> (analysis: PhaseAnalysis, point: SamplePoint) {
    let flow = SampleFlow(setting, sample: sample)
    let equilibrium = try flow.equilibrium(near: flow.state(settled.observation))
    let decomposition =
      options.findsRemedies || options.forecasts
      ? try equilibrium.jacobian.eigendecomposition(left: true) : nil
    let spectrum = Spectrum(try decomposition?.values ?? equilibrium.jacobian.eigenvalues())
    let observation =
      equilibrium.isRefined ? try flow.observe(equilibrium.state) : settled.observation
    let point = SamplePoint(
      SettledState(
        network: setting.network, samples: sample, observation: observation,
        certificates: settled.certificates), 0, row: 0)

    let knobs = options.findsRemedies ? Knob.all(of: setting) : []
    let derivatives = decomposition.map {
      MarginDerivatives(
        setting: setting, sample: sample, equilibrium: equilibrium, eigenvalue: $0.values[0],
        right: $0.vectors[0], left: $0.leftVectors[0])
    }
    let sensitivities = derivatives.map { knobs.map($0.derivative) } ?? []
    let forecast =
      try options.forecasts
      ? decomposition.map {
        try SettlingForecast(
          flow, from: ContiguousArray(repeating: 0, count: flow.dimension), to: equilibrium,
          $0, residual: settling.residual, floor: settling.floor)
      } : nil
    let isFree = setting.controller.effectiveLeak == nil
    let network =
      try isFree
      ? spectrum.margin
      : SampleFlow(setting.free, sample: sample).jacobian(observation.phi).eigenvalues()[0].real
    let optimality = ControlOptimality(
      setting.network, controller: setting.controller, setting.parameters)
    let analysis = PhaseAnalysis(
      certificate: settled.certificates[0], distance: equilibrium.distance,
      isRefined: equilibrium.isRefined, spectrum: spectrum, networkMargin: network,
      sensitivities: sensitivities,
      remedy: Remedy.find(
        sensitivities, among: knobs, sample: sample, at: equilibrium, margin: spectrum.margin,
        enough: min(0, 0.1 * network)),
      eigenvectorCosine: derivatives?.cosine ?? .nan, forecast: forecast,
      measuredTime: try measuredTime(setting, sample, settled, forecast),
      phi: observation.phi, psi: observation.psi, u: observation.u,
      outputs: observation.outputs, loss: sample.targets.isEmpty ? .nan : observation.losses[0],
      outputSensitivities: try optimality.sensitivities(at: point) ?? [])
    return (analysis, point)
  }

  /// When the flow from zero settles, to a hundredth of the forecast.
  private func measuredTime(
    _ setting: FlowSetting, _ sample: Samples, _ settled: SettledState,
    _ forecast: SettlingForecast?
  ) throws -> Double {
    guard let forecast, settled.certificates[0].outcome == .settled,
      settled.certificates[0].settlingTime.isFinite
    else { return .nan }
    // From zero to an equilibrium at zero there is nothing to measure.
    guard forecast.time.isFinite, forecast.time > 0 else {
      return settled.certificates[0].settlingTime
    }
    var options = settling
    // Adams methods neither damp nor feed weak oscillations, which decide how long it takes.
    options.method = .adams
    options.maximumOrder = nil
    options.relativeTolerance = 1e-6
    options.absoluteTolerance = 1e-9
    options.maximumStep = forecast.time / 100
    let settler = try BatchSettler(
      setting.network, controller: setting.controller, options: options, threads: 1)
    settler.load(setting.parameters)
    let certificate = try settler.settle(sample)[0].certificates[0]
    return certificate.outcome == .settled ? certificate.settlingTime : .nan
  }

  private func release(
    _ sample: Samples, free: PhaseAnalysis?, _ released: SettledState
  ) throws -> Release {
    var release = Release(
      certificate: released.certificates[0], distance: .nan, loss: .nan, isSame: nil)
    guard released.certificates[0].isEquilibrium else { return release }
    let flow = SampleFlow(setting.free, sample: sample)
    let equilibrium = try flow.equilibrium(near: released.observation.phi)
    release.loss = try flow.observe(equilibrium.state).losses[0]
    guard let free else { return release }
    let distance = SampleFlow.norm(zip(equilibrium.state, free.phi).map { $0 - $1 })
    release.distance = distance
    // Where Newton's method went, both are known to rounding; elsewhere to their distances.
    let doubt =
      (free.isRefined ? 0 : free.distance) + (equilibrium.isRefined ? 0 : equilibrium.distance)
    release.isSame =
      distance <= 1e-6 * (1 + SampleFlow.norm(free.phi)) + 10 * (doubt.isNaN ? 0 : doubt)
    return release
  }
}
