import Experiments
import Foundation

/// The readers of data, of signals and of what figures are drawn from, all the way to what they are for.
extension FuzzedReader {
  static let data: [FuzzedReader] = [table, arrays, signals, figures, parameterFigures]

  private static func text(_ data: String) -> String {
    """
    settle: 1
    name: m
    network:
      populations:
        input: {size: 2, role: input}
        output: {size: 2}
      projections: [{from: input, to: output}]
      loss: {kind: squared-error, population: output}
    \(data)
    """
  }

  private static func made(_ folder: FuzzFolder, _ text: String) throws -> Experiment {
    try Experiment(ModelFile.parse(text: self.text(text), file: folder.file("m.yaml")))
  }

  static let table = FuzzedReader(
    name: "data-csv",
    seeds: {
      [
        "a,b,label\n1,2.5,0\n-3e-4,0,1\n0,1,1\n", "label,a,b\nx,1,2\ny,3,4\n",
        "a,b,label\n1,2,0.0\n3,4,1.0\n",
      ].map { Array($0.utf8) }
    }, words: ["label", "a,b,label", "x", "y", "0.0", ",", "\n"],
    make: {
      let folder = try FuzzFolder()
      let plain = try made(
        folder, "data: {kind: csv, path: d.csv, labels: label, split: {test: 1}}")
      let named = try made(
        folder,
        "data: {kind: csv, path: d.csv, labels: label, classes: [x, y], normalize: standardize}")
      return { bytes in
        folder.put(bytes, "d.csv")
        _ = try? named.loadData()
        _ = try plain.loadData()
      }
    }
  )

  static let arrays = FuzzedReader(
    name: "data-arrays",
    seeds: {
      [
        NPY.encode(NumericArray(shape: [3, 2], values: [1, 2, 3, 4, 5, 6])),
        NPY.encode(NumericArray(shape: [3, 2], values: [1, 2, 3, 4, 5, 6]), as: .int64),
        NPY.encode(NumericArray(shape: [2, 2, 1], values: [0, 1, 1, 0])),
        NPY.encode(NumericArray(shape: [2, 0], values: [])),
      ]
    },
    words: npy.words + [
      "(3, 4611686018427387904, 4, 0)", "(2, 9223372036854775807, 2, 0)", "(2,)",
    ],
    repair: npy.repair,
    make: {
      let folder = try FuzzFolder()
      let targets = try made(
        folder, "data: {kind: npy, train: {inputs: d.npy, targets: d.npy}}")
      let labels = try made(
        folder, "data: {kind: npy, train: {inputs: d.npy, labels: l.npy}}")
      folder.put(NPY.encode(NumericArray(shape: [3], values: [0, 1, 1])), "l.npy")
      return { bytes in
        folder.put(bytes, "d.npy")
        _ = try? labels.loadData()
        _ = try targets.loadData()
      }
    }
  )

  static let signals = FuzzedReader(
    name: "signal-csv",
    seeds: {
      ["time,x,y\n0,1,2\n1,2,3\n2.5,0,0\n", "time,x,y\n0,0,0\n"].map { Array($0.utf8) }
    }, words: ["time", "x", "y", "0.1", "1e300"],
    make: {
      let folder = try FuzzFolder()
      let experiment = try made(
        folder,
        """
        stimulus: {inputs: {input: [1, 1]}}
        protocol:
          - {phase: free, duration: 1, inputs: {input: {kind: file, path: s.csv}}}
        """)
      let parameters = try experiment.initialParameters()
      let stimulus = try Stimulus(inline: experiment)
      return { bytes in
        folder.put(bytes, "s.csv")
        try Simulation(experiment, parameters: parameters, stimulus: stimulus).validate()
      }
    }
  )

  static let figures = FuzzedReader(
    name: "figure-csv",
    seeds: {
      [
        "time,phase,sample,phi.a.0,phi.a.1,u.a.0,loss,residual\n0.0,1-free,0,0.5,1,0,0.1,1\n"
          + "0.1,1-free,0,0.6,1,0,0.05,1e-3\n0.1,2-controlled,0,0.6,2,1,0.05,1e-7\n",
        "epoch,step,train_loss,test_accuracy,control_energy,settled_fraction\n0,0,1.0,0.1,0.5,1\n"
          + "1,10,0.5,0.9,0.2,1\n",
        "epoch,step,samples,used,settled,mean_evaluations,controlled_loss,control_energy,gradient_norm\n"
          + "1,1,2,2,2,10,0.1,0.2,0.3\n1,2,2,2,2,11,0.1,0.2,NaN\n",
        "epoch,step,parameter,reference,samples,cosine,norm_ratio,sign_agreement,relative_error,local\n"
          + "0,0,all,loss,3,0.9,1,0.8,0.1,\n1,10,all,loss,3,0.95,1,0.9,0.1,\n",
        "sample,phase,index,real,imaginary,time_constant,period\n0,free,0,-0.5,0,2,inf\n"
          + "0,free,1,-0.1,2,10,3.1\n0,controlled,0,0.2,-1,5,6\n",
        "class,samples,unsettled,predicted,correct,precision,recall,as_0,as_1\n0,5,0,4,3,0.7,0.6,3,2\n"
          + "1,5,0,6,4,0.6,0.8,1,4\n",
        "x,y,z\n1,2,3\n2,4,nan\n3,-1,1e300\n",
      ].map { Array($0.utf8) }
    },
    words: [
      "time", "phase", "sample", "phi.a.0", "phi.a.99999999999", "loss", "epoch", "step", "class",
      "as_0", "real", "imaginary", "parameter", "reference", "cosine", "train_loss", "all",
    ],
    make: {
      let folder = try FuzzFolder()
      folder.put(tiny, "model.yaml")
      return { bytes in
        let maker = FigureMaker([try RunSource(folder.put(bytes, "f.csv"))])
        var failure: (any Error)?
        for kind in maker.available {
          do {
            for figure in try maker.figures(kind) { _ = figure.script(maker.request.style) }
          } catch {
            failure = error
          }
        }
        if let failure { throw failure }
      }
    }
  )

  static let parameterFigures = FuzzedReader(
    name: "figure-arrays",
    seeds: {
      [
        Safetensors([
          .init("input-output.weight", NumericArray(shape: [2, 2], values: [1, 2, 3, 4])),
          .init("output-output.weight", NumericArray(shape: [2, 2], values: [0, 0, 0, 0])),
          .init("output.bias", NumericArray(shape: [2], values: [1, 2])),
        ]).encoded(),
        Safetensors([
          .init(
            "input-output.weight", NumericArray(shape: [1, 16], values: (0..<16).map(Double.init)))
        ]).encoded(),
      ]
    }, words: safetensorsWords + ["input-output.weight", "output.bias"], repair: repairSafetensors,
    make: {
      let folder = try FuzzFolder()
      folder.put(tiny, "model.yaml")
      return { bytes in
        let maker = FigureMaker([try RunSource(folder.put(bytes, "p.safetensors"))])
        _ = maker.available
        // Not all weights are images.
        let features = (try? maker.figures(.features)) ?? []
        for figure in try maker.figures(.weights) + features {
          _ = figure.script(maker.request.style)
        }
      }
    }
  )
}
