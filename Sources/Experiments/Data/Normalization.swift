/// How features are brought to a common range. The figures come from the training part alone, so
/// that nothing of the test part leaks into training.
public enum Normalization: String, CaseIterable, Hashable, Sendable {
  /// Inputs as they are.
  case none
  /// Mean 0 and standard deviation 1 (dividing by n) per feature; constant features become 0.
  case standardize
  /// From 0 to 1 per feature; constant features become 0.
  case minmax
}
