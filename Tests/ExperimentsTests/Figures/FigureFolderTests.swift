import Experiments
import Foundation
import Testing

@Suite("Drawing a figure")
struct FigureFolderTests {
  private static func figure(_ body: String = "plot 'f.csv' skip 1 using 1:2 with lines notitle")
    -> Figure
  {
    var figure = Figure(name: "f", summary: "A line.", width: 320, height: 240)
    figure.tables = [.init("f.csv", Array("x,y\n0,1\n1,2\n".utf8))]
    figure.body.add(body)
    return figure
  }

  /// A program that stands for gnuplot.
  private static func program(_ script: String, in folder: ScratchFolder) throws -> Gnuplot {
    let path = try folder.file("program", "#!/bin/sh\n" + script)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    return Gnuplot(path: path)
  }

  @Test(
    "script and data lie beside the figure, and draw it again to the same bits",
    .enabled(if: Gnuplot.find() != nil), arguments: FigureFormat.allCases)
  func again(format: FigureFormat) throws {
    let folder = try ScratchFolder()
    let gnuplot = try #require(Gnuplot.find())
    var style = FigureStyle()
    style.format = format
    let path = try FigureFolder(folder.path, overwrite: false).draw(
      Self.figure(), style, with: gnuplot)
    #expect(folder.names == ["f.csv", "f.gp", "f.\(format.rawValue)"].sorted())
    let first = try content(of: path)
    try FileManager.default.removeItem(atPath: path)
    try gnuplot.run("f.gp", in: folder.path)
    let second = try content(of: path)
    // A PDF says when it was made.
    if format != .pdf {
      #expect(format.finished([UInt8](second)) == [UInt8](first))
    } else {
      #expect(second.starts(with: first[..<8]))
    }
  }

  @Test("without gnuplot, script and data stay, and the message says how to go on")
  func missing() throws {
    let folder = try ScratchFolder()
    let error = #expect(throws: OutputError.self) {
      try FigureFolder(folder.path, overwrite: false).draw(
        Self.figure(), FigureStyle(), with: nil)
    }
    #expect(folder.names == ["f.csv", "f.gp"])
    let text = error?.description ?? ""
    #expect(text.hasPrefix("\(folder.path)/f.svg: cannot be drawn: gnuplot was not found; "))
    #expect(text.contains("apt install gnuplot-nox") && text.contains("brew install gnuplot"))
    #expect(text.hasSuffix("cd \(folder.path) && gnuplot f.gp"))
  }

  @Test("what gnuplot complains about is told, and no picture is left")
  func complaint() throws {
    let folder = try ScratchFolder()
    let gnuplot = try Self.program(
      "echo 'plot nothing' >&2\necho '     ^' >&2\necho '\"f.gp\" line 7: undefined variable: nothing' >&2\necho >&2\nexit 1\n",
      in: folder)
    let error = #expect(throws: OutputError.self) {
      try FigureFolder(folder.path, overwrite: false).draw(
        Self.figure(), FigureStyle(), with: gnuplot)
    }
    #expect(
      error?.reason
        == "gnuplot could not draw it: \"f.gp\" line 7: undefined variable: nothing")
    #expect(folder.names == ["f.csv", "f.gp", "program"])
  }

  @Test("a picture that is cut short is an error and does not take the name")
  func cutShort() throws {
    let folder = try ScratchFolder()
    // The output's name comes as `output = '…'` after -e.
    let gnuplot = try Self.program(
      "f=$(echo \"$3\" | sed \"s/.*'\\(.*\\)'/\\1/\")\nprintf '<?xml version=\"1.0\"?><svg>' > \"$f\"\n",
      in: folder)
    let error = #expect(throws: OutputError.self) {
      try FigureFolder(folder.path, overwrite: false).draw(
        Self.figure(), FigureStyle(), with: gnuplot)
    }
    #expect(error?.reason == "was not drawn to its end")
    #expect(folder.names == ["f.csv", "f.gp", "program"])
  }

  @Test("a program that never ends is ended")
  func endless() throws {
    let folder = try ScratchFolder()
    let gnuplot = try Self.program("exec sleep 1000\n", in: folder)
    let error = #expect(throws: OutputError.self) {
      try gnuplot.run("f.gp", in: folder.path, within: 0.2)
    }
    #expect(error?.reason.contains("was ended by signal") == true)
  }

  @Test("nothing is replaced unasked, not even a script")
  func noOverwriting() throws {
    for name in ["f.csv", "f.gp", "f.svg"] {
      let folder = try ScratchFolder()
      let path = try folder.file(name, "mine")
      let error = #expect(throws: OutputError.self) {
        try FigureFolder(folder.path, overwrite: false).draw(
          Self.figure(), FigureStyle(), with: Gnuplot.find())
      }
      #expect(error?.path == path && error?.remedy.contains("--force") == true)
      #expect(folder.names == [name])
      #expect(try content(of: path) == Array("mine".utf8))
    }
  }

  @Test("a folder that cannot be made is an output that could not be written")
  func noFolder() throws {
    let folder = try ScratchFolder()
    let file = try folder.file("taken", "x")
    let error = #expect(throws: OutputError.self) {
      try FigureFolder(file + "/inside", overwrite: false).draw(
        Self.figure(), FigureStyle(), with: Gnuplot.find())
    }
    #expect(error?.path == file + "/inside")
    #expect(folder.names == ["taken"])
  }

  @Test("gnuplot is what SETTLE_GNUPLOT names, or the first in the search path that can be run")
  func find() throws {
    let folder = try ScratchFolder()
    let program = try Self.program("exit 0\n", in: folder).path
    #expect(Gnuplot.find(environment: ["SETTLE_GNUPLOT": program, "PATH": ""])?.path == program)
    #expect(Gnuplot.find(environment: ["SETTLE_GNUPLOT": "/nowhere", "PATH": "/usr/bin"]) == nil)
    #expect(Gnuplot.find(environment: ["PATH": folder.path]) == nil)
    _ = try folder.file("gnuplot", "not to be run")
    #expect(Gnuplot.find(environment: ["PATH": folder.path]) == nil)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: folder.path + "/gnuplot")
    #expect(
      Gnuplot.find(environment: ["PATH": "/nowhere:\(folder.path)"])?.path
        == folder.path + "/gnuplot")
  }
}
