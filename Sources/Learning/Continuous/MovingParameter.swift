internal import Dynamics

/// A parameter that is part of the state of a ``ContinuousField``.
struct MovingParameter {
  /// Its place among the parameters.
  var index: Int
  /// Where it begins among all moving parameters, and how many numbers it has.
  var offset: Int
  var count: Int
  var name: String
  /// The projection that it belongs to; nil for a bias.
  var projection: (any WeightGradient)?
  /// The population that it goes to.
  var target: String
  /// Factor of its learning.
  var rate: Double
  /// γ
  var decay: Double

  /// Those of a network that may learn.
  static func all(
    of network: Network, _ parameters: ParameterSet, _ options: ContinuousOptions
  ) -> [MovingParameter] {
    var all: [MovingParameter] = []
    var offset = 0
    func add(_ name: String, _ projection: (any WeightGradient)?, _ target: String, decay: Double) {
      guard let index = parameters.index(of: name), parameters[index].plasticity.isLearned else {
        return
      }
      let count = parameters[index].values.count
      all.append(
        MovingParameter(
          index: index, offset: offset, count: count, name: name, projection: projection,
          target: target, rate: parameters[index].plasticity.rate, decay: decay))
      offset += count
    }
    for projection in network.projections {
      let gradient = projection as? any WeightGradient
      add(projection.weightName, gradient, projection.target, decay: options.decay)
      if projection.hasSeparateFeedback && options.learnsFeedback {
        add(projection.feedbackName, gradient, projection.target, decay: options.decay)
      }
    }
    for population in network.populations where population.hasBias {
      add(population.biasName, nil, population.name, decay: 0)
    }
    return all
  }
}
