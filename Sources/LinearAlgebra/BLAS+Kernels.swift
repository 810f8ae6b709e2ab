internal import COpenBLAS
#if canImport(Glibc)
  internal import Glibc
#endif

extension BLAS {
  /// The environment variable that names OpenBLAS's kernels. It is read when the library is loaded.
  private static let variable = "OPENBLAS_CORETYPE"

  /// The kernels to ask for where OpenBLAS is older than the processor and fell back to those that run on
  /// any; `nil` where it knows the processor or was told what to take.
  ///
  /// - Parameters:
  ///   - chosen: what OpenBLAS took.
  ///   - possible: the best that this processor can run.
  ///   - asked: what the environment asks for.
  package static func betterKernels(chosen: String?, possible: String?, asked: String?) -> String? {
    guard asked == nil || asked == "", chosen == "Prescott" else { return nil }
    return possible
  }

  /// Starts this program anew with the kernels that the processor can run, where OpenBLAS took its oldest
  /// because it does not know the processor: products are three times as fast so with OpenBLAS 0.3.21 on a
  /// Xeon of 2023. Does nothing elsewhere, and nothing where the environment has `OPENBLAS_CORETYPE`.
  ///
  /// OpenBLAS chooses while it is loaded, before any line of the program, so there is no other way. Call it
  /// first of all: what the program has done by then is done twice.
  public static func adoptFastKernels() {
    #if canImport(Glibc)
      let better = betterKernels(
        chosen: openblas_get_corename().map { String(cString: $0) },
        possible: settle_openblas_kernels().map { String(cString: $0) },
        asked: getenv(variable).map { String(cString: $0) })
      guard let better else { return }
      setenv(variable, better, 1)
      // Returns only if it fails, and then the old kernels are right, too.
      execv("/proc/self/exe", CommandLine.unsafeArgv)
    #endif
  }
}
