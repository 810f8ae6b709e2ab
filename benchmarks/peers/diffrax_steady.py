"""The controlled system integrated by diffrax until its steady-state event.

Every sample is its own solve with its own steps, vmapped over the batch and jitted; a batch lasts until its
last sample stops. With the joint criterion the event is diffrax.steady_state_event with the Euclidean norm,
rtol the tolerance and atol 1e-5 of it, which is that criterion; the per-variable one is a condition of our
own, as diffrax allows. --rtol and --atol are the step controller's.
"""

import cli

# rtol and atol of the step controller, the longest step, the most steps. With steps bounded by accuracy alone
# the explicit solvers go to the border of stability, where their error stays near the tolerance and nothing
# ever settles; at h = 1 and 1.5 these networks are inside it. The implicit ones need no bound.
DEFAULTS = {
    "tsit5": (1e-1, 1e-2, 1.5, 1000),
    "heun": (1e-1, 1e-2, 1.0, 2000),
    "kvaerno3": (1e-1, 1e-3, None, 200),
    "kvaerno5": (1e-1, 1e-3, None, 200),
}
parser = cli.arguments(__doc__.splitlines()[0])
parser.add_argument("--solver", choices=DEFAULTS, default="tsit5")
parser.add_argument("--rtol", type=float, help="step controller's (default: by solver)")
parser.add_argument("--atol", type=float, help="step controller's (default: by solver)")
parser.add_argument("--longest", type=float, help="longest step (default: by solver)")
parser.add_argument("--precision", choices=("float32", "float64"), default="float32")
parser.add_argument("--linear", choices=("gmres", "lu"), default="gmres", help="of the Kvaerno solvers")
parser.add_argument("--end", type=float, default=2000, help="time at which a sample is given up")
parser.add_argument("--cap", type=int, help="most steps (default: by solver)")
options = cli.parse(parser)

import os

if options.threads == 1:  # XLA sizes its pool by the processors that it may run on
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    else:
        raise SystemExit("one thread needs sched_setaffinity, which this system lacks: use --threads of all cores")

import diffrax
import jax
import jax.numpy as jnp
import lineax
import numpy as np
import optimistix

jax.config.update("jax_enable_x64", options.precision == "float64")

from case import Recorder, read_case

case = read_case(options.case, options.limit)
net = case.network.cast(options.precision)
h, n = net.hidden, net.units
blocks = [(pre, post, jnp.asarray(m)) for pre, post, m in net.blocks]
evaluations_a_step = {"tsit5": 6, "heun": 2}  # the implicit solvers' counts are not reported by diffrax


def rates(t, z, sample):
    phi, psi, u = z
    drive, onehot = sample
    s = jnp.tanh(phi[:h])
    dphi, back = drive - phi + psi, jnp.zeros(h, phi.dtype)
    for pre, post, m in blocks:
        dphi = dphi.at[post].add(m @ s[pre])
        back = back.at[pre].set(psi[post] @ m)
    dpsi = jnp.concatenate([(1 - s * s) * back, u]) - psi
    q = jax.nn.softmax(phi[h:]) * (1 - onehot)
    du = (onehot * q.sum() - q - case.leak * u) / case.tau
    return dphi, dpsi, du


def euclid(z):
    return jnp.sqrt(sum(jnp.sum(part**2) for part in z))


def per_variable(t, z, sample, **kwargs):
    d = rates(t, z, sample)
    d = (d[0], d[1], d[2] * (case.tau / case.leak))
    norm = jnp.linalg.norm
    return jnp.max(jnp.stack([norm(a) / (1e-3 + norm(b)) for a, b in zip(d, z)])) < options.residual


if options.criterion == "joint":
    stop = diffrax.steady_state_event(options.residual, 1e-5 * options.residual, euclid)
else:
    stop = per_variable


def make_solver():
    if options.solver == "tsit5":
        return diffrax.Tsit5()
    if options.solver == "heun":
        return diffrax.Heun()
    if options.linear == "gmres":  # VeryChord keeps a factorisation between its steps, which GMRES has not
        finder = diffrax.with_stepsize_controller_tols(optimistix.Newton)(linear_solver=lineax.GMRES(1e-2, 1e-4))
    else:
        finder = diffrax.with_stepsize_controller_tols(diffrax.VeryChord)()
    return {"kvaerno3": diffrax.Kvaerno3, "kvaerno5": diffrax.Kvaerno5}[options.solver](root_finder=finder)


rtol, atol, longest, cap = (
    given or usual
    for given, usual in zip((options.rtol, options.atol, options.longest, options.cap), DEFAULTS[options.solver])
)
# The coefficients that the documentation advises for mildly stiff problems damp the step's oscillation at
# the border of stability, where an explicit method spends its time near a steady state.
controller = diffrax.PIDController(rtol, atol, pcoeff=0.2, icoeff=0.4, dtmax=longest)
solver = make_solver()


def one(drive, onehot):
    dtype = drive.dtype
    z = (jnp.zeros(n, dtype), jnp.zeros(n, dtype), jnp.zeros(net.outputs, dtype))
    solution = diffrax.diffeqsolve(
        diffrax.ODETerm(rates),
        solver,
        0.0,
        options.end,
        0.5,
        z,
        args=(drive, onehot),
        stepsize_controller=controller,
        event=diffrax.Event(stop),
        saveat=diffrax.SaveAt(t1=True),
        max_steps=cap,
        adjoint=diffrax.ForwardMode(),
        throw=False,
    )
    phi, psi, u = (part[-1] for part in solution.ys)
    claimed = solution.result == diffrax.RESULTS.event_occurred
    return phi, psi, u, claimed, solution.stats["num_steps"]


@jax.jit
def batch(x, onehot):
    drive = jnp.tile(net.bias, (len(x), 1)).at[:, net.first].add(x @ net.inputs.T)
    return jax.vmap(one)(drive, onehot)


inputs, onehot = case.x.astype(options.precision), case.onehot(dtype=options.precision)


def settle(rows):
    phi, psi, u, claimed, steps = (np.asarray(a) for a in batch(inputs[rows], onehot[rows]))
    each = evaluations_a_step.get(options.solver)
    evaluations = steps * (each + 1) if each else np.full_like(steps, -1)  # one more in the event
    return phi, psi, u, claimed, evaluations


recorder = Recorder(case, options)
recorder.run(settle)
method = options.solver if options.solver in ("tsit5", "heun") else f"{options.solver}, {options.linear}"
version = f"{diffrax.__version__} on jax {jax.__version__}"
more = {"rtol": rtol, "atol": atol, "longest": longest, "cap": cap}
recorder.write("diffrax", version, method, options.precision, **more)
