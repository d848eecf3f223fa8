"""A writer of native checkpoints in Python with h5py, made from docs/format.md and schemas/ alone.

`Layout` holds what goes into a file: a test changes it, or the way it is written, and looks at what
`byol-verify --layout` says. Unchanged it is the smallest whole checkpoint: a ResNet of basic blocks with
random weights, online network and target, momentum, and the documents.
"""

import hashlib
import json

import h5py
import numpy as np
from h5py import h5a, h5d, h5f, h5g, h5p, h5s, h5t

ROLES = [f"{branch}.{part}" for branch in ("online", "target")
         for part in ("encoder", "projector", "predictor", "heads")]  # fmt: skip


def resnet(random):
    """Paths and float32 arrays of an encoder of four stages with one basic block each."""
    channels, tensors = [4, 4, 8, 8, 16], {}

    def layer(path, out, inner, size):
        tensors[f"{path}/weight"] = random.normal(0, 0.1, (out, inner, size, size)).astype("<f4")

    def norm(path, count):
        for leaf, value in {"scale": 1, "offset": 0, "mean": 0, "variance": 1}.items():
            tensors[f"{path}/{leaf}"] = np.full(count, value, "<f4")

    layer("stem/conv", channels[0], 3, 7)
    norm("stem/bn", channels[0])
    for stage, (inner, out) in enumerate(zip(channels, channels[1:], strict=False)):
        block = f"stage{stage}/block0"
        for number, count in enumerate((inner, out)):
            layer(f"{block}/conv{number}", out, count, 3)
            norm(f"{block}/bn{number}", out)
        if stage > 0:
            layer(f"{block}/shortcut/conv", out, inner, 1)
            norm(f"{block}/shortcut/bn", out)
    return tensors


CONTRACT = {
    "encoder": {
        "family": "resnet", "block": "basic", "version": 1, "blocks": [1, 1, 1, 1], "channels": [4, 8, 8, 16],
        "strides": [1, 2, 2, 2], "stem": {"kernel": 7, "stride": 2, "pool": True}, "stride_at": 0,
        "padding": "symmetric", "pool_padding": "symmetric",
    },
    "bn": {"eps": 1e-5, "keep": 0.9, "running_variance": "unbiased"},
    "mlp": {"projector": [], "predictor": [], "projector_biases": [], "predictor_biases": []},
    "input": {
        "range": 1, "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225], "channel_order": "RGB",
        "normalised": "data", "size": 224, "crop": "resize-first", "filter": "bilinear", "antialias": True,
        "jpeg_dct": "accurate",
    },
}  # fmt: skip


