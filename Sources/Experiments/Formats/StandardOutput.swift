#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Text on standard output, whose failure does not go unnoticed as that of `print` does.
public enum StandardOutput {
  /// Writes text, whole.
  public static func write(_ text: String) throws(OutputError) {
    try Descriptor.write(Array(text.utf8)[...], to: STDOUT_FILENO, path: "standard output")
  }
}
