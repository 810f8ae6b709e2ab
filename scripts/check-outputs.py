#!/usr/bin/env python3
"""Checks trajectories against the equations, outside the program that wrote them.

    scripts/check-outputs.py              simulates and trains small models, and checks what comes out
    scripts/check-outputs.py RUN [RUN...] checks folders that `settle simulate` has written

At every row of trajectory.csv the bracket of each equation is evaluated with NumPy from the row's phi,
psi and u, and its relative norm compared with the column `residual` and, where a phase ends, with its
certificate; likewise the loss. What may differ is rounding: sqrt(n) + 8 times the unit roundoff for a
sum of n terms, whose roundings add up as a random walk does, in proportion to the sum of their
magnitudes (8 for an activation of a few ulp and the norms).
Needs Python 3.9 and NumPy.
"""

import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent


# ---------------------------------------------------------------------------------------------------
# Reading


class Flow:
    """A YAML value that stands on one line: scalar, [list] or {mapping}."""

    def __init__(self, text):
        self.text, self.at = text, 0

    def value(self, ends=""):
        self.skip()
        head = self.text[self.at : self.at + 1]
        if head == "[":
            return self.items("]", lambda: self.value(",]"))
        if head == "{":
            return dict(self.items("}", self.member))
        if head == '"':
            value, end = json.JSONDecoder().raw_decode(self.text, self.at)
            self.at = end
            return value
        start = self.at
        while self.at < len(self.text) and self.text[self.at] not in ends:
            self.at += 1
        return scalar(self.text[start : self.at].strip())

    def items(self, close, read):
        self.at += 1
        items = []
        self.skip()
        while self.text[self.at] != close:
            items.append(read())
            self.skip()
            if self.text[self.at] == ",":
                self.at += 1
                self.skip()
        self.at += 1
        return items

    def member(self):
        key = self.value(":")
        self.at += 1
        return key, self.value(",}")

    def skip(self):
        while self.at < len(self.text) and self.text[self.at] == " ":
            self.at += 1


def scalar(text):
    if text in ("null", "~", ""):
        return None
    if text in ("true", "false"):
        return text == "true"
    try:
        return float(text) if text.strip("-+0123456789") else int(text)
    except ValueError:
        return {".inf": np.inf, "-.inf": -np.inf}.get(text, text)


def read_yaml(text):
    """The subset of YAML that model.yaml is written in: nested blocks of two spaces, flow on a line."""
    lines = []
    for line in text.splitlines():
        if line.strip():
            lines.append((len(line) - len(line.lstrip(" ")), line.strip()))
    value, rest = read_block(lines, 0)
    if rest != len(lines):
        raise ValueError(f"model.yaml: cannot read '{lines[rest][1]}'")
    return value


def read_block(lines, at):
    indent = lines[at][0]
    if lines[at][1].startswith("- "):
        items = []
        while at < len(lines) and lines[at][0] == indent and lines[at][1].startswith("- "):
            content = lines[at][1][2:]
            if content[0] in "[{" or ":" not in content:
                items.append(Flow(content).value())
                at += 1
            else:
                # The rest of the item is a mapping that begins behind the dash.
                lines[at] = (indent + 2, content)
                item, at = read_block(lines, at)
                items.append(item)
        return items, at
    members = {}
    while at < len(lines) and lines[at][0] == indent and not lines[at][1].startswith("- "):
        key, _, rest = lines[at][1].partition(":")
        at += 1
        if rest.strip():
            members[key] = Flow(rest).value()
        elif at < len(lines) and lines[at][0] > indent:
            members[key], at = read_block(lines, at)
        else:
            members[key] = None
    return members, at


def read_safetensors(path):
    data = pathlib.Path(path).read_bytes()
    length = int.from_bytes(data[:8], "little")
    arrays = {}
    for name, entry in json.loads(data[8 : 8 + length]).items():
        if name != "__metadata__":
            start, end = entry["data_offsets"]
            kind = {"F64": "<f8", "F32": "<f4"}[entry["dtype"]]
            values = np.frombuffer(data[8 + length + start : 8 + length + end], kind)
            arrays[name] = values.reshape(entry["shape"]).astype(float)
    return arrays


