import Dynamics
import Learning
import LinearAlgebra
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Parameters `w` (3 numbers), `frozen` and `untouched`, and an update of the first two.
private func fixture(_ plasticity: Plasticity = Plasticity()) -> (ParameterSet, ParameterUpdate) {
  let parameters = ParameterSet([
    Parameter(name: "w", shape: [3], values: [0.5, -1.2, 2], plasticity: plasticity),
    Parameter(name: "frozen", shape: [2], values: [1, 2], plasticity: .frozen),
    Parameter(name: "untouched", shape: [1], values: [7], plasticity: Plasticity(decay: 0.5)),
  ])
  var update = ParameterUpdate(for: parameters, changing: ["w", "frozen"])
  update["frozen"] = [1, 1]
  return (parameters, update)
}

private let directions: [ContiguousArray<Double>] = [
  [0.3, -0.1, 2], [-0.7, 0.4, 1e-3], [0.05, 0, -5], [1, 1, 1],
]

/// The values of `w` after steps along `directions`.
private func trajectory(
  _ optimizer: some Optimizer, rate: Double, _ plasticity: Plasticity = Plasticity()
) -> [ContiguousArray<Double>] {
  var optimizer = optimizer
  var (parameters, update) = fixture(plasticity)
  var values: [ContiguousArray<Double>] = []
  for direction in directions {
    update["w"] = direction
    optimizer.step(update, rate: rate, on: &parameters)
    values.append(parameters["w"].values)
  }
  #expect(parameters["frozen"].values == [1, 2])
  #expect(parameters["untouched"].values == [7])
  return values
}

@Suite("Optimizers")
struct OptimizerTests {
  private let start = [0.5, -1.2, 2.0]

  @Test("gradient descent sums its steps")
  func gradientDescent() {
    let path = trajectory(GradientDescent(), rate: 0.1, Plasticity(rate: 0.5))
    for (k, values) in path.enumerated() {
      for i in 0..<3 {
        let sum = directions[...k].reduce(0) { $0 + $1[i] }
        #expect(abs(values[i] - (start[i] + 0.05 * sum)) < 1e-15)
      }
    }
  }

  /// v_t = Σ_s µ^(t−s) Δ_s, and θ_t = θ_0 + rate Σ v: the closed form.
  @Test("momentum weighs past directions by powers of µ")
  func momentum() {
    let path = trajectory(Momentum(0.8), rate: 0.1)
    for (k, values) in path.enumerated() {
      for i in 0..<3 {
        var expected = start[i]
        for t in 0...k {
          for s in 0...t { expected += 0.1 * pow(0.8, Double(t - s)) * directions[s][i] }
        }
        #expect(abs(values[i] - expected) < 1e-14)
      }
    }
  }

  /// m_t/(1 − β₁ᵗ) and v_t/(1 − β₂ᵗ) are weighted means of Δ and Δ²: the closed form.
  @Test("Adam divides the mean of Δ by the root of the mean of Δ²")
  func adam() {
    let path = trajectory(Adam(betas: (0.7, 0.9), epsilon: 1e-3), rate: 0.1)
    for i in 0..<3 {
      var expected = start[i]
      for t in directions.indices {
        var (mean, square, weight1, weight2) = (0.0, 0.0, 0.0, 0.0)
        for s in 0...t {
          let (w1, w2) = (pow(0.7, Double(t - s)), pow(0.9, Double(t - s)))
          mean += w1 * directions[s][i]
          square += w2 * directions[s][i] * directions[s][i]
          weight1 += w1
          weight2 += w2
        }
        expected += 0.1 * (mean / weight1) / ((square / weight2).squareRoot() + 1e-3)
        #expect(abs(path[t][i] - expected) < 1e-14)
      }
    }
  }

  @Test(
    "Adam makes of every element what the formula makes of it alone, whole blocks and what is left of them",
    arguments: [1, 7, 8, 9, 16, 23, 40, 266], [0, 0.1])
  func adamBits(count: Int, penalty: Double) {
    var stream = RandomStream(seed: 11, name: "adam")
    func numbers(_ scale: Double) -> ContiguousArray<Double> {
      ContiguousArray((0..<count).map { _ in scale * stream.normal() })
    }
    let (beta1, beta2, epsilon, rate) = (0.9, 0.999, 1e-8, 0.01)
    var parameters = ParameterSet([Parameter(name: "w", shape: [count], values: numbers(1))])
    var values = parameters["w"].values
    var means = ContiguousArray(repeating: 0.0, count: count)
    var squares = means
    var optimizer = Adam(
      betas: (beta1, beta2), epsilon: epsilon, weightDecay: .coupled(penalty))
    var update = ParameterUpdate(for: parameters, changing: ["w"])
    // Without a penalty v is 0 at first, then too small to be a normal number, as m is after it.
    for (step, scale) in [0, 1e-160, 1e-310, 1, 1e-3, 1e3, 0].enumerated() {
      update["w"] = numbers(scale)
      optimizer.step(update, rate: rate, on: &parameters)
      let size = rate * (1 / (1 - pow(beta1, Double(step + 1))))
      let rootScale = 1 / (1 - pow(beta2, Double(step + 1))).squareRoot()
      for i in 0..<count {
        let d = update["w"][i] - penalty * values[i]
        means[i] = beta1 * means[i] + (1 - beta1) * d
        squares[i] = beta2 * squares[i] + (1 - beta2) * (d * d)
        values[i] += size * means[i] / (squares[i].squareRoot() * rootScale + epsilon)
      }
      #expect(parameters["w"].values.map(\.bitPattern) == values.map(\.bitPattern))
    }
  }

