/// A figure that is ready to be drawn: a script, and the tables that it reads.
public struct Figure: Sendable {
  /// A table beside the script.
  public struct Table: Sendable {
    /// The file's name.
    public var file: String
    /// The file's bytes.
    public var contents: [UInt8]

    /// A file and its bytes.
    public init(_ file: String, _ contents: [UInt8]) {
      self.file = file
      self.contents = contents
    }
  }

  /// The stem of its files' names.
  public var name: String
  /// What is to be seen, in a line.
  public var summary: String
  /// In pixels, which the script may take for granted.
  public var width: Double
  /// In pixels.
  public var height: Double
  /// What the reader must know of how the data became the figure, such as that rows were left out.
  public var notes: [String] = []
  /// What the script reads.
  public var tables: [Table] = []
  /// What follows the choice of terminal, theme and output.
  ///
  /// It may use what the theme defines: the colours `ink`, `muted`, `grid`, `shade`, `paper`, the palettes
  /// `@diverging` and `@sequential`, line types from 1 to 8; and `fontsize`, by which
  /// ``GnuplotScript/font(_:)`` is scaled. Axis labels, titles and the legend are `noenhanced`; a
  /// `set label` must say so itself.
  public var body = GnuplotScript()

  /// From its parts.
  public init(name: String, summary: String, width: Double, height: Double) {
    self.name = name
    self.summary = summary
    self.width = width
    self.height = height
  }

  /// The whole script, which draws the figure in the folder where it lies.
  public func script(_ style: FigureStyle) -> String {
    var script = GnuplotScript()
    script.comment(summary)
    for note in notes { script.comment("Note: \(note)") }
    script.comment("")
    script.comment("To draw it again, in this folder:  gnuplot \(name).gp")
    script.comment("Under another name:  gnuplot -e \"output='other'\" \(name).gp")
    script.blank()
    script.add("if (!exists('output')) output = '\(name).\(style.format.rawValue)'")
    script.add("set encoding utf8", "set minussign", "set datafile separator ','")
    script.blank()
    script.comment("Format and theme (\(style.theme.name)).")
    script.add("paper = '\(style.theme.paper)'")
    for line in style.format.terminal(width: width, height: height, fontSize: style.fontSize) {
      script.add(line)
    }
    script.append(style.theme.script())
    script.add("fontsize = \(style.format.fontSize(style.fontSize))")
    script.blank()
    script.add("set output output")
    script.append(body)
    script.add("unset output")
    return script.text
  }
}
