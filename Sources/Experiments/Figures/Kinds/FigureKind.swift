/// The figures that there are.
public enum FigureKind: String, Sendable, CaseIterable {
  case trajectory
  case heatMap = "heat-map"
  case learning
  case steps
  case alignment
  case control
  case capacity
  case eigenvalues
  case confusion
  case features
  case weights
  case table

  /// What is to be seen, in a line.
  public var summary: String {
    switch self {
    case .trajectory:
      "φ, ψ, u, loss and residual over time, phases shaded; many units as a heat map"
    case .heatMap: "φ, ψ, rates and inputs of all units over time as heat maps"
    case .learning: "loss, accuracy, H and L, settled fraction and evaluations over epochs"
    case .steps: "the same over updates, from steps.csv"
    case .alignment: "cosine and size of the updates against the gradients over training"
    case .control: "how near the control is to the least, and the leading eigenvalues"
    case .capacity: "final loss and control over a key in which runs differ, such as a width"
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
