internal import Dynamics

extension Trainer {
  /// The name of the parameter that the last update changed most, by the norm of its change before the
  /// optimizer; nil where there was none.
  public var mostChanged: String? {
    var largest: (name: String, sum: Double)?
    for index in 0..<total.count where total.changes(index) {
      let sum = total[index].reduce(0) { $0 + $1 * $1 }
      if !(sum <= largest?.sum ?? 0) { largest = (parameters[index].name, sum) }
    }
    return largest?.name
  }
}
