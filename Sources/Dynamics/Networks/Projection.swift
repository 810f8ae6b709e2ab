public import LinearAlgebra

/// A named connection from the rates of one population to the potentials of another.
///
/// What it transmits is linear in the rates: dense and convolutional projections are conformances,
/// and a new kind is one file with a conformance of its own.
public protocol Projection: Sendable {
  /// Unique among the projections and populations of a network.
  var name: String { get }
  /// The names of the populations it comes from and goes to.
  var source: String { get }
  /// The population that it goes to.
  var target: String { get }
  /// Whether control travels back through weights of its own, `<name>.feedback`, rather than through
  /// the transpose.
  var hasSeparateFeedback: Bool { get }
  /// The shape of `<name>.weight` between populations of these sizes. Feedback has the same.
  func weightShape(sourceSize: Int, targetSize: Int) -> [Int]
  /// The number of weights that one unit of the target receives, for initialisation.
  func fanIn(sourceSize: Int, targetSize: Int) -> Int
  /// The products over a batch, on weights of this precision.
  func makeProducts<E: Scalar>(sourceSize: Int, targetSize: Int, _ precision: E.Type)
    -> any ProjectionProducts<E>
}

/// The products of one projection over a batch, with its own copy of the weights.
///
/// Rows are samples. A conformance is right when `backward` is the transpose of `forward` and
/// `gradient` the transpose of the derivative of `forward` in the weights.
public protocol ProjectionProducts<Element>: AnyObject {
  /// The scalar type of the products.
  associatedtype Element: Scalar

  /// Takes over the weights, rounded to the precision of the products.
  func load(_ weights: ContiguousArray<Double>)
  /// potential ← potential + W·rate. The same product serves tangents.
  func forward(_ rate: MatrixView<Element>, addingTo potential: MutableMatrixView<Element>)
  /// rate ← rate + Wᵀ·signal
  func backward(_ signal: MatrixView<Element>, addingTo rate: MutableMatrixView<Element>)
}

/// The part of a projection that learning uses: how its weights enter, in double precision.
public protocol WeightGradient: Projection {
  /// gradient ← gradient + Σ over samples of signal ⊗ rate, where W·rate is what the projection
  /// transmits: (∂f/∂W)ᵀ·signal.
  func accumulateGradient(
    signal: MatrixView<Double>, rate: MatrixView<Double>,
    into gradient: inout ContiguousArray<Double>)
}
