"""Names and axes of a haiku BYOL state in HDF5, as a user's own conversion script would have them.

The datasets have the names, axes and types of the native layout. It is the renaming part of the
Python scripts that `byol-convert` is timed against; see `scripts.py`.
"""

import re

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
    """`online_params/classifier/w` becomes `online/heads/classifier/weight`."""
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
    """[height, width, in, out] becomes [out, in, height, width], [in, out] becomes [out, in]."""
    if key.endswith("/w"):
        return array.transpose(3, 2, 0, 1) if array.ndim == 4 else array.T
    return array.reshape(-1) if array.ndim > 1 else array
