import Learning
import Testing

@Suite("A training that diverges or stalls is told once for each cause")
struct TrainingHealthTests {
  private func row(_ epoch: Int, loss: Double = .nan, settled: Double = .nan) -> EpochMetrics {
    var row = EpochMetrics()
    row.epoch = epoch
    row.step = 10 * epoch
    row.trainLoss = loss
    row.settledFraction = settled
    return row
  }

  private func causes(_ rows: [EpochMetrics]) -> [[TrainingHealth.Cause]] {
    var health = TrainingHealth()
    return rows.map { health.judge($0).map(\.cause) }
  }

  @Test("a loss that has doubled is told, and only once")
  func loss() {
    let rows = [1.0, 0.9, 1.9, 2.1, 50].enumerated().map { row($0, loss: $1) }
    #expect(causes(rows) == [[], [], [], [.loss], []])
  }

  @Test("a loss that stays stalls; one that has fallen well is done")
  func stall() {
    let still = (0..<8).map { row($0, loss: 1 - 0.001 * Double($0)) }
    #expect(causes(still) == [[], [], [], [], [], [.stall], [], []])
    let done = (0..<12).map { row($0, loss: $0 < 3 ? 1 / Double($0 + 1) : 0.3) }
    #expect(causes(done).flatMap { $0 }.isEmpty)
    // Nothing was to be learned.
    #expect(causes((0..<12).map { row($0, loss: 0) }).flatMap { $0 }.isEmpty)
  }

  @Test("a settled fraction that collapses is told against the first epoch's")
  func settled() {
    let rows = [Double.nan, 0.8, 0.75, 0.71, 0.1].enumerated().map { row($0, settled: $1) }
    #expect(causes(rows) == [[], [], [], [.settled], []])
  }

  @Test("an update a hundred times the median of those before is told with its parameter")
  func update() {
    var health = TrainingHealth()
    var found: [TrainingHealth.Finding] = []
    for (step, norm) in [1.0, 2, 1, 0.5, 1, 99, 101, 1e6].enumerated() {
      found += health.judge(
        UpdateSummary(epoch: 1, step: step + 1, rate: 1, gradientNorm: norm, wasClipped: false)
      ) { "a-b.weight" }
    }
    #expect(found.map(\.step) == [7], "the median of 1 2 1 .5 1 99 is 1")
    #expect(found[0].place == "a-b.weight" && found[0].words.contains("a-b.weight"))
    #expect(found[0].figure == 1)
  }

  @Test("a spectral radius is told where it has grown beyond 1")
  func radius() {
    func causes(_ radii: [Double]) -> [Int] {
      var health = TrainingHealth()
      return radii.enumerated().flatMap { epoch, radius in
        health.judge(radius: radius, of: "h-h", epoch: epoch, step: epoch).map(\.epoch)
      }
    }
    #expect(causes([0.5, 0.9, 1.1, 2]) == [2])
    #expect(causes([0.5, 0.9, 0.99]) == [])
    #expect(causes([1.5, 1.6, 1.8, 1.9]) == [3], "a quarter above what it was")
  }

  @Test("feedback that turns away is told; feedback that never was aligned is not")
  func feedback() {
    func causes(_ cosines: [Double]) -> [Int] {
      var health = TrainingHealth()
      return cosines.enumerated().flatMap { epoch, cosine in
        health.judge(cosine: cosine, of: "h-o", epoch: epoch, step: epoch).map(\.epoch)
      }
    }
    #expect(causes([0.02, 0.1, -0.05]) == [])
    #expect(causes([0.9, 0.95, 0.7, 0.6]) == [3])
    #expect(causes([0, -0.2]) == [1])
  }
}
