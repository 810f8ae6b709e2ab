internal import Foundation

/// A table of a training with a row, or a few, for some of the updates; its second column is the update.
///
/// It is no part of checkpoints: a training that goes on cuts off what belongs to later updates.
enum StepTable {
  /// - Parameter resumed: the number of updates of the checkpoint that the training goes on from; nil
  ///   where it begins.
  static func open(
    _ name: String, _ columns: [String], in folder: RunFolder, resuming resumed: Int?,
    overwrite: Bool
  ) throws -> CSVWriter {
    let path = folder.file(name)
    // A run that went on by another model may not have had the table before.
    if let resumed, FileManager.default.fileExists(atPath: path) {
      // What is written before the first update is written again by a training that goes on from there.
      let last = resumed == 0 ? -1 : resumed
      return try CSVWriter(resuming: path, at: length(of: path, through: last))
    }
    let writer = try CSVWriter(path, overwrite: overwrite)
    try writer.appendRow(columns)
    return writer
  }

  /// The bytes of a table up to the last whole row of that update or an earlier one.
  private static func length(of path: String, through step: Int) throws -> Int {
    let bytes = try FileBytes.read(path)
    var end = 0
    var start = 0
    while let newline = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
      if start > 0 {
        let fields = bytes[start..<newline].split(
          separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard fields.count > 1, let own = Int(String(decoding: fields[1], as: UTF8.self)),
          own <= step
        else { break }
      }
      start = newline + 1
      end = start
    }
    return end
  }
}
