public import Experiments
import LinearAlgebra

/// The command `settle`, for programs that add rules and other things of their own to it.
///
/// ```swift
/// import Experiments
/// import Learning
/// import SettleCommand
///
/// struct Oja: LocalRule {
///   var rate: Double
///   func change(_ synapse: Synapse) -> Double {
///     rate * synapse.ratePost * (synapse.ratePre - synapse.ratePost * synapse.weight)
///   }
/// }
///
/// var registry = Registry()
/// registry.addRule("oja", "Oja's rule", options: ["rate": 1]) {
///   LocalLearning(Oja(rate: $0["rate"]), name: "oja")
/// }
/// SettleCommand.run(registry: registry)
/// ```
public enum SettleCommand {
  /// What model files can name, for all subcommands of this process.
  @TaskLocal static var registry = Registry()

  /// Runs the subcommand that the arguments of the process name, and ends the process with the exit
  /// code that `docs/errors.md` gives.
  ///
  /// - Parameter registry: the built-ins and what the program has added to them.
  public static func run(registry: Registry = Registry()) -> Never {
    BLAS.adoptFastKernels()
    $registry.withValue(registry) { RootCommand.runProcess() }
  }
}
