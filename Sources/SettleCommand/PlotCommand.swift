import ArgumentParser
import Experiments
import Foundation

struct PlotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plot",
    abstract: "Draws figures of runs and of CSV files, by gnuplot.",
    discussion: """
      Takes the folder of a run, several of them, that of a sweep, or a file (CSV, or parameters as safetensors), and draws \
      what there is to be seen, or the kind that is asked for:

      \(PlotCommand.kinds(FigureKind.allCases, indent: "  "))

      Beside each figure lie its script and its data: change NAME.gp and run `gnuplot NAME.gp` in that \
      folder to restyle it. Figures that are there stay: the next one is NAME-2, unless --force is given. Runs that differ only in their seed become a mean with a band.

      Examples:
        settle plot runs/digits
        settle plot runs/first --kind trajectory --variables phi u loss --theme dark
        settle plot runs/seed-* --kind learning --format pdf --output figures
      """)

  @Argument(help: "Folders of runs or of a sweep, or a file.", completion: .file()) var paths:
    [String]

  @Option(help: "What to draw; what there is unless given. --list says which kinds there are.")
  var kind: Choice<FigureKind>?

  @Flag(help: "List the kinds that can be drawn of this, and draw nothing.")
  var list = false

  @Option(help: "What to write.") var format = Choice(FigureFormat.svg)

  @Option(help: "Colours.") var theme = Choice(ThemeName.light)

  @Option(
    parsing: .upToNextOption,
    help: "What to show, in place of everything: phi, u.output, test_loss, hidden-hidden, ...")
  var variables: [String] = []

  @Option(
    name: .customLong("sample"), parsing: .upToNextOption,
    help: "Samples of a trajectory, a figure each; of eigenvalues. The first, or all, unless given."
  )
  var samples: [Int] = []

  @Option(
    help: ArgumentHelp(
      "The horizontal axis: a column of a table, or of capacity a key of the model.",
      valueName: "column"))
  var x: String?

  @Option(help: "Over seeds: standard deviation, standard error, or range.") var band = Choice(
    Band.deviation)

  @Option(help: "Units of a population drawn as lines in a trajectory; more become a heat map.")
  var lines = 8

  @Option(help: "Height and width of the images that inputs are, such as 28x28.")
  var shape: ImageShape?

  @Option(help: "The title, in place of the model's name.") var title: String?

  @Option(help: "The figure's width in pixels.") var width = 640

  @Option(help: "The figure's height in pixels; as it needs unless given.") var height: Int?

  @Option(help: "The size of letters in pixels.") var fontSize = 12.0

  @Option(
    help: "The stem of the figure's files; the kind, and a number if it is taken, unless given.")
  var name: String?

  @Option(
    name: .shortAndLong,
    help: "The folder that figures go to; `figures` in that of the run, or here for several runs.",
    completion: .directory)
  var output: String?

  @Flag(help: "Replace figures that are there already.") var force = false

  @Flag(name: .shortAndLong, help: "Say nothing but errors.") var quiet = false

  @Flag(help: "Print what was drawn for scripts on standard output, as JSON.") var json = false

  func validate() throws {
    func check(_ value: Double?, _ name: String, _ range: ClosedRange<Double>) throws {
      guard let value, !range.contains(value) else { return }
      let numbers = [value, range.lowerBound, range.upperBound].map { String(format: "%g", $0) }
      throw ValidationError("--\(name) is \(numbers[0]); give \(numbers[1]) to \(numbers[2])")
    }
    if paths.isEmpty { throw ValidationError("name the folder of a run, or a file") }
    try check(Double(width), "width", 240...8000)
    try check(height.map(Double.init), "height", 160...16000)
    try check(fontSize, "font-size", 5...100)
    try check(Double(lines), "lines", 0...1000)
    if let name, !FigureRequest.isName(name) {
      throw ValidationError(
        "--name is \(name.debugDescription); use letters, digits, `-`, `_` and `.`, the first a "
          + "letter or digit")
    }
    if output == "-" { throw ValidationError("plot writes a folder; --output - cannot be") }
  }

  func run() throws {
    let maker = FigureMaker(try runPaths.map { try RunSource($0) }, request)
    if list { return try say(maker.available) }
    let kinds = try chosenKinds(maker)
    let folder = FigureFolder(output ?? defaultFolder(maker.runs), overwrite: force)
    let gnuplot = Gnuplot.find()
    var drawn: [JSONValue] = []
    var failure: (any Error)?
    // From here on there are files: what is begun is finished, or removed.
    Interruption.watch()
    for kind in kinds {
      do {
        for figure in try Interruption.checked({ try figures(kind, maker, in: folder.path) }) {
          let path = try Interruption.checked {
            try folder.draw(figure, request.style, with: gnuplot)
          }
          if !quiet {
            Diagnostics.say("drew \(path)")
            for note in figure.notes { Diagnostics.say("  \(note)") }
          }
          drawn.append(Self.json(kind, figure, path, folder))
        }
      } catch is CancellationError {
        throw CancellationError()
      } catch {
        // One thing that cannot be drawn must not keep the others from being.
        if let failure { Diagnostics.say("error: \(failure)") }
        failure = error
      }
    }
    if json {
      try StandardOutput.write(JSONValue.object([.init("figures", .array(drawn))]).encoded())
    }
    if let failure { throw failure }
  }

  /// The folders and files to draw: of a sweep, its runs.
  private var runPaths: [String] {
    paths.flatMap { path -> [String] in
      let runs = (path.hasSuffix("/") ? path : path + "/") + "runs"
      let files = FileManager.default
      guard files.fileExists(atPath: path + "/sweep.csv"),
        let names = try? files.contentsOfDirectory(atPath: runs), !names.isEmpty
      else { return [path] }
      let own = names.sorted().map { "\(runs)/\($0)" }
        .filter { files.fileExists(atPath: $0 + "/model.yaml") }
      // The runs of `check` have nothing to draw.
      return own.isEmpty ? [path] : own
    }
  }

  /// The figures of a kind, under a name that is free: `trajectory`, else `trajectory-2`, and so on.
  private func figures(
    _ kind: FigureKind, _ maker: FigureMaker, in folder: String
  ) throws -> [Figure] {
    guard name == nil, !force else { return try maker.figures(kind) }
    func isTaken(_ name: String) -> Bool {
      FileManager.default.fileExists(atPath: "\(folder)/\(name).gp")
    }
    var maker = maker
    var number = 1
    while true {
      let stem = number == 1 ? kind.rawValue : "\(kind.rawValue)-\(number)"
      number += 1
      if isTaken(stem) { continue }
      maker.request.name = stem
      let figures = try maker.figures(kind)
      if !figures.contains(where: { isTaken($0.name) }) { return figures }
    }
  }

  private var request: FigureRequest {
    var request = FigureRequest()
    request.style.format = format.value
    request.style.theme = theme.value.theme
    request.style.width = Double(width)
    request.style.height = height.map(Double.init)
    request.style.fontSize = fontSize
    request.style.title = title
    request.name = name
    request.variables = variables
    request.samples = samples
    request.maximumLines = lines
    request.x = x
    request.band = band.value
    request.shape = shape.map { ($0.height, $0.width) }
    return request
  }

  private func chosenKinds(_ maker: FigureMaker) throws -> [FigureKind] {
    if let kind { return [kind.value] }
    let kinds = maker.standard
    if kinds.isEmpty {
      let isSweep = FileManager.default.fileExists(atPath: paths[0] + "/sweep.csv")
      throw InputError(
        paths[0], .whole,
        isSweep
          ? "is a sweep with nothing to draw in one figure" : "holds nothing that can be drawn",
        try: isSweep && maker.runs[0].path != paths[0]
          ? "draw its runs one by one, such as settle plot \(maker.runs[0].path)"
          : "name the folder of a run (with trajectory.csv or metrics.csv), or a CSV file")
    }
    let single = [
      ("--variables", !variables.isEmpty), ("--name", name != nil), ("--x", x != nil),
      ("--sample", !samples.isEmpty),
    ].filter(\.1).map(\.0)
    if kinds.count > 1, let option = single.first {
      throw ValidationError(
        "\(option) is for one figure, and there are several; choose by --kind: "
          + kinds.map(\.rawValue).joined(separator: ", "))
    }
    return kinds
  }

  private func defaultFolder(_ runs: [RunSource]) -> String {
    // A sweep is one folder, whatever it holds.
    if paths.count == 1, runs.count > 1 { return "\(paths[0])/figures" }
    guard runs.count == 1, runs[0].folder != "." else { return "figures" }
    return "\(runs[0].folder)/figures"
  }

  private func say(_ kinds: [FigureKind]) throws {
    if json {
      let list = kinds.map { kind in
        JSONValue.object([
          .init("kind", .string(kind.rawValue)), .init("summary", .string(kind.summary)),
        ])
      }
      return try StandardOutput.write(JSONValue.object([.init("kinds", .array(list))]).encoded())
    }
    try StandardOutput.write(kinds.isEmpty ? "" : Self.kinds(kinds, indent: "") + "\n")
  }

  private static func kinds(_ kinds: [FigureKind], indent: String) -> String {
    let width = (kinds.map(\.rawValue.count).max() ?? 0) + 2
    return kinds.map {
      indent + $0.rawValue.padding(toLength: width, withPad: " ", startingAt: 0) + $0.summary
    }.joined(separator: "\n")
  }

  private static func json(
    _ kind: FigureKind, _ figure: Figure, _ path: String, _ folder: FigureFolder
  ) -> JSONValue {
    .object([
      .init("kind", .string(kind.rawValue)), .init("figure", .string(path)),
      .init("script", .string("\(folder.path)/\(figure.name).gp")),
      .init("data", .array(figure.tables.map { .string("\(folder.path)/\($0.file)") })),
      .init("notes", .array(figure.notes.map(JSONValue.string))),
    ])
  }
}

/// One of the cases of an enumeration, by its name.
struct Choice<Value: RawRepresentable & CaseIterable & Sendable>: ExpressibleByArgument
where Value.RawValue == String {
  var value: Value

  init(_ value: Value) { self.value = value }

  init?(argument: String) {
    guard let value = Value(rawValue: argument) else { return nil }
    self.value = value
  }

  static var allValueStrings: [String] { Value.allCases.map(\.rawValue) }
  static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }
  var defaultValueDescription: String { value.rawValue }
}

/// A theme as the command line names it.
enum ThemeName: String, CaseIterable {
  case light, dark

  var theme: FigureTheme { self == .light ? .light : .dark }
}

/// `28x28`: height and width.
struct ImageShape: ExpressibleByArgument {
  var height: Int
  var width: Int

  init?(argument: String) {
    let parts = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let height = parts[0], let width = parts[1],
      (1...100_000).contains(height), (1...100_000).contains(width)
    else { return nil }
    self.height = height
    self.width = width
  }
}
