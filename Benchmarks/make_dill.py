"""Writes a state as DeepMind's checkpointing does: dill, protocol 2, whose text takes half as much again.

usage: python make_dill.py STATE.npz OUT.pkl
"""

import sys

import numpy as np

import make_sources

if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with np.load(sys.argv[1]) as file:
        arrays = {key: file[key] for key in file.files}
    make_sources.pickled(arrays, sys.argv[2])
