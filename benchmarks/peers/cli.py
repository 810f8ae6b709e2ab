"""The command line that all peers share. It is read before NumPy, PyTorch or JAX are imported, because their
thread pools take their size from the environment at import."""

import argparse
import os
import pathlib

POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


def arguments(description, criteria=("per-variable", "joint"), residual=1e-6):
    """The parser with what every peer takes; the first of `criteria` is the default."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument("case", type=pathlib.Path, help="case folder")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="result folder")
    parser.add_argument("--threads", type=int, default=1, help="threads of the linear algebra")
    parser.add_argument("--residual", type=float, default=residual, help="tolerance of the criterion")
    parser.add_argument("--criterion", choices=criteria, default=criteria[0], help="when a sample is settled")
    parser.add_argument("--limit", type=int, help="settle only the first samples of the case")
    parser.add_argument("--repeat", type=int, default=1, help="time every batch so often, keep the median")
    return parser


def parse(parser):
    """The options, after the thread pools of libraries yet to be imported have been set to them."""
    options = parser.parse_args()
    for name in POOLS:
        os.environ[name] = str(options.threads)
    return options
