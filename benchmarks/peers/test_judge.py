"""Checks the judge against brute force, and the peers' shared dynamics against the judge.

    python peers/test_judge.py

The brute force is written from the principle, not from the dynamics: a vector field unit by unit in loops,
psi from the stationarity of the constrained problem, and every derivative a complex step, so that no
derivative of tanh or of the cross-entropy is written down here.
"""

import json
import pathlib
import tempfile
import types
import unittest

import numpy as np
from scipy.optimize import root

import judge
from case import field, jacobian_product, read_case, residuals, write_safetensors
from dense import jacobian

KINDS = {"rnn": ["hidden", "output"], "feedforward": ["hidden1", "hidden2", "output"]}
SIZES = {"input": 4, "hidden": 5, "hidden1": 4, "hidden2": 5, "output": 3}
SAMPLES, LEAK, TAU = 6, 0.7, 3.0
STEP = 1e-40  # complex step: the truncation is its square, nothing cancels


def pairs(kind):
    names = KINDS[kind]
    return list(zip(["input", *names[:-1]], names)) + ([("hidden", "hidden")] if kind == "rnn" else [])


def make(folder, kind, seed=3):
    rng = np.random.default_rng(seed)
    weights = {f"{pre}-{post}.weight": rng.normal(0, 0.5, (SIZES[post], SIZES[pre])) for pre, post in pairs(kind)}
    weights |= {f"{name}.bias": rng.normal(0, 0.3, SIZES[name]) for name in KINDS[kind]}
    write_safetensors(folder / "weights.safetensors", weights)
    np.save(folder / "inputs.npy", rng.uniform(0, 1, (SAMPLES, SIZES["input"])))
    np.save(folder / "labels.npy", rng.integers(0, SIZES["output"], SAMPLES))
    about = {"network": kind, "leak": LEAK, "tau_u": TAU, "batch": 4}
    (folder / "case.json").write_text(json.dumps(about))
    return weights


class Brute:
    """One sample of a network, in loops over units."""

    def __init__(self, kind, weights, x, label):
        self.kind, self.w, self.x, self.label = kind, weights, x, label
        self.units = [(name, i) for name in KINDS[kind] for i in range(SIZES[name])]
        self.first_output = len(self.units) - SIZES["output"]

    def f(self, phi):
        at = {unit: i for i, unit in enumerate(self.units)}
        out = []
        for post, j in self.units:
            value = -phi[at[post, j]] + self.w[f"{post}.bias"][j]
            for pre, target in pairs(self.kind):
                if target != post:
                    continue
                for i in range(SIZES[pre]):
                    rate = self.x[i] if pre == "input" else np.tanh(phi[at[pre, i]])
                    value = value + self.w[f"{pre}-{post}.weight"][j, i] * rate
            out.append(value)
        return np.array(out)

    def loss(self, y):
        return np.log(np.sum(np.exp(y))) - y[self.label]

    def derivative(self, function, at, i):
        moved = at.astype(complex)
        moved[i] += 1j * STEP
        return np.imag(function(moved)) / STEP

    def equations(self, z):
        """f + psi, psi' and (-grad L - leak u) of one sample."""
        n = len(self.units)
        phi, psi, u = z[:n], z[n : 2 * n], z[2 * n :]
        bracket = np.array([psi @ self.derivative(self.f, phi, i) for i in range(n)])
        bracket[self.first_output :] += u
        y = phi[self.first_output :]
        pull = np.array([-self.derivative(self.loss, y, k) for k in range(len(y))])
        return self.f(phi) + psi, bracket, pull - LEAK * u

    def equilibrium(self):
        size = 2 * len(self.units) + SIZES["output"]
        solution = root(lambda z: np.concatenate(self.equations(z)), np.zeros(size), method="hybr", tol=1e-14)
        assert np.abs(solution.fun).max() < 1e-12, solution.message
        return solution.x


