"""The paper's fixed-point iteration in NumPy, products with transposed weights written out, all buffers made
beforehand; single precision. As pytorch_tight.py, which says more.
"""

import cli

parser = cli.arguments(__doc__.splitlines()[0])
parser.add_argument("--cap", type=int, default=800, help="most steps")
parser.add_argument("--compact", action="store_true", help="samples leave the batch when they settle")
parser.add_argument("--every", type=int, default=4, help="steps between two tests of the criterion")
options = cli.parse(parser)

import numpy as np

from case import Recorder, read_case, residuals


class Iteration:
    def __init__(self, case):
        self.case, self.net = case, case.network.cast(np.float32)
        b, n, h, k = case.batch, self.net.units, self.net.hidden, self.net.outputs
        self.keep, self.gain = np.float32(1 - case.leak / case.tau), np.float32(1 / case.tau)
        self.a = [np.empty((b, size), np.float32) for size in (n, n, k)]
        self.b = [np.empty((b, size), np.float32) for size in (n, n, k)]
        self.drive = np.empty((b, n), np.float32)
        self.s, self.slope, self.back = (np.empty((b, h), np.float32) for _ in range(3))
        self.forth = np.empty((b, n), np.float32)
        self.p = np.empty((b, k), np.float32)

    def step(self, m):
        h = self.net.hidden
        (phi, psi, u), (phi1, psi1, u1) = ([z[:m] for z in state] for state in (self.a, self.b))
        s, slope, p = self.s[:m], self.slope[:m], self.p[:m]
        np.tanh(phi[:, :h], out=s)
        np.multiply(s, s, out=slope)
        np.subtract(np.float32(1), slope, out=slope)
        np.add(self.drive[:m], psi, out=phi1)
        for pre, post, w in self.net.blocks:
            forth, back = self.forth[:m, post], psi1[:, pre]
            np.matmul(s[:, pre], w.T, out=forth)
            phi1[:, post] += forth
            np.matmul(psi[:, post], w, out=back)
        psi1[:, :h] *= slope
        psi1[:, h:] = u
        y = phi[:, h:]
        np.subtract(y, y.max(1, keepdims=True), out=p)
        np.exp(p, out=p)
        p /= p.sum(1, keepdims=True)
        p *= self.others
        np.multiply(u, self.keep, out=u1)
        u1 += self.gain * (self.onehot * p.sum(1, keepdims=True) - p)

    def residual(self, m):
        state = [z[:m] for z in self.a]
        rates = [b[:m] - a for a, b in zip(state, self.b)]
        return residuals(options.criterion, rates, state, self.case.leak, self.case.tau)

    def settle(self, x, onehot):
        m = len(x)
        self.onehot, self.others = onehot, 1 - onehot
        self.drive[:m] = self.net.drive(x)
        for z in self.a:
            z[:m] = 0
        rows = np.arange(m)
        result = [np.empty((m, z.shape[1]), np.float32) for z in self.a]
        claimed, evaluations = np.zeros(m, bool), np.zeros(m, int)
        for step in range(1, options.cap + 1):
            self.step(m)
            if step % options.every == 0 or step == options.cap:
                done = self.residual(m) < options.residual
                over = done.all() or step == options.cap
                if over or (options.compact and done.any()):
                    leave = np.ones_like(done) if over else done
                    for out, z in zip(result, self.a):
                        out[rows[leave]] = z[:m][leave]
                    claimed[rows[leave]], evaluations[rows[leave]] = done[leave], step
                    if over:
                        break
                    stay = ~done
                    rows, self.onehot, self.others = rows[stay], self.onehot[stay], self.others[stay]
                    for buffer in (*self.b, self.drive):
                        buffer[: len(rows)] = buffer[:m][stay]
                    m = len(rows)
            self.a, self.b = self.b, self.a
        return *result, claimed, evaluations


case = read_case(options.case, options.limit)
iteration = Iteration(case)
inputs, onehot = case.x.astype(np.float32), case.onehot(dtype=np.float32)
recorder = Recorder(case, options)
recorder.run(lambda rows: iteration.settle(inputs[rows], onehot[rows]))
method = "fixed point, compaction" if options.compact else "fixed point, whole batch"
more = {"cap": options.cap, "every": options.every}
recorder.write("NumPy, by hand", np.__version__, method, "float32", **more)
