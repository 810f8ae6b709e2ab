import Experiments
import Foundation
import Testing

extension Figure {
  /// A table beside the script: its names and its columns, as a script would read them.
  func columns(_ file: String) throws -> [String: [Double]] {
    let rows = try rows(file)
    let names = try #require(rows.first)
    var columns: [String: [Double]] = [:]
    for (index, name) in names.enumerated() {
      columns[name] = rows.dropFirst().map { Double($0[index]) ?? .nan }
    }
    return columns
  }

  /// The numbers of a table without names.
  func matrix(_ file: String) throws -> [[Double]] {
    try rows(file).map { $0.map { Double($0) ?? .nan } }
  }

  private func rows(_ file: String) throws -> [[String]] {
    let table = try #require(tables.first { $0.file == file }, "\(tables.map(\.file))")
    return String(decoding: table.contents, as: UTF8.self).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  var text: String { script(FigureStyle()) }
}

extension ScratchFolder {
  /// A folder with files of these names and texts.
  func run(_ name: String, _ files: [String: String]) throws -> RunSource {
    let folder = path + "/" + name
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (file, text) in files {
      try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + file))
    }
    return try RunSource(folder)
  }
}

/// The one figure of a kind.
func figure(
  _ kind: FigureKind, _ runs: [RunSource], _ change: (inout FigureRequest) -> Void = { _ in }
) throws -> Figure {
  var request = FigureRequest()
  change(&request)
  let figures = try FigureMaker(runs, request).figures(kind)
  #expect(figures.count == 1)
  return try #require(figures.first)
}
