"""Case folders, result folders, and the dynamics in NumPy that the peers written in it integrate.

A network is a list of blocks (pre, post, M): slices of the units, and the weights [post, pre] between them.
The units are the hidden ones in the order of the network, then the 10 outputs, so every population's targets
are one slice. Arrays have the shapes phi, psi [samples, units], u [samples, outputs].
"""

import dataclasses
import json
import pathlib
import struct
import time

import numpy as np

SAFETENSORS = {"F16": np.float16, "F32": np.float32, "F64": np.float64}


def read_safetensors(path):
    """The arrays of a safetensors file, by name: 8 bytes of header length, a JSON header, the data."""
    raw = pathlib.Path(path).read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    arrays = {}
    for name, entry in json.loads(raw[8 : 8 + length]).items():
        if name == "__metadata__":
            continue
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        dtype = np.dtype(SAFETENSORS[entry["dtype"]]).newbyteorder("<")
        arrays[name] = np.frombuffer(raw[begin:end], dtype).reshape(entry["shape"])
    return arrays


def write_safetensors(path, arrays):
    header, data = {}, b""
    names = {np.dtype(dtype): name for name, dtype in SAFETENSORS.items()}
    for name, array in arrays.items():
        chunk = np.ascontiguousarray(array).tobytes()
        header[name] = {
            "dtype": names[array.dtype],
            "shape": list(array.shape),
            "data_offsets": [len(data), len(data) + len(chunk)],
        }
        data += chunk
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    pathlib.Path(path).write_bytes(struct.pack("<Q", len(text)) + text + data)


@dataclasses.dataclass
class Network:
    hidden: int  # hidden units, all of them tanh
    outputs: int
    first: slice  # units that receive the input
    inputs: np.ndarray  # weights [first, pixels]
    bias: np.ndarray  # [units]
    blocks: list

    @property
    def units(self):
        return self.hidden + self.outputs

    def cast(self, dtype):
        blocks = [(pre, post, np.ascontiguousarray(m, dtype)) for pre, post, m in self.blocks]
        return dataclasses.replace(
            self, inputs=self.inputs.astype(dtype), bias=self.bias.astype(dtype), blocks=blocks
        )

    def drive(self, x):
        """Bias and input drive [samples, units]."""
        drive = np.tile(self.bias, (len(x), 1))
        drive[:, self.first] += x @ self.inputs.T
        return drive


def network(kind, w):
    """The network of a case from the arrays of its parameter file."""
    if kind == "rnn":
        n, (k, _) = w["hidden-hidden.weight"].shape[0], w["hidden-output.weight"].shape
        bias = np.concatenate([w["hidden.bias"], w["output.bias"]])
        both = np.concatenate([w["hidden-hidden.weight"], w["hidden-output.weight"]])
        blocks = [(slice(0, n), slice(0, n + k), both)]
        return Network(n, k, slice(0, n), w["input-hidden.weight"], bias, blocks)
    if kind == "feedforward":
        m, n = w["hidden1-hidden2.weight"].shape[::-1]
        k = w["hidden2-output.weight"].shape[0]
        bias = np.concatenate([w["hidden1.bias"], w["hidden2.bias"], w["output.bias"]])
        blocks = [
            (slice(0, m), slice(m, m + n), w["hidden1-hidden2.weight"]),
            (slice(m, m + n), slice(m + n, m + n + k), w["hidden2-output.weight"]),
        ]
        return Network(m + n, k, slice(0, m), w["input-hidden1.weight"], bias, blocks)
    raise SystemExit(f"case.json: network is {kind!r}; these programs know 'rnn' and 'feedforward'")


@dataclasses.dataclass
class Case:
    kind: str
    network: Network  # float64
    weights: dict  # as stored
    x: np.ndarray  # [samples, pixels] float64
    labels: np.ndarray
    leak: float
    tau: float
    batch: int

    def batches(self):
        return [slice(i, min(i + self.batch, len(self.x))) for i in range(0, len(self.x), self.batch)]

    def onehot(self, rows=slice(None), dtype=np.float64):
        return np.eye(self.network.outputs, dtype=dtype)[self.labels[rows]]


def read_case(folder, limit=None):
    folder = pathlib.Path(folder)
    about = json.loads((folder / "case.json").read_text())
    weights = read_safetensors(folder / "weights.safetensors")
    arrays = {name: array.astype(np.float64) for name, array in weights.items()}
    x = np.load(folder / "inputs.npy").astype(np.float64)[:limit]
    labels = np.load(folder / "labels.npy")[:limit]
    kind = about["network"]
    leak, tau, batch = float(about["leak"]), float(about["tau_u"]), int(about["batch"])
    return Case(kind, network(kind, arrays), weights, x, labels, leak, tau, batch)


# ---------------------------------------------------------------------------------------------------
# The dynamics


