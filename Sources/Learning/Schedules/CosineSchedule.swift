#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Half a cosine from 1 down to ``final`` (Loshchilov & Hutter, SGDR, ICLR 2017, without restarts):
/// final + (1 − final)·(1 + cos(π·step/total))/2.
public struct CosineSchedule: Schedule {
  public let name = "cosine"
  /// The fraction of the rate that is left after the last update.
  public var final: Double

  /// From its parts.
  public init(final: Double = 0.1) { self.final = final }

  public func factor(step: Int, of total: Int) -> Double {
    let progress = total > 0 ? min(1, Double(step) / Double(total)) : 0
    return final + (1 - final) * (1 + cos(.pi * progress)) / 2
  }
}
