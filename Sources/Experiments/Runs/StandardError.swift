/// Text for people. That nobody reads it any more is no reason to stop working.
public enum StandardError {
  /// Writes text; failures go unnoticed.
  public static func write(_ text: String) {
    try? Descriptor.write(Array(text.utf8)[...], to: 2, path: "standard error")
  }
}
