import Dynamics
import Learning
import LinearAlgebra

// One of each kind of thing that a program may register.

/// σ(φ) = φ + φ³/3
struct Cubic: Activation {
  let name = "cubic"

  func rate<E: Scalar>(_ phi: UnsafePointer<E>, into rate: UnsafeMutablePointer<E>, count: Int) {
    for i in 0..<count { rate[i] = phi[i] + phi[i] * phi[i] * phi[i] / 3 }
  }

  func rateAndSlope<E: Scalar>(
    _ phi: UnsafePointer<E>, rate: UnsafeMutablePointer<E>, slope: UnsafeMutablePointer<E>,
    count: Int
  ) {
    self.rate(phi, into: rate, count: count)
    for i in 0..<count { slope[i] = 1 + phi[i] * phi[i] }
  }

  func curvature<E: Scalar>(
    _ phi: UnsafePointer<E>, rate: UnsafePointer<E>, slope: UnsafePointer<E>,
    into curvature: UnsafeMutablePointer<E>, count: Int
  ) {
    for i in 0..<count { curvature[i] = 2 * phi[i] }
  }
}

/// L(y) = ¼ Σ (y − t)⁴ + ½ Σ (y − t)²
struct Quartic: Loss {
  let name = "quartic"
  let isClassification = false

  func value(_ output: Span<Double>, target: Span<Double>) -> Double {
    var sum = 0.0
    for i in output.indices {
      let e = output[i] - target[i]
      sum += e * e * e * e / 4 + e * e / 2
    }
    return sum
  }

  func gradient(
    _ output: Span<Double>, target: Span<Double>, into gradient: inout MutableSpan<Double>
  ) {
    for i in output.indices {
      let e = output[i] - target[i]
      gradient[i] = e * e * e + e
    }
  }

  func curvatureProduct(
    _ output: Span<Double>, target: Span<Double>, _ vector: Span<Double>,
    into product: inout MutableSpan<Double>
  ) {
    for i in output.indices {
      let e = output[i] - target[i]
      product[i] = (3 * e * e + 1) * vector[i]
    }
  }
}

/// One synapse for each unit: w is [n], and unit i reaches unit i alone.
struct OneToOne: WeightGradient {
  let name: String
  let source: String
  let target: String
  var hasSeparateFeedback: Bool { false }

  func weightShape(sourceSize: Int, targetSize: Int) -> [Int] { [targetSize] }
  func fanIn(sourceSize: Int, targetSize: Int) -> Int { 1 }

  func makeProducts<E: Scalar>(sourceSize: Int, targetSize: Int, _ precision: E.Type)
    -> any ProjectionProducts<E>
  { Products<E>() }

  func accumulateGradient(
    signal: MatrixView<Double>, rate: MatrixView<Double>,
    into gradient: inout ContiguousArray<Double>
  ) {
    for sample in 0..<signal.rows {
      for i in gradient.indices { gradient[i] += signal.row(sample)[i] * rate.row(sample)[i] }
    }
  }

  private final class Products<E: Scalar>: ProjectionProducts {
    private var weights: [E] = []

    func load(_ weights: ContiguousArray<Double>) { self.weights = weights.map { E($0) } }

    func forward(_ rate: MatrixView<E>, addingTo potential: MutableMatrixView<E>) {
      for sample in 0..<rate.rows {
        for i in weights.indices { potential.row(sample)[i] += weights[i] * rate.row(sample)[i] }
      }
    }

    func backward(_ signal: MatrixView<E>, addingTo rate: MutableMatrixView<E>) {
      for sample in 0..<signal.rows {
        for i in weights.indices { rate.row(sample)[i] += weights[i] * signal.row(sample)[i] }
      }
    }
  }
}

/// Least control minus a decay.
struct Decaying: LocalRule {
  var decay: Double
  var threshold: Double

  func change(_ synapse: Synapse) -> Double {
    let change = synapse.controlPost * synapse.ratePre
    return (abs(change) < threshold ? 0 : change) - decay * synapse.weight
  }
}
