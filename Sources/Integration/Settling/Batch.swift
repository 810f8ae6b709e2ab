internal import LinearAlgebra

/// The samples that a ``Settler`` is at work on: where each is, and what it has cost so far.
///
/// Samples have a place of their own in ``states``; those being worked on are gathered, in the order of
/// the field's rows, in ``current``.
struct Batch<Element: Scalar>: ~Copyable {
  let count: Int
  private let dimension: Int
  /// The state in which each sample was left, [samples × dimension].
  private(set) var states: ContiguousArray<Element>
  /// The states of the field's rows.
  private(set) var current: ContiguousArray<Element>
  /// The sample in each row of the field, all of them, active or not.
  private(set) var order: [Int]
  private let bounds: [Double]

  private(set) var outcomes: [Outcome]
  private(set) var times: [Double]
  private(set) var evaluations: [Int]
  private(set) var products: [Int]
  private(set) var steps: [Int]
  private(set) var attempts: [[Attempt]]
  /// Samples that the last integration did not bring nearer to rest.
  private(set) var stalled: Set<Int> = []
  /// Samples that started warm and were handed over to the polish further from rest than those from zero are.
  private(set) var early: Set<Int> = []

  init(_ initial: ContiguousArray<Element>, count: Int, dimension: Int) {
    self.count = count
    self.dimension = dimension
    states = initial
    current = states
    order = Array(0..<count)
    outcomes = Array(repeating: .outOfTime, count: count)
    times = Array(repeating: .nan, count: count)
    evaluations = Array(repeating: 0, count: count)
    products = Array(repeating: 0, count: count)
    steps = Array(repeating: 0, count: count)
    attempts = Array(repeating: [], count: count)
    bounds = states.withUnsafeBufferPointer { buffer in
      (0..<count).map { sample in
        // What grows by eight orders of magnitude will not come back.
        let norm = Element.squareSum(buffer.baseAddress! + sample * dimension, count: dimension)
        return 1e16 * max(1, norm)
      }
    }
  }

  func unsettled(among samples: [Int]) -> [Int] { samples.filter { !outcomes[$0].isEquilibrium } }

  /// Marks the sample in a row as one that does not come nearer to rest.
  mutating func stall(row: Int) { stalled.insert(order[row]) }

  /// Marks the sample in a row as one that is polished from further away than others.
  mutating func markEarly(row: Int) { early.insert(order[row]) }

  /// Takes the mark from samples that are integrated anew.
  mutating func release(_ samples: [Int]) { stalled.subtract(samples) }

  /// Those that may yet settle: neither at rest nor beyond all bounds nor failed.
  func underWay(among samples: [Int]) -> [Int] {
    samples.filter {
      let outcome = outcomes[$0]
      return !outcome.isEquilibrium && outcome != .diverged
        && !(outcome == .solverFailure && attempts[$0].last?.method != "verification")
    }
  }

  /// The time at which the sample in a row was left, or `start` where it has not begun.
  func ownTime(row: Int, since start: Double) -> Double {
    let time = times[order[row]]
    return time.isFinite ? time : start
  }

  func latestTime(among samples: [Int], or time: Double) -> Double {
    samples.reduce(time) { times[$1].isFinite ? max($0, times[$1]) : $0 }
  }

  // MARK: Rows of the field

  /// Brings `samples` to the first rows of the field, in that order, and drops the others.
  mutating func activate(_ samples: [Int], on field: some CompactableField<Element>) {
    field.keepSamples(count)
    for (row, sample) in samples.enumerated() {
      let at = order.firstIndex(of: sample)!
      if at != row {
        field.exchangeSamples(row, at)
        order.swapAt(row, at)
      }
    }
    field.keepSamples(samples.count)
  }

  /// Gives the field its samples back as they came.
  mutating func restoreOrder(of field: some CompactableField<Element>) {
    activate(Array(0..<count), on: field)
  }

  mutating func exchange(_ first: Int, _ second: Int) {
    order.swapAt(first, second)
    current.withUnsafeMutableBufferPointer {
      exchangeRows($0.baseAddress!, first, second, width: dimension)
    }
  }

  // MARK: States

  /// Fills the first rows of ``current`` from the samples' own places.
  mutating func gather(rows: Int) {
    current.withUnsafeMutableBufferPointer { target in
      states.withUnsafeBufferPointer { source in
        for row in 0..<rows {
          (target.baseAddress! + row * dimension).update(
            from: source.baseAddress! + order[row] * dimension, count: dimension)
        }
      }
    }
  }