class Networks(unittest.TestCase):
    """Small random networks of both kinds, written and read as case folders."""

    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.folder = pathlib.Path(self.temporary.name)

    def cases(self):
        for kind in KINDS:
            folder = self.folder / kind
            folder.mkdir(exist_ok=True)
            weights = make(folder, kind)
            case = read_case(folder)
            samples = [Brute(kind, weights, x, label) for x, label in zip(case.x, case.labels)]
            yield folder, case, samples

    def split(self, rows, n):
        rows = np.asarray(rows)
        return rows[:, :n], rows[:, n : 2 * n], rows[:, 2 * n :]

    def random_states(self, case):
        n, k = case.network.units, case.network.outputs
        return self.split(np.random.default_rng(7).normal(0, 1, (SAMPLES, 2 * n + k)), n)


class JudgeTests(Networks):
    def test_residual_vanishes_at_brute_force_equilibrium(self):
        for _, case, samples in self.cases():
            state = self.split([s.equilibrium() for s in samples], case.network.units)
            self.assertGreater(np.linalg.norm(state[2], axis=1).min(), 0.1)  # a controlled one
            variable, joint = judge.residuals(case, *state)
            # 1e-12 for each of at most 12 units, over norms above 0.1
            self.assertLess(variable.max(), 1e-10)
            self.assertLess(joint.max(), 1e-10)

    def test_residual_notices_wrong_equations(self):
        for _, case, samples in self.cases():
            phi, psi, u = self.split([s.equilibrium() for s in samples], case.network.units)
            self.assertGreater(judge.residuals(case, phi, -psi, u)[0].min(), 1e-2)
            self.assertGreater(judge.residuals(case, phi, psi, 1.01 * u)[0].min(), 5e-3)
            self.assertGreater(judge.residuals(case, 1.01 * phi, psi, u)[0].min(), 1e-4)
            case.labels = (case.labels + 1) % case.network.outputs
            self.assertGreater(judge.residuals(case, phi, psi, u)[0].min(), 1e-2)

    def test_residual_away_from_equilibrium_is_that_of_the_loops(self):
        for _, case, samples in self.cases():
            state = self.random_states(case)
            variable, joint = judge.residuals(case, *state)
            for i, sample in enumerate(samples):
                z = [part[i] for part in state]
                f = sample.equations(np.concatenate(z))
                size = [np.linalg.norm(part) for part in z]
                scaled = (f[0], f[1], f[2] / LEAK)
                worst = max(np.linalg.norm(a) / (1e-3 + b) for a, b in zip(scaled, size))
                rate = np.linalg.norm(np.concatenate([f[0], f[1], f[2] / TAU]))
                self.assertAlmostEqual(variable[i] / worst, 1, delta=1e-12)
                self.assertAlmostEqual(joint[i] / (rate / (1e-5 + np.linalg.norm(size))), 1, delta=1e-12)

    def test_gradient_keeps_its_digits_where_the_network_is_sure(self):
        y = np.array([[40.0, 0.0, 1.0]])
        gradient = judge.minus_gradient(y, np.array([0]))[0]
        others = np.exp([-40.0, -39.0])  # the probabilities, but for a factor 1 - 6e-18
        np.testing.assert_allclose(gradient, [others.sum(), -others[0], -others[1]], rtol=1e-14)

    def test_what_is_not_finite_is_not_settled(self):
        for _, case, samples in self.cases():
            phi, psi, u = self.random_states(case)
            phi[0, 0], psi[1, 0], u[2, 0] = np.nan, np.inf, np.nan
            variable, joint = judge.residuals(case, phi, psi, u)
            self.assertTrue(np.isinf(variable[:3]).all() and np.isinf(joint[:3]).all())
            self.assertTrue(np.isfinite(variable[3:]).all())

    def test_table_counts_false_claims_and_samples_elsewhere(self):
        for folder, case, samples in self.cases():
            right = np.array([s.equilibrium() for s in samples])
            n = case.network.units
            moved = right.copy()
            moved[1] *= 1.1  # unsettled, claimed: false, and elsewhere
            moved[2] *= 1.1  # unsettled and not claimed: neither
            moved[3, 0] *= 1 + 1e-9  # settled, and at 1e-8 too
            self.write(folder / "right", right, n, np.ones(SAMPLES))
            self.write(folder / "moved", moved, n, np.array([1, 1, 0, 1, 1, 1]))
            options = types.SimpleNamespace(residual=None, phi=1e-3, psi=1e-2, reference_residual=1e-8)
            reference = judge.read_result(folder / "right")
            row = judge.verdict(case, judge.read_result(folder / "moved"), reference, options)
            self.assertEqual(row["claimed"], "5/6")
            self.assertEqual(row["per-variable ≤ tol"], 4)
            self.assertEqual(row["false claims"], 1)
            self.assertEqual(row["elsewhere"], "1/5")
            # A reference that has not settled is none.
            poor = judge.read_result(folder / "moved")
            row = judge.verdict(case, judge.read_result(folder / "right"), poor, options)
            self.assertEqual(row["elsewhere"], "0/4")

    def write(self, folder, rows, n, claimed):
        folder.mkdir()
        for name, array in zip(("phi", "psi", "u"), self.split(rows, n)):
            np.save(folder / f"{name}.npy", array)
        np.save(folder / "claimed.npy", claimed.astype(np.uint8))
        about = {
            "program": "test", "version": "1", "method": "none", "threads": 1, "precision": "float64",
            "criterion": "per-variable", "residual": 1e-6, "batch_milliseconds": [1.0],
        }  # fmt: skip
        (folder / "result.json").write_text(json.dumps(about))


