internal import Dynamics
internal import Foundation

/// How far weights have grown in a training, and the learning rate at which they would not.
struct WeightGrowth {
  /// The parameter that has grown most, such as `input-hidden.weight`.
  let parameter: String
  /// The ratio of its norms, now and at first; infinite where a value is not finite.
  let factor: Double

  /// Beyond this the rate is to blame, whatever else is seen: weights that learn well grow by a factor of a
  /// few.
  static let hopeless = 100.0

  /// Nil where no parameter that began with values other than zero is left.
  init?(from start: ParameterSet, to now: ParameterSet) {
    var most: (name: String, factor: Double)?
    for parameter in now.parameters {
      guard let index = start.index(of: parameter.name) else { continue }
      let first = Self.squareSum(start[index].values)
      guard first > 0, first.isFinite else { continue }
      let ratio = (Self.squareSum(parameter.values) / first).squareRoot()
      let factor = ratio.isNaN ? .infinity : ratio
      if factor > most?.factor ?? 0 { most = (parameter.name, factor) }
    }
    guard let most else { return nil }
    (parameter, factor) = most
  }

  var isHopeless: Bool { factor > Self.hopeless }

  /// What was seen, in a sentence.
  func words(rate: Double) -> String {
    let grown =
      factor.isFinite ? "\(Diagnosis.short(factor)) times what they were" : "no numbers any more"
    return "the weights \(parameter) are \(grown): the learning rate \(Doctor.written(rate)) is "
      + "too large"
  }

  /// Rates to go on with, the largest first: weights grow in proportion to the rate, or faster.
  func gentlerRates(than rate: Double) -> [Double] {
    let decades = factor.isFinite ? max(1, log10(factor).rounded(.up)) : 3
    return (0..<4).map { rate * pow(10, -decades - Double($0)) }
  }

  private static func squareSum(_ values: ContiguousArray<Double>) -> Double {
    values.reduce(0) { $0 + $1 * $1 }
  }
}
