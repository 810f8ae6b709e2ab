/// What is to be drawn of what a run holds, and how.
public struct FigureRequest: Sendable {
  /// Format, colours and sizes.
  public var style = FigureStyle()
  /// The stem of the figure's files; nil: the kind's name.
  public var name: String?
  /// What to show: of a trajectory `phi`, `phi.hidden`, `phi.hidden.3`, …; columns of a table; parameters.
  /// Empty: what is there.
  public var variables: [String] = []
  /// Samples of a trajectory, a figure each; empty: the first.
  public var samples: [Int] = []
  /// So many units of a population are drawn as lines; more are a heat map.
  public var maximumLines = 8
  /// The horizontal axis of a table (a column) and of a capacity figure (a key of the model).
  public var x: String?
  /// What shades a mean over seeds.
  public var band = Band.deviation
  /// Height and width of the images that inputs are.
  public var shape: (height: Int, width: Int)?

  /// With nothing to set.
  public init() {}

  /// Whether figures can be called so: letters, digits, `-`, `_` and `.`, the first a letter or digit.
  public static func isName(_ name: String) -> Bool { ModelFile.isFolderName(name) }

  func name(_ kind: FigureKind) -> String { name ?? kind.rawValue }
}
