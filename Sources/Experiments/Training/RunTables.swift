/// The tables of a training that grow as it goes, and how long each was when the training's state was
/// last whole: between two updates.
///
/// A checkpoint holds these lengths. What was written after them is cut off by a resumed training and
/// written again, so that each table has every row once.
final class RunTables {
  /// One table of a run.
  struct Table {
    var name: String
    var columns: [String]
  }

  /// What any run may have, so that no table of an earlier run is taken for this one's.
  static let names = ["metrics.csv", "unsettled.csv", "steps.csv", "confusion.csv"]

  private var writers: [String: CSVWriter] = [:]
  /// By the name of the table, in bytes.
  private(set) var lengths: [String: Int] = [:]

  /// Begins new tables.
  init(_ tables: [Table], in folder: RunFolder, overwrite: Bool) throws {
    if overwrite {
      folder.remove(Self.names)
    }
    for table in tables { try begin(table, folder, overwrite: overwrite) }
    mark()
  }

  /// Goes on with tables as they were; one that did not exist then begins anew.
  init(_ tables: [Table], in folder: RunFolder, at lengths: [String: Int]) throws {
    for table in tables {
      if let length = lengths[table.name] {
        writers[table.name] = try CSVWriter(resuming: folder.file(table.name), at: length)
      } else {
        try begin(table, folder, overwrite: true)
      }
    }
    mark()
  }

  private func begin(_ table: Table, _ folder: RunFolder, overwrite: Bool) throws {
    let writer = try CSVWriter(folder.file(table.name), overwrite: overwrite)
    try writer.appendRow(table.columns)
    writers[table.name] = writer
  }

  /// The table of that name; nil where the run has none.
  subscript(_ name: String) -> CSVWriter? { writers[name] }

  /// Says that the tables belong to the state at hand.
  func mark() { lengths = writers.mapValues(\.byteCount) }

  /// Hands all rows to the system, so that others see them.
  func flush() throws { for writer in writers.values { try writer.flush() } }

  /// Waits until all rows are on the disk.
  func synchronize() throws { for writer in writers.values { try writer.synchronize() } }

  func close() throws { for writer in writers.values { try writer.close() } }
}
