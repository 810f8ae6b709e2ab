#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

extension InputSignal {
  static func sine(_ angle: Double) -> Double { sin(angle) }
}
