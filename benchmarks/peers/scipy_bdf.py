"""The controlled system integrated by scipy.integrate.solve_ivp (BDF or LSODA) until it is settled.

Sample by sample, in double precision, with the exact dense Jacobian and a terminal event where the residual
falls to 0.99 of the tolerance (the event is found on the interpolated solution, which meets it only to
rounding). Slow: only the first --limit samples are run, and the time of each is scaled to a batch.
"""

import cli

parser = cli.arguments(__doc__.splitlines()[0])
parser.set_defaults(limit=4)
parser.add_argument("--method", choices=("BDF", "LSODA"), default="BDF")
parser.add_argument("--rtol", type=float, default=1e-3)
parser.add_argument("--atol", type=float, default=1e-6)
parser.add_argument("--end", type=float, default=1e3, help="time at which a sample is given up")
options = cli.parse(parser)

import numpy as np
import scipy
from scipy.integrate import solve_ivp

from case import Recorder, field, read_case, residuals
from dense import jacobian

case = read_case(options.case, options.limit)
net = case.network
n = net.units


def settle_one(row):
    rows = slice(row, row + 1)
    drive, onehot = net.drive(case.x[rows]), case.onehot(rows)
    matrix = np.empty((2 * n + net.outputs,) * 2)
    count = 0

    def parts(z):
        return z[None, :n], z[None, n : 2 * n], z[None, 2 * n :]

    def rates(z):
        nonlocal count
        count += 1
        return field(net, drive, onehot, case.leak, case.tau, *parts(z))

    def right(t, z):
        return np.concatenate(rates(z), axis=1)[0]

    def event(t, z):
        return residuals(options.criterion, rates(z), parts(z), case.leak, case.tau)[0] - 0.99 * options.residual

    event.terminal, event.direction = True, -1
    solution = solve_ivp(
        right,
        (0, options.end),
        np.zeros(len(matrix)),
        method=options.method,
        rtol=options.rtol,
        atol=options.atol,
        jac=lambda t, z: jacobian(net, case.leak, case.tau, z, matrix),
        events=event,
    )
    settled = solution.status == 1
    z = solution.y_events[0][0] if settled else solution.y[:, -1]
    return *parts(z), np.array([settled]), np.array([count])


def settle(rows):
    results = [settle_one(row) for row in range(rows.start, rows.stop)]
    return [np.concatenate(arrays) for arrays in zip(*results)]


recorder = Recorder(case, options)
recorder.run(settle)
more = {"rtol": options.rtol, "atol": options.atol, "end": options.end}
recorder.write("SciPy solve_ivp", scipy.__version__, f"{options.method}, dense, sample by sample", "float64", **more)
