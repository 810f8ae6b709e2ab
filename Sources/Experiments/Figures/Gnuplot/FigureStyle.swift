/// How a figure is drawn, whatever it shows.
public struct FigureStyle: Sendable, Hashable {
  /// What is written.
  public var format = FigureFormat.svg
  /// Colours.
  public var theme = FigureTheme.light
  /// In pixels.
  public var width = 640.0
  /// In pixels; nil: as what is shown needs.
  public var height: Double?
  /// In pixels.
  public var fontSize = 12.0
  /// Above the figure; nil: what the figure calls itself.
  public var title: String?

  /// With nothing to set.
  public init() {}
}
