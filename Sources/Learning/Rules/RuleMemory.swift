/// What a rule remembers from sample to sample.
public protocol RuleMemory: Sendable {
  /// All of it, by names of the rule's choice, for checkpoints: what is read, written back to a new
  /// memory of the same rule and parameters, makes it the same.
  var arrays: [String: ContiguousArray<Double>] { get set }
}