def digest(data):
    """SHA-256 in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


class Layout:
    """What goes into a file, and how it is written."""

    def __init__(self):
        random = np.random.default_rng(7)
        online = resnet(random)
        self.tensors = {f"online/encoder/{path}": array for path, array in online.items()}
        self.tensors |= {f"target/encoder/{path}": array * np.float32(0.5) for path, array in online.items()}
        self.tensors["optimizer/momentum/online/encoder/stem/conv/weight"] = np.zeros((4, 3, 7, 7), "<f4")
        self.documents = {"contract": CONTRACT, "recipe": {}, "provenance": None}
        self.schemas = {"contract": "contract 1.0", "recipe": "recipe 1.0", "provenance": "provenance 1.0",
                        "index": "index 1.0"}  # fmt: skip
        self.root = {"format": b"byol-checkpoint", "created_by": b"layout_writer 1.0"}
        self.version = (1, 0)
        self.libver = (h5f.LIBVER_V18, h5f.LIBVER_V18)
        self.alignment = 64
        self.times = False
        self.index = True
        self.fill_time = h5d.FILL_TIME_NEVER
        self.chunks = {}
        self.types = {}
        self.digests = {}
        self.labels = {}
        self.before_index = lambda file: None

    def fingerprints(self):
        """Every fingerprint, by its name."""
        lines = {}
        for path in sorted(self.tensors, key=str.encode):
            array = self.tensors[path]
            shape = ",".join(map(str, array.shape))
            line = f"{path}\t{array.dtype.name}\t{shape}\t{digest(array.tobytes())}\n"
            role = ".".join(path.split("/")[:2])
            for name in (role, "all") if role in ROLES else ("training",):
                lines[name] = lines.get(name, "") + line
        return {name: digest(text.encode()) for name, text in lines.items()}

    def roles(self):
        """The roles that have tensors, in order."""
        present = {".".join(path.split("/")[:2]) for path in self.tensors}
        kinds = {path.split("/")[0] for path in self.tensors}
        return [role for role in ROLES if role in present] + [r for r in ("optimizer", "training") if r in kinds]

    def write(self, path):
        """Writes the file; the result is `path`."""
        access = h5p.create(h5p.FILE_ACCESS)
        access.set_libver_bounds(*self.libver)
        access.set_alignment(1, self.alignment)
        access.set_meta_block_size(1 << 18)
        file = h5f.create(str(path).encode(), h5f.ACC_TRUNC, self._quiet(h5p.FILE_CREATE), access)
        root = h5g.open(file, b"/")
        fingerprints = self.fingerprints()
        standard = {"roles": ",".join(self.roles()).encode(), "fingerprint": fingerprints["all"].encode()}
        for name, value in (standard | self.root).items():
            if value is not None:
                text(root, name, value)
        version = h5a.create(root, b"format_version", h5t.STD_U32LE, h5s.create_simple((len(self.version),)))
        version.write(np.array(self.version, "<u4"))
        entries = [self._tensor(file, path, array) for path, array in self.tensors.items()]
        provenance = {"created_by": "layout_writer 1.0", "format_version": [1, 0], "origins": {},
                      "fingerprints": fingerprints}  # fmt: skip
        for name, document in self.documents.items():
            if document is None:
                document = provenance
            data = document if isinstance(document, bytes) else json.dumps(document).encode()
            entries.append(self._document(file, name, data))
        self.before_index(file)
        if self.index:
            entries.sort(key=lambda entry: entry["path"].encode())
            lines = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in entries)
            self._document(file, "index", f"[\n{lines}\n]\n".encode())
        file.close()
        return path

    def _quiet(self, kind):
        created = h5p.create(kind)
        created.set_obj_track_times(self.times)
        return created

    def _tensor(self, file, path, array):
        label = self.labels.get(path, array.dtype.name)
        return self._dataset(file, path, array, "dtype", label)

    def _document(self, file, name, data):
        return self._dataset(file, name, np.frombuffer(data, "u1"), "schema", self.schemas[name])

    def _dataset(self, file, path, array, kind, label):
        for depth in range(path.count("/")):
            group = "/".join(path.split("/")[: depth + 1]).encode()
            if group not in file:
                h5g.create(file, group, gcpl=self._quiet(h5p.GROUP_CREATE))
        created = self._quiet(h5p.DATASET_CREATE)
        if path in self.chunks:
            created.set_chunk(self.chunks[path])
        else:
            created.set_layout(h5d.CONTIGUOUS)
        created.set_alloc_time(h5d.ALLOC_TIME_EARLY)
        created.set_fill_time(self.fill_time)
        memory = h5t.py_create(array.dtype)
        stored = self.types.get(path, memory)
        space = h5s.create_simple(array.shape) if array.ndim else h5s.create(h5s.SCALAR)
        dataset = h5d.create(file, path.encode(), stored, space, created)
        if array.size:
            dataset.write(h5s.ALL, h5s.ALL, array, memory)
        value = self.digests.get(path, digest(array.tobytes()))
        if value is not None:
            text(dataset, "sha256", value.encode())
        if label is not None:
            text(dataset, kind, label.encode())
        return {
            "path": path, "offset": (dataset.get_offset() or 0) if array.size else 0,
            "byte_count": array.nbytes, "dtype": array.dtype.name, "shape": list(array.shape),
            "sha256": value or "",
        }  # fmt: skip


def text(item, name, value):
    """An attribute: ASCII of fixed length, padded with NUL."""
    kind = h5t.C_S1.copy()
    kind.set_size(max(len(value), 1))
    kind.set_strpad(h5t.STR_NULLPAD)
    attribute = h5a.create(item, name.encode(), kind, h5s.create(h5s.SCALAR))
    attribute.write(np.array(value, f"S{max(len(value), 1)}"))


def by_dictionary(layout, path):
    """The same contents as somebody writes them who has not read the document: h5py's dictionaries."""
    with h5py.File(path, "w", libver="v108") as file:
        for name, array in layout.tensors.items():
            file[name] = array
            file[name].attrs["dtype"] = array.dtype.name
        for name in layout.documents:
            file[name] = np.frombuffer(b"{}", "u1")
        file.attrs["format"] = "byol-checkpoint"
    return path
