import Experiments
import Learning
import SettleCommand

/// Least control for synapses that saturate: the nearer a weight is to its bound, the less it grows.
struct Saturating: LocalRule {
  var bound: Double

  func change(_ synapse: Synapse) -> Double {
    let step = synapse.controlPost * synapse.ratePre
    let room = 1 - synapse.weight.magnitude / bound
    return step * synapse.weight > 0 ? step * max(room, 0) : step
  }
}

var registry = Registry()
registry.addRule("saturating", "least control within bounds", options: ["bound": 1]) {
  LocalLearning(Saturating(bound: $0["bound"]), name: "saturating")
}
SettleCommand.run(registry: registry)
