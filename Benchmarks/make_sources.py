"""Writes the state that `make_resnet50_state.py` made in the other formats.

usage: python make_sources.py STATE.npz FOLDER BYOL_CONVERT

pickle: what DeepMind's checkpointing writes (dill, protocol 2, a named tuple of nested trees);
safetensors: the same arrays; torch: solo-learn's Lightning checkpoint, converted once by
BYOL_CONVERT and saved again by PyTorch itself.
"""

import collections
import subprocess
import sys
from pathlib import Path

import numpy as np

FIELDS = ["online_params", "target_params", "online_state", "target_state", "opt_state"]
_ByolExperimentState = collections.namedtuple("_ByolExperimentState", FIELDS)
ScaleByLarsState = collections.namedtuple("ScaleByLarsState", ["mu"])
EmptyState = collections.namedtuple("EmptyState", [])


def trees(arrays):
    """The nested trees of DeepMind's state: module path, then name."""
    nested = {}
    for key, value in arrays.items():
        if "/" not in key:
            continue
        tree, rest = key.split("/", 1)
        module, leaf = rest.removeprefix("mu/").rsplit("/", 1)
        nested.setdefault(tree, {}).setdefault(module, {})[leaf] = value
    return nested


def pickled(arrays, path):
    import dill

    parts = trees(arrays)
    parts["opt_state"] = (EmptyState(), ScaleByLarsState(parts["opt_state"]), EmptyState())
    state = {
        "experiment_state": _ByolExperimentState(**parts), "step": int(arrays["step"]),
        "rng": arrays["rng"],
    }
    with open(path, "wb") as file:
        dill.dump(state, file, protocol=2)


def torch_again(path):
    import torch

    torch.save(torch.load(path, map_location="cpu", weights_only=True), path)


def main(source, folder, converter):
    from safetensors.numpy import save_file

    folder = Path(folder)
    with np.load(source) as file:
        arrays = {key: file[key] for key in file.files}
    if not (path := folder / "resnet50.pkl").exists():
        pickled(arrays, path)
    if not (path := folder / "resnet50.safetensors").exists():
        save_file(arrays, path)
    if not (path := folder / "resnet50.ckpt").exists():
        subprocess.run([converter, source, path, "--to", "solo-learn", "--zero-biases", "--quiet"],
                       check=True)
        torch_again(path)
    (path.parent / "resnet50.ckpt.byol.json").unlink(missing_ok=True)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