class PeerDynamicsTests(Networks):
    """What the NumPy and SciPy peers integrate is what the judge judges."""

    def test_field_and_residuals_are_the_judges(self):
        for _, case, _ in self.cases():
            state = self.random_states(case)
            drive = case.network.drive(case.x)
            rates = field(case.network, drive, case.onehot(), LEAK, TAU, *state)
            fphi, fpsi, fu = judge.brackets(case, *state)
            for mine, theirs in zip(rates, (fphi, fpsi, fu / TAU)):
                np.testing.assert_allclose(mine, theirs, rtol=1e-11, atol=1e-12)
            for name, value in zip(("per-variable", "joint"), judge.residuals(case, *state)):
                np.testing.assert_allclose(residuals(name, rates, state, LEAK, TAU), value, rtol=1e-11)

    def test_jacobian_products_are_differences_of_the_field(self):
        for _, case, _ in self.cases():
            net, state = case.network, self.random_states(case)
            drive, onehot = net.drive(case.x), case.onehot()
            direction = [np.random.default_rng(9).normal(0, 1, part.shape) for part in state]
            product = jacobian_product(net, LEAK, TAU, state[0], state[1], direction)
            h = 1e-6
            ends = [
                field(net, drive, onehot, LEAK, TAU, *(z + sign * h * d for z, d in zip(state, direction)))
                for sign in (1, -1)
            ]
            for value, plus, minus in zip(product, *ends):
                # the central difference errs by h^2 = 1e-12 and eps / h = 2e-10, times values of order 10
                np.testing.assert_allclose(value, (plus - minus) / (2 * h), atol=2e-8)

    def test_dense_jacobian_gives_the_products(self):
        for _, case, _ in self.cases():
            net, state = case.network, self.random_states(case)
            direction = [np.random.default_rng(9).normal(0, 1, part.shape) for part in state]
            product = np.concatenate(
                jacobian_product(net, LEAK, TAU, state[0], state[1], direction), axis=1
            )
            z, v = np.concatenate(state, axis=1), np.concatenate(direction, axis=1)
            for i in range(SAMPLES):
                matrix = jacobian(net, LEAK, TAU, z[i], np.full((z.shape[1],) * 2, np.nan))
                np.testing.assert_allclose(matrix @ v[i], product[i], rtol=1e-11, atol=1e-12)


if __name__ == "__main__":
    unittest.main()
