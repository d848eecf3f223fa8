"""Converts a haiku BYOL npz to HDF5 as a user's own script would: NumPy, h5py and some renaming.

usage: python to_hdf5_with_h5py.py IN.npz OUT.h5

The datasets have the names, axes and types of the native layout, contiguous and without filters.
There is no hash, no check, no contract and no safe replacement of the output: it is the time of
the plain conversion that `byol-convert` is compared with.
"""

import re
import sys

import h5py
import numpy as np

BLOCK = r"res_net\d+/~/block_group_(\d+)/~/block_(\d+)/~"
MODULES = [
    (r"res_net\d+/~/initial_conv", r"encoder/stem/conv"),
    (r"res_net\d+/~/initial_batchnorm", r"encoder/stem/bn"),
    (BLOCK + r"/conv_(\d)", r"encoder/stage\1/block\2/conv\3"),
    (BLOCK + r"/batchnorm_(\d)", r"encoder/stage\1/block\2/bn\3"),
    (BLOCK + r"/shortcut_conv", r"encoder/stage\1/block\2/shortcut/conv"),
    (BLOCK + r"/shortcut_batchnorm", r"encoder/stage\1/block\2/shortcut/bn"),
    (r"(projector|predictor)/linear", r"\1/linear0"),
    (r"(projector|predictor)/linear_1", r"\1/linear1"),
    (r"(projector|predictor)/batch_norm", r"\1/bn0"),
    (r"classifier", r"heads/classifier"),
]
LEAVES = {"w": "weight", "b": "bias", "scale": "scale", "offset": "offset"}
STATISTICS = {"mean_ema": "mean", "var_ema": "variance"}


def native_module(module):
    for pattern, replacement in MODULES:
        if match := re.fullmatch(pattern, module):
            return match.expand(replacement)
    raise SystemExit(f"unknown module {module}")


def native_name(key):
    if key == "rng":
        return "training/random"
    if key == "step":
        return "training/step"
    tree, rest = key.split("/", 1)
    rest = rest.removeprefix("mu/")
    module, leaf = rest.rsplit("/", 1)
    branch = "target" if tree.startswith("target") else "online"
    if tree.endswith("_state") and tree != "opt_state":
        module, average = module.rsplit("/~/", 1)
        path = f"{branch}/{native_module(module)}/{STATISTICS[average]}"
        return path if leaf == "average" else f"training/bn/{path}_{leaf}"
    path = f"{branch}/{native_module(module)}/{LEAVES[leaf]}"
    return f"optimizer/momentum/{path}" if tree == "opt_state" else path


def native_axes(key, array):
    if key.endswith("/w"):
        # [height, width, in, out] to [out, in, height, width]; [in, out] to [out, in]
        return array.transpose(3, 2, 0, 1) if array.ndim == 4 else array.T
    return array.reshape(-1) if array.ndim > 1 else array


def main(source, target):
    with np.load(source) as arrays, h5py.File(target, "w") as file:
        for key in arrays.files:
            file.create_dataset(native_name(key), data=native_axes(key, arrays[key]))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
