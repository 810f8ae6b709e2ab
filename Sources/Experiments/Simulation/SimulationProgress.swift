internal import Synchronization

/// Where a simulation is, for whoever watches from outside.
public final class SimulationProgress: Sendable {
  /// How far it came.
  public struct Position: Sendable, Equatable {
    /// Phases that have begun.
    public var phases = 0
    /// Model time, and that at which the phase at hand began.
    public var time = 0.0
    /// Model time at the beginning of the phase.
    public var phaseStart = 0.0
    /// Rows of the trajectory.
    public var rows = 0
  }

  private let state = Mutex(Position())

  /// At the beginning.
  public init() {}

  /// Where the simulation is now.
  public var position: Position { state.withLock { $0 } }

  func begin(at time: Double) {
    state.withLock {
      $0.phases += 1
      $0.time = time
      $0.phaseStart = time
    }
  }

  func reach(_ time: Double, rows: Int) {
    state.withLock {
      $0.time = time
      $0.rows = rows
    }
  }
}
