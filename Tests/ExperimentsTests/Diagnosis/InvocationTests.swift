import Experiments
import Testing

@Suite("The next command is made of the one that failed")
struct InvocationTests {
  @Test("keys are added, and results go to a folder of their own")
  func setting() {
    let invocation = Invocation([
      "/usr/bin/settle", "simulate", "--quiet", "m.yaml", "--set", "seed=2", "--output", "out",
      "--force", "--record", "phi", "u", "--sample", "3", "4",
    ])
    #expect(
      invocation.setting(["a=1", "b=[{kind: x}]"]) == [
        "simulate", "m.yaml", "--set", "seed=2", "--record", "phi", "u", "--sample", "3", "4",
        "--set", "a=1", "--set", "b=[{kind: x}]",
      ])
    // What was set before gives way.
    let twice = Invocation([
      "settle", "train", "m.yaml", "--set", "a=1", "--set=b=2", "--set", "c=3",
    ])
    #expect(
      twice.setting(["b=4", "a=5"]) == [
        "train", "m.yaml", "--set", "c=3", "--set", "b=4", "--set", "a=5",
      ])
  }

  @Test("another command is given the model, its keys, its parameters and its samples only")
  func change() {
    let invocation = Invocation([
      "settle", "simulate", "m.yaml", "--set=seed=2", "--record", "phi", "--every", "0.1",
      "--parameters", "p.safetensors", "--sample", "3", "--no-figures",
    ])
    #expect(
      invocation.changed(to: "analyze") == [
        "analyze", "m.yaml", "--set=seed=2", "--parameters", "p.safetensors", "--sample", "3",
      ])
  }

  @Test("what a shell would take apart is quoted")
  func quotes() {
    #expect(
      ShellWords.line(["settle", "a b", "it's", "k=[{x: 1}]", ""])
        == #"settle 'a b' 'it'\''s' 'k=[{x: 1}]' ''"#)
  }
}
