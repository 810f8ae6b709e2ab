"""Draws what `settle-bench scale` has printed: microseconds a sample over recurrent units.

    ../.build/release/settle-bench scale --methods auto | tee results/scale.md
    .venv/bin/python scaling.py results/scale.md --out ../docs/images/performance-scaling.svg

One panel for every batch size; a line for every method and number of threads. The dashed line grows with the square
of the units, as matrix products do.
"""

import argparse
import pathlib

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

COLORS = {"auto": "#3465a4", "bdf": "#c4500c", "fixed-point": "#4e7a12"}


def read(path):
    """The rows of the table, by the names of its columns."""
    lines = [line.strip().strip("|").split("|") for line in path.read_text().splitlines() if line.startswith("|")]
    names = [name.strip() for name in lines[0]]
    return [dict(zip(names, (cell.strip() for cell in line))) for line in lines[2:]]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("table", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    options = parser.parse_args()
    rows = read(options.table)
    batches = sorted({int(row["batch"]) for row in rows})
    figure, axes = plt.subplots(1, len(batches), figsize=(4.4 * len(batches), 4.2), sharey=True, squeeze=False)
    for axis, batch in zip(axes[0], batches):
        lines = {}
        for row in rows:
            if int(row["batch"]) == batch:
                key = (row["method"], int(row["threads"]))
                lines.setdefault(key, []).append((int(row["units"]), float(row["µs a sample"])))
        for (method, threads), points in lines.items():
            units, microseconds = zip(*sorted(points))
            axis.plot(
                units, microseconds, color=COLORS.get(method, "black"), marker="o" if threads == 1 else "s",
                markerfacecolor="white" if threads == 1 else None, linestyle="-" if threads == 1 else ":",
                label=f"{method}, {threads} thread{'' if threads == 1 else 's'}",
            )
        units = np.array(sorted({int(row["units"]) for row in rows if int(row["batch"]) == batch}), float)
        start = min(y for points in lines.values() for x, y in points if x == units[0])
        axis.plot(units, 0.5 * start * (units / units[0]) ** 2, color="#808080", linestyle="--", label="units²")
        axis.set_title(f"batches of {batch}")
        axis.set_xscale("log", base=2)
        axis.set_yscale("log")
        axis.set_xticks(units, [f"{int(n)}" for n in units])
        axis.set_xlabel("recurrent units")
        axis.grid(color="#e0e0e0", linewidth=0.6)
        axis.set_axisbelow(True)
    axes[0][0].set_ylabel("µs a sample")
    axes[0][0].legend(fontsize=8)
    figure.tight_layout()
    options.out.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(options.out)


main()
