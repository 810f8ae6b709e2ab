/// A phase of the dynamics whose settled state a rule may read.
public enum SettledPhase: String, Sendable, Hashable, CaseIterable, Codable {
  /// Without control: what the network does by itself.
  case free
  /// Under the model's controller.
  case controlled
}
