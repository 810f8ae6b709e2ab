import Experiments
import Foundation

/// The figures that `simulate` and `train` leave in the folder of a run.
///
/// They are there for convenience: whatever happens to them, the run is what it was.
enum StandardFigures {
  /// Draws into `figures/` of the run, in place of what an earlier session of it drew.
  static func draw(in folder: RunFolder, quiet: Bool) {
    func say(_ text: String) { if !quiet { Diagnostics.say(text) } }
    guard let gnuplot = Gnuplot.find() else {
      return say(
        "no figures: gnuplot was not found; \(Gnuplot.advice), or leave them out: --no-figures")
    }
    let figures = FigureFolder(folder.file("figures"), overwrite: true)
    do {
      let maker = FigureMaker([try RunSource(folder.path)])
      var drawn: [String] = []
      for kind in maker.standard {
        // A run of few rows may have nothing to show of one kind.
        guard let made = try? maker.figures(kind) else { continue }
        for figure in made {
          try figures.draw(figure, maker.request.style, with: gnuplot)
          drawn.append("\(figure.name).svg")
        }
      }
      guard !drawn.isEmpty else { return }
      say(
        "drew \(figures.path)/"
          + (drawn.count == 1 ? drawn[0] : "{\(drawn.joined(separator: ","))}"))
    } catch {
      say("no figures: \(error)")
    }
  }

  /// Removes the pictures of an earlier run that is replaced, lest they be taken for those of this one.
  static func removeOld(in folder: RunFolder) {
    for kind in FigureKind.allCases {
      for format in FigureFormat.allCases {
        try? FileManager.default.removeItem(
          atPath: folder.file("figures/\(kind.rawValue).\(format.rawValue)"))
      }
    }
  }
}
