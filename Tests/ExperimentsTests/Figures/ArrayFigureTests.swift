import Experiments
import Foundation
import Testing

@Suite("Figures of weights and of eigenvalues")
struct ArrayFigureTests {
  /// It lives as long as the test.
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private static let model = """
    name: small
    network:
      populations:
        input: {role: input, size: 6, shape: [2, 3]}
        hidden: {role: state, size: 2}
      projections:
        - {name: input-hidden, from: input, to: hidden}
        - {name: hidden-hidden, from: hidden, to: hidden}
    """

  private static func run(_ folder: ScratchFolder, model: String = model) throws -> RunSource {
    let source = try folder.run("a", ["model.yaml": model])
    try Safetensors([
      .init(
        "input-hidden.weight",
        NumericArray(shape: [2, 6], values: [1, 2, 3, 4, 5, 6, -1, -2, -3, -4, -5, -8])),
      .init("hidden-hidden.weight", NumericArray(shape: [2, 2], values: [0.1, 0.2, 0.3, -0.7])),
      .init("hidden.bias", NumericArray(shape: [2], values: [0, 0])),
    ]).write(to: folder.path + "/a/parameters.safetensors")
    return source
  }

  @Test("the weights of each unit are an image, a gap of one pixel between them")
  func features() throws {
    let figure = try figure(.features, [Self.run(folder)])
    let pixels = try figure.matrix("features.csv")
    // Which of the two arrangements is chosen is a matter of taste; what they hold is not.
    if pixels.count == 2 {
      #expect(pixels[0][0..<3] == [1, 2, 3] && pixels[1][0..<3] == [4, 5, 6])
      #expect(pixels[0][3].isNaN && pixels[1][3].isNaN)
      #expect(pixels[0][4..<7] == [-1, -2, -3] && pixels[1][4..<7] == [-4, -5, -8])
    } else {
      #expect(pixels.count == 5 && pixels[0] == [1, 2, 3] && pixels[4] == [-4, -5, -8])
      let isGap = pixels[2].allSatisfy { $0.isNaN }
      #expect(isGap)
    }
    #expect(figure.text.contains("set cbrange [-8.0:8.0]"))
    #expect(figure.text.contains("2 units, 2×3 pixels"))
    let other = try FigureMaker(
      [Self.run(folder)],
      {
        var request = FigureRequest()
        request.shape = (3, 2)
        return request
      }()
    ).figures(.features)
    #expect(other[0].text.contains("2 units, 3×2 pixels"))
  }

  @Test("the recurrent weights are a matrix [post, pre], between limits that lie around zero")
  func weights() throws {
    let run = try Self.run(folder)
    #expect(FigureMaker([run]).standard == [.features, .weights])
    let figure = try figure(.weights, [run])
    #expect(try figure.matrix("weights.csv") == [[0.1, 0.2], [0.3, -0.7]])
    #expect(figure.text.contains("set cbrange [-0.7:0.7]"))
    #expect(figure.text.contains("'from unit of hidden'"))
    let named = try self.named(run)
    #expect(try named.matrix("weights.csv").count == 2)
    let error = #expect(throws: InputError.self) {
      var request = FigureRequest()
      request.variables = ["hidden-hiden"]
      _ = try FigureMaker([run], request).figures(.weights)
    }
    #expect(error?.problem.contains("did you mean `hidden-hidden`?") == true)
  }

  private func named(_ run: RunSource) throws -> Figure {
    try figure(.weights, [run]) { $0.variables = ["input-hidden"] }
  }

  @Test("inputs that are no image have no features, and the message says how to give a shape")
  func noImage() throws {
    let model = Self.model.replacingOccurrences(of: ", shape: [2, 3]", with: "")
    let run = try Self.run(folder, model: model)
    #expect(FigureMaker([run]).available == [.weights])
    let error = #expect(throws: InputError.self) { try figure(.features, [run]) }
    #expect(error?.remedy.contains("--shape") == true)
    let wrong = #expect(throws: InputError.self) {
      try figure(.features, [run]) {
        $0.variables = ["input-hidden"]
        $0.shape = (4, 4)
      }
    }
    #expect(wrong?.problem.contains("see 6 inputs, which are no images of 4x4") == true)
  }

  @Test("a matrix that is too large for a page keeps its extremes")
  func large() throws {
    let source = try folder.run("a", [:])
    var values = [Double](repeating: 0.25, count: 1100 * 3)
    values[777 * 3 + 2] = -9
    try Safetensors([.init("w", NumericArray(shape: [1100, 3], values: values))])
      .write(to: folder.path + "/a/parameters.safetensors")
    let figure = try figure(.weights, [source]) { $0.variables = ["w"] }
    let cells = try figure.matrix("weights.csv")
    #expect(cells.count == 367 && cells.allSatisfy { $0.count == 3 })
    #expect(cells.joined().count { $0 == -9 } == 1 && cells[259][2] == -9)
    #expect(figure.notes.contains { $0.contains("farthest from 0 of 3 by 1") })
  }

  @Test("the leading eigenvalue is told, with time constant and period")
  func eigenvalues() throws {
    let path = try folder.file(
      "spectrum.csv",
      """
      sample,index,real,imaginary,time_constant,period
      3,0,-0.05,1.25,20,5.02
      3,1,-0.05,-1.25,20,5.02
      3,2,-0.8,0,1.25,NaN
      8,0,-2.0,0,0.5,NaN
      8,1,NaN,NaN,NaN,NaN

      """)
    let source = try RunSource(path)
    #expect(FigureMaker([source]).standard == [.eigenvalues])
    let figure = try figure(.eigenvalues, [source])
    #expect(
      figure.text.contains(
        "leading: -0.05 ± 1.25i, stable, time constant 20, period 5.03"))
    let table = try figure.columns("eigenvalues.csv")
    #expect(table["real"] == [-0.05, -0.05, -0.8, -2])
    #expect(table["imaginary"] == [1.25, -1.25, 0, 0])
    #expect(figure.text.contains("title 'sample 3'") && figure.text.contains("title 'sample 8'"))
    let one = try self.one(source)
    #expect(try one.columns("eigenvalues.csv")["real"] == [-2])
    #expect(one.text.contains("leading: -2, stable, time constant 0.5'"))
  }

  @Test("of an analysis the closed loop is shown; of a free network, what there is")
  func phases() throws {
    let folder = try ScratchFolder()
    let header = "sample,phase,index,real,imaginary,time_constant,period\n"
    let free = "0,free,0,-0.1,0.0,10.0,inf\n"
    let path = try folder.file("both.csv", header + free + "0,controlled,0,-0.5,0.0,2.0,inf\n")
    let both = try figure(.eigenvalues, [RunSource(path)])
    #expect(try both.columns("eigenvalues.csv")["real"] == [-0.5])
    let alone = try folder.file("free.csv", header + free)
    #expect(
      try figure(.eigenvalues, [RunSource(alone)]).columns("eigenvalues.csv")["real"] == [-0.1])
  }

  private func one(_ source: RunSource) throws -> Figure {
    try figure(.eigenvalues, [source]) { $0.samples = [8] }
  }
}
