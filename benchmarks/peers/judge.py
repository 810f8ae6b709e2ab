"""Judges results by one routine in double precision, whatever program wrote them.

    python peers/judge.py CASE RESULT [RESULT...] [--reference RESULT]

Prints a Markdown table. The residual of a sample by the per-variable criterion is the largest, over
phi, psi and u, of |F_k| / (1e-3 + |z_k|), where F_phi = f + psi, F_psi is the bracket of psi', and
F_u = -grad L / leak - u; by the joint one it is |z'| / (1e-5 + |z|), z = (phi, psi, u), with 1/tau in u'.
Both are evaluated here, projection by projection, from the returned states, and share no code with the
peers but the reading of files.
"""

import argparse
import json
import pathlib
import sys

import numpy as np

from case import read_case


def projections(case):
    """The case's network as populations [(name, size)] and projections [(pre, post, weight name)]."""
    weights = case.weights
    if case.kind == "rnn":
        pairs = [("hidden", "hidden"), ("hidden", "output")]
        names = ["hidden", "output"]
    else:
        pairs = [("hidden1", "hidden2"), ("hidden2", "output")]
        names = ["hidden1", "hidden2", "output"]
    sizes = [(name, len(weights[f"{name}.bias"])) for name in names]
    return sizes, [(pre, post, f"{pre}-{post}.weight") for pre, post in pairs]


def brackets(case, phi, psi, u):
    """F_phi, F_psi [samples, units] and -grad L - leak u [samples, outputs]."""
    samples = len(phi)
    sizes, pairs = projections(case)
    w = {name: array.astype(np.float64) for name, array in case.weights.items()}
    where, start = {}, 0
    for name, size in sizes:
        where[name] = slice(start, start + size)
        start += size
    fphi, fpsi = psi - phi, -psi.copy()
    for name, _ in sizes:
        fphi[:, where[name]] += w[f"{name}.bias"]
    first = sizes[0][0]
    fphi[:, where[first]] += np.einsum("ni,hi->nh", case.x[:samples], w[f"input-{first}.weight"], optimize=True)
    for pre, post, weight in pairs:
        rate = np.tanh(phi[:, where[pre]])
        fphi[:, where[post]] += np.einsum("ni,oi->no", rate, w[weight], optimize=True)
        slope = 1 / np.cosh(phi[:, where[pre]]) ** 2
        fpsi[:, where[pre]] += slope * np.einsum("no,oi->ni", psi[:, where[post]], w[weight], optimize=True)
    fpsi[:, where["output"]] += u
    return fphi, fpsi, minus_gradient(phi[:, where["output"]], case.labels[:samples]) - case.leak * u


def minus_gradient(y, labels):
    """Of the cross-entropy: -p, and at the label the sum of the other p, where 1 - p would cancel."""
    shifted = np.exp(y - y.max(axis=1, keepdims=True))
    p = shifted / shifted.sum(axis=1, keepdims=True)
    rows = np.arange(len(y))
    p[rows, labels] = 0
    minus = -p
    minus[rows, labels] = p.sum(axis=1)
    return minus


def norm(a):
    return np.linalg.norm(a, axis=1)


def residuals(case, phi, psi, u):
    """Per-variable and joint residual of every sample."""
    phi, psi, u = (np.asarray(a, dtype=np.float64) for a in (phi, psi, u))
    fphi, fpsi, fu = brackets(case, phi, psi, u)
    each = [norm(f) / (1e-3 + norm(z)) for f, z in ((fphi, phi), (fpsi, psi), (fu / case.leak, u))]
    rate = np.concatenate([fphi, fpsi, fu / case.tau], axis=1)
    joint = norm(rate) / (1e-5 + norm(np.concatenate([phi, psi, u], axis=1)))
    # What is not finite has not settled; comparisons with NaN would hide it from maxima.
    worst = np.max(each, axis=0)
    return np.where(np.isfinite(worst), worst, np.inf), np.where(np.isfinite(joint), joint, np.inf)


def read_result(folder):
    result = {"about": json.loads((folder / "result.json").read_text())}
    for name in ("phi", "psi", "u", "claimed"):
        result[name] = np.load(folder / f"{name}.npy")
    path = folder / "evaluations.npy"
    result["evaluations"] = np.load(path) if path.exists() else None
    lengths = {len(result[name]) for name in ("phi", "psi", "u", "claimed")}
    if len(lengths) != 1:
        raise SystemExit(f"{folder}: phi, psi, u and claimed have different numbers of samples")
    return result


