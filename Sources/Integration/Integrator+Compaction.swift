internal import LinearAlgebra

extension Integrator {
  /// Samples still being integrated.
  public var samples: Int { layout.rows }

  /// Whether samples can leave while integrating: whether the field is a ``CompactableField``.
  public var canCompact: Bool { field is any CompactableField<Element> }

  /// Exchanges two samples everywhere: in the state, in CVODE's history, and in the field.
  public func exchangeSamples(_ first: Int, _ second: Int) {
    guard let field = compactableField() else { return }
    guard first != second else { return }
    layout.exchangeRows(first, second)
    field.exchangeSamples(first, second)
  }

  /// Goes on with the first `count` samples alone, with the same step size and order.
  public func keepSamples(_ count: Int) {
    guard let field = compactableField() else { return }
    layout.keepRows(count)
    field.keepSamples(count)
  }

  private func compactableField() -> (any CompactableField<Element>)? {
    let compactable = field as? any CompactableField<Element>
    precondition(compactable != nil, "\(type(of: field)) is not a CompactableField")
    return compactable
  }
}