def negative_gradient(y, onehot):
    """Minus the gradient of the cross-entropy with respect to the logits. At the label that is 1 - p, taken
    as the sum of the other p: the difference would cancel where the network is sure."""
    p = np.exp(y - y.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    p *= 1 - onehot
    return onehot * p.sum(1, keepdims=True) - p


def field(net, drive, onehot, leak, tau, phi, psi, u):
    """The right-hand sides (phi', psi', u')."""
    h = net.hidden
    s = np.tanh(phi[:, :h])
    dphi = drive - phi + psi
    dpsi = -psi
    dpsi[:, h:] += u
    for pre, post, m in net.blocks:
        dphi[:, post] += s[:, pre] @ m.T
        dpsi[:, pre] += (1 - s[:, pre] ** 2) * (psi[:, post] @ m)
    return dphi, dpsi, (negative_gradient(phi[:, h:], onehot) - leak * u) / tau


def jacobian_product(net, leak, tau, phi, psi, direction):
    """The derivative of `field` along a direction (of the shapes of phi, psi and u)."""
    h = net.hidden
    v, w, du = direction
    s = np.tanh(phi[:, :h])
    slope = 1 - s**2
    a = v[:, :h] * slope
    jphi = w - v
    jpsi = -w
    jpsi[:, h:] += du
    for pre, post, m in net.blocks:
        jphi[:, post] += a[:, pre] @ m.T
        bend = -2 * s[:, pre] * a[:, pre]
        jpsi[:, pre] += slope[:, pre] * (w[:, post] @ m) + bend * (psi[:, post] @ m)
    y = phi[:, h:]
    p = np.exp(y - y.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    pv = p * v[:, h:]
    return jphi, jpsi, (p * pv.sum(1, keepdims=True) - pv - leak * du) / tau


def norms(a):
    return np.sqrt(np.einsum("ij,ij->i", a, a))


def residuals(criterion, rates, state, leak, tau):
    """The residual [samples] by a criterion, from right-hand sides and state."""
    if criterion == "joint":
        change = np.sqrt(sum(norms(d) ** 2 for d in rates))
        return change / (1e-5 + np.sqrt(sum(norms(z) ** 2 for z in state)))
    scaled = (rates[0], rates[1], rates[2] * (tau / leak))
    return np.max([norms(d) / (1e-3 + norms(z)) for d, z in zip(scaled, state)], axis=0)


# ---------------------------------------------------------------------------------------------------
# Results


class Recorder:
    """Times the batches of a case and gathers what was returned for them."""

    def __init__(self, case, options):
        self.case, self.options = case, options

    def run(self, settle, warm=1):
        """Calls settle(rows) -> (phi, psi, u, claimed, evaluations) for every batch; -1 evaluations are
        unknown ones. Before, the first batch is settled `warm` times untimed, and so is a shorter last one,
        for which JAX compiles anew. Milliseconds of a batch that is not full are scaled to a full one."""
        case, batches = self.case, self.case.batches()
        for _ in range(warm):
            settle(batches[0])
            if len(case.x) % case.batch and len(batches) > 1:
                settle(batches[-1])
        self.milliseconds, parts = [], []
        for rows in batches:
            times = []
            for _ in range(self.options.repeat):
                start = time.perf_counter()
                result = settle(rows)
                times.append(1e3 * (time.perf_counter() - start))
            scale = case.batch / (rows.stop - rows.start)
            self.milliseconds.append(float(np.median(times)) * scale)
            parts.append(result)
        self.arrays = [np.concatenate([np.asarray(part[i]) for part in parts]) for i in range(5)]

    def write(self, program, version, method, precision, **more):
        options = self.options
        phi, psi, u, claimed, evaluations = self.arrays
        options.out.mkdir(parents=True, exist_ok=True)
        for name, array in (("phi", phi), ("psi", psi), ("u", u)):
            np.save(options.out / f"{name}.npy", array)
        np.save(options.out / "claimed.npy", claimed.astype(np.uint8))
        known = evaluations.min() >= 0
        if known:
            np.save(options.out / "evaluations.npy", evaluations.astype(np.int64))
        else:
            (options.out / "evaluations.npy").unlink(missing_ok=True)
        about = {
            "program": program,
            "version": version,
            "method": method,
            "threads": options.threads,
            "precision": precision,
            "criterion": options.criterion,
            "residual": options.residual,
            "samples": len(phi),
            "scaled": len(phi) % self.case.batch != 0,
            "batch_milliseconds": [round(t, 3) for t in self.milliseconds],
            **more,
        }
        (options.out / "result.json").write_text(json.dumps(about, indent=2) + "\n")
        scaled = " (scaled to a full batch)" if about["scaled"] else ""
        counted = f"; evaluations median {np.median(evaluations):.0f}, max {evaluations.max()}" if known else ""
        print(
            f"{program}, {method}: median {np.median(self.milliseconds):.1f} ms, "
            f"max {max(self.milliseconds):.1f} ms a batch{scaled}; claims {int(claimed.sum())} of {len(phi)} "
            f"settled{counted}"
        )
