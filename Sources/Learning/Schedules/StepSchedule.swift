/// Three stages of equal length, with the rate multiplied by 1, √``final`` and ``final``.
public struct StepSchedule: Schedule {
  public let name = "steps"
  /// The fraction of the rate in the last stage.
  public var final: Double

  /// From its parts.
  public init(final: Double = 0.1) {
    precondition(final >= 0, "a final fraction of \(final)")
    self.final = final
  }

  public func factor(step: Int, of total: Int) -> Double {
    guard total > 0 else { return 1 }
    switch 3 * step / total {
    case ..<1: return 1
    case 1: return final.squareRoot()
    default: return final
    }
  }
}
