internal import CSUNDIALS

/// The `SUNContext` that everything made for one solver shares, and the last sentence SUNDIALS said.
///
/// Vectors, matrices and solvers hold their context strongly, so it outlives all of them whatever
/// the order in which they are released. A context serves one thread at a time.
final class SolverContext {
  let pointer: SUNContext
  let reporter: UnsafeMutablePointer<csundials_reporter>
  private let sentence: Sentence

  /// Its own object, so that SUNDIALS can be handed its address before the context exists.
  private final class Sentence {
    var last = ""
  }

  init() throws(IntegrationError) {
    let sentence = Sentence()
    let reporter = UnsafeMutablePointer<csundials_reporter>.allocate(capacity: 1)
    reporter.initialize(
      to: csundials_reporter(
        report: { message, data in
          guard let message, let data else { return }
          Unmanaged<Sentence>.fromOpaque(data).takeUnretainedValue().last =
            String(cString: message)
        },
        data: Unmanaged.passUnretained(sentence).toOpaque()))
    var context: SUNContext?
    guard csundials_context_create(&context, reporter) == 0, let context else {
      reporter.deallocate()
      throw .outOfMemory("SUNDIALS could not create its context")
    }
    self.sentence = sentence
    self.reporter = reporter
    pointer = context
  }

  /// What SUNDIALS said last, and forgets it.
  func takeSentence() -> String {
    defer { sentence.last = "" }
    return sentence.last
  }

  deinit {
    var context: SUNContext? = pointer
    SUNContext_Free(&context)
    reporter.deallocate()
  }
}