# ---------------------------------------------------------------------------------------------------
# The model

ACTIVATIONS = {
    "identity": (lambda z: z, np.ones_like),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2),
    "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0).astype(float)),
    "softplus": (lambda z: np.logaddexp(0, z), lambda z: 1 / (1 + np.exp(-z))),
}


class Run:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.model = read_yaml((self.folder / "model.yaml").read_text(encoding="utf-8"))
        self.manifest = json.loads((self.folder / "manifest.json").read_text())
        self.summary = json.loads((self.folder / "summary.json").read_text())
        network = self.model["network"]
        self.populations = network["populations"]
        self.projections = network["projections"]
        self.units = [n for n, p in self.populations.items() if p["role"] == "state"]
        self.controller = self.model["controller"]
        self.loss = network["loss"]
        self.unit = 2.0**-24 if self.model["precision"] == "single" else 2.0**-53
        self.read_parameters()
        chosen = self.loss["units"]
        size = self.populations[self.loss["population"]]["size"]
        self.outputs = list(range(size)) if chosen == "all" else chosen

    def option(self, name):
        command = self.manifest["command"]
        return command[command.index(name) + 1] if name in command else None

    def beside_model(self, path):
        return pathlib.Path(self.manifest["model_file"]).parent / path

    def read_parameters(self):
        path = self.option("--parameters")
        if path is None and self.model["parameters"] is not None:
            path = self.beside_model(self.model["parameters"])
        given = read_safetensors(path) if path is not None else {}
        self.weights, self.biases, self.feedback = {}, {}, {}
        for projection in self.projections:
            name = projection["name"]
            weight = given.get(f"{name}.weight", projection.get("weight"))
            if weight is None:
                raise SystemExit(
                    f"{self.folder}: the weights of {name} came from the seed; check a run that was"
                    " given --parameters")
            self.weights[name] = np.atleast_2d(np.array(weight, dtype=float))
            if projection["feedback"]["kind"] != "transpose":
                raise SystemExit(f"{self.folder}: separate feedback is not checked here")
        for name, population in self.populations.items():
            bias = given.get(f"{name}.bias")
            if bias is None and isinstance(population.get("bias"), dict):
                bias = population["bias"].get("values")
            self.biases[name] = np.zeros(population["size"]) if bias is None else np.array(bias)
        for name, entry in (self.controller["feedback"] or {}).items():
            q = given.get(f"{name}.control")
            if q is None and isinstance(entry, dict):
                q = entry.get("values")
            if q is not None:
                self.feedback[name] = np.atleast_2d(np.array(q, dtype=float))

    def stimuli(self):
        """Of every phase: its controller's kind, and inputs and target of every sample."""
        inputs, targets = {}, {}
        names = [n for n, p in self.populations.items() if p["role"] == "input"]
        widths = [self.populations[n]["size"] for n in names]
        if self.option("--sample") is not None or self.option("--split") is not None:
            data = self.model["data"]
            if data["kind"] != "csv" or data["normalize"] != "none" or not data["labels"]:
                raise SystemExit(f"{self.folder}: only labelled CSV data are checked here")
            folder = self.manifest["data_folder"]
            path = pathlib.Path(folder) / data["path"] if folder else self.beside_model(data["path"])
            with open(path, newline="", encoding="utf-8") as file:
                table = list(csv.DictReader(file))
            for sample, row in enumerate(table):
                label = row.pop(data["labels"])
                values = np.array([float(v) for v in row.values()]) * data["scale"]
                inputs[sample] = dict(zip(names, np.split(values, np.cumsum(widths)[:-1])))
                targets[sample] = self.target(data["classes"].index(label) if data["classes"]
                                              else int(label))
        else:
            given = self.model["stimulus"] or {}
            inputs[0] = {n: np.zeros(w) for n, w in zip(names, widths)}
            for name, values in (given.get("inputs") or {}).items():
                inputs[0][name] = np.array(values, dtype=float)
            targets[0] = self.target(given.get("target"))
        for index, phase in enumerate(self.model["protocol"]):
            for sample in inputs:
                inputs[sample] = dict(inputs[sample])
                for name, values in (phase["inputs"] or {}).items():
                    inputs[sample][name] = np.array(values, dtype=float)
                if phase["target"] is not None:
                    targets[sample] = self.target(phase["target"])
            kind = "none" if phase["phase"] == "free" else self.controller["kind"]
            yield f"{index + 1}-{phase['name']}", kind, dict(inputs), dict(targets)

    def target(self, given):
        count = len(self.outputs)
        if given is None or isinstance(given, list):
            return None if given is None else np.array(given, dtype=float)
        soft = self.loss["soft"]
        target = np.full(count, soft / (count - 1) if count > 1 else 0.0)
        target[given] = 1 - soft
        return target


