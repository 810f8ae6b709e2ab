public import LinearAlgebra

/// The synapses of one dense parameter, at every sample of a chunk: what a rule's loop runs over.
///
/// It borrows its memory, and is valid only during the call that it is handed to.
public struct SynapseBatch {
  /// σ(φ) of the units that they come from, [samples × pre].
  public let preRates: MatrixView<Double>
  /// The units that they go to, [samples × post].
  public let posts: PostsynapticBatch
  /// Both again, in the rule's reference phase.
  public let referencePreRates: MatrixView<Double>
  /// The units that they go to, in the rule's reference phase.
  public let referencePosts: PostsynapticBatch
  /// One for each sample.
  public let factors: UnsafePointer<ThirdFactors>
  /// [post × pre]
  public let weights: UnsafePointer<Double>

  /// The samples.
  @inlinable public var samples: Int { preRates.rows }
  /// Units that they come from.
  @inlinable public var preCount: Int { preRates.columns }
  /// Units that they go to.
  @inlinable public var postCount: Int { posts.count }
}

/// The units that a parameter's synapses go to, at every sample of a chunk.
public struct PostsynapticBatch {
  /// Each [samples × post].
  public let states: MatrixView<Double>
  /// σ(φ), [samples × units].
  public let rates: MatrixView<Double>
  /// σ′(φ), [samples × units].
  public let slopes: MatrixView<Double>
  /// ψ, [samples × units].
  public let controls: MatrixView<Double>
  /// Whether the loss reads them.
  public let isOutput: Bool

  /// Rows.
  @inlinable public var samples: Int { states.rows }
  /// Units.
  @inlinable public var count: Int { states.columns }

  /// One unit at one sample.
  @inlinable
  public func unit(_ sample: Int, _ unit: Int) -> PostsynapticUnit {
    PostsynapticUnit(
      state: states.row(sample)[unit], rate: rates.row(sample)[unit],
      slope: slopes.row(sample)[unit], control: controls.row(sample)[unit], isOutput: isOutput)
  }
}
