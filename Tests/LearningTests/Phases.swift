import Dynamics
import Integration
import Learning

/// Δ of the samples, summed, by a rule that reads any phases, as training settles them.
func phasedUpdate(
  _ rule: any LearningRule, _ network: Network, _ controller: any Controller,
  _ parameters: ParameterSet, _ samples: Samples, options: SettlingOptions = .accurate
) throws -> (update: ParameterUpdate, states: [[SettledPhase: SettledState]]) {
  let free = try BatchSettler(network, controller: NoControl(), options: options)
  let settlers = try PhaseSettlers(
    network, controller: controller, phases: rule.phases, free: free, options: options,
    precision: .double, threads: 1)
  settlers.load(parameters)
  let states = try settlers.settle(samples, from: nil) { $0 }
  var update = ParameterUpdate(for: parameters, changing: rule.changedParameters(of: network))
  var memory = rule.makeMemory(for: parameters)
  for chunk in states {
    rule.accumulate(
      SettledStates(chunk), parameters: parameters, memory: &memory, into: &update)
  }
  return (update, states)
}

/// The largest difference between two updates, over all parameters.
func largestDifference(
  _ a: ParameterUpdate, _ b: ParameterUpdate, _ parameters: ParameterSet
) -> Double {
  parameters.parameters.map { largestDifference(a[$0.name], b[$0.name]) }.max() ?? 0
}

extension SettledState {
  var isSettled: Bool {
    for certificate in certificates where !certificate.isEquilibrium { return false }
    return true
  }
}