# ---------------------------------------------------------------------------------------------------
# The equations


class Equations:
    """The brackets of one row, each with a bound on what rounding may have changed in it."""

    def __init__(self, run, kind, inputs, target, phi, psi, u):
        self.run, self.kind, self.target, self.u = run, kind, target, u
        self.phi, self.psi, self.x = phi, psi, inputs
        self.rates, self.slopes = dict(inputs), {}
        for name in run.units:
            rate, slope = ACTIVATIONS[run.populations[name]["activation"]]
            self.rates[name], self.slopes[name] = rate(phi[name]), slope(phi[name])
        name = run.loss["population"]
        if run.populations[name]["role"] == "readout":
            self.y = (run.biases[name] + self.drive(name)[0])[run.outputs]
        else:
            self.y = phi[name][run.outputs]

    def drive(self, name):
        """The weighted input of a population, the sum of its magnitudes, and the number of terms."""
        total = np.zeros(self.run.populations[name]["size"])
        magnitude, terms = np.abs(self.run.biases[name]), 1
        for projection in self.run.projections:
            if projection["to"] == name:
                weight, rate = self.run.weights[projection["name"]], self.rates[projection["from"]]
                total = total + weight @ rate
                magnitude = magnitude + np.abs(weight) @ np.abs(rate)
                terms += len(rate)
        return total, magnitude, terms

    def field(self):
        f, magnitudes, terms = {}, {}, 0
        for name in self.run.units:
            total, magnitude, count = self.drive(name)
            f[name] = -self.phi[name] + total + self.run.biases[name]
            magnitudes[name] = magnitude + np.abs(self.phi[name])
            terms = max(terms, count)
        return f, magnitudes, terms

    def backward(self, psi):
        """(df/dphi)^T psi + S_y^T u"""
        run, result, magnitudes, terms = self.run, {}, {}, 0
        signals = dict(psi)
        name = run.loss["population"]
        spread = np.zeros(run.populations[name]["size"])
        spread[run.outputs] = self.u
        if run.populations[name]["role"] == "readout":
            signals[name] = spread
        for unit in run.units:
            sent, size = np.zeros(len(psi[unit])), np.zeros(len(psi[unit]))
            for projection in run.projections:
                if projection["from"] == unit:
                    weight, signal = run.weights[projection["name"]], signals[projection["to"]]
                    sent = sent + weight.T @ signal
                    size = size + np.abs(weight.T) @ np.abs(signal)
                    terms = max(terms, len(signal))
            result[unit] = -psi[unit] + self.slopes[unit] * sent
            # A slope of 1 - tanh^2 has the error of the 1.
            magnitudes[unit] = np.abs(psi[unit]) + size
            if unit == name:
                result[unit] = result[unit] + spread
                magnitudes[unit] = magnitudes[unit] + np.abs(spread)
        return result, magnitudes, terms

    def gradient(self):
        if self.run.loss["kind"] == "squared-error":
            return self.y - self.target
        p = np.exp(self.y - self.y.max())
        return p / p.sum() * self.target.sum() - self.target

    def loss(self):
        if self.run.loss["kind"] == "squared-error":
            return 0.5 * np.sum((self.y - self.target) ** 2)
        top = self.y.max()
        return np.sum(self.target * (top + np.log(np.sum(np.exp(self.y - top))) - self.y))

    def residuals(self):
        """The residual of every variable, and how much rounding may have changed it."""
        run, floor = self.run, self.run.model["settling"]["floor"]
        f, size, terms = self.field()
        phi = norm(self.phi)
        if self.kind == "none":
            parts = [("phi", norm(f), norm(size), terms, phi)]
        elif self.kind == "dynamic-inversion":
            total = {n: f[n] + self.psi[n] for n in f}
            sizes = {n: size[n] + np.abs(self.psi[n]) for n in f}
            parts = [("phi", norm(total), norm(sizes), terms, phi)]
            back, size, count = self.backward(self.psi)
            parts.append(("psi", norm(back), norm(size), count, norm(self.psi)))
        elif self.kind == "energy":
            # psi is -f to rounding, and what is back-propagated carries that rounding on.
            back, sizes, count = self.backward({n: -f[n] for n in f})
            gain = 1 + sum(np.abs(w).sum() for w in run.weights.values())
            size = norm(sizes) + gain * norm(size)
            parts = [("phi", norm(back), size, count + terms, norm(f))]
        elif self.kind == "linear-feedback":
            total = {n: f[n] + self.psi[n] for n in f}
            sizes = {n: size[n] + np.abs(self.psi[n]) for n in f}
            parts = [("phi", norm(total), norm(sizes), terms + len(self.u), phi)]
        else:
            raise SystemExit(f"{run.folder}: the controller {self.kind} is not checked here")
        output = run.controller["output"]
        if self.kind != "none" and output["integral"] > 0:
            gradient, leak = self.gradient(), output["leak"]
            integral = (self.u + output["proportional"] * gradient) / output["integral"]
            leaking = self.u if output["leak-on"] == "total" else integral
            scale = leak if leak > 0 else 1.0
            size = np.abs(self.y) + np.abs(self.target) + leak * np.abs(leaking)
            size = size + (1 if run.loss["kind"] == "cross-entropy" else 0)
            bracket = np.linalg.norm(gradient + leak * leaking) / scale
            # u_i is a difference here; what is lost in it changes bracket and reference alike.
            lost = np.linalg.norm((np.abs(self.u) + np.abs(output["proportional"] * gradient))
                                  / output["integral"])
            reference = np.linalg.norm(integral)
            size = np.linalg.norm(size) / scale + lost * (1 + bracket / (floor + reference))
            parts.append(("u", bracket, size, 2, reference))
        result = {}
        for name, bracket, size, count, reference in parts:
            residual = bracket / (floor + reference)
            slack = (np.sqrt(count) + 8) * size / (floor + reference) + 8 * residual
            result[name] = residual, run.unit * slack
        return result


