internal import Dynamics

/// One memory for every synapse, by parameter.
struct LocalMemory<Memory: SynapseMemory>: RuleMemory {
  var byParameter: [String: ContiguousArray<Memory>]

  init(for parameters: some Sequence<Parameter>) {
    byParameter = Dictionary(
      uniqueKeysWithValues: parameters.map {
        ($0.name, ContiguousArray(repeating: Memory(), count: $0.values.count))
      })
  }

  /// Field after field of one synapse, synapse after synapse.
  var arrays: [String: ContiguousArray<Double>] {
    get {
      byParameter.mapValues { memories in
        var values = ContiguousArray<Double>()
        values.reserveCapacity(memories.count * Memory.fields.count)
        for memory in memories {
          for field in Memory.fields { values.append(memory[keyPath: field]) }
        }
        return values
      }
    }
    set {
      let fields = Memory.fields
      for (name, values) in newValue {
        guard var memories = byParameter[name] else { continue }
        precondition(values.count == memories.count * fields.count)
        for place in memories.indices {
          for (k, field) in fields.enumerated() {
            memories[place][keyPath: field] = values[place * fields.count + k]
          }
        }
        byParameter[name] = memories
      }
    }
  }
}
