internal import Foundation

extension FigureFolder {
  /// Draws the animation of a portrait beside the figure, whose tables it reads.
  ///
  /// - Returns: the path of the GIF.
  /// - Throws: ``OutputError``.
  @discardableResult
  public func animate(
    _ figure: PortraitFigure, with gnuplot: Gnuplot?, overwrite: Bool
  ) throws(OutputError) -> String {
    let picture = "\(path)/\(figure.name).gif"
    let script = "\(figure.name)-animation.gp"
    for file in [picture, "\(path)/\(script)"]
    where !overwrite && FileManager.default.fileExists(atPath: file) {
      throw OutputError(
        file, "is there already",
        try: "replace it with --force, or choose another --output or --name")
    }
    try AtomicFile.write(figure.animation().text, to: "\(path)/\(script)", overwrite: overwrite)
    guard let gnuplot else {
      throw OutputError(
        picture, "cannot be drawn: gnuplot was not found",
        try: "\(Gnuplot.advice); then: cd \(path) && gnuplot \(script)")
    }
    AtomicFile.removeLeftoversOfTheDead(in: path)
    let temporary = ".settle-\(ProcessInfo.processInfo.processIdentifier)-animation.tmp"
    defer { try? FileManager.default.removeItem(atPath: "\(path)/\(temporary)") }
    try gnuplot.run(script, in: path, variables: [("output", GnuplotScript.quote(temporary))])
    // On a full disk gnuplot stops without a word: a GIF ends with a semicolon.
    guard let drawn = try? FileBytes.read("\(path)/\(temporary)"),
      drawn.starts(with: Array("GIF8".utf8)), drawn.last == UInt8(ascii: ";")
    else {
      throw OutputError(
        picture, "was not drawn to its end", try: "free some space, or write to another disk")
    }
    try AtomicFile.write(drawn, to: picture, overwrite: overwrite)
    return picture
  }
}
