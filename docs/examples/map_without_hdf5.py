"""Maps the tensors of a native checkpoint with NumPy alone: no HDF5 library, nothing copied.

usage: python map_without_hdf5.py CHECKPOINT.h5

The document `/index` ends the file and lists offset, type and shape of everything else in it. It is
a JSON array of objects, a line each; its beginning, `[`, line feed, `{`, occurs in it only once.
"""

import json
import sys

import numpy as np


def tensors(path):
    """Path and array of every dataset; bfloat16 as the uint16 of its bits."""
    file = np.memmap(path, mode="r")
    assert bytes(file[:9]) == b"\x89HDF\r\n\x1a\n\x02", f"{path} is not of the native layout"
    end = bytes(file[-(64 << 20) :])
    index = json.loads(end[end.rindex(b"[\n{") :])
    types = {"bool": "?", "bfloat16": "<u2"}
    return {
        entry["path"]: np.frombuffer(
            file, types.get(entry["dtype"], entry["dtype"]), int(np.prod(entry["shape"])),
            entry["offset"],
        ).reshape(entry["shape"])
        for entry in index
    }


if __name__ == "__main__":
    for name, array in tensors(sys.argv[1]).items():
        print(f"{name}  {array.dtype}  {list(array.shape)}")
