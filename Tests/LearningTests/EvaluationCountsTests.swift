import Learning
import Testing

@Suite("Evaluations by sample")
struct EvaluationCountsTests {
  private func counts(_ values: [Int]) -> EvaluationCounts {
    var counts = EvaluationCounts()
    for value in values { counts.add(value) }
    return counts
  }

  @Test("quantiles are by nearest rank, whatever the order")
  func quantiles() {
    // The numbers 1 to 200, some way mixed.
    let values = (0..<200).map { ($0 * 77) % 200 + 1 }
    let all = counts(values)
    #expect(all.samples == 200 && all.sum == 20100 && all.mean == 100.5)
    #expect(all.quantile(0.5) == 100 && all.quantile(0.99) == 198 && all.maximum == 200)
    #expect(all.quantile(0) == 1 && all.quantile(1) == 200)
    #expect(counts([7]).quantile(0.5) == 7)
    #expect(counts([1, 1, 1, 9]).quantile(0.75) == 1 && counts([1, 1, 1, 9]).quantile(0.76) == 9)
    var parts = counts(Array(values[..<50]))
    parts.add(counts(Array(values[50...])))
    #expect(parts == all)
  }

  @Test("without samples nothing is known")
  func none() {
    let none = EvaluationCounts()
    #expect(none.mean.isNaN && none.maximum.isNaN && none.quantile(0.5).isNaN)
  }
}
