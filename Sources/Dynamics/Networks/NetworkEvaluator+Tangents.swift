package import LinearAlgebra

extension NetworkEvaluator {
  // MARK: Tangents

  /// Fixes the φ at which tangents are taken; σ″ only where it is asked for.
  package func linearize(_ phi: MatrixView<E>, curvatures: Bool) {
    for block in units {
      let start = block.columns.lowerBound
      let count = block.columns.count
      for r in 0..<rows {
        let potential = phi.row(r) + start
        let rate = linearRates.row(r) + start
        let slope = linearSlopes.row(r) + start
        block.activation.rateAndSlope(potential, rate: rate, slope: slope, count: count)
        guard curvatures else { continue }
        block.activation.curvature(
          potential, rate: rate, slope: slope, into: linearCurvatures.row(r) + start, count: count)
      }
    }
  }

  /// As ``linearize(_:curvatures:)``, at the φ that was last activated with slopes.
  package func linearizeAtEvaluation(_ phi: MatrixView<E>, curvatures: Bool) {
    linearRates.base.update(from: rates.base, count: rows * unitCount)
    linearSlopes.base.update(from: slopes.base, count: rows * unitCount)
    guard curvatures else { return }
    for block in units {
      let start = block.columns.lowerBound
      for r in 0..<rows {
        block.activation.curvature(
          phi.row(r) + start, rate: rates.row(r) + start, slope: slopes.row(r) + start,
          into: linearCurvatures.row(r) + start, count: block.columns.count)
      }
    }
  }

  /// x ← σ″(φ)∘x, at the linearisation point.
  package func multiplyByCurvatures(_ x: MutableMatrixView<E>) {
    for r in 0..<rows {
      E.product(x.row(r), linearCurvatures.row(r), into: x.row(r), count: unitCount)
    }
  }

  /// x ← σ′(φ)∘x, at the linearisation point.
  package func multiplyBySlopes(_ x: MutableMatrixView<E>) {
    for r in 0..<rows {
      E.product(x.row(r), linearSlopes.row(r), into: x.row(r), count: unitCount)
    }
  }

  /// df ← −v + Σ W(σ′∘v); leaves σ′∘v where ``readoutTangent(into:)`` finds it.
  package func fieldTangent(_ v: MatrixView<E>, into df: MutableMatrixView<E>) {
    for r in 0..<rows {
      E.product(linearSlopes.row(r), v.row(r), into: gated.row(r), count: unitCount)
      E.scale(-1, v.row(r), into: df.row(r), count: unitCount)
    }
    forward(gated.view(rows: rows), addingTo: df)
  }

  /// dy ← Σ D(σ′∘v) for the v of the last ``fieldTangent(_:into:)``.
  package func readoutTangent(into dy: MutableMatrixView<E>) {
    dy.clear()
    for edge in unitEdges where edge.intoReadout {
      edge.forward.forward(
        gated.view(rows: rows).columns(edge.source), addingTo: dy.columns(edge.target))
    }
  }
}
