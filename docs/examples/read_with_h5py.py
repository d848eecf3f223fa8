"""Reads every tensor of a native checkpoint with h5py, checks its SHA-256 and prints it.

usage: python read_with_h5py.py CHECKPOINT.h5
"""

import hashlib
import sys

import h5py
import numpy as np


def read(dataset):
    """A tensor as NumPy has it; bfloat16, which NumPy has not, is widened to float32."""
    kind = dataset.attrs["dtype"].decode()
    stored = {"bool": "u1", "bfloat16": "<u2"}.get(kind, kind)
    array = np.empty(dataset.shape, stored)
    if array.size:  # read as it is stored: no conversion touches a bit
        dataset.id.read(h5py.h5s.ALL, h5py.h5s.ALL, array, dataset.id.get_type())
    digest = hashlib.sha256(array.tobytes()).hexdigest()
    assert digest == dataset.attrs["sha256"].decode(), f"{dataset.name} is damaged"
    if kind == "bfloat16":
        return (array.astype("<u4") << 16).view("<f4")
    return array.view("?") if kind == "bool" else array


def tensors(file):
    """Path and value of every tensor; documents, which have no `dtype`, are left out."""
    found = {}

    def visit(path, item):
        if isinstance(item, h5py.Dataset) and "dtype" in item.attrs:
            found[path] = read(item)

    file.visititems(visit)
    return found


if __name__ == "__main__":
    with h5py.File(sys.argv[1]) as checkpoint:
        for path, array in tensors(checkpoint).items():
            print(f"{path}  {array.dtype}  {list(array.shape)}")
