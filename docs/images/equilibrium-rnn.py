"""Draws the trajectory of models/equilibrium-rnn.yaml, phase by phase.

    settle simulate models/equilibrium-rnn.yaml --every 0.1 --output rnn
    python3 docs/images/equilibrium-rnn.py rnn/trajectory.csv docs/images/equilibrium-rnn.svg

Needs pandas and matplotlib.
"""

import sys

import matplotlib
import pandas as pd

matplotlib.use("Agg")
matplotlib.rcParams["svg.hashsalt"] = "settle"  # the same bytes from the same data
import matplotlib.pyplot as plt

source, target = sys.argv[1:]
trajectory = pd.read_csv(source)

# How much of each phase is shown: the rest is flat.
shown = {"1-before": 25, "2-controlled": 130, "3-after": 35}
titles = {"1-before": "free", "2-controlled": "controlled", "3-after": "free again"}
blue, orange, grey = "#1f5fa8", "#d9772b", "#b8bcc4"

figure, axes = plt.subplots(
    2, 3, figsize=(9, 4.6), sharey="row",
    gridspec_kw={"width_ratios": list(shown.values()), "height_ratios": [2, 1.2], "wspace": 0.06},
)
for column, (phase, length) in enumerate(shown.items()):
    rows = trajectory[trajectory.phase == phase]
    time = rows.time - rows.time.iloc[0]
    state, control = axes[0][column], axes[1][column]
    for unit in range(8):
        state.plot(time, rows[f"phi.hidden.{unit}"], color=grey, lw=0.8)
    for unit, colour, goal in ((0, blue, 1), (1, orange, -1)):
        state.plot(time, rows[f"phi.output.{unit}"], color=colour, lw=1.8)
        control.plot(time, rows[f"u.output.{unit}"], color=colour, lw=1.5)
        if phase == "2-controlled":
            state.axhline(goal, color=colour, lw=0.8, ls=(0, (4, 4)))
    state.set_title(titles[phase], fontsize=11)
    for axis in (state, control):
        axis.set_xlim(0, length)
        axis.spines[["top", "right"]].set_visible(False)
    state.tick_params(labelbottom=False)
axes[0][0].set_ylabel("φ")
axes[1][0].set_ylabel("u")
axes[1][1].set_xlabel("time since the phase began")
axes[0][1].text(128, 1.04, "target", color=blue, ha="right", va="bottom", fontsize=8)
axes[0][1].text(128, -0.86, "outputs", color=orange, ha="right", va="bottom", fontsize=8)
axes[0][1].text(128, 0.37, "some of the hidden units", color="#7d828c", ha="right", va="bottom",
                fontsize=8)
figure.savefig(target, bbox_inches="tight", dpi=130, metadata={"Date": None}
               if target.endswith(".svg") else None)
