import ArgumentParser
import Dynamics
import Experiments
import Foundation

struct PortraitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "portrait",
    abstract: "Draws the phase portrait of a sample: the picture of the least-control principle.",
    discussion: """
      In a plane of the space of \u{3c6}: the flow of the free network and its nullclines, the loss (dark \
      is low), the ways of the free and of the controlled network from zero, both equilibria, and at the \
      controlled one f and the control \u{3c8} = \u{2212}f that balances it. The plane is that of two units, \
      the others being held at the controlled equilibrium, or the one through both equilibria along the \
      control. With --after the same is drawn once more for other parameters. Beside the figure lie its \
      script and its tables; all go to the folder `figures` unless --output names another.

      Examples:
        settle portrait models/portrait.yaml --output figures
        settle portrait models/tanh.yaml --plane phi.hidden.1,phi.hidden.2 --output figures --animate
      """)

  @Argument(help: "The model file.", completion: .model) var model: String
  @OptionGroup var shared: SharedOptions

  @Option(
    help: "A safetensors file with the parameters; the model's start unless given.",
    completion: .parameters)
  var parameters: String?

  @Option(
    help: "A safetensors file with the parameters of a second panel, such as those after learning.",
    completion: .parameters)
  var after: String?

  @Option(
    help: ArgumentHelp(
      "Two units, such as phi.hidden.0,phi.hidden.1, or `equilibria`: through both equilibria. The two "
        + "units of a network that has two, else `equilibria`.", valueName: "plane"))
  var plane: String?

  @Option(
    help: "The sample of the data, by its row in the file; the model's stimulus unless given.")
  var sample: Int?

  @Option(help: "The part of the data that the sample is taken from.", completion: .split)
  var split: String?

  @Option(
    help: ArgumentHelp(
      "The axes: x0,x1,y0,y1; all that there is to see unless given.", valueName: "range"))
  var range: String?

  @Flag(help: "Draw a GIF besides, of both ways from the start to rest.") var animate = false

  @Option(help: "svg, png or pdf.") var format = Choice(FigureFormat.svg)

  @Option(help: "light or dark.") var theme = Choice(ThemeName.light)

  @Option(help: "The figure's width in pixels.") var width: Int?

  @Option(help: "The size of letters in pixels.") var fontSize = 12.0

  @Option(help: "The stem of the figure's files.") var name = "portrait"

  func validate() throws {
    if let plane, PortraitPlane.Choice(plane) == nil {
      throw ValidationError(
        "--plane is \(plane); give two units, such as phi.hidden.0,phi.hidden.1, or equilibria")
    }
    if range != nil && limits == nil {
      throw ValidationError("--range is \(range ?? ""); give x0,x1,y0,y1, as in -1,2,-1,2")
    }
    if let width, !(240...8000).contains(width) {
      throw ValidationError("--width is \(width); give 240 to 8000")
    }
    if !(5...100).contains(fontSize) {
      throw ValidationError("--font-size is \(fontSize); give 5 to 100")
    }
    if !FigureRequest.isName(name) {
      throw ValidationError(
        "--name is \(name.debugDescription); use letters, digits, `-`, `_` and `.`, the first a "
          + "letter or digit")
    }
    if shared.output == "-" {
      throw ValidationError("portrait writes a folder; --output - cannot be")
    }
  }

  private var limits: [Double]? {
    guard let range else { return nil }
    let values = range.split(separator: ",", omittingEmptySubsequences: false).map {
      Double($0) ?? .nan
    }
    guard values.count == 4, values.allSatisfy(\.isFinite), values[0] < values[1],
      values[2] < values[3]
    else { return nil }
    return values
  }

  func run() throws {
    Interruption.end()
    let experiment = try shared.experiment(model)
    var states = [("", try experiment.startingParameters(from: parameters))]
    if let after {
      states[0].0 = "before"
      states.append(("after", try experiment.startingParameters(from: after)))
    } else {
      states[0].0 = experiment.model.name
    }
    let stimulus = try Stimulus(
      of: experiment, samples: sample.map { [$0] } ?? [], split: try split.map(Split.init(named:)),
      dataFolder: shared.dataDir, limit: 1)
    guard !stimulus.samples.targets.isEmpty, experiment.controller.effectiveLeak != nil else {
      throw experiment.file.error(
        at: "controller",
        "a portrait shows control, and this model has "
          + (!stimulus.samples.targets.isEmpty
            ? "none"
            : experiment.model.data == nil
              ? "no target (stimulus.target)"
              : "no target (stimulus.target); take a sample of its data with --sample or --split"))
    }
    let portrait = try Portrait(
      experiment, states, sample: stimulus.samples,
      plane: plane.flatMap(PortraitPlane.Choice.init), range: limits)
    var style = FigureStyle()
    style.format = format.value
    style.theme = theme.value.theme
    style.width = Double(width ?? (after == nil ? 480 : 800))
    style.fontSize = fontSize
    let folder = FigureFolder(shared.output ?? "figures", overwrite: shared.force)
    let gnuplot = Gnuplot.find()
    let figure = PortraitFigure(portrait, style, name: name)
    // From here on there are files: what is begun is finished, or removed.
    Interruption.watch()
    var drawn = [
      try Interruption.checked { try folder.draw(figure.figure(), style, with: gnuplot) }
    ]
    if animate {
      drawn.append(
        try Interruption.checked {
          try folder.animate(figure, with: gnuplot, overwrite: shared.force)
        })
    }
    if shared.json {
      try StandardOutput.write(
        JSONValue.object(
          [.init("figures", .array(drawn.map(JSONValue.string)))] + portrait.json
        ).encoded())
    }
    if !shared.quiet {
      Diagnostics.say(portrait.text)
      for path in drawn { Diagnostics.say("drew \(path)") }
    }
  }
}