  /// Values of PyTorch's update rule, evaluated in numpy: Adam(lr .1, betas (.9, .999), eps 1e-8) on
  /// the gradients −Δ.
  @Test("Adam with its usual settings has the values of the reference formula")
  func adamReference() {
    let path = trajectory(Adam(), rate: 0.1)
    for (value, expected) in zip(path[3], adamOracle) { #expect(abs(value - expected) < 1e-14) }
  }

  @Test("a coupled penalty is part of Δ; a decoupled one is not seen by Adam")
  func weightDecay() {
    let coupled = trajectory(GradientDescent(weightDecay: .coupled(0.2)), rate: 0.1)
    let decoupled = trajectory(GradientDescent(weightDecay: .decoupled(0.2)), rate: 0.1)
    for i in 0..<3 {
      var expected = start[i]
      for (k, direction) in directions.enumerated() {
        expected = expected * (1 - 0.1 * 0.2) + 0.1 * direction[i]
        #expect(abs(coupled[k][i] - expected) < 1e-14)
        #expect(abs(decoupled[k][i] - expected) < 1e-14)
      }
    }
    let plain = trajectory(Adam(), rate: 0.1)
    let adamW = trajectory(Adam(weightDecay: .decoupled(0.2)), rate: 0.1)
    for i in 0..<3 {
      // Adam's steps do not depend on θ, so the two paths differ by the shrinking alone.
      var (before, expected) = (start[i], start[i])
      for k in directions.indices {
        expected = expected * (1 - 0.1 * 0.2) + (plain[k][i] - before)
        before = plain[k][i]
        #expect(abs(adamW[k][i] - expected) < 1e-14)
      }
    }
    let withMomentum = trajectory(Momentum(0, weightDecay: .coupled(0.2)), rate: 0.1)
    #expect(withMomentum == coupled)
  }

  @Test("γ multiplies by 1 − γ before each step: (1 − γ)^100 = 0.3660323413 for γ = 0.01")
  func decay() {
    var parameters = ParameterSet([
      Parameter(name: "w", shape: [2], values: [1, -3], plasticity: Plasticity(decay: 0.01))
    ])
    let update = ParameterUpdate(for: parameters, changing: ["w"])
    var optimizer = Adam()
    var exact = 1.0
    for _ in 0..<100 {
      optimizer.step(update, rate: 0.1, on: &parameters)
      exact *= 1 - 0.01
    }
    #expect(parameters["w"].values[0] == exact)
    #expect(abs(parameters["w"].values[0] - 0.3660323413) < 5e-11)
    #expect(abs(parameters["w"].values[1] + 3 * 0.3660323413) < 2e-10)
  }

  /// The Kolen–Pollack property: transposed weights that get the same changes and decay converge.
  @Test("the difference of two weights with the same changes shrinks by 1 − γ each step")
  func kolenPollack() {
    var parameters = ParameterSet(
      ["w", "s"].enumerated().map { k, name in
        Parameter(
          name: name, shape: [1], values: [k == 0 ? 2 : -1], plasticity: Plasticity(decay: 0.01))
      })
    var update = ParameterUpdate(for: parameters, changing: ["w", "s"])
    var optimizer = Adam()
    for k in 0..<100 {
      update["w"] = [sin(Double(k))]
      update["s"] = update["w"]
      optimizer.step(update, rate: 0.05, on: &parameters)
    }
    let ratio = (parameters["w"].values[0] - parameters["s"].values[0]) / 3
    // Each step rounds numbers of order 1 to 1e-16.
    #expect(abs(ratio - 0.3660323413) < 5e-11)
  }

  @Test(
    "a restored optimizer goes on to the same bits",
    arguments: [
      GradientDescent() as any Optimizer, Momentum(0.9), Adam(),
      Adam(weightDecay: .decoupled(0.1)),
    ])
  func restored(_ optimizer: any Optimizer) throws {
    var (parameters, update) = fixture()
    var first = optimizer
    for direction in directions {
      update["w"] = direction
      first.step(update, rate: 0.01, on: &parameters)
    }
    var second = optimizer
    try second.restore(first.state, for: parameters)
    var copy = parameters
    for direction in directions {
      update["w"] = direction
      first.step(update, rate: 0.01, on: &parameters)
      second.step(update, rate: 0.01, on: &copy)
    }
    #expect(parameters == copy)
    #expect(first.state == second.state)
  }

  @Test("the state of other parameters is refused")
  func foreignState() {
    var optimizer = Momentum()
    let state = OptimizerState(slots: ["velocity": [[1, 2], [], []]])
    #expect(throws: TrainingError.self) { try optimizer.restore(state, for: fixture().0) }
  }

  @Test("clipping scales all changes by one factor, and only beyond the limit")
  func clipping() {
    var (_, update) = fixture()
    update["w"] = [3, 0, 0]
    update["frozen"] = [4, 0]
    #expect(update.clip(toNorm: 10) == 5)
    #expect(update["w"] == [3, 0, 0])
    #expect(update.clip(toNorm: 1) == 5)
    #expect(abs(update.norm - 1) < 1e-15)
    #expect(abs(update["w"][0] - 0.6) < 1e-15 && abs(update["frozen"][0] - 0.8) < 1e-15)
    #expect(update.clip(toNorm: nil) == update.norm)
  }
}

@Suite("Schedules")
struct ScheduleTests {
  @Test("a cosine starts at 1, passes the middle, and nears its final fraction")
  func cosine() {
    let schedule = CosineSchedule(final: 0.1)
    #expect(schedule.factor(step: 0, of: 100) == 1)
    #expect(abs(schedule.factor(step: 50, of: 100) - 0.55) < 1e-15)
    #expect(abs(schedule.factor(step: 25, of: 100) - (0.1 + 0.45 * (1 + 0.5.squareRoot()))) < 1e-15)
    #expect(abs(schedule.factor(step: 100, of: 100) - 0.1) < 1e-15)
    #expect(abs(schedule.factor(step: 150, of: 100) - 0.1) < 1e-15)
    for step in 1..<100 {
      #expect(schedule.factor(step: step, of: 100) < schedule.factor(step: step - 1, of: 100))
    }
  }

