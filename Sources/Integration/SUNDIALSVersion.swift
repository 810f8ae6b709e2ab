internal import CSUNDIALS

/// The version of the SUNDIALS library in use.
public enum SUNDIALS {
  /// The version of the library that is linked, such as `6.4.1`.
  public static var version: String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
      buffer.initialize(repeating: 0)
      guard SUNDIALSGetVersion(buffer.baseAddress!, 64) == 0 else { return SUNDIALS_VERSION }
      return String(cString: buffer.baseAddress!)
    }
  }
}
