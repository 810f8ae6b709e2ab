/// How the learning rate changes over the planned updates of a training.
public protocol Schedule: Sendable {
  /// The name used in model files.
  var name: String { get }
  /// The factor on the rate of update number `step`, counted from 0, of `total`.
  func factor(step: Int, of total: Int) -> Double
}

/// The same rate throughout.
public struct ConstantSchedule: Schedule {
  public let name = "constant"
  /// With nothing to set.
  public init() {}
  public func factor(step: Int, of total: Int) -> Double { 1 }
}
