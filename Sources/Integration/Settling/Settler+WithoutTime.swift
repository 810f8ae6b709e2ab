internal import LinearAlgebra

extension Settler {
  /// KINSOL on the given samples together: Newton–Krylov, or the fixed point with Anderson
  /// acceleration. What it claims is judged like everything else.
  func findRoots(
    of samples: [Int], in batch: inout Batch<Element>, by method: SettlingOptions.Method
  ) throws {
    batch.activate(samples, on: field)
    let rows = samples.count
    batch.gather(rows: rows)
    let finder = try RootFinder(field, options: rootOptions(method, rows: rows))
    var result: RootResult?
    var failure: IntegrationError?
    do {
      result = try batch.withCurrent(rows: rows) { try finder.solve(at: 0, &$0) }
    } catch let error as IntegrationError {
      failure = error
    }
    var isFinite = true
    do {
      try evaluate(at: 0, batch, rows: rows)
    } catch let error as IntegrationError {
      failure = failure ?? error
      isFinite = false
    }
    let evaluations = (result?.statistics.fieldEvaluations ?? 0) + 1
    for row in 0..<rows {
      let residual = isFinite ? judge.measure(row: row, batch.current, derivative) : .nan
      var outcome = Outcome.solverFailure
      var message = failure?.description
      if residual <= judge.acceptance {
        outcome = .settled
        message = nil
      } else if !residual.isFinite || !batch.isBounded(row: row) {
        outcome = .diverged
      } else if let result {
        outcome = result.outcome == .iterationLimit ? .outOfSteps : .solverFailure
        message = "KINSOL ended here: \(result.outcome.sentence)"
      }
      batch.record(
        row: row, outcome: outcome, time: .nan, method: method.rawValue, evaluations: evaluations,
        products: result?.statistics.jacobianProducts ?? 0,
        steps: result?.statistics.iterations ?? 0, residual: residual, message: message)
    }
  }

  private func rootOptions(
    _ method: SettlingOptions.Method, rows: Int
  ) -> RootFinderOptions {
    var krylov = 20
    if case .krylov(let dimension, _) = options.linearSolver { krylov = dimension }
    var root = RootFinderOptions(
      method == .anderson
        ? .anderson(depth: min(options.andersonDepth, options.iterations - 1))
        : .newtonKrylov(dimension: krylov))
    // Every component small enough that the norms of all variables are, even where the state is zero.
    root.tolerance = options.residual * options.floor / Double(dimension).squareRoot()
    root.iterationLimit = options.iterations
    if method == .newton {
      // KINSOL allows a thousand times the length of the start, and from rest just 1 for the whole
      // batch: no way to arrive.
      root.maximumStep = 1e3 * Double(rows * dimension).squareRoot()
      // KINSOL measures ż; the judge measures brackets.
      root.residualScale = field.bracketWeights.map { 1 / Double($0) }
    }
    return root
  }

  /// z ← z + ż until every sample has settled: the explicit Euler method with unit step.
  func iterate(_ samples: [Int], in batch: inout Batch<Element>) throws {
    batch.activate(samples, on: field)
    batch.gather(rows: samples.count)
    var active = samples.count
    var motions = Array(repeating: Motion(), count: active)
    var iteration = 0
    while active > 0 {
      try evaluate(at: 0, batch, rows: active)
      let isOver = iteration >= options.iterations
      for row in (0..<active).reversed() {
        let residual = judge.measure(row: row, batch.current, derivative)
        var outcome: Outcome?
        if residual <= judge.acceptance {
          outcome = .settled
        } else if !residual.isFinite || !batch.isBounded(row: row) {
          outcome = .diverged
        } else {
          motions[row].record(
            time: Double(iteration), residual: residual,
            value: judge.bracket(row: row, column: motions[row].component, derivative),
            tolerance: options.residual, timeLimit: Double(options.iterations)
          ) { judge.worst(row: row, batch.current, derivative) }
          if isOver { outcome = motions[row].outcome(afterTime: false) }
        }
        guard let outcome else { continue }
        batch.record(
          row: row, outcome: outcome, time: .nan, method: "fixed-point",
          evaluations: iteration + 1, products: 0, steps: iteration, residual: residual,
          message: nil)
        active -= 1
        if row != active {
          field.exchangeSamples(row, active)
          batch.exchange(row, active)
          motions.swapAt(row, active)
          exchangeRows(derivative.baseAddress!, row, active, width: dimension)
        }
        field.keepSamples(active)
      }
      batch.add(derivative, rows: active)
      iteration += 1
    }
  }
}
