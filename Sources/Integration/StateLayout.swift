internal import CSUNDIALS
public import LinearAlgebra

/// Rows and columns of a batch state, shared by every vector made from it.
///
/// A state is a row-major matrix of ``rows`` × ``width`` elements, one row a sample. The layout knows
/// every vector that is alive, those that CVODE cloned for its history included. Rows can therefore
/// be exchanged, and the last ones dropped, in all of them at once: to the solver it looks as if the
/// batch had always been like that, so it goes on with its order and step size.
public final class StateLayout {
  /// Bytes that belong to the rows one by one: a vector, or the Jacobian blocks of the samples.
  private struct RowStorage {
    var base: UnsafeMutableRawPointer
    var bytesPerRow: Int
  }

  let shape: UnsafeMutablePointer<StateShape>
  let context: SolverContext
  private let elementSize: Int
  private var storages: [RowStorage?] = []
  private var free: [Int] = []
  private var vectorCount = 0

  /// A layout of `capacity` rows, all of them active.
  public convenience init<Element: Scalar>(_ type: Element.Type, capacity: Int, width: Int) throws {
    try self.init(type, capacity: capacity, width: width, context: SolverContext())
  }

  init<Element: Scalar>(
    _ type: Element.Type, capacity: Int, width: Int, context: SolverContext
  ) throws(IntegrationError) {
    guard capacity > 0, width > 0 else {
      throw .badInput(
        "a state needs at least one sample and one variable, not \(capacity) × \(width)")
    }
    precondition(
      type == Float.self || type == Double.self, "states are of Float or Double, not \(type)")
    self.context = context
    elementSize = MemoryLayout<Element>.stride
    shape = .allocate(capacity: 1)
    shape.initialize(
      to: StateShape(
        rows: capacity, capacity: capacity, width: width, count: capacity * width,
        isSingle: type == Float.self))
  }

  deinit { shape.deallocate() }

  /// Active rows: samples that are still being integrated.
  public var rows: Int { shape.pointee.rows }
  /// Rows that fit.
  public var capacity: Int { shape.pointee.capacity }
  /// Elements of a row.
  public var width: Int { shape.pointee.width }
  /// Vectors that exist now.
  public var liveVectors: Int { vectorCount }

  /// Exchanges two active rows in every live vector and block matrix.
  public func exchangeRows(_ first: Int, _ second: Int) {
    precondition(
      (0..<rows).contains(first) && (0..<rows).contains(second),
      "rows \(first) and \(second) of \(rows) cannot be exchanged")
    guard first != second else { return }
    for case let storage? in storages {
      exchangeBytes(
        storage.base + first * storage.bytesPerRow, storage.base + second * storage.bytesPerRow,
        storage.bytesPerRow)
    }
  }

  /// Keeps the first `count` rows of every live vector.
  public func keepRows(_ count: Int) {
    precondition((1...rows).contains(count), "\(count) of \(rows) rows cannot be kept")
    setRows(count)
  }

  /// Makes `rows` rows active for a new start. What they hold is not defined.
  public func reset(rows: Int) {
    precondition((1...capacity).contains(rows), "\(rows) rows do not fit into \(capacity)")
    setRows(rows)
  }

  private func setRows(_ count: Int) {
    shape.pointee.rows = count
    shape.pointee.count = count * shape.pointee.width
  }

  // MARK: The registry

  /// Enters storage whose rows move with the samples, and returns its number in the registry.
  func register(_ base: UnsafeMutableRawPointer, bytesPerRow: Int) -> Int {
    let storage = RowStorage(base: base, bytesPerRow: bytesPerRow)
    if let index = free.popLast() {
      storages[index] = storage
      return index
    }
    storages.append(storage)
    return storages.count - 1
  }

  func unregister(_ index: Int) {
    storages[index] = nil
    free.append(index)
  }

  /// Allocates a vector's elements, aligned to a cache line and zero.
  func makeVectorStorage() -> (elements: UnsafeMutableRawPointer, index: Int) {
    let bytes = capacity * width * elementSize
    let elements = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    elements.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    vectorCount += 1
    return (elements, register(elements, bytesPerRow: width * elementSize))
  }

  func freeVectorStorage(_ elements: UnsafeMutableRawPointer, index: Int) {
    unregister(index)
    vectorCount -= 1
    elements.deallocate()
  }
}

private func exchangeBytes(
  _ first: UnsafeMutableRawPointer, _ second: UnsafeMutableRawPointer, _ count: Int
) {
  typealias Line = SIMD8<UInt64>
  let size = MemoryLayout<Line>.size
  var i = 0
  while i &+ size <= count {
    let line = (first + i).loadUnaligned(as: Line.self)
    (first + i).storeBytes(of: (second + i).loadUnaligned(as: Line.self), as: Line.self)
    (second + i).storeBytes(of: line, as: Line.self)
    i &+= size
  }
  while i < count {
    let byte = (first + i).load(as: UInt8.self)
    (first + i).storeBytes(of: (second + i).load(as: UInt8.self), as: UInt8.self)
    (second + i).storeBytes(of: byte, as: UInt8.self)
    i &+= 1
  }
}
