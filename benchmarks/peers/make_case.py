"""Writes a case from MNIST's IDX files with weights drawn from U(-1/sqrt(fan_in), 1/sqrt(fan_in)).

    python peers/make_case.py MNIST CASE [--network feedforward] [--gain 1] [--samples 256]

MNIST is the folder of the four .gz files. `--gain` multiplies the weights between hidden units: at 3 the
recurrent network has a spectral radius like the trained one's (1.7), and samples that settle slowly.
"""

import argparse
import gzip
import json
import pathlib

import numpy as np

from case import write_safetensors


def read_idx(path, header):
    with gzip.open(path) as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mnist", type=pathlib.Path)
    parser.add_argument("case", type=pathlib.Path)
    parser.add_argument("--network", choices=("rnn", "feedforward"), default="rnn")
    parser.add_argument("--gain", type=float, default=1.0)
    parser.add_argument("--samples", type=int, default=256)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    rng = np.random.default_rng(options.seed)
    weights = {}

    def layer(name, fan_in, size, gain=1.0):
        bound = fan_in**-0.5
        weights[f"{name}.weight"] = (gain * rng.uniform(-bound, bound, (size, fan_in))).astype(np.float32)
        return rng.uniform(-bound, bound, size).astype(np.float32)

    if options.network == "rnn":
        weights["hidden.bias"] = layer("input-hidden", 784, 256)
        layer("hidden-hidden", 256, 256, options.gain)
        weights["output.bias"] = layer("hidden-output", 256, 10)
    else:
        weights["hidden1.bias"] = layer("input-hidden1", 784, 256)
        weights["hidden2.bias"] = layer("hidden1-hidden2", 256, 256, options.gain)
        weights["output.bias"] = layer("hidden2-output", 256, 10)

    pixels = read_idx(options.mnist / "t10k-images-idx3-ubyte.gz", 16).reshape(-1, 784)
    labels = read_idx(options.mnist / "t10k-labels-idx1-ubyte.gz", 8)
    options.case.mkdir(parents=True, exist_ok=True)
    np.save(options.case / "inputs.npy", pixels[: options.samples] / 255.0)
    np.save(options.case / "labels.npy", labels[: options.samples].astype(np.int64))
    write_safetensors(options.case / "weights.safetensors", weights)
    about = {"network": options.network, "leak": 6.4, "tau_u": 64.0, "batch": 64}
    (options.case / "case.json").write_text(json.dumps(about, indent=2) + "\n")


if __name__ == "__main__":
    main()
