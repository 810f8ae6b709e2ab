/// What one synapse remembers from sample to sample, such as a trace or a threshold.
///
/// ```swift
/// struct Trace: SynapseMemory {
///   var value = 0.0
///   static var fields: [WritableKeyPath<Trace, Double> & Sendable] { [\.value] }
/// }
/// ```
public protocol SynapseMemory: BitwiseCopyable, Sendable {
  /// What a new synapse remembers.
  init()
  /// The numbers that it is made of, all of them, for checkpoints.
  static var fields: [any WritableKeyPath<Self, Double> & Sendable] { get }
}

/// The memory of a synapse that has none.
public struct NoMemory: SynapseMemory, Equatable {
  @inlinable public init() {}
  public static var fields: [any WritableKeyPath<NoMemory, Double> & Sendable] { [] }
}

extension Double: SynapseMemory {
  public static var fields: [any WritableKeyPath<Double, Double> & Sendable] { [\.self] }
}
