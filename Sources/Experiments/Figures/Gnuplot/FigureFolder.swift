internal import Foundation

/// A folder that figures are written to: beside each its script and its tables.
public struct FigureFolder: Sendable {
  /// Where figures go.
  public let path: String
  private let overwrite: Bool

  /// - Parameters:
  ///   - path: the folder, made when it is needed.
  ///   - overwrite: whether figures that are there may be replaced.
  public init(_ path: String, overwrite: Bool) {
    self.path = path
    self.overwrite = overwrite
  }

  /// Writes script and tables, and draws the figure.
  ///
  /// Script and tables stay where there is no gnuplot, or it fails; of the picture there is all or nothing.
  ///
  /// - Parameters:
  ///   - figure: what is drawn.
  ///   - style: format, colours and sizes.
  ///   - gnuplot: nil where it was not found, which is an error once the script is written.
  /// - Returns: the path of the picture.
  /// - Throws: ``OutputError``.
  @discardableResult
  public func draw(
    _ figure: Figure, _ style: FigureStyle, with gnuplot: Gnuplot?
  ) throws(OutputError) -> String {
    let picture = "\(path)/\(figure.name).\(style.format.rawValue)"
    let script = "\(figure.name).gp"
    try Folder.make(path)
    if !overwrite {
      let files = [picture, "\(path)/\(script)"] + figure.tables.map { "\(path)/\($0.file)" }
      for file in files where FileManager.default.fileExists(atPath: file) {
        throw OutputError(
          file, "is there already",
          try: "replace it with --force, or choose another --output or --name")
      }
    }
    for table in figure.tables {
      try AtomicFile.write(table.contents, to: "\(path)/\(table.file)", overwrite: overwrite)
    }
    try AtomicFile.write(figure.script(style), to: "\(path)/\(script)", overwrite: overwrite)
    guard let gnuplot else {
      throw OutputError(
        picture, "cannot be drawn: gnuplot was not found",
        try: "\(Gnuplot.advice); then: cd \(path) && gnuplot \(script)")
    }
    AtomicFile.removeLeftoversOfTheDead(in: path)
    let temporary = ".settle-\(ProcessInfo.processInfo.processIdentifier)-figure.tmp"
    defer { try? FileManager.default.removeItem(atPath: "\(path)/\(temporary)") }
    try gnuplot.run(
      script, in: path, variables: [("output", GnuplotScript.quote(temporary))])
    guard let drawn = try? FileBytes.read("\(path)/\(temporary)"), style.format.isComplete(drawn)
    else {
      throw OutputError(
        picture, "was not drawn to its end", try: "free some space, or write to another disk")
    }
    try AtomicFile.write(style.format.finished(drawn), to: picture, overwrite: overwrite)
    return picture
  }
}
