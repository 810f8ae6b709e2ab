/// The shape that all vectors of one ``StateLayout`` share, where C callbacks can read it without
/// reference counting.
struct StateShape: BitwiseCopyable {
  /// Rows in use.
  var rows: Int
  /// Rows allocated.
  let capacity: Int
  /// Elements of a row.
  let width: Int
  /// Elements in use, `rows * width`.
  var count: Int
  /// Whether the elements are `Float`; `Double` otherwise.
  let isSingle: Bool
}