def distances(result, reference):
    """Relative distances of phi and psi to the reference, over the samples that both have."""
    count = min(len(result["phi"]), len(reference["phi"]))
    pairs = []
    for name in ("phi", "psi"):
        mine, theirs = (r[name][:count].astype(np.float64) for r in (result, reference))
        pairs.append(norm(mine - theirs) / np.maximum(norm(theirs), np.finfo(np.float64).tiny))
    return pairs


def verdict(case, result, reference, options):
    """One row of the table, as a dictionary of columns."""
    about = result["about"]
    samples = len(result["phi"])
    tolerance = options.residual or about["residual"]
    variable, joint = residuals(case, result["phi"], result["psi"], result["u"])
    own = joint if about["criterion"] == "joint" else variable
    claimed = result["claimed"].astype(bool)
    times = about["batch_milliseconds"]
    star = "*" if about.get("scaled") else ""
    row = {
        "program": f"{about['program']} {about['version']}",
        "method": about["method"],
        "threads": about["threads"],
        "precision": about["precision"],
        "criterion": f"{about['criterion']} {about['residual']:.0e}",
        "ms a batch: median": f"{np.median(times):.1f}{star}" if times else "–",
        "max": f"{max(times):.1f}{star}" if times else "–",
        "claimed": f"{claimed.sum()}/{samples}",
        "per-variable ≤ tol": (variable <= tolerance).sum(),
        "≤ 2 tol": (variable <= 2 * tolerance).sum(),
        "joint ≤ tol": (joint <= tolerance).sum(),
        "joint ≤ 2 tol": (joint <= 2 * tolerance).sum(),
        "false claims": (claimed & (own > 2 * tolerance)).sum(),
        "worst claimed": f"{own[claimed].max():.1e}" if claimed.any() else "–",
    }
    evaluations = result["evaluations"]
    known = evaluations is not None and len(evaluations)
    row["evaluations: median"] = f"{np.median(evaluations):.0f}" if known else "–"
    row["99 %"] = f"{np.percentile(evaluations, 99):.0f}" if known else "–"
    if reference is not None:
        row.update(compare(case, result, reference, claimed, options))
    return row


def compare(case, result, reference, claimed, options):
    variable, _ = residuals(case, reference["phi"], reference["psi"], reference["u"])
    usable = reference["claimed"].astype(bool) & (variable <= options.reference_residual)
    phi, psi = distances(result, reference)
    over = claimed[: len(phi)] & usable[: len(phi)]
    columns = {}
    for name, distance in (("phi", phi), ("psi", psi)):
        some = distance[over]
        columns[f"{name} off: 99 %"] = f"{np.percentile(some, 99):.1e}" if len(some) else "–"
        columns[f"{name}: max"] = f"{some.max():.1e}" if len(some) else "–"
    elsewhere = over & ~((phi <= options.phi) & (psi <= options.psi))
    columns["elsewhere"] = f"{elsewhere.sum()}/{over.sum()}"
    return columns


def markdown(rows):
    head = list(rows[0])
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(str(row[key]) for key in head) + " |" for row in rows])


def main(argv=None):
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument("case", type=pathlib.Path)
    parser.add_argument("results", type=pathlib.Path, nargs="+")
    parser.add_argument("--reference", type=pathlib.Path, help="result folder of the right states")
    parser.add_argument("--residual", type=float, help="tolerance (default: each program's own)")
    parser.add_argument("--phi", type=float, default=1e-3, help="elsewhere: relative distance of phi above it")
    parser.add_argument("--psi", type=float, default=1e-2, help="elsewhere: or of psi above it")
    parser.add_argument(
        "--reference-residual", type=float, default=1e-8, help="per-variable residual that a reference needs"
    )
    options = parser.parse_args(argv)
    case = read_case(options.case)
    reference = read_result(options.reference) if options.reference else None
    rows = [verdict(case, read_result(folder), reference, options) for folder in options.results]
    print(markdown(rows))
    notes = [
        "False claims: claimed settled, but over twice the tolerance by the program's own criterion. "
        "Worst claimed: the largest residual by that criterion among the claimed."
    ]
    if any(read_result(folder)["about"].get("scaled") for folder in options.results):
        notes.append("*: only some samples were run; the time is scaled to a full batch.")
    if reference is not None:
        notes.append(
            f"Distances are relative and over claimed samples whose reference has a per-variable residual of "
            f"at most {options.reference_residual:g}. Elsewhere: phi farther than {options.phi:g} or psi than "
            f"{options.psi:g}."
        )
    print("\n" + "\n".join(notes))
    return 0


if __name__ == "__main__":
    sys.exit(main())
