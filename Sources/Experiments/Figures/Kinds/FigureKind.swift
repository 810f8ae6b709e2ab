/// The figures that there are.
public enum FigureKind: String, Sendable, CaseIterable {
  /// φ, ψ, u, loss and residual over time, phases shaded.
  case trajectory
  /// φ, ψ, rates and inputs of all units over time as heat maps.
  case heatMap = "heat-map"
  /// Loss, accuracy, H and L, settled samples, evaluations.
  case learning
  /// H and L, evaluations, size of the change, over updates.
  case steps
  /// The updates against the gradients, over training.
  case alignment
  /// Control against the least, leading eigenvalues.
  case control
  /// Final loss and control over a key, such as a width.
  case capacity
  /// Eigenvalues of the closed loop in the complex plane.
  case eigenvalues
  /// Which class was taken for which.
  case confusion
  /// Weights of units that see an image, as images.
  case features
  /// Weight matrices as heat maps.
  case weights
  /// Columns of any CSV file over one of them.
  case table

  /// What is to be seen, in a line.
  public var summary: String {
    switch self {
    case .trajectory:
      "φ, ψ, u, loss and residual over time, phases shaded"
    case .heatMap: "φ, ψ, rates and inputs of all units over time as heat maps"
    case .learning: "loss, accuracy, H and L, settled samples, evaluations"
    case .steps: "H and L, evaluations, size of the change, over updates"
    case .alignment: "the updates against the gradients, over training"
    case .control: "control against the least, leading eigenvalues"
    case .capacity: "final loss and control over a key, such as a width"
    case .eigenvalues: "eigenvalues of the closed loop in the complex plane"
    case .confusion: "which class was taken for which"
    case .features: "weights of units that see an image, as images"
    case .weights: "weight matrices as heat maps"
    case .table: "columns of any CSV file over one of them"
    }
  }

  /// The file that it is made from.
  var file: String? {
    switch self {
    case .trajectory, .heatMap: "trajectory.csv"
    case .learning, .capacity: "metrics.csv"
    case .steps: "steps.csv"
    case .alignment: "audit.csv"
    case .control: "audit-control.csv"
    case .eigenvalues: "eigenvalues.csv"
    case .confusion: "confusion.csv"
    case .features, .weights: "parameters.safetensors"
    case .table: nil
    }
  }

  /// Whether several runs go into one figure.
  var takesManyRuns: Bool {
    [.learning, .steps, .alignment, .control, .capacity].contains(self)
  }
}
