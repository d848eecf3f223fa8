"""Writes a full-size ResNet-50 BYOL state, of random numbers, as an npz file of about 447 MB.

usage: python make_resnet50_state.py OUT.npz [SEED]

Weights are normal with variance 1 / fan-in, batch norms near the identity, so that activations
keep their size and verification by inference has something to compare. The step is so late that
`hidden` equals `average`, as in DeepMind's published files. Members are stored, not deflated: what
`numpy.savez` writes. The same seed gives the same arrays.
"""

import sys
from math import prod

import numpy as np

import haiku_resnet50

STEP = 300_000


def parameter(rng, name, shape):
    """Random values for the parameter `name` of that shape."""
    noise = rng.standard_normal(shape, dtype=np.float32)
    if name == "w":
        return noise * np.float32(prod(shape[:-1]) ** -0.5)
    return noise * np.float32(0.05) + np.float32(1 if name == "scale" else 0)


def network(rng, prefix, arrays):
    """Adds the parameters and statistics of one network under `PREFIX_params` and `PREFIX_state`."""
    for module, name, shape in haiku_resnet50.parameters():
        arrays[f"{prefix}_params/{module}/{name}"] = parameter(rng, name, shape)
    for module, name, shape in haiku_resnet50.statistics():
        key = f"{prefix}_state/{module}/{name}"
        if name == "counter":
            arrays[key] = np.int32(2 * STEP)  # two views a step
        elif name == "hidden":
            arrays[key] = arrays[f"{prefix}_state/{module}/average"]
        else:
            noise = rng.standard_normal(shape, dtype=np.float32) * np.float32(0.05)
            arrays[key] = np.abs(noise + 1) if module.endswith("var_ema") else noise


def state(seed):
    """The whole state: keys as DeepMind's trees are named, values NumPy arrays."""
    rng = np.random.default_rng(seed)
    arrays = {}
    network(rng, "online", arrays)
    network(rng, "target", arrays)
    for module, name, shape in haiku_resnet50.parameters():
        momentum = rng.standard_normal(shape, dtype=np.float32) * np.float32(1e-3)
        arrays[f"opt_state/mu/{module}/{name}"] = momentum
    arrays["step"] = np.int64(STEP)
    arrays["rng"] = rng.integers(0, 2**32, 2, dtype=np.uint32)
    return arrays


def main(path, seed=0):
    arrays = state(int(seed))
    np.savez(path, **arrays)
    total = sum(array.nbytes for array in arrays.values())
    print(f"{path}: {len(arrays)} arrays, {total:,} bytes of values, seed {seed}")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(*sys.argv[1:])
