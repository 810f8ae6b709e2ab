public import Integration
internal import LinearAlgebra

/// Analyses the equilibria of samples with dense matrices: what the flow around them is like, what
/// their control costs, and whether they are the only ones.
///
/// Samples settle from zero by integration all the way, which is the judge of where a flow leads, and
/// by whatever else settles them where that fails. Everything is in double precision.
public struct EquilibriumAnalyzer {
  /// The most variables (φ, ψ and u together) of which eigenvalues are computed.
  public static let largestDimension = 2500

  /// What is analyzed, and how closely.
  public struct Options: Sendable {
    /// Derivatives of the margin, and what to change.
    public var findsRemedies = true
    /// When samples should settle and, by integrating once more with short steps, when they do.
    public var forecasts = true
    /// The least control that reaches the same output.
    public var searchesLeastControl = true

    /// With nothing to set.
    public init() {}
  }

  private let setting: FlowSetting
  private let settling: SettlingOptions
  private let threads: Int
  private let options: Options
  private let isControlled: Bool

  /// - Parameters:
  ///   - network: the network that is analyzed.
  ///   - controller: what controls it.
  ///   - parameters: of the network and the controller.
  ///   - settling: its residual and limits are kept; the path is integrated more accurately.
  ///   - options: what is analyzed, and how closely.
  ///   - threads: that chunks are shared among; bits do not depend on it.
  /// - Throws: ``NetworkError`` where the system is larger than ``largestDimension``.
  public init(
    _ network: Network, controller: any Controller, parameters: ParameterSet,
    settling: SettlingOptions = SettlingOptions(), options: Options = Options(), threads: Int = 1
  ) throws {
    let dimension = controller.makeSystem(network, capacity: 1, Double.self).dimension
    guard dimension <= Self.largestDimension else {
      throw NetworkError(
        "an analysis takes the eigenvalues of dense matrices of all variables: at most "
          + "\(Self.largestDimension), and this model has \(dimension)")
    }
    setting = FlowSetting(network, controller, parameters)
    self.options = options
    self.threads = max(1, threads)
    isControlled = controller.effectiveLeak != nil
    var settling = settling
    settling.method = .bdf
    settling.criterion = .perVariable
    settling.certifiesStability = false
    settling.relativeTolerance = 1e-4
    settling.absoluteTolerance = 1e-7
    // Higher ones keep weakly damped oscillations alive, and those are what is looked for.
    settling.maximumOrder = 2
    self.settling = settling
  }

  /// - Parameters:
  ///   - samples: with targets, where there is a controller to use.
  ///   - isCancelled: asked now and then whether to stop.
  public func analyze(
    _ samples: Samples, isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws -> [SampleAnalysis] {
    let hasControl = isControlled && !samples.targets.isEmpty
    let free = try settle(samples, under: setting.free)
    let controlled = hasControl ? try settle(samples, under: setting) : []
    let released = hasControl ? try release(samples, controlled) : []
    let worker = SampleAnalyst(setting: setting, settling: settling, options: options)
    let parts = try ChunkQueue<SampleAnalyst.Part>.run(
      chunks: samples.count, threads: min(threads, max(1, samples.count))
    ) { _, row in
      if isCancelled() { throw CancellationError() }
      return try worker.analyze(
        samples.selecting([row]), free: free[row], controlled: hasControl ? controlled[row] : nil,
        released: hasControl ? released[row] : nil)
    }
    var analyses = parts.map(\.analysis)
    guard hasControl else { return analyses }
    let points = parts.enumerated().compactMap { row, part in part.point?.moved(to: row) }
    let optimality = ControlOptimality(
      setting.network, controller: setting.controller, setting.parameters)
    var search = settling
    search.residual = 1e-11
    search.relativeTolerance = 1e-8
    search.absoluteTolerance = 1e-13
    let least =
      options.searchesLeastControl
      ? try optimality.leastControl(points, samples: samples, options: search, threads: threads)
      : [:]
    for point in points {
      analyses[point.row].cost = cost(
        of: point, least: least[point.row], alignment: try optimality.alignment(at: point))
    }
    return analyses
  }

  private func cost(
    of point: SamplePoint, least: Double?, alignment: ControlAlignment?
  ) -> ControlCost {
    let network = setting.network
    return ControlCost(
      norms: network.populations.filter { $0.role == .units }.map {
        ($0.name, SampleFlow.norm(point.psi[network.columns(of: $0.name)]))
      },
      leastNorm: least ?? .nan, alignment: alignment, norm: SampleFlow.norm(point.psi))
  }

  // MARK: Settling

  /// Each sample by itself, [1 × …].
  private func settle(
    _ samples: Samples, under setting: FlowSetting, from start: InitialStates? = nil
  ) throws -> [SettledState] {
    var states = try rows(of: samples, under: setting, from: start, by: settling)
    let failed = states.indices.filter { !states[$0].certificates[0].isEquilibrium }
    guard !failed.isEmpty else { return states }
    // Unstable under its own flow, most likely: the analysis is then of most use.
    var robust = settling
    robust.method = .automatic
    let found = try rows(
      of: samples.selecting(failed), under: setting,
      from: start?.selecting(failed, of: samples.count), by: robust)
    for (row, state) in zip(failed, found) where state.certificates[0].isEquilibrium {
      states[row] = state
      states[row].certificates[0].settlingTime = .nan
    }
    return try addUnstable(to: states, samples, under: setting)
  }

  /// Equilibria that no flow of their own leads to, by energy-based dynamics, which has the same ones
  /// wherever control is strictly aligned.
  private func addUnstable(
    to states: [SettledState], _ samples: Samples, under setting: FlowSetting
  ) throws -> [SettledState] {
    let failed = states.indices.filter { !states[$0].certificates[0].isEquilibrium }
    guard !failed.isEmpty, let leak = setting.controller.effectiveLeak, leak >= 0,
      setting.controller.isStrictlyAligned(in: setting.network)
    else { return states }
    var states = states
    let search = LeastControlSearch(setting.network, leak: leak, setting.parameters)
    let found = try rows(
      of: samples.selecting(failed),
      under: FlowSetting(setting.network, search.controller, setting.parameters), from: nil,
      by: settling)
    for (row, state) in zip(failed, found) where state.certificates[0].isEquilibrium {
      let flow = SampleFlow(setting, sample: state.samples)
      let own = try flow.equilibrium(near: flow.state(state.observation))
      guard own.isRefined else { continue }
      let attempts = states[row].certificates[0].attempts + state.certificates[0].attempts
      states[row] = state
      states[row].certificates[0].outcome = .settledByDescent
      states[row].certificates[0].settlingTime = .nan
      states[row].certificates[0].attempts = attempts
    }
    return states
  }

  private func rows(
    of samples: Samples, under setting: FlowSetting, from start: InitialStates?,
    by options: SettlingOptions
  ) throws -> [SettledState] {
    let settler = try BatchSettler(
      setting.network, controller: setting.controller, options: options, threads: threads)
    settler.load(setting.parameters)
    return try settler.settle(samples, from: start).flatMap { chunk in
      (0..<chunk.count).map { chunk.selecting([$0]) }
    }
  }

  /// The free equilibria from the φ of controlled ones; from zero where there is none.
  private func release(
    _ samples: Samples, _ controlled: [SettledState]
  ) throws -> [SettledState] {
    var start = InitialStates(phi: ContiguousArray(controlled.flatMap(\.observation.phi)))
    for (row, state) in controlled.enumerated() where !state.certificates[0].isEquilibrium {
      start.clear(row, of: samples.count)
    }
    return try settle(samples, under: setting.free, from: start)
  }
}
