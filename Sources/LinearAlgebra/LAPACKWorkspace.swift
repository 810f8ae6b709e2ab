/// Calls a LAPACK routine twice: with length −1, to which it answers the length of workspace it
/// would like as the first element of it, and then with that workspace. Returns the second call's
/// answer.
func withWorkspace(
  _ routine: (UnsafeMutablePointer<Double>, UnsafePointer<Int32>) -> Int32
) -> Int32 {
  var wish = 0.0
  var length: Int32 = -1
  let refusal = routine(&wish, &length)
  precondition(refusal == 0, "LAPACK refused its argument \(-refusal)")
  length = max(1, Int32(wish.rounded(.up)))
  return withUnsafeTemporaryAllocation(of: Double.self, capacity: Int(length)) { work in
    work.initialize(repeating: 0)
    guard let start = work.baseAddress else { return 0 }
    let info = withUnsafePointer(to: length) { routine(start, $0) }
    precondition(info >= 0, "LAPACK refused its argument \(-info)")
    return info
  }
}
