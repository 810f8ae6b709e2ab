"""The controlled system integrated by SUNDIALS' CVODE (BDF), through scikit-sundae, until it is settled.

--together samples are one system, with GMRES and exact Jacobian-vector products in NumPy, taken step by step
until its worst sample meets the criterion. Steps are common to a system, so its samples do not leave one by
one. With --together 1, --linear lapackdense factorises the exact Jacobian instead. CVODE is double precision
here.
"""

import cli

parser = cli.arguments(__doc__.splitlines()[0])
parser.add_argument("--together", type=int, default=64, help="samples that are one system")
parser.add_argument("--linear", choices=("gmres", "lapackdense"), default="gmres")
parser.add_argument("--krylov", type=int, default=20, help="Krylov vectors")
parser.add_argument("--rtol", type=float, default=1e-2)
parser.add_argument("--atol", type=float, default=1e-3)
parser.add_argument("--end", type=float, default=1e15, help="time at which a system is given up")
parser.add_argument("--cap", type=int, default=500, help="most steps of a system")
options = cli.parse(parser)
if options.linear == "lapackdense" and options.together != 1:
    raise SystemExit("--linear lapackdense needs --together 1: its Jacobian is that of one sample")

import numpy as np
import sksundae
from sksundae.cvode import CVODE, CVODEJacTimes

from case import Recorder, field, jacobian_product, read_case, residuals
from dense import jacobian

case = read_case(options.case, options.limit)
net = case.network
products = []  # Jacobian-vector products of every system that was settled, the warm-up's with them


class System:
    """The samples of some rows as one vector: all phi, then all psi, then all u."""

    def __init__(self, rows):
        self.drive, self.onehot = net.drive(case.x[rows]), case.onehot(rows)
        self.samples = len(self.onehot)
        self.evaluations = self.products = 0
        self.size = self.samples * (2 * net.units + net.outputs)

    def parts(self, z):
        m, n = self.samples, self.samples * net.units
        return z[:n].reshape(m, -1), z[n : 2 * n].reshape(m, -1), z[2 * n :].reshape(m, -1)

    def rates(self, z):
        self.evaluations += 1
        return field(net, self.drive, self.onehot, case.leak, case.tau, *self.parts(z))

    def right(self, t, z, dz):
        for part, rate in zip(self.parts(dz), self.rates(z)):
            part[:] = rate

    def setup(self, t, z, dz):
        pass

    def product(self, t, z, dz, v, jv):
        self.products += 1
        phi, psi, _ = self.parts(z)
        result = jacobian_product(net, case.leak, case.tau, phi, psi, self.parts(v))
        for part, value in zip(self.parts(jv), result):
            part[:] = value

    def dense(self, t, z, dz, matrix):
        jacobian(net, case.leak, case.tau, z, matrix)

    def solver(self):
        more = {"jacfn": self.dense}
        if options.linear == "gmres":
            more = {"krylov_dim": options.krylov, "jactimes": CVODEJacTimes(self.setup, self.product)}
        return CVODE(
            self.right, method="BDF", rtol=options.rtol, atol=options.atol, linsolver=options.linear, **more
        )

    def settle(self):
        solver = self.solver()
        z = np.zeros(self.size)
        solver.init_step(0.0, z)
        for _ in range(options.cap):
            step = solver.step(options.end, method="onestep")
            z = np.asarray(step.y).ravel()
            residual = residuals(options.criterion, self.rates(z), self.parts(z), case.leak, case.tau)
            if residual.max() < options.residual or not step.success or float(np.ravel(step.t)[-1]) >= options.end:
                break
        products.append(self.products)
        return *self.parts(z), residual < options.residual, np.full(self.samples, self.evaluations)


def settle(rows):
    starts = range(rows.start, rows.stop, options.together)
    results = [System(slice(i, min(i + options.together, rows.stop))).settle() for i in starts]
    return [np.concatenate(arrays) for arrays in zip(*results)]


recorder = Recorder(case, options)
recorder.run(settle)
method = f"BDF, {options.linear}, {options.together} samples a system"
version = f"{sksundae.__version__} on SUNDIALS {sksundae.SUNDIALS_VERSION}"
more = {"rtol": options.rtol, "atol": options.atol, "krylov": options.krylov, "cap": options.cap}
more["median_products"] = float(np.median(products))
recorder.write("scikit-sundae CVODE", version, method, "float64", **more)
