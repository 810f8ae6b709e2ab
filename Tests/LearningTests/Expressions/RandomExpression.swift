import LinearAlgebra

/// A random rule: its text, and its value and the size of its parts, made by code that shares nothing
/// with the one under test.
indirect enum RandomExpression {
  case number(Double)
  case name(String)
  case binary(Character, RandomExpression, RandomExpression)
  case negative(RandomExpression)
  case power(RandomExpression, Int)
  case call(String, [RandomExpression])

  static let names = [
    "rate_pre", "rate_pre", "free_rate_pre", "nudged_rate_pre", "state_post", "rate_post",
    "slope_post", "control_post", "control_post", "free_rate_post", "free_state_post",
    "nudged_rate_post", "nudged_control_post", "weight", "weight", "loss", "error",
    "control_energy",
    "correct", "free_loss", "beta",
  ]
  private static let functions = [
    "tanh", "abs", "relu", "sigmoid", "step", "sign", "max", "min", "clip",
  ]

  static func make(depth: Int, _ stream: inout RandomStream) -> RandomExpression {
    func pick<T>(_ list: [T], _ stream: inout RandomStream) -> T {
      list[stream.integer(below: list.count)]
    }
    if depth == 0 || stream.integer(below: 6) == 0 {
      return stream.integer(below: 5) == 0
        ? .number(Double(stream.integer(below: 8)) / 4) : .name(pick(names, &stream))
    }
    switch stream.integer(below: 11) {
    case 0...2:
      return .binary("+", make(depth: depth - 1, &stream), make(depth: depth - 1, &stream))
    case 3: return .binary("-", make(depth: depth - 1, &stream), make(depth: depth - 1, &stream))
    case 4...6:
      return .binary("*", make(depth: depth - 1, &stream), make(depth: depth - 1, &stream))
    case 7:
      // Divisors that stay away from 0.
      let divisor = RandomExpression.binary(
        "+", .number(1.5), .call("abs", [make(depth: min(1, depth - 1), &stream)]))
      return .binary("/", make(depth: depth - 1, &stream), divisor)
    case 8: return .negative(make(depth: depth - 1, &stream))
    case 9: return .power(make(depth: depth - 1, &stream), 2 + stream.integer(below: 2))
    default:
      let function = pick(functions, &stream)
      let count = function == "clip" ? 3 : function == "max" || function == "min" ? 2 : 1
      return .call(function, (0..<count).map { _ in make(depth: depth - 1, &stream) })
    }
  }

  var text: String {
    switch self {
    case .number(let value): "\(value)"
    case .name(let name): name
    case .binary(let symbol, let a, let b): "(\(a.text) \(symbol) \(b.text))"
    case .negative(let a): "-\(a.text)"
    case .power(let a, let n): "(\(a.text))^\(n)"
    case .call(let function, let arguments):
      function + "(" + arguments.map(\.text).joined(separator: ", ") + ")"
    }
  }

  var names: Set<String> {
    switch self {
    case .number: []
    case .name(let name): [name]
    case .binary(_, let a, let b): a.names.union(b.names)
    case .negative(let a), .power(let a, _): a.names
    case .call(_, let arguments): arguments.reduce(into: []) { $0.formUnion($1.names) }
    }
  }

  var nodes: Int {
    switch self {
    case .number, .name: 1
    case .binary(_, let a, let b): 1 + a.nodes + b.nodes
    case .negative(let a): 1 + a.nodes
    case .power(let a, let n): n * a.nodes
    case .call(_, let arguments): arguments.reduce(1) { $0 + $1.nodes }
    }
  }

  /// Its value, and the size of the parts that are multiplied out and added up in another order.
  ///
  /// Nothing within a function is ever multiplied out, so that counts by its value, to the bit.
  func value(_ name: (String) -> Double) -> (value: Double, size: Double) {
    switch self {
    case .number(let value): return (value, abs(value))
    case .name(let word):
      let value = name(word)
      return (value, abs(value))
    case .negative(let a):
      let a = a.value(name)
      return (-a.value, a.size)
    case .power(let a, let n):
      let a = a.value(name)
      return n == 2
        ? (a.value * a.value, a.size * a.size)
        : (a.value * a.value * a.value, a.size * a.size * a.size)
    case .binary(let symbol, let a, let b):
      let (a, b) = (a.value(name), b.value(name))
      return switch symbol {
      case "+": (a.value + b.value, a.size + b.size)
      case "-": (a.value - b.value, a.size + b.size)
      case "*": (a.value * b.value, a.size * b.size)
      default: (a.value / b.value, a.size / abs(b.value))
      }
    case .call(let function, let arguments):
      let x = arguments.map { $0.value(name).value }
      let value: Double =
        switch function {
        case "tanh": Self.whole(x[0], Double.hyperbolicTangent)
        case "abs": abs(x[0])
        case "relu": max(x[0], 0)
        case "sigmoid": Self.whole(x[0], Double.logistic)
        case "step": x[0] > 0 ? 1 : 0
        case "sign": x[0] > 0 ? 1 : x[0] < 0 ? -1 : 0
        case "max": max(x[0], x[1])
        case "min": min(x[0], x[1])
        default: min(max(x[0], x[1]), x[2])
        }
      return (value, abs(value))
    }
  }

  private static func whole(
    _ x: Double, _ function: (UnsafePointer<Double>, UnsafeMutablePointer<Double>, Int) -> Void
  ) -> Double {
    var y = 0.0
    withUnsafePointer(to: x) { function($0, &y, 1) }
    return y
  }
}
