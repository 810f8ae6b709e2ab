public import Dynamics
internal import Integration
internal import LinearAlgebra

/// The phase portrait of one sample: field, loss, ways and equilibria of the free and the controlled
/// system in a plane of the space of φ, for one set of parameters or for two, before and after learning.
public struct Portrait: Sendable {
  /// What one set of parameters makes of it.
  struct Panel: Sendable {
    var title: String
    var free: FlowPath
    var controlled: FlowPath
    /// Equilibria; nil where there is none.
    var freeEnd: ContiguousArray<Double>?
    var controlledEnd: ContiguousArray<Double>?
    /// f at the controlled equilibrium, which ψ balances.
    var f: ContiguousArray<Double>
    /// L there and at the free equilibrium, and H.
    var loss: Double
    var freeLoss: Double
    var energy: Double
    /// On the grid, row by row: φ̇ along both directions, and L.
    var flow: (x: [Double], y: [Double]) = ([], [])
    var losses: [Double] = []
  }

  /// The plane that is looked at.
  public let plane: PortraitPlane
  var panels: [Panel]
  let xs: [Double]
  let ys: [Double]
  let model: String

  /// Points of the grid along each side.
  private static let grid = 121

  /// - Parameters:
  ///   - experiment: the model, made into things that run.
  ///   - states: titles and parameters, one or more.
  ///   - sample: one, with a target.
  ///   - choice: the plane; that of the two units, or through both equilibria, unless given.
  ///   - range: of the axes, x then y; all that there is to see unless given.
  /// - Throws: ``ModelFileError`` where the plane cannot be.
  public init(
    _ experiment: Experiment, _ states: [(title: String, parameters: ParameterSet)],
    sample: Samples, plane choice: PortraitPlane.Choice?, range: [Double]? = nil
  ) throws {
    var panels: [Panel] = []
    for state in states {
      panels.append(try Self.panel(experiment, state.title, state.parameters, sample))
    }
    plane = try Self.plane(experiment, choice, panels[0])
    let box = range.map { ($0[0]...$0[1], $0[2]...$0[3]) } ?? Self.box(panels, plane)
    func steps(_ range: ClosedRange<Double>) -> [Double] {
      (0..<Self.grid).map {
        range.lowerBound
          + (range.upperBound - range.lowerBound) * Double($0) / Double(Self.grid - 1)
      }
    }
    xs = steps(box.0)
    ys = steps(box.1)
    model = experiment.model.name
    for (k, state) in states.enumerated() {
      let flow = SampleFlow(
        FlowSetting(experiment.network, NoControl(), state.parameters), sample: sample)
      for y in ys {
        for x in xs {
          let phi = plane.point(x, y)
          let direction = plane.direction(try flow.field(phi))
          panels[k].flow.x.append(direction.x)
          panels[k].flow.y.append(direction.y)
          panels[k].losses.append(try flow.observe(phi).losses[0])
        }
      }
    }
    self.panels = panels
  }

  private static func panel(
    _ experiment: Experiment, _ title: String, _ parameters: ParameterSet, _ sample: Samples
  ) throws -> Panel {
    let setting = FlowSetting(experiment.network, experiment.controller, parameters)
    let settling = experiment.settlingOptions
    // Equilibria to rounding, those of unstable loops included.
    var options = EquilibriumAnalyzer.Options()
    options.findsRemedies = false
    options.forecasts = false
    options.searchesLeastControl = false
    let analysis = try EquilibriumAnalyzer(
      experiment.network, controller: experiment.controller, parameters: parameters,
      settling: settling, options: options
    ).analyze(sample)[0]
    let end = analysis.controlled?.phi
    // What runs away leaves the picture, which is of the equilibria.
    let farthest = [analysis.free?.phi, end].compactMap(\.self).map {
      PortraitPlane.dot($0, $0).squareRoot()
    }.max()
    let bound = 4 * (1 + (farthest ?? 4))
    func way(_ setting: FlowSetting) throws -> (SampleFlow, FlowPath) {
      let flow = SampleFlow(setting, sample: sample)
      let start = ContiguousArray<Double>(repeating: 0, count: flow.dimension)
      return (flow, try flow.path(from: start, settling, bound: bound))
    }
    let (network, free) = try way(setting.free)
    let (_, controlled) = try way(setting)
    // f is the bracket, not divided by time constants: what ψ must balance.
    let f = try end.map { phi in
      ContiguousArray(zip(try network.field(phi), network.bracketWeights).map { $0 * $1 })
    }
    return Panel(
      title: title, free: free, controlled: controlled, freeEnd: analysis.free?.phi,
      controlledEnd: end, f: f ?? [], loss: analysis.controlled?.loss ?? .nan,
      freeLoss: analysis.free?.loss ?? .nan,
      energy: analysis.controlled?.controlEnergy ?? .nan)
  }

