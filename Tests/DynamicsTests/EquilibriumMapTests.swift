import Dynamics
import Integration
import LinearAlgebra
import Testing

/// The iterates of a system's equilibrium map, evaluated.
private struct Iterates<E: Scalar> {
  let system: any ControlledSystem<E>
  let map: any EquilibriumMap<E>
  var x: ContiguousArray<E>
  var r: ContiguousArray<E>

  /// At the states z; ψ, where the state has none, is given by `psi`.
  init(
    _ system: any ControlledSystem<E>, _ map: any EquilibriumMap<E>, _ z: ContiguousArray<E>,
    psi: ContiguousArray<Double>?
  ) {
    self.system = system
    self.map = map
    let rows = system.samples
    let width = map.dimension
    x = ContiguousArray(repeating: .nan, count: rows * width)
    r = x
    for row in 0..<rows {
      x.withUnsafeMutableBufferPointer { x in
        z.withUnsafeBufferPointer {
          map.read(
            row: row, state: $0.baseAddress! + row * system.dimension,
            into: x.baseAddress! + row * width)
        }
      }
      if let psi, map.variables.count == 2 {
        let units = width / 2
        for i in 0..<units { x[row * width + units + i] = E(psi[row * units + i]) }
      }
    }
  }

  mutating func evaluate() {
    x.withUnsafeMutableBufferPointer { x in
      r.withUnsafeMutableBufferPointer {
        map.residual(at: x.baseAddress!, into: $0.baseAddress!)
      }
    }
  }

  /// ‖r_k‖ / (1e-3 + ‖x_k‖), the largest of all rows and variables.
  var residual: Double {
    var largest = 0.0
    for row in 0..<system.samples {
      for variable in map.variables {
        let columns = variable.columns.map { row * map.dimension + $0 }
        let part =
          norm(columns.map { Double(r[$0]) }) / (1e-3 + norm(columns.map { Double(x[$0]) }))
        if !(part <= largest) { largest = part }
      }
    }
    return largest
  }

  func states(from z: ContiguousArray<E>) -> ContiguousArray<E> {
    var z = z
    for row in 0..<system.samples {
      z.withUnsafeMutableBufferPointer { z in
        x.withUnsafeBufferPointer {
          map.write(
            row: row, $0.baseAddress! + row * map.dimension,
            into: z.baseAddress! + row * system.dimension)
        }
      }
    }
    return z
  }

  /// x ← x + λr until rounding is left.
  mutating func iterate(_ lambda: Double, to tolerance: Double) {
    for _ in 0..<20_000 {
      evaluate()
      guard residual > tolerance else { return }
      for i in x.indices { x[i] += E(lambda) * r[i] }
    }
  }
}

@Suite("Equilibrium maps")
struct EquilibriumMapTests {
  static let losses: [any Loss] = [SquaredError(), CrossEntropy()]
  static let seeds: ClosedRange<UInt64> = 1...3

  /// An equilibrium with the residual 1e-11 leaves as much in the map, times what the sweep through at
  /// most four populations (each product of norm 3 at most) and u (restGain 1.3 at most) make of it.
  @Test(
    "at equilibrium the residual vanishes, and nothing that is solved for moves",
    arguments: Zoo.allCases)
  func atEquilibrium(kind: Zoo) throws {
    for loss in Self.losses {
      for seed in Self.seeds {
        let model = try kind.model(loss, seed: seed)
        let settled = try model.settle(Self.tight)
        try #require(settled.areSettled, "\(settled.summaries)")
        try check(kind, model, settled, Double.self, tolerance: 1e-9)
        // Sums of at most 12 terms of order one, rounded, and magnified likewise.
        try check(kind, model, settled, Float.self, tolerance: 1e-4)
      }
    }
  }

  private static var tight: SettlingOptions {
    var options = Example.tight
    options.residual = 1e-11
    return options
  }

