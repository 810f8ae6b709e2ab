import Integration
import LinearAlgebra

/// A field given by a function of one sample, computed in `Double` and rounded.
///
/// Every sample has a number of its own, which moves with it under compaction.
final class FunctionField<Element: Scalar>: CompactableField {
  typealias Function = (_ time: Double, _ id: Int, _ z: [Double]) throws -> [Double]
  typealias Product = (_ id: Int, _ z: [Double], _ v: [Double]) -> [Double]

  var ids: [Int]
  let dimension: Int
  var evaluations = 0
  private let function: Function
  private let product: Product?
  private var point: [Double] = []

  init(samples: Int = 1, dimension: Int, product: Product? = nil, _ function: @escaping Function) {
    ids = Array(0..<samples)
    self.dimension = dimension
    self.function = function
    self.product = product
  }

  var samples: Int { ids.count }
  var hasJacobianProduct: Bool { product != nil }
  func componentName(_ column: Int) -> String { "y.\(column)" }

  func derivative(
    at time: Double, _ state: Span<Element>, into derivative: inout MutableSpan<Element>
  ) throws {
    evaluations += 1
    for (row, id) in ids.enumerated() {
      let values = try function(
        time, id, (0..<dimension).map { Double(state[row * dimension + $0]) })
      for column in 0..<dimension { derivative[row * dimension + column] = Element(values[column]) }
    }
  }

  func linearize(at time: Double, _ state: Span<Element>) {
    point = (0..<state.count).map { Double(state[$0]) }
  }

  func jacobianProduct(_ vector: Span<Element>, into product: inout MutableSpan<Element>) {
    guard let rowProduct = self.product else { return }
    for (row, id) in ids.enumerated() {
      let start = row * dimension
      let values = rowProduct(
        id, Array(point[start..<start + dimension]),
        (0..<dimension).map { Double(vector[start + $0]) })
      for column in 0..<dimension { product[start + column] = Element(values[column]) }
    }
  }

  func exchangeSamples(_ first: Int, _ second: Int) { ids.swapAt(first, second) }
  func keepSamples(_ count: Int) { ids.removeSubrange(count...) }
}

extension Integrator {
  func start(at time: Double, _ state: [Double]) throws {
    let elements = ContiguousArray(state.map { Element($0) })
    try start(at: time, state: elements.span)
  }

  var values: [Double] {
    withState { state in (0..<state.count).map { Double(state[$0]) } }
  }

  func interpolated(at time: Double, derivative: Int = 0) throws -> [Double] {
    var result = ContiguousArray<Element>(repeating: 0, count: stateCount)
    var span = result.mutableSpan
    try interpolate(at: time, derivative: derivative, into: &span)
    return result.map { Double($0) }
  }
}

extension RootFinder {
  func solve(_ guess: [Double]) throws -> (state: [Double], result: RootResult) {
    var state = ContiguousArray(guess.map { Element($0) })
    var span = state.mutableSpan
    let result = try solve(at: 0, &span)
    return (state.map { Double($0) }, result)
  }
}

/// The largest |a − b| / (|b| + floor).
func largestError(_ a: [Double], _ b: [Double], floor: Double = 0) -> Double {
  zip(a, b).map { abs($0 - $1) / (abs($1) + floor) }.max() ?? .infinity
}

/// Robertson's chemical kinetics (1966), the standard stiff problem: rates 0.04, 3e7, 1e4.
func robertson<Element: Scalar>(_ type: Element.Type, withProduct: Bool) -> FunctionField<Element> {
  let product: FunctionField<Element>.Product = { _, y, v in
    let first = -0.04 * v[0] + 1e4 * (y[1] * v[2] + v[1] * y[2])
    let third = 6e7 * y[1] * v[1]
    return [first, -first - third, third]
  }
  return FunctionField(dimension: 3, product: withProduct ? product : nil) { _, _, y in
    let first = -0.04 * y[0] + 1e4 * y[1] * y[2]
    let third = 3e7 * y[1] * y[1]
    return [first, -first - third, third]
  }
}

/// z̈ = −ω²z with ω = 1 + id: z = cos ωt, ż = −ω sin ωt from (1, 0).
func oscillators<Element: Scalar>(_ type: Element.Type, samples: Int = 1) -> FunctionField<Element>
{
  FunctionField(
    samples: samples, dimension: 2,
    product: { id, _, v in [v[1], -Double((1 + id) * (1 + id)) * v[0]] },
    { _, id, z in [z[1], -Double((1 + id) * (1 + id)) * z[0]] })
}
