internal import Dynamics
internal import Foundation

/// How far weights have grown in a training, and the learning rates at which they would not.
struct WeightGrowth {
  /// The parameter that has grown most, such as `input-hidden.weight`.
  let parameter: String
  /// The ratio of its largest magnitudes, now and at first; infinite where a value is no number.
  let factor: Double

  /// Beyond this the rate is to blame, whatever else is seen: weights that learn well grow by a factor of a
  /// few.
  private static let hopeless = 100.0
  /// Nor is what began small and has become as large as weights are the fault of the rate.
  private static let large = 10.0

  /// Nil where nothing has grown beyond all measure.
  init?(from start: ParameterSet, to now: ParameterSet) {
    var most: (name: String, factor: Double)?
    for parameter in now.parameters {
      guard let index = start.index(of: parameter.name) else { continue }
      let (first, last) = (Self.size(start[index].values), Self.size(parameter.values))
      guard first > 0, last > Self.large, last / first > most?.factor ?? Self.hopeless else {
        continue
      }
      most = (parameter.name, last / first)
    }
    guard let most else { return nil }
    (parameter, factor) = most
  }

  /// What was seen, in a sentence.
  func words(rate: Double) -> String {
    let grown =
      factor.isFinite ? "\(Diagnosis.short(factor)) times what they were" : "no numbers any more"
    return "the values of \(parameter) are \(grown): the learning rate \(Doctor.written(rate)) is "
      + "too large"
  }

  /// Rates to go on with, the largest first.
  ///
  /// - Parameter normalizing: whether the optimizer makes steps of the rate's own size, so that weights grow in
  ///   proportion to it; else they grow ever faster, and how far they came says little.
  func gentlerRates(than rate: Double, normalizing: Bool) -> [Double] {
    let decades = factor.isFinite && normalizing ? max(1, log10(factor).rounded(.up)) : 1
    return (0..<4).map { rate * pow(10, -decades - Double($0)) }
  }

  private static func size(_ values: ContiguousArray<Double>) -> Double {
    values.reduce(0) { $1.magnitude <= $0 ? $0 : ($1.isNaN ? .infinity : $1.magnitude) }
  }
}
