"""Draws what compare.sh has measured: milliseconds a batch of 64 by program, for every set of weights.

    .venv/bin/python figures.py results/rnn-* --out ../docs/images/performance.svg

Bars are medians over batches, whiskers the slowest batch. Hatched bars left samples unsettled, and the label
says what fraction they settled.
"""

import argparse
import json
import pathlib

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

TITLES = {
    "auto": "Settle, auto (single)",
    "auto-double": "Settle, auto (double)",
    "bdf-joint": "Settle, bdf, joint norm",
    "bdf": "Settle, bdf",
    "fixed-point": "Settle, fixed point",
    "paper": "PyTorch, as published, joint norm",
    "torch-joint": "PyTorch by hand, joint norm",
    "numpy-joint": "NumPy by hand, joint norm",
    "numpy": "NumPy by hand",
    "numpy-compact": "NumPy by hand, compacting",
    "heun": "diffrax, Heun",
    "tsit5": "diffrax, Tsit5",
    "kvaerno3": "diffrax, Kvaerno3",
    "cvode": "CVODE from Python",
    "scipy-lsoda": "SciPy, LSODA",
    "scipy-bdf": "SciPy, BDF",
}


def read(case):
    """(name, median, max, settled fraction) of every result of a case, in the order of TITLES."""
    rows = []
    for name in TITLES:
        path = case / name / "result.json"
        if not path.exists():
            continue
        result = json.loads(path.read_text())
        times = np.array(result["batch_milliseconds"], float)
        claimed = np.load(case / name / "claimed.npy").astype(bool)
        rows.append((name, np.median(times), times.max(), claimed.mean()))
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="+", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    options = parser.parse_args()
    results = [read(case) for case in options.cases]
    measured = [name for name in TITLES if any(name == row[0] for rows in results for row in rows)]
    columns = min(2, len(results))
    lines = -(-len(results) // columns)
    figure, axes = plt.subplots(
        lines, columns, figsize=(3.6 * columns + 2.2, (0.27 * len(measured) + 1) * lines), sharey=True, squeeze=False
    )
    for axis in axes.flat[len(results):]:
        axis.remove()
    for axis, case, rows in zip(axes.flat, options.cases, results):
        for name, median, worst, settled in rows:
            y = measured.index(name)
            own = name.startswith(("auto", "bdf", "fixed-point"))
            axis.barh(
                y, median, color="#3465a4" if own else "#c9c9c9", edgecolor="black", linewidth=0.6,
                hatch="" if settled == 1 else "///",
            )
            axis.plot([median, worst], [y, y], color="black", linewidth=1)
            text = f"{median:.3g} ms" + ("" if settled == 1 else f", {100 * settled:.1f} % settled")
            axis.text(worst * 1.12, y, text, va="center", fontsize=9)
        updates = case.name.split("-")[-1]
        axis.set_title("initial weights" if updates == "0" else f"weights after {updates} updates")
        axis.set_xscale("log")
        axis.set_xlim(1, 1000 * max(row[2] for rows in results for row in rows))
        axis.set_xlabel("ms for a batch of 64")
        axis.tick_params(axis="y", labelsize=9)
        axis.grid(axis="x", color="#e0e0e0", linewidth=0.6)
        axis.set_axisbelow(True)
    axes[0][0].set_yticks(range(len(measured)), [TITLES[name] for name in measured])
    axes[0][0].invert_yaxis()
    figure.tight_layout()
    options.out.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(options.out)


main()