  @Test("steps have three stages: 1, √final, final")
  func steps() {
    let schedule = StepSchedule(final: 0.01)
    let factors = (0..<9).map { schedule.factor(step: $0, of: 9) }
    #expect(factors == [1, 1, 1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01])
    #expect(schedule.factor(step: 0, of: 0) == 1)
    #expect(ConstantSchedule().factor(step: 7, of: 9) == 1)
  }

  @Test("milestones and periods multiply the rate by the same factor again and again")
  func milestones() {
    let schedule = MilestoneSchedule([6, 2], factor: 0.5)
    #expect(
      (0..<8).map { schedule.factor(step: $0, of: 9) } == [1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25])
    let periodic = PeriodicSchedule(every: 3, factor: 0.5)
    #expect((0..<7).map { periodic.factor(step: $0, of: 9) } == [1, 1, 1, 0.5, 0.5, 0.5, 0.25])
    // With a rise before them they count all updates.
    let warm = Warmup(4, within: schedule)
    #expect(
      (0..<8).map { warm.factor(step: $0, of: 9) } == [0.25, 0.5, 0.75, 1, 0.5, 0.5, 0.25, 0.25])
  }

  @Test("a line falls evenly, an exponential by the same factor, both to their final fraction")
  func falling() {
    let line = LinearSchedule(final: 0.2)
    #expect(
      (0...4).map { line.factor(step: $0, of: 4) }.map { ($0 * 10).rounded() } == [10, 8, 6, 4, 2])
    let exponential = ExponentialSchedule(final: 1.0 / 16)
    for step in 0...4 {
      let expected = [1, 0.5, 0.25, 0.125, 0.0625][step]
      #expect(abs(exponential.factor(step: step, of: 4) - expected) < 1e-15)
    }
    for schedule in [line as any Schedule, exponential] {
      #expect(schedule.factor(step: 0, of: 0) == 1)
      #expect(schedule.factor(step: 9, of: 4) == schedule.factor(step: 4, of: 4))
    }
  }

  @Test("a warmup rises linearly, and the schedule runs over the rest")
  func warmup() {
    let schedule = Warmup(4, then: CosineSchedule(final: 0.2))
    #expect((0..<4).map { schedule.factor(step: $0, of: 14) } == [0.25, 0.5, 0.75, 1])
    #expect(schedule.factor(step: 4, of: 14) == 1)
    #expect(abs(schedule.factor(step: 9, of: 14) - 0.6) < 1e-15)
    #expect(Warmup(0, then: ConstantSchedule()).factor(step: 0, of: 3) == 1)
  }
}

private let adamOracle = [0.5619554580443322, -1.1335740449043268, 2.105282848101571]
