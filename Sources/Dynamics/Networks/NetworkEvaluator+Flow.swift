package import LinearAlgebra

extension NetworkEvaluator {
  // MARK: One population at a time

  /// σ(φ) of one population, and σ′(φ) where asked.
  package func activate(_ block: FlowBlock, _ phi: MatrixView<E>, slopes: Bool) {
    activate(units[block.index], phi, slopes: slopes)
  }

  /// f ← f + Σ W·σ(φ) over the projections into one population, at the rates of the last activation.
  package func forward(into block: FlowBlock, addingTo f: MutableMatrixView<E>) {
    let rate = rates.view(rows: rows)
    for edge in block.incoming {
      edge.forward.forward(rate.columns(edge.source), addingTo: f.columns(edge.target))
    }
  }

  /// The part of ``backward(psi:readout:into:)`` that arrives at one population.
  package func backward(
    to block: FlowBlock, psi: MatrixView<E>, readout u: MatrixView<E>?,
    into signal: MutableMatrixView<E>
  ) {
    let target = signal.columns(block.columns)
    target.clear()
    for edge in block.outgoing {
      if edge.intoReadout {
        guard let u else { continue }
        edge.backward.backward(u.columns(edge.target), addingTo: target)
      } else {
        edge.backward.backward(psi.columns(edge.target), addingTo: target)
      }
    }
  }
}
