import Experiments
import Foundation
import Integration
import Learning
import Testing

@Suite("The reference of errors is complete")
struct ErrorReferenceTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private static func page(_ name: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent("docs/\(name)"), encoding: .utf8)
  }

  /// After a change, `SETTLE_WRITE_REFERENCE=1 scripts/test --filter ErrorReferenceTests` writes it anew.
  @Test("docs/error-messages.md has every message that the sources can print, and no other")
  func messages() throws {
    let catalog = try ErrorCatalog(sources: Self.root.appendingPathComponent("Sources"))
    let page = try Self.page("error-messages.md")
    let start = try #require(page.range(of: "\n## "))
    let wanted = page[..<start.lowerBound] + catalog.markdown()
    if ProcessInfo.processInfo.environment["SETTLE_WRITE_REFERENCE"] != nil {
      try Data(wanted.utf8).write(
        to: Self.root.appendingPathComponent("docs/error-messages.md"))
      return
    }
    #expect(page == wanted, "write it anew with SETTLE_WRITE_REFERENCE=1")
    // The reader itself is not blind: there are hundreds of messages, and of every kind some.
    #expect(catalog.messages.values.reduce(0) { $0 + $1.count } > 300)
    #expect(ErrorCatalog.Kind.allCases.allSatisfy { catalog.messages[$0, default: []].count > 4 })
  }

  @Test("a literal is read with its parts joined, its interpolations left out, and its remedy")
  func reader() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("settle-errors-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let source = #"""
      func f() throws {
        // throw InputError(path, .whole, "is not to be found in a comment")
        throw InputError(
          path, .whole, "has \(rows(of: "x")) rows and " + name + ", which are too few",
          try: "give it \(least) or more")
      }
      """#
    try Data(source.utf8).write(to: folder.appendingPathComponent("F.swift"))
    let catalog = try ErrorCatalog(sources: folder)
    #expect(
      catalog.messages == [
        .input: [.init(text: "has … rows and …, which are too few", remedy: "give it … or more")]
      ])
  }

  @Test("docs/errors.md tells of every outcome, every cause of a diagnosis, and every warning")
  func outcomes() throws {
    let page = try Self.page("errors.md")
    let names =
      Outcome.allCases.map(\.rawValue) + Diagnosis.Cause.allCases.map(\.rawValue)
      + TrainingHealth.Cause.allCases.map(\.rawValue)
      + StabilityWatch.Cause.allCases.map(\.rawValue)
    for name in names { #expect(page.contains("`\(name)`"), "\(name) has no row") }
  }

  /// Enumerations of errors without a common protocol: one value of each, so that a new case must be added
  /// here, and then shows whether it says what to do.
  @Test("every error of the solver says where it was, or what to do")
  func solver() {
    let situation = IntegrationError.Situation(
      time: 1, stepSize: 0.1, order: 2, steps: 7, worst: nil)
    let component = IntegrationError.Component(name: "phi.a.0", column: 0, sample: 0, value: .nan)
    let errors: [IntegrationError] = [
      .stepLimitReached(limit: 7, situation), .toleranceOutOfReach(factor: 2, situation),
      .errorTestFailed(situation), .correctorNotConverged(situation),
      .linearSolverFailed(.setup, "", situation), .nonlinearSolverFailed("", situation),
      .timeUnderflow(situation), .notFinite(.field, component, situation),
      .noTolerance(component, situation), .eventNotFinite(name: "e", situation),
      .unexpected("", situation),
    ]
    for error in errors {
      #expect(error.description.contains("t = 1.0 after 7 steps"), "\(error)")
      #expect(error.situation == situation)
    }
    #expect(IntegrationError.notStarted.situation == nil)
  }
}
