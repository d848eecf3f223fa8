"""The conversions that users write by hand, one a format and direction.

usage: python scripts.py KIND IN OUT

KIND is npz, pickle, torch or safetensors (IN is such a file, OUT is HDF5), or the same with
`-back` (IN is the HDF5 file that it made, OUT the format again). Datasets are contiguous and
without filters. There is no hash, no check, no contract and no safe replacement of the output.
"""

import pickle
import sys

import h5py
import numpy as np

from native_names import native_axes, native_name


class Stub:
    """Stands for a class whose package is not installed: a named tuple of a checkpoint."""

    def __new__(cls, *values):
        made = super().__new__(cls)
        made.values = values
        return made


class StubUnpickler(pickle.Unpickler):
    """Reads DeepMind's pickles without dill, Haiku and JAX."""

    def find_class(self, module, name):
        if module.startswith("numpy") or module in ("_codecs", "collections", "builtins"):
            return super().find_class(module, name)
        if name == "_create_array":
            return lambda function, arguments, state, _: self.array(function, arguments, state)
        if name == "_create_namedtuple":
            return lambda *_: Stub
        if name == "_import_module":
            return __import__
        if name == "_get_attr":
            return getattr
        return Stub

    @staticmethod
    def array(function, arguments, state):
        made = function(*arguments)
        made.__setstate__(state)
        return made


def flat(tree, prefix=""):
    """Pairs of joined name and array of a nested dictionary."""
    for key, value in tree.items():
        name = f"{prefix}/{key}" if prefix else key
        yield from flat(value, name) if isinstance(value, dict) else [(name, value)]


def write(path, items):
    with h5py.File(path, "w") as file:
        for name, array in items:
            file.create_dataset(name, data=array)


def npz(source, target):
    with np.load(source) as arrays:
        write(target, ((native_name(key), native_axes(key, arrays[key])) for key in arrays.files))


def pickled(source, target):
    with open(source, "rb") as file:
        data = StubUnpickler(file).load()
    names = ("online_params", "target_params", "online_state", "target_state", "opt_state")
    trees = dict(zip(names, data["experiment_state"].values))
    trees["opt_state"] = {"mu": trees["opt_state"][1].values[0]}
    write(target, ((native_name(key), native_axes(key, value)) for key, value in flat(trees)))


def torch(source, target):
    import torch as pytorch

    data = pytorch.load(source, map_location="cpu", weights_only=True)
    items = [(name, value.numpy()) for name, value in data["state_dict"].items()]
    for number, buffers in data["optimizer_states"][0]["state"].items():
        items += [(f"optimizer/{number}/{slot}", value.numpy()) for slot, value in buffers.items()]
    write(target, items)


def safetensors(source, target):
    from safetensors.numpy import load_file

    write(target, ((native_name(key), native_axes(key, value))
                   for key, value in load_file(source).items()))


def read(path):
    arrays = {}
    with h5py.File(path) as file:
        file.visititems(
            lambda name, item: arrays.__setitem__(name, item[()])
            if isinstance(item, h5py.Dataset) else None)
    return arrays


def npz_back(source, target):
    np.savez(target, **read(source))


def pickled_back(source, target):
    with open(target, "wb") as file:
        pickle.dump(read(source), file, protocol=2)


def torch_back(source, target):
    import torch as pytorch

    pytorch.save({name: pytorch.from_numpy(np.asarray(array))
                  for name, array in read(source).items()}, target)


def safetensors_back(source, target):
    from safetensors.numpy import save_file

    save_file({name: np.ascontiguousarray(array) for name, array in read(source).items()}, target)


KINDS = {
    "npz": npz, "pickle": pickled, "torch": torch, "safetensors": safetensors,
    "npz-back": npz_back, "pickle-back": pickled_back, "torch-back": torch_back,
    "safetensors-back": safetensors_back,
}

if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] not in KINDS:
        sys.exit(__doc__)
    KINDS[sys.argv[1]](*sys.argv[2:])
