internal import Foundation

extension ModelFile {
  /// Refuses weights that this machine cannot hold even once, before memory is asked for, which would end the
  /// process.
  ///
  /// - Throws: ``ModelFileError`` at the projection with which they become too many.
  func requireMemory() throws(ModelFileError) {
    let memory = ProcessInfo.processInfo.physicalMemory
    let sizes = Dictionary(
      model.network.populations.map { ($0.name, UInt64($0.size)) }, uniquingKeysWith: { $1 })
    var total = UInt64(0)
    for (index, projection) in model.network.projections.enumerated()
    // Other kinds have fewer weights than pairs.
    where projection.kind == "dense" {
      let (pre, post) = (sizes[projection.from] ?? 0, sizes[projection.to] ?? 0)
      // Sizes end at 2³⁰, so the product is at most 2⁶⁰, and eight bytes each at most 2⁶³.
      let (bytes, overflow) = total.addingReportingOverflow(8 * pre * post)
      guard !overflow, bytes <= memory else {
        throw error(
          at: "network.projections.\(index)",
          "\(post) × \(pre) weights of `\(projection.name)` are too many for the "
            + "\(memory >> 30) GiB of memory that this machine has; make the populations smaller")
      }
      total = bytes
    }
  }
}
