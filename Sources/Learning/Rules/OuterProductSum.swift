internal import Dynamics
internal import LinearAlgebra

/// Sums over samples of a post-side signal times the pre-synaptic rate, in one settled state: what rules
/// of two phases add and subtract.
struct OuterProductSum {
  let state: SettledState
  let parameters: ParameterSet

  /// Writes the signal of every unit at every sample, [samples × post].
  ///
  /// - Parameter source: the population before; nil for a bias, whose rate is 1.
  typealias Signal = (
    _ source: Population?, _ target: Population, PostsynapticBatch, UnsafeMutablePointer<Double>
  ) -> Void

  /// Adds the sum of every parameter that changes.
  func add(_ signal: Signal, to update: inout ParameterUpdate) {
    let network = state.network
    for projection in network.projections {
      guard let index = parameters.index(of: projection.weightName), update.changes(index),
        let gradient = projection as? any WeightGradient
      else { continue }
      let source = network.population(projection.source)
      let target = network.population(projection.target)
      let ends = SynapseEnds(state, from: source.name, to: target.name)
      ends.withBatches(weights: parameters[index].values) { batch in
        let signals = MatrixBuffer<Double>(rows: batch.samples, columns: batch.postCount)
        signal(source, target, batch.posts, signals.base)
        gradient.accumulateGradient(
          signal: signals.view(rows: batch.samples), rate: batch.preRates, into: &update[index])
      }
    }
    for population in network.populations where population.hasBias {
      guard let index = parameters.index(of: population.biasName), update.changes(index) else {
        continue
      }
      let ends = SynapseEnds(state, from: nil, to: population.name)
      ends.withBatches(weights: parameters[index].values) { batch in
        let signals = MatrixBuffer<Double>(rows: batch.samples, columns: batch.postCount)
        signal(nil, population, batch.posts, signals.base)
        for r in 0..<batch.samples {
          for unit in 0..<batch.postCount { update[index][unit] += signals.row(r)[unit] }
        }
      }
    }
  }

  /// Adds c·ψ_post·σ(φ_pre), with u for a readout.
  func addControls(times factor: Double, to update: inout ParameterUpdate) {
    add(
      { _, _, posts, signals in
        for r in 0..<posts.samples {
          Double.scale(
            factor, posts.controls.row(r), into: signals + r * posts.count, count: posts.count)
        }
      }, to: &update)
  }

  /// Adds c·∂/∂W of ½σᵀWσ + (Ux + b)ᵀσ: half the product of both rates where both ends are units, the
  /// rate behind the synapse times what comes in elsewhere.
  func addRates(times factor: Double, to update: inout ParameterUpdate) {
    add(
      { source, _, posts, signals in
        let own = source?.role == .units ? factor / 2 : factor
        for r in 0..<posts.samples {
          Double.scale(own, posts.rates.row(r), into: signals + r * posts.count, count: posts.count)
        }
      }, to: &update)
  }
}

extension Network {
  /// The weights and biases that the rules here change.
  var weightsAndBiases: Set<String> {
    Set(projections.map(\.weightName) + populations.filter(\.hasBias).map(\.biasName))
  }

  /// Why weights have no gradient, or nil.
  var objectionToGradients: String? {
    projections.first { !($0 is any WeightGradient) }.map {
      "the projection \($0.name) has no gradient for its weights"
    }
  }

  /// Why there is no Hopfield energy, or nil. That the weights are symmetric is for constraints to see
  /// to.
  func objectionToHopfieldEnergy(_ rule: String) -> String? {
    if outputPopulation.role == .readout {
      return
        "\(rule) reads rates, and the readout \(output.population) has none; make it a population "
        + "of units"
    }
    for projection in projections where population(projection.source).role == .units {
      let hasPartner = projections.contains {
        $0.source == projection.target && $0.target == projection.source
      }
      if !hasPartner {
        return "\(rule) needs symmetric connections, and nothing comes back along "
          + "\(projection.name); add a projection from \(projection.target) to \(projection.source)"
      }
    }
    return nil
  }
}
