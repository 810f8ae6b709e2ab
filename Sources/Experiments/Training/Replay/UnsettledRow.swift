/// A row of unsettled.csv: a sample that did not settle, and when.
public struct UnsettledRow: Sendable, Equatable {
  /// The epoch.
  public var epoch: Int
  /// The update.
  public var step: Int
  /// The sample, by its row in the source file.
  public var sample: Int
  /// The phase that did not settle.
  public var phase: String
  /// What became of it.
  public var outcome: String
  /// The residual at which it ended.
  public var residual: Double
  /// The component that was farthest from rest.
  public var worstComponent: String

  /// All rows of a run, also of one that is still being written to.
  ///
  /// - Throws: ``InputError`` where the table is missing or is none of a training.
  public static func read(_ folder: RunFolder) throws(InputError) -> [UnsettledRow] {
    let path = folder.file("unsettled.csv")
    var bytes = try FileBytes.read(path)
    // A row that a running or a killed training has written in part only.
    if let end = bytes.lastIndex(of: UInt8(ascii: "\n")) { bytes.removeSubrange((end + 1)...) }
    let reader = try CSVReader(parsing: bytes, file: path)
    guard reader.header == TrainingTables.unsettled else {
      throw InputError(
        path, .whole, "is not the table of a training: its columns are \(reader.header)",
        try: "its columns should be \(TrainingTables.unsettled.joined(separator: ", "))")
    }
    var rows: [UnsettledRow] = []
    var record = CSVRecord()
    while try reader.next(&record) {
      guard let epoch = Int(record[0]), let step = Int(record[1]), let sample = Int(record[2]),
        let residual = record.number(5)
      else { throw InputError(path, record.place(0), "is no row of a training") }
      rows.append(
        UnsettledRow(
          epoch: epoch, step: step, sample: sample, phase: record[3], outcome: record[4],
          residual: residual, worstComponent: record[6]))
    }
    return rows
  }
}