  private func check<E: Scalar>(
    _ kind: Zoo, _ model: Model, _ settled: SettledState, _: E.Type, tolerance: Double
  ) throws {
    let system = model.system(E.self)
    let map = try #require(system.equilibriumMap)
    let z = system.compose(settled.observation)
    // Whatever was evaluated before must not matter.
    _ = try fieldResiduals(system, ContiguousArray(repeating: 0.3, count: z.count))
    var iterates = Iterates(system, map, z, psi: settled.observation.psi)
    let before = iterates.x.map { Double($0) }
    iterates.evaluate()
    #expect(iterates.residual <= tolerance, "\(kind) \(E.self) \(model.network.loss.name)")
    let moved = largestDifference(before, iterates.x.map { Double($0) })
    #expect(
      moved <= tolerance * (1 + norm(before)), "\(kind) \(E.self): solved for, moved \(moved)")
    let written = iterates.states(from: ContiguousArray(repeating: .nan, count: z.count))
    #expect(
      largestDifference(written.map { Double($0) }, z.map { Double($0) })
        <= tolerance * (1 + norm(z.map { Double($0) })))

    var random = RandomStream(seed: 1, name: "away")
    for i in iterates.x.indices { iterates.x[i] += E(0.3 * random.normal()) }
    iterates.evaluate()
    if kind.isExplicit {
      #expect(map.isExplicit && iterates.residual == 0)
    } else {
      #expect(!map.isExplicit)
      #expect(iterates.residual > 1e-3, "\(kind): the residual does not see 0.3")
    }
  }

  /// Started elsewhere, iterated with the damping that makes it contract, no flow involved.
  @Test("fixed points of the map are equilibria of the plain field", arguments: Zoo.allCases)
  func fixedPoints(kind: Zoo) throws {
    for loss in Self.losses {
      for seed in Self.seeds {
        let model = try kind.model(loss, seed: seed)
        try iterate(kind, model, Double.self, to: 1e-13, field: 2e-11)
        try iterate(kind, model, Float.self, to: 2e-6, field: 1e-3)
      }
    }
  }

  private func iterate<E: Scalar>(
    _ kind: Zoo, _ model: Model, _: E.Type, to tolerance: Double, field: Double
  ) throws {
    let system = model.system(E.self)
    let map = try #require(system.equilibriumMap)
    let z = ContiguousArray<E>(repeating: 0.1, count: system.samples * system.dimension)
    _ = try fieldResiduals(system, z)
    var iterates = Iterates(system, map, z, psi: nil)
    iterates.iterate(0.3, to: tolerance)
    #expect(iterates.residual <= tolerance, "\(kind) \(E.self): not arrived")
    let residuals = try fieldResiduals(system, iterates.states(from: z))
    #expect(
      residuals.allSatisfy { $0 <= field },
      "\(kind) \(E.self) \(model.network.loss.name): the field has \(residuals)")
  }

  @Test("samples may change places and leave", arguments: Zoo.allCases)
  func rows(kind: Zoo) throws {
    let model = try kind.model(CrossEntropy(), samples: 5, seed: 9)
    let system = model.system(Double.self)
    let map = try #require(system.equilibriumMap)
    let z = ContiguousArray<Double>(repeating: 0.2, count: 5 * system.dimension)
    var all = Iterates(system, map, z, psi: nil)
    all.evaluate()
    let width = map.dimension
    // Row 1 becomes what was row 4, and only three rows stay.
    system.exchangeSamples(1, 4)
    system.keepSamples(3)
    var fewer = Iterates(
      system, map, ContiguousArray(z[..<(3 * system.dimension)]), psi: nil)
    fewer.evaluate()
    for (row, original) in [0, 4, 2].enumerated() {
      let a = fewer.r[row * width..<(row + 1) * width]
      let b = all.r[original * width..<(original + 1) * width]
      // Not the bits: five rows and three are multiplied by different kernels.
      #expect(largestDifference(a, b) <= 1e-13, "\(kind)")
    }
  }

  @Test(
    "a feedforward network's free equilibrium is its forward pass, in one evaluation",
    arguments: Precision.allCases)
  func forward(precision: Precision) throws {
    for seed in 1...5 as ClosedRange<UInt64> {
      let model = try Zoo.freeDeep.model(SquaredError(), gain: 1.5, samples: 20, seed: seed)
      let state = try model.settle(SettlingOptions(method: .automatic), precision: precision)
      #expect(state.certificates.allSatisfy { $0.evaluations == 1 && $0.outcome == .settled })
      let network = model.network
      // Sums of up to 9 terms; errors of a layer pass through products of norm 3 at most.
      let tolerance = precision == .double ? 1e-13 : 1e-5
      for sample in 0..<20 {
        var rate = Array(model.samples.inputs[sample * 4..<(sample + 1) * 4])
        var source = "x"
        for target in ["h", "h2", "h3", "y"] {
          let population = network.population(target)
          let weights = model.parameters["\(source)-\(target).weight"].values
          let bias = model.parameters["\(target).bias"].values
          let phi = (0..<population.size).map { i in
            bias[i] + dot(weights[i * rate.count..<(i + 1) * rate.count], rate)
          }
          let start = sample * network.unitCount + network.columns(of: target).lowerBound
          #expect(
            near(state.observation.phi[start..<start + population.size], phi, tolerance),
            "\(target)")
          var next = phi
          phi.withUnsafeBufferPointer {
            population.activation.rate($0.baseAddress!, into: &next, count: phi.count)
          }
          rate = next
          source = target
        }
      }
    }
  }

  @Test("there is no map where u is not a function of y at equilibrium")
  func none() throws {
    let integral = OutputController.leakyIntegral(leak: 0)
    for controller: any Controller in [
      DynamicInversion(output: integral), EnergyBased(output: integral),
      LinearFeedback(output: integral),
    ] {
      let model = try Zoo.recurrent.model(SquaredError(), seed: 1, controller: controller)
      #expect(model.system(Double.self).equilibriumMap == nil)
    }
  }
}
