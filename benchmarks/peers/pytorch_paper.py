"""The fixed-point iteration as the paper's authors run it, in PyTorch with automatic differentiation.

The whole batch is one system: state (v, v_pred, u, e), step 1, from zero, until for every sample
|z' - z| / (1e-5 + |z|) < 1e-6 with one norm over all of it, or 800 steps. The batch-mean loss is in the
controller with leak 0.1, which for a batch of 64 is our leak of 6.4 and tau of 64 per sample.

The work of a step is that of the published code, written anew: modules with parameters that require
gradients; the recurrent and the output module are evaluated once for the products with their transposed
Jacobians (torch.autograd.grad) and once more for the states; the inputs and outputs of the recurrent module
are slices and zero-padded; the state is cut out of one tensor before every step and concatenated after it.
"""

import cli

parser = cli.arguments(__doc__.splitlines()[0], criteria=("joint",))
parser.add_argument("--cap", type=int, default=800, help="most steps")
options = cli.parse(parser)

import torch
import torch.nn.functional as F

from case import Recorder, read_case

torch.set_num_threads(options.threads)


case = read_case(options.case, options.limit)
if case.tau != case.batch or len(case.x) % case.batch:
    raise SystemExit("this peer's loss is the mean over a batch: tau_u must equal the batch, all batches be full")
alpha = case.leak / case.batch


def linear(weight, bias):
    layer = torch.nn.Linear(weight.shape[1], weight.shape[0])
    layer.weight.data = torch.tensor(weight, dtype=torch.float32)
    layer.bias.data = torch.tensor(bias, dtype=torch.float32)
    return layer


class Part(torch.nn.Module):
    """Some of the features."""

    def __init__(self, start, stop):
        super().__init__()
        self.start, self.stop = start, stop

    def forward(self, x):
        return x[:, self.start : self.stop]


class Padded(torch.nn.Module):
    """Zeros on both sides."""

    def __init__(self, before, after):
        super().__init__()
        self.padding = (before, after)

    def forward(self, x):
        return F.pad(x, self.padding)


class Recurrence(torch.nn.Module):
    """encoding + W sigma(v), from some features to others."""

    def __init__(self, source, target, total, layer):
        super().__init__()
        self.activation = torch.nn.Tanh()
        self.edge = torch.nn.Sequential(Part(*source), layer, Padded(target[0], total - target[1]))

    def forward(self, encoding, v):
        return encoding + self.edge(self.activation(v))


weights = case.weights
if case.kind == "rnn":
    n = len(weights["hidden.bias"])
    encoder = linear(weights["input-hidden.weight"], weights["hidden.bias"])
    recurrence = Recurrence((0, n), (0, n), n, linear(weights["hidden-hidden.weight"], 0 * weights["hidden.bias"]))
    decoder = torch.nn.Sequential(
        torch.nn.Tanh(), Part(0, n), linear(weights["hidden-output.weight"], weights["output.bias"])
    )
else:
    n = len(weights["hidden1.bias"])
    total = n + len(weights["hidden2.bias"])
    encoder = torch.nn.Sequential(linear(weights["input-hidden1.weight"], weights["hidden1.bias"]), Padded(0, total - n))
    recurrence = Recurrence(
        (0, n), (n, total), total, linear(weights["hidden1-hidden2.weight"], weights["hidden2.bias"])
    )
    decoder = torch.nn.Sequential(
        torch.nn.Tanh(), Part(n, total), linear(weights["hidden2-output.weight"], weights["output.bias"])
    )
inputs = torch.tensor(case.x, dtype=torch.float32)
labels = torch.tensor(case.labels)


def step(encoding, target, v, pred, u, e):
    v.requires_grad_()
    pred.requires_grad_()
    (slope,) = torch.autograd.grad(F.cross_entropy(pred, target), pred)
    back = torch.autograd.grad(recurrence(encoding, v) - v, v, e)[0]
    error = torch.autograd.grad(decoder(v), v, u)[0]
    return (
        (v + (recurrence(encoding, v) - v + e)).detach(),
        (pred + (decoder(v) - pred + u)).detach(),
        (u + (-slope - alpha * u)).detach(),
        (e + (back + error)).detach(),
    )


def settle(rows):
    # The encoding keeps its graph in training, and so it does here.
    encoding = encoder(inputs[rows])
    count, target = rows.stop - rows.start, labels[rows]
    widths = (encoding.shape[1], case.network.outputs, case.network.outputs, encoding.shape[1])
    z = torch.zeros(count, sum(widths))
    for iteration in range(1, options.cap + 1):
        parts = torch.split(z, widths, 1)
        old, z = z, torch.cat(step(encoding, target, *(part.detach() for part in parts)), 1)
        change = (old - z).norm(p=2, dim=1) / (1e-5 + old.norm(p=2, dim=1))
        if change.max().item() < options.residual:
            break
    v, pred, u, e = torch.split(z, widths, 1)
    phi, psi = torch.cat([v, pred], 1), torch.cat([e, u], 1)
    claimed = change < options.residual
    evaluations = torch.full((count,), iteration)
    return phi.numpy(), psi.numpy(), u.numpy(), claimed.numpy(), evaluations.numpy()


recorder = Recorder(case, options)
recorder.run(settle)
recorder.write("PyTorch, as published", torch.__version__, "fixed point, autograd", "float32", cap=options.cap)
