"""The paper's fixed-point iteration in PyTorch without automatic differentiation: products with transposed
weights written out, all buffers made beforehand, inference mode.

Step 1 from zero in the units of the benchmark, z' = z + F(z); F_u has the factor 1/tau in it. A batch ends
when its worst sample meets the criterion, or after 800 steps. With --compact samples leave when they meet it
and the rest moves up, so that later products are smaller. Norms are taken at every `--every`-th step.
"""

import cli

parser = cli.arguments(__doc__.splitlines()[0])
parser.add_argument("--cap", type=int, default=800, help="most steps")
parser.add_argument("--compact", action="store_true", help="samples leave the batch when they settle")
parser.add_argument("--every", type=int, default=4, help="steps between two tests of the criterion")
options = cli.parse(parser)

import torch

from case import Recorder, read_case

torch.set_num_threads(options.threads)


class Iteration:
    """Buffers for one batch and the iteration on their first rows. State rows are [phi, psi, u]."""

    def __init__(self, case):
        def tensor(array):
            return torch.tensor(array, dtype=torch.float32)

        self.case, net = case, case.network
        self.h, self.n = net.hidden, net.units
        self.inputs, self.bias = tensor(net.inputs), tensor(net.bias)
        self.blocks = [(pre, post, tensor(m), tensor(m).T) for pre, post, m in net.blocks]
        self.keep, self.gain = 1 - case.leak / case.tau, 1 / case.tau
        width = 2 * self.n + net.outputs
        self.state, self.next, self.change = (torch.empty(case.batch, width) for _ in range(3))
        self.drive = torch.empty(case.batch, self.n)
        self.s, self.slope = torch.empty(case.batch, self.h), torch.empty(case.batch, self.h)
        self.one = torch.ones(case.batch, self.h)
        self.p, self.q = (torch.empty(case.batch, net.outputs) for _ in range(2))
        self.fp, self.wide = torch.empty(case.batch, self.h), torch.empty(case.batch, self.n)

    def views(self, m):
        """Names for the first m rows; `step` alternates between the two states."""
        n, h = self.n, self.h

        def parts(z):
            return z[:m], z[:m, :n], z[:m, n : 2 * n], z[:m, n : n + h], z[:m, n + h : 2 * n], z[:m, 2 * n :]

        self.a, self.b, self.d = parts(self.state), parts(self.next), parts(self.change)
        self.local = [buffer[:m] for buffer in (self.drive, self.s, self.slope, self.one, self.p, self.q)]
        self.products = []
        for pre, post, w, wt in self.blocks:
            self.products.append((self.drive[:m, post], self.s[:m, pre], wt, post, pre, w))

    def step(self):
        (z, phi, psi, psih, psio, u), (_, phi1, psi1, psih1, psio1, u1) = self.a, self.b
        drive, s, slope, one, p, q = self.local
        torch.tanh(phi[:, : self.h], out=s)
        torch.addcmul(one, s, s, value=-1, out=slope)
        torch.add(drive, psi, out=phi1)
        for base, source, wt, post, pre, w in self.products:
            target = phi1[:, post]
            torch.addmm(target, source, wt, out=target)
            torch.mm(psi[:, post], w, out=psih1[:, pre])
        psih1.mul_(slope)
        psio1.copy_(u)
        torch.softmax(phi[:, self.h :], 1, out=p)
        p.mul_(self.others)  # without the label, whose 1 - p is the sum of the others
        torch.sub(self.onehot * p.sum(1, keepdim=True), p, out=q)
        torch.mul(u, self.keep, out=u1)
        u1.add_(q, alpha=self.gain)

    def swap(self):
        self.a, self.b = self.b, self.a
        self.state, self.next = self.next, self.state

    def residual(self):
        """By the criterion, of the state that the last step started from."""
        torch.sub(self.b[0], self.a[0], out=self.d[0])
        if options.criterion == "joint":
            return self.d[0].norm(dim=1) / (1e-5 + self.a[0].norm(dim=1))
        norm = torch.linalg.vector_norm
        rates = [norm(self.d[i], dim=1) for i in (1, 2, 5)]
        rates[2] *= self.case.tau / self.case.leak
        sizes = [1e-3 + norm(self.a[i], dim=1) for i in (1, 2, 5)]
        return (torch.stack(rates) / torch.stack(sizes)).amax(0)

    def settle(self, x, onehot):
        m = len(x)
        self.onehot, self.others = onehot, 1 - onehot
        self.drive[:m] = self.bias
        self.drive[:m, self.case.network.first].addmm_(x, self.inputs.T)
        self.state[:m].zero_()
        rows = torch.arange(m)
        result = torch.empty(m, self.state.shape[1])
        claimed, evaluations = torch.zeros(m, dtype=torch.bool), torch.zeros(m, dtype=torch.int64)
        self.views(m)
        for step in range(1, options.cap + 1):
            self.step()
            if step % options.every == 0 or step == options.cap:
                done = self.residual() < options.residual
                count = int(done.sum())
                over = count == len(rows) or step == options.cap
                if over or (options.compact and count):
                    leave = torch.ones_like(done) if over else done
                    result[rows[leave]] = self.a[0][leave]
                    claimed[rows[leave]], evaluations[rows[leave]] = done[leave], step
                    if over:
                        break
                    stay = ~done
                    m = len(rows) - count
                    rows, self.onehot, self.others = rows[stay], self.onehot[stay], self.others[stay]
                    self.next[:m] = self.b[0][stay]
                    self.drive[:m] = self.local[0][stay]
                    self.views(m)
            self.swap()
        n = self.n
        return result[:, :n], result[:, n : 2 * n], result[:, 2 * n :], claimed, evaluations


case = read_case(options.case, options.limit)
iteration = Iteration(case)
inputs = torch.tensor(case.x, dtype=torch.float32)
onehot = torch.tensor(case.onehot(), dtype=torch.float32)


def settle(rows):
    with torch.inference_mode():
        return [t.numpy() for t in iteration.settle(inputs[rows], onehot[rows])]


recorder = Recorder(case, options)
recorder.run(settle)
method = "fixed point, compaction" if options.compact else "fixed point, whole batch"
more = {"cap": options.cap, "every": options.every}
recorder.write("PyTorch, by hand", torch.__version__, method, "float32", **more)
