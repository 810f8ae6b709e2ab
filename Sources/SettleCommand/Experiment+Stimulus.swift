import Dynamics
import Experiments

extension Experiment {
  /// The samples that a command line asks for: the model's stimulus, a part of the data, or rows of it.
  ///
  /// - Parameters:
  ///   - rows: rows of the source file; none for all of the part.
  ///   - limit: the most samples taken of a part.
  func stimulus(
    rows: [Int], split part: Split?, dataFolder: String?, limit: Int = .max
  ) throws -> Stimulus {
    guard part != nil || !rows.isEmpty else { return try Stimulus(inline: self) }
    let splits = try loadData(dataFolder: dataFolder)
    if rows.isEmpty, let part {
      let set = try splits[part, in: self]
      return Stimulus(trainingData(set).samples(Array(0..<min(limit, set.count))))
    }
    // A row of the file is in one part of the data; where parts come from files of their own, the
    // test set is meant.
    let parts = part.map { [$0] } ?? [.test, .validation, .train]
    for candidate in parts {
      guard let set = splits[candidate] else { continue }
      let places = rows.compactMap { set.sample(atSourceRow: $0) }
      guard places.count == rows.count else { continue }
      return Stimulus(trainingData(set).samples(places))
    }
    let sizes = Split.allCases.compactMap { name in
      splits[name].map { "\(name.rawValue) has \($0.count) samples" }
    }
    throw file.error(
      at: "data",
      "the rows \(rows) are not all in "
        + (part.map { "the \($0.rawValue) part" } ?? "one part") + " of the data ("
        + sizes.joined(separator: ", ") + "); leave out --split, or take them one by one")
  }
}
