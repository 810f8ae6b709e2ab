"""The fixed-point iteration as the paper's authors run it, in PyTorch with automatic differentiation.

The whole batch is one system: state (v, v_pred, u, e), step 1, from zero, until for every sample
|z' - z| / (1e-5 + |z|) < 1e-6 with one norm over all of it, or 800 steps. The batch-mean loss is in the
controller with leak 0.1, which for a batch of 64 is our leak of 6.4 and tau of 64 per sample. The products
with transposed Jacobians and the gradient of the loss come from torch.autograd.grad inside the loop. Written
from the paper's equations and a description of its code, not from the code.
"""

import cli

parser = cli.arguments(__doc__.splitlines()[0], criteria=("joint",))
parser.add_argument("--cap", type=int, default=800, help="most steps")
options = cli.parse(parser)

import torch
import torch.nn.functional as F

from case import Recorder, read_case

torch.set_num_threads(options.threads)


class Hidden(torch.nn.Module):
    """Target of the hidden state: W sigma(v) + the encoded input, for recurrent and layered weights."""

    def __init__(self, case):
        super().__init__()
        self.recurrent = case.kind == "rnn"
        names = ("input-hidden", "hidden") if self.recurrent else ("input-hidden1", "hidden1")
        w = {name: torch.tensor(array) for name, array in case.weights.items()}
        self.encoder = (w[f"{names[0]}.weight"], w[f"{names[1]}.bias"])
        if self.recurrent:
            self.inner = (w["hidden-hidden.weight"], torch.zeros_like(w["hidden.bias"]))
            self.decoder_weights = (w["hidden-output.weight"], w["output.bias"])
        else:
            self.inner = (w["hidden1-hidden2.weight"], w["hidden2.bias"])
            self.decoder_weights = (w["hidden2-output.weight"], w["output.bias"])

    def encode(self, x):
        return F.linear(x, *self.encoder)

    def forward(self, encoding, v):
        if self.recurrent:
            return F.linear(torch.tanh(v), *self.inner) + encoding
        first = v[:, : encoding.shape[1]]
        return torch.cat([encoding, F.linear(torch.tanh(first), *self.inner)], 1)

    def decode(self, v):
        return F.linear(torch.tanh(v[:, -self.decoder_weights[0].shape[1] :]), *self.decoder_weights)


case = read_case(options.case, options.limit)
if case.tau != case.batch or len(case.x) % case.batch:
    raise SystemExit("this peer's loss is the mean over a batch: tau_u must equal the batch, all batches be full")
alpha = case.leak / case.batch
model = Hidden(case)
inputs = torch.tensor(case.x, dtype=torch.float32)
labels = torch.tensor(case.labels)


def settle(rows):
    with torch.no_grad():
        encoding = model.encode(inputs[rows])
    n, target = rows.stop - rows.start, labels[rows]
    v = torch.zeros(n, case.network.hidden)
    e = torch.zeros_like(v)
    pred = torch.zeros(n, case.network.outputs)
    u = torch.zeros_like(pred)
    z = torch.cat([v, pred, u, e], 1)
    for step in range(1, options.cap + 1):
        v.requires_grad_()
        pred.requires_grad_()
        vdot = model(encoding, v) - v
        out = model.decode(v)
        (fpsi,) = torch.autograd.grad(vdot, v, e)
        (hu,) = torch.autograd.grad(out, v, u)
        (grad,) = torch.autograd.grad(F.cross_entropy(pred, target), pred)
        with torch.no_grad():
            v, pred, u, e = (
                v + vdot + e,
                pred + (out - pred + u),
                u + (-grad - alpha * u),
                e + (fpsi + hu),
            )
            old, z = z, torch.cat([v, pred, u, e], 1)
            change = (z - old).norm(dim=1) / (1e-5 + old.norm(dim=1))
            if change.max() < options.residual:
                break
    phi, psi = torch.cat([v, pred], 1), torch.cat([e, u], 1)
    claimed = change < options.residual
    return phi.numpy(), psi.numpy(), u.numpy(), claimed.numpy(), torch.full((n,), step).numpy()


recorder = Recorder(case, options)
recorder.run(settle)
recorder.write("PyTorch, as published", torch.__version__, "fixed point, autograd", "float32", cap=options.cap)
