public import LinearAlgebra

/// All-to-all: W is [post, pre], and the transmitted potential is W·σ(φ_pre).
public struct DenseProjection: WeightGradient {
  public let name: String
  public let source: String
  /// The population that it goes to.
  public let target: String
  public let hasSeparateFeedback: Bool

  /// From its parts.
  public init(
    from source: String, to target: String, name: String? = nil, separateFeedback: Bool = false
  ) {
    self.name = name ?? "\(source)-\(target)"
    self.source = source
    self.target = target
    self.hasSeparateFeedback = separateFeedback
  }

  public func weightShape(sourceSize: Int, targetSize: Int) -> [Int] { [targetSize, sourceSize] }
  public func fanIn(sourceSize: Int, targetSize: Int) -> Int { sourceSize }

  public func makeProducts<E: Scalar>(sourceSize: Int, targetSize: Int, _ precision: E.Type)
    -> any ProjectionProducts<E>
  {
    DenseProducts<E>(rows: targetSize, columns: sourceSize)
  }

  public func accumulateGradient(
    signal: MatrixView<Double>, rate: MatrixView<Double>,
    into gradient: inout ContiguousArray<Double>
  ) {
    precondition(gradient.count == signal.columns * rate.columns && signal.rows == rate.rows)
    guard signal.rows > 0 else { return }
    gradient.withUnsafeMutableBufferPointer {
      Double.multiply(
        transposeA: true, transposeB: false,
        rows: signal.columns, columns: rate.columns, inner: signal.rows,
        alpha: 1, signal.base, signal.stride, rate.base, rate.stride,
        beta: 1, $0.baseAddress!, rate.columns)
    }
  }
}

final class DenseProducts<E: Scalar>: ProjectionProducts {
  typealias Element = E
  private let rows: Int
  private let columns: Int
  private let weights: MatrixBuffer<E>
  /// Wᵀ, where products are faster with it.
  private let transposed: MatrixBuffer<E>?

  init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    weights = MatrixBuffer(rows: rows, columns: columns)
    transposed =
      BLAS.prefersTransposedCopy(inner: columns) ? MatrixBuffer(rows: columns, columns: rows) : nil
  }

  @specialized(where E == Float)
  @specialized(where E == Double)
  func load(_ weights: ContiguousArray<Double>) {
    precondition(weights.count == rows * columns)
    weights.withUnsafeBufferPointer {
      guard let base = $0.baseAddress else { return }
      E.narrow(base, into: self.weights.base, count: rows * columns)
    }
    if let transposed {
      E.transpose(self.weights.base, rows: rows, columns: columns, into: transposed.base)
    }
  }

  func forward(_ rate: MatrixView<E>, addingTo potential: MutableMatrixView<E>) {
    E.multiply(
      transposeA: false, transposeB: transposed == nil,
      rows: rate.rows, columns: rows, inner: columns,
      alpha: 1, rate.base, rate.stride,
      (transposed ?? weights).base, (transposed ?? weights).columns,
      beta: 1, potential.base, potential.stride)
  }

  func backward(_ signal: MatrixView<E>, addingTo rate: MutableMatrixView<E>) {
    E.multiply(
      transposeA: false, transposeB: false, rows: signal.rows, columns: columns, inner: rows,
      alpha: 1, signal.base, signal.stride, weights.base, columns,
      beta: 1, rate.base, rate.stride)
  }
}