  // MARK: Where to look

  private static func plane(
    _ experiment: Experiment, _ choice: PortraitPlane.Choice?, _ panel: Panel
  ) throws -> PortraitPlane {
    let network = experiment.network
    var names: [String] = []
    for population in network.populations where population.role == .units {
      names += (0..<population.size).map { "\(population.name).\($0)" }
    }
    let origin =
      panel.controlledEnd ?? panel.freeEnd
      ?? ContiguousArray(repeating: 0, count: network.unitCount)
    func unit(_ name: String) throws -> Int {
      guard let index = names.firstIndex(of: name) else {
        throw experiment.file.error(
          at: "network.populations",
          "there is no unit phi.\(name) for --plane; the units are phi.\(names.first ?? "") to "
            + "phi.\(names.last ?? "")")
      }
      return index
    }
    switch choice ?? (names.count == 2 ? .units(names[0], names[1]) : .equilibria) {
    case .units(let a, let b):
      let (first, second) = (try unit(a), try unit(b))
      guard first != second else {
        throw experiment.file.error(
          at: "network.populations", "--plane names the unit phi.\(a) twice")
      }
      return PortraitPlane(
        first, second, labels: ["\u{3c6} of \(a)", "\u{3c6} of \(b)"], at: origin)
    case .equilibria:
      guard names.count > 1 else {
        throw experiment.file.error(
          at: "network.populations", "a network of one unit has no plane to look at")
      }
      guard let free = panel.freeEnd, let controlled = panel.controlledEnd else {
        throw experiment.file.error(
          at: "controller",
          "there is no plane through both equilibria, for one was not found; name two units with "
            + "--plane, and see `settle analyze`")
      }
      // Control first; where it points to the other equilibrium, how the way there bends.
      let ways = panel.controlled.phi.map { phi in
        ContiguousArray(zip(phi, free).map { $0 - $1 })
      }
      guard
        let plane = PortraitPlane(
          through: free, controlled, along: [panel.f] + ways,
          labels: [
            "from the free to the controlled equilibrium", "at right angles, towards \u{3c8}",
          ])
      else {
        throw experiment.file.error(
          at: "controller",
          "free and controlled equilibrium are the same, so there is no plane through them; name two "
            + "units with --plane")
      }
      // ψ = −f points upwards.
      return PortraitPlane.dot(panel.f, plane.second) <= 0 ? plane : plane.flipped
    }
  }

  /// Everything that is drawn, with a margin, the same scale along both axes.
  private static func box(
    _ panels: [Panel], _ plane: PortraitPlane
  ) -> (ClosedRange<Double>, ClosedRange<Double>) {
    var points: [(x: Double, y: Double)] = []
    for panel in panels {
      points += (panel.free.phi + panel.controlled.phi).map(plane.coordinates)
      for end in [panel.freeEnd, panel.controlledEnd] {
        if let end { points.append(plane.coordinates(end)) }
      }
      guard let end = panel.controlledEnd else { continue }
      let (place, f) = (plane.coordinates(end), plane.direction(panel.f))
      points += [(place.x + f.x, place.y + f.y), (place.x - f.x, place.y - f.y)]
    }
    let finite = points.filter { $0.x.isFinite && $0.y.isFinite }
    let (lowX, highX) = (finite.map(\.x).min() ?? -1, finite.map(\.x).max() ?? 1)
    let (lowY, highY) = (finite.map(\.y).min() ?? -1, finite.map(\.y).max() ?? 1)
    let half = max(0.62 * max(highX - lowX, highY - lowY), 1e-3)
    let (x, y) = ((lowX + highX) / 2, (lowY + highY) / 2)
    return (x - half...x + half, y - half...y + half)
  }
}

extension PortraitPlane {
  /// The same with the second direction turned round.
  fileprivate var flipped: PortraitPlane {
    PortraitPlane(
      origin: origin, first: first, second: ContiguousArray(second.map { -$0 }), labels: labels)
  }

  private init(
    origin: ContiguousArray<Double>, first: ContiguousArray<Double>,
    second: ContiguousArray<Double>, labels: [String]
  ) {
    self.origin = origin
    self.first = first
    self.second = second
    self.labels = labels
  }
}
