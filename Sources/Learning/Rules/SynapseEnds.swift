internal import Dynamics
internal import LinearAlgebra

/// Where the two ends of a parameter's synapses lie in a settled state.
struct SynapseEnds {
  private let state: SettledState
  /// Nil for a bias.
  private let source: Population?
  private let target: Population

  init(_ state: SettledState, from source: String?, to target: String) {
    self.state = state
    self.source = source.map { state.network.population($0) }
    self.target = state.network.population(target)
  }

  /// Lends the synapses at all samples to `body`.
  ///
  /// - Parameters:
  ///   - reference: the same synapses in another phase; in this one unless given.
  ///   - factors: third factors of every sample; zeros unless given.
  func withBatches(
    weights: ContiguousArray<Double>, reference: SynapseEnds? = nil,
    factors: ContiguousArray<ThirdFactors>? = nil, _ body: (SynapseBatch) -> Void
  ) {
    let factors = factors ?? ContiguousArray(repeating: ThirdFactors(), count: state.count)
    weights.withUnsafeBufferPointer { weights in
      factors.withUnsafeBufferPointer { factors in
        guard let weights = weights.baseAddress, let factors = factors.baseAddress else { return }
        withEnds { pre, posts in
          (reference ?? self).withEnds { referencePre, referencePosts in
            body(
              SynapseBatch(
                preRates: pre, posts: posts, referencePreRates: referencePre,
                referencePosts: referencePosts, factors: factors, weights: weights))
          }
        }
      }
    }
  }

  private func withEnds(_ body: (MatrixView<Double>, PostsynapticBatch) -> Void) {
    withPreRates { pre in withPosts { posts in body(pre, posts) } }
  }

  private func withPreRates(_ body: (MatrixView<Double>) -> Void) {
    let network = state.network
    guard let source else {
      let ones = MatrixBuffer<Double>(rows: state.count, columns: 1)
      ones.base.update(repeating: 1, count: state.count)
      return body(ones.view(rows: state.count))
    }
    let columns = network.columns(of: source.name)
    if source.role == .input {
      lend(state.samples.inputs, stride: network.inputCount, columns, body)
    } else {
      lend(state.observation.rates, stride: network.unitCount, columns, body)
    }
  }

  private func withPosts(_ body: (PostsynapticBatch) -> Void) {
    let network = state.network
    let isOutput = target.name == network.output.population
    guard target.role == .units else { return withReadout(body) }
    let columns = network.columns(of: target.name)
    let observation = state.observation
    let stride = network.unitCount
    lend(observation.phi, stride: stride, columns) { states in
      lend(observation.rates, stride: stride, columns) { rates in
        lend(observation.slopes, stride: stride, columns) { slopes in
          lend(observation.psi, stride: stride, columns) { controls in
            body(
              PostsynapticBatch(
                states: states, rates: rates, slopes: slopes, controls: controls,
                isOutput: isOutput))
          }
        }
      }
    }
  }

  /// A readout has no σ, and u for ψ. The loss may read only some of its units.
  private func withReadout(_ body: (PostsynapticBatch) -> Void) {
    let network = state.network
    let count = state.count
    let values = MatrixBuffer<Double>(rows: count, columns: target.size)
    let slopes = MatrixBuffer<Double>(rows: count, columns: target.size)
    let controls = MatrixBuffer<Double>(rows: count, columns: target.size)
    slopes.base.update(repeating: 1, count: count * target.size)
    let outputs = network.outputCount
    for r in 0..<count {
      for (k, unit) in network.outputUnits.enumerated() {
        values.row(r)[unit] = state.observation.outputs[r * outputs + k]
        controls.row(r)[unit] = state.observation.u[r * outputs + k]
      }
    }
    body(
      PostsynapticBatch(
        states: values.view(rows: count), rates: values.view(rows: count),
        slopes: slopes.view(rows: count), controls: controls.view(rows: count), isOutput: true))
  }

  private func lend(
    _ values: ContiguousArray<Double>, stride: Int, _ columns: Range<Int>,
    _ body: (MatrixView<Double>) -> Void
  ) {
    values.withUnsafeBufferPointer {
      guard let base = $0.baseAddress else { return }
      body(
        MatrixView(base, rows: state.count, columns: stride, stride: stride).columns(columns))
    }
  }
}
