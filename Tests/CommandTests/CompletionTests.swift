import Testing

@Suite("Shells complete what is typed")
struct CompletionTests {
  /// What bash offers for the last of the words, by the script that the program makes.
  private func bash(_ words: String..., in scratch: Scratch) throws -> [String] {
    let script = """
      PATH="$(dirname "$SETTLE"):$PATH"
      source <(settle --generate-completion-script bash)
      COMP_WORDS=("$@")
      COMP_CWORD=$(($# - 1))
      COMP_LINE="$*"
      COMP_POINT=${#COMP_LINE}
      _settle settle "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
      printf '%s\\n' "${COMPREPLY[@]}"
      """
    try scratch.write(script, to: "complete.sh")
    let quoted = (["settle"] + words).map { "'\($0)'" }.joined(separator: " ")
    let result = try shell("bash complete.sh \(quoted)", in: scratch)
    #expect(result.status == 0, "\(result.report)")
    return result.out.split(separator: "\n").map(String.init).filter { $0 != "complete.sh" }
      .sorted()
  }

  @Test("scripts for bash, zsh and fish are made", arguments: ["bash", "zsh", "fish"])
  func scripts(_ name: String) throws {
    let result = try settle("--generate-completion-script", name, in: Scratch())
    #expect(result.status == 0, "\(result.report)")
    for word in ["simulate", "schema", "third-factors", "safetensors"] {
      #expect(result.out.contains(word), "\(word)")
    }
  }

  @Test("subcommands, kinds, templates and parts of the data")
  func words() throws {
    let scratch = try Scratch()
    #expect(try bash("si", in: scratch) == ["simulate"])
    #expect(try bash("list", "a", in: scratch) == ["activations"])
    #expect(try bash("new", "--template", "one", in: scratch) == ["one-neuron"])
    #expect(try bash("evaluate", "--split", "v", in: scratch) == ["validation"])
    #expect(try bash("plot", "--format", "p", in: scratch) == ["pdf", "png"])
    #expect(try bash("simulate", "--rec", in: scratch) == ["--record"])
  }

  @Test("models by their extension, parameters by theirs, runs as folders")
  func files() throws {
    let scratch = try Scratch()
    try scratch.makeFolder("runs/x")
    for name in ["a.yaml", "b.csv", "p.safetensors", "runs/x/metrics.csv"] {
      try scratch.write("", to: name)
    }
    #expect(
      try bash("simulate", "", in: scratch).filter { !$0.hasPrefix("-") } == ["a.yaml", "runs"])
    #expect(try bash("evaluate", "--parameters", "", in: scratch) == ["p.safetensors", "runs"])
    #expect(try bash("verify", "r", in: scratch) == ["runs"])
    #expect(try bash("train", "--resume", "runs/", in: scratch) == ["runs/x"])
  }

  @Test("keys of models after --set, with the names of the model and with values")
  func settings() throws {
    let scratch = try Scratch()
    let keys = try bash("simulate", "--set", "contr", in: scratch)
    #expect(keys.contains("controller.output.leak") && keys.contains("controller.kind"))
    #expect(keys.allSatisfy { $0.hasPrefix("controller") })
    #expect(
      try bash("simulate", "--set", "controller.output.tau", in: scratch)
        == ["controller.output.tau=", "controller.output.tau=5"])
    #expect(
      try bash("train", "--set", "precision", in: scratch)
        == ["precision=", "precision=double", "precision=single"])
    let model = Repository.model("tanh")
    let named = try bash("simulate", model, "--set", "network.populations.hid", in: scratch)
    #expect(named.contains("network.populations.hidden.activation"), "\(named)")
    let projection = try bash("sweep", model, "--set", "network.projections.input-", in: scratch)
    #expect(projection.contains("network.projections.input-hidden.rate"), "\(projection)")
    #expect(try bash("simulate", "--set", "nothing", in: scratch) == [])
  }
}
