"""Writes a file of the native layout with h5py: what the strict profile asks of another writer.

usage: python write_with_h5py.py IN.h5 OUT.h5

Copies the networks and documents of IN.h5, but not the state of its training. h5py cannot raise the
limit of 8 members above which HDF5 uses a heap for a group's links, so that larger groups are left
to writers that can (`H5Pset_link_phase_change`).
"""

import hashlib
import json
import sys

import h5py
import numpy as np
from h5py import h5a, h5d, h5f, h5g, h5p, h5s, h5t

PARTS = ("online/", "target/")
DOCUMENTS = ("contract", "provenance", "recipe", "verification")


def text(item, name, value):
    """An ASCII attribute of fixed length, padded with NUL."""
    kind = h5t.C_S1.copy()
    kind.set_size(len(value))
    kind.set_strpad(h5t.STR_NULLPAD)
    attribute = h5a.create(item, name, kind, h5s.create(h5s.SCALAR))
    attribute.write(np.array(value, f"S{len(value)}"))


def quiet(kind):
    """A creation list without times."""
    created = h5p.create(kind)
    created.set_obj_track_times(False)
    return created


def add(file, path, array, kind, name, value):
    """A dataset with its digest; the result is its entry in the index."""
    for depth in range(path.count("/")):
        group = "/".join(path.split("/")[: depth + 1]).encode()
        if group not in file:
            h5g.create(file, group, gcpl=quiet(h5p.GROUP_CREATE))
    created = quiet(h5p.DATASET_CREATE)
    created.set_layout(h5d.CONTIGUOUS)
    created.set_alloc_time(h5d.ALLOC_TIME_EARLY)
    created.set_fill_time(h5d.FILL_TIME_NEVER)
    space = h5s.create_simple(array.shape) if array.ndim else h5s.create(h5s.SCALAR)
    dataset = h5d.create(file, path.encode(), kind, space, created)
    if array.size:
        dataset.write(h5s.ALL, h5s.ALL, array, kind)
    digest = hashlib.sha256(array.tobytes()).hexdigest()
    text(dataset, b"sha256", digest.encode())
    text(dataset, name, value)
    return {
        "path": path, "offset": dataset.get_offset() if array.size else 0,
        "byte_count": array.nbytes, "dtype": value.decode() if name == b"dtype" else "uint8",
        "shape": list(array.shape), "sha256": digest,
    }  # fmt: skip


def without_training(document):
    """The provenance of a checkpoint whose training state is left out."""
    provenance = json.loads(document.tobytes())
    provenance["fingerprints"].pop("training", None)
    return np.frombuffer(json.dumps(provenance, indent=2).encode(), "u1")


def copy(source, target):
    """Writes the networks and documents of the open h5py file `source` to the path `target`."""
    access = h5p.create(h5p.FILE_ACCESS)
    access.set_libver_bounds(h5f.LIBVER_V18, h5f.LIBVER_V18)
    access.set_alignment(1, 64)
    access.set_meta_block_size(1 << 19)  # all headers come first
    file = h5f.create(target.encode(), h5f.ACC_TRUNC, quiet(h5p.FILE_CREATE), access)
    root = h5g.open(file, b"/")
    for name in ("format", "created_by", "fingerprint"):
        text(root, name.encode(), source.attrs[name])
    roles = [r for r in source.attrs["roles"].split(b",") if r.startswith((b"online", b"target"))]
    text(root, b"roles", b",".join(roles))
    version = h5a.create(root, b"format_version", h5t.STD_U32LE, h5s.create_simple((2,)))
    version.write(np.array([1, 0], "<u4"))
    entries = []
    for entry in json.loads(source["index"][()].tobytes()):
        path = entry["path"]
        if not path.startswith(PARTS) and path not in DOCUMENTS:
            continue
        dataset = source[path]
        label = b"schema" if path in DOCUMENTS else b"dtype"
        value = bytes(dataset.attrs[label.decode()])
        array = dataset[()]
        if path == "provenance":
            array = without_training(array)
        entries.append(add(file, path, array, dataset.id.get_type(), label, value))
    lines = ",\n".join(json.dumps(e, separators=(",", ":")) for e in entries)
    index = np.frombuffer(f"[\n{lines}\n]\n".encode(), "u1")
    add(file, "index", index, h5t.STD_U8LE, b"schema", b"index 1.0")
    file.close()


if __name__ == "__main__":
    with h5py.File(sys.argv[1]) as original:
        copy(original, sys.argv[2])