  mutating func store(_ state: Span<Element>, rows: Int) {
    current.withUnsafeMutableBufferPointer { target in
      state.withUnsafeBufferPointer { source in
        target.baseAddress!.update(from: source.baseAddress!, count: rows * dimension)
      }
    }
  }

  /// Lends the first rows of ``current`` to be changed.
  mutating func withCurrent<Result>(
    rows: Int, _ body: (inout MutableSpan<Element>) throws -> Result
  ) rethrows -> Result {
    try current.withUnsafeMutableBufferPointer {
      let active = UnsafeMutableBufferPointer(rebasing: $0[0..<rows * dimension])
      var span = active.mutableSpan
      return try body(&span)
    }
  }

  /// Adds F to the first rows of ``current``.
  mutating func add(_ derivative: UnsafeMutableBufferPointer<Element>, rows: Int) {
    current.withUnsafeMutableBufferPointer {
      let base = $0.baseAddress!
      Element.linearSum(1, base, 1, derivative.baseAddress!, into: base, count: rows * dimension)
    }
  }

  mutating func restart(_ sample: Int, from initial: ContiguousArray<Element>) {
    times[sample] = .nan
    states.withUnsafeMutableBufferPointer { target in
      initial.withUnsafeBufferPointer { source in
        (target.baseAddress! + sample * dimension).update(
          from: source.baseAddress! + sample * dimension, count: dimension)
      }
    }
  }

  /// Lends the rows of ``current``.
  mutating func withCurrentRows<Result>(
    _ body: (UnsafeMutablePointer<Element>) -> Result
  ) -> Result {
    current.withUnsafeMutableBufferPointer { body($0.baseAddress!) }
  }

  /// Calls a sample settled where it stands.
  mutating func believe(_ sample: Int) { outcomes[sample] = .settled }

  /// Takes back that a sample has settled.
  mutating func doubt(_ sample: Int, residual: Double) {
    outcomes[sample] = .solverFailure
    attempts[sample].append(
      Attempt(
        method: Attempt.verification, outcome: .solverFailure, residual: residual, evaluations: 1,
        steps: 0,
        message: "the field itself does not confirm it; rounding, where the residual is close to it"
      ))
  }

  func isBounded(row: Int) -> Bool {
    current.withUnsafeBufferPointer {
      Element.squareSum($0.baseAddress! + row * dimension, count: dimension) <= bounds[order[row]]
    }
  }

  /// Likewise, of a row whose norm is known.
  func isBounded(row: Int, norm: Double) -> Bool { norm * norm <= bounds[order[row]] }

  /// Whether a sample was left at a state within its bounds.
  func isFinite(_ sample: Int) -> Bool {
    states.withUnsafeBufferPointer {
      Element.squareSum($0.baseAddress! + sample * dimension, count: dimension) <= bounds[sample]
    }
  }

  /// Takes the sample in `row` as it is now, with what the attempt has cost.
  mutating func record(
    row: Int, outcome: Outcome?, time: Double, method: String, evaluations: Int,
    products: Int, steps: Int, residual: Double, message: String?
  ) {
    let sample = order[row]
    states.withUnsafeMutableBufferPointer { target in
      current.withUnsafeBufferPointer { source in
        (target.baseAddress! + sample * dimension).update(
          from: source.baseAddress! + row * dimension, count: dimension)
      }
    }
    // What is handed over is still on its way.
    outcomes[sample] = outcome ?? .outOfSteps
    times[sample] = time
    self.evaluations[sample] += evaluations
    self.products[sample] += products
    self.steps[sample] += steps
    attempts[sample].append(
      Attempt(
        method: method, outcome: outcome, residual: residual, evaluations: evaluations,
        steps: steps, message: message))
  }
}

/// Exchanges two rows of `width` elements.
func exchangeRows<Element: BitwiseCopyable>(
  _ base: UnsafeMutablePointer<Element>, _ first: Int, _ second: Int, width: Int
) {
  guard first != second else { return }
  let bytes = width * MemoryLayout<Element>.stride
  let raw = UnsafeMutableRawPointer(base)
  withUnsafeTemporaryAllocation(byteCount: bytes, alignment: 16) { spare in
    let spare = spare.baseAddress!
    spare.copyMemory(from: raw + first * bytes, byteCount: bytes)
    (raw + first * bytes).copyMemory(from: raw + second * bytes, byteCount: bytes)
    (raw + second * bytes).copyMemory(from: spare, byteCount: bytes)
  }
}