def norm(blocks):
    return np.sqrt(sum(np.sum(block**2) for block in blocks.values()))


# ---------------------------------------------------------------------------------------------------
# The checks


def check(folder):
    run = Run(folder)
    with open(run.folder / "trajectory.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    def block(row, quantity, name, units):
        return np.array([float(row[f"{quantity}.{name}.{k}"]) for k in units])

    stimuli = {label: rest for label, *rest in run.stimuli()}
    worst, compared, last = 0.0, 0, {}
    for number, row in enumerate(rows, start=2):
        kind, inputs, targets = stimuli[row["phase"]]
        sample = int(row["sample"])
        sizes = {n: range(run.populations[n]["size"]) for n in run.units}
        equations = Equations(
            run, kind, inputs[sample], targets[sample],
            {n: block(row, "phi", n, k) for n, k in sizes.items()},
            {n: block(row, "psi", n, k) for n, k in sizes.items()},
            block(row, "u", run.loss["population"], run.outputs))
        residuals = equations.residuals()
        residual, slack = (max(values) for values in zip(*residuals.values()))
        deviations = [("residual", float(row["residual"]), residual, slack)]
        if targets[sample] is not None:
            loss = equations.loss()
            size = np.sum(equations.y**2) + np.sum(equations.target**2) + 1
            deviations.append(("loss", float(row["loss"]), loss, 64 * run.unit * size))
        for name, written, computed, slack in deviations:
            compared += 1
            worst = max(worst, abs(written - computed) / slack)
            # Written so that a NaN fails.
            if not abs(written - computed) <= slack:
                raise SystemExit(
                    f"{run.folder}/trajectory.csv:{number}: {name} is {written!r}, and NumPy says"
                    f" {computed!r} ± {slack:.1e}")
        last[row["phase"], sample] = number, residuals

    # The row's residual is that of its worst variable; the certificates have them all.
    promised = run.model["settling"]["residual"]
    for phase in run.summary["phases"]:
        for entry in phase["samples"]:
            number, residuals = last[phase["phase"], entry["sample"]]
            certificate = entry["certificate"]
            for name, (computed, slack) in residuals.items():
                compared += 1
                if not abs(certificate["residuals"][name] - computed) <= slack:
                    raise SystemExit(
                        f"{run.folder}/summary.json: {phase['phase']} of sample {entry['sample']}: the"
                        f" residual of {name} is {certificate['residuals'][name]!r}, and NumPy says"
                        f" {computed!r} ± {slack:.1e} at trajectory.csv:{number}")
            settled = all(computed <= promised for computed, _ in residuals.values())
            if settled != (certificate["outcome"] == "settled"):
                raise SystemExit(f"{run.folder}: {phase['phase']} of sample {entry['sample']} is"
                                 f" called {certificate['outcome']}")
    print(f"{run.model['name']}: {compared} numbers of {len(rows)} rows agree with NumPy, at most"
          f" {worst:.2f} of the rounding allowed")


def find_program():
    candidates = [os.environ.get("SETTLE_BINARY"), *(
        ROOT / ".build" / kind / "settle" for kind in ("release", "debug"))]
    for candidate in candidates:
        if candidate and os.access(candidate, os.X_OK):
            return str(pathlib.Path(candidate).absolute())
    sys.exit("settle is not built: swift build -c release")


def check_all():
    program = find_program()
    models = ROOT / "models"
    with tempfile.TemporaryDirectory() as scratch:

        def settle(*arguments):
            subprocess.run([program, *map(str, arguments), "--quiet"], check=True, cwd=scratch)

        for name in ("linear", "tanh", "energy", "linear-feedback", "readout"):
            settle("simulate", models / f"{name}.yaml", "--output", f"{scratch}/{name}")
            check(f"{scratch}/{name}")
        grid = f"{scratch}/grid"
        settle("simulate", models / "linear.yaml", "--every", "0.1", "--set",
               "controller.output={proportional: 0.5, leak: 0.2, tau: 5}", "--output", grid)
        check(grid)
        digits = models / "digits-rnn.yaml"
        settle("train", digits, "--set", "learning.epochs=1", "--output", f"{scratch}/run")
        settle("evaluate", digits, "--output", f"{scratch}/evaluated")
        with open(f"{scratch}/evaluated/predictions.csv", newline="", encoding="utf-8") as file:
            samples = [row["sample"] for row in csv.DictReader(file)][:2]
        for precision in ("single", "double"):
            output = f"{scratch}/{precision}"
            settle("simulate", digits, "--parameters", f"{scratch}/run/parameters.safetensors",
                   "--split", "test", "--sample", *samples, "--every", "1", "--set",
                   f"precision={precision}", "--output", output)
            check(output)


if __name__ == "__main__":
    if any(argument.startswith("-") for argument in sys.argv[1:]):
        print(__doc__.strip())
    elif len(sys.argv) > 1:
        for argument in sys.argv[1:]:
            check(argument)
    else:
        check_all()
