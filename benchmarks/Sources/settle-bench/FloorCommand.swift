import ArgumentParser
import Dispatch
import Foundation
import LinearAlgebra

/// What the matrix products of an evaluation cost, alone: the floor under every method that
/// evaluates the field so many times.
struct FloorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "floor",
    abstract: "The products of an equilibrium RNN alone, without anything around them.")

  @Option(help: "Recurrent units.")
  var units = 256

  @Option(help: "Outputs.")
  var outputs = 10

  @Option(help: "Samples of a batch.")
  var batch = 64

  @Option(help: "Samples of a chunk.")
  var chunk = 32

  @Option(help: "Threads.")
  var threads = ProcessInfo.processInfo.activeProcessorCount

  @Option(help: "Evaluations, of a forward and a backward product each.")
  var evaluations = 60

  func run() {
    BLAS.useOneThread()
    print("| precision | evaluations | ms a batch: median | µs an evaluation and chunk |")
    print("|---|---|---|---|")
    time(Float.self)
    time(Double.self)
  }

  private func time<E: Scalar>(_ type: E.Type) {
    let chunks = (batch + chunk - 1) / chunk
    let work = Work<E>(units: units, outputs: outputs, chunk: chunk, chunks: chunks)
    var times: [Double] = []
    let clock = ContinuousClock()
    for repetition in 0...20 {
      let elapsed = clock.measure {
        DispatchQueue.concurrentPerform(iterations: min(threads, chunks)) { thread in
          for part in stride(from: thread, to: chunks, by: min(threads, chunks)) {
            for _ in 0..<evaluations { work.evaluate(part) }
          }
        }
      }
      if repetition > 0 { times.append(elapsed / .milliseconds(1)) }
    }
    let median = times.quantile(0.5)
    let rounds = Double((chunks + threads - 1) / threads)
    print(
      "| \(E.precisionName) | \(evaluations) | "
        + String(format: "%.2f | %.0f |", median, 1000 * median / Double(evaluations) / rounds))
  }
}

/// Weights, and a state for every chunk.
private final class Work<E: Scalar>: @unchecked Sendable {
  private let units: Int
  private let width: Int
  private let chunk: Int
  private let weights: UnsafeMutablePointer<E>
  private let rates: [UnsafeMutablePointer<E>]
  private let results: [UnsafeMutablePointer<E>]

  init(units: Int, outputs: Int, chunk: Int, chunks: Int) {
    self.units = units
    self.chunk = chunk
    let width = units + outputs
    self.width = width
    func numbers(_ count: Int) -> UnsafeMutablePointer<E> {
      let memory = UnsafeMutablePointer<E>.allocate(capacity: count)
      for i in 0..<count { memory[i] = E(Double(i % 17) / 100 - 0.08) }
      return memory
    }
    weights = numbers(width * units)
    rates = (0..<chunks).map { _ in numbers(chunk * width) }
    results = (0..<chunks).map { _ in numbers(chunk * width) }
  }

  /// [W; D]·σ(φ), and its transpose times ψ.
  func evaluate(_ part: Int) {
    E.multiply(
      transposeA: false, transposeB: true, rows: chunk, columns: width, inner: units,
      alpha: 1, rates[part], width, weights, units, beta: 0, results[part], width)
    E.multiply(
      transposeA: false, transposeB: false, rows: chunk, columns: units, inner: width,
      alpha: 1, rates[part], width, weights, units, beta: 0, results[part], width)
  }
}
