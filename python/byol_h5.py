"""Reads native BYOL checkpoints, and runs their networks in PyTorch or JAX. One file: copy it where it is needed.

    import byol_h5

    encoder = byol_h5.encoder("byol.h5")                            # a torch.nn.Module in evaluation mode
    embeddings = encoder(pictures)                                  # [N, 3, H, W] -> [N, D]

    encode, params = byol_h5.encoder("byol.h5", framework="jax")    # a pure function and its arrays
    embeddings = jax.jit(encode)(params, pictures)

    arrays = byol_h5.state("byol.h5")                               # NumPy arrays by native name
    picture = byol_h5.preprocess("byol.h5", PIL.Image.open("cat.jpg").convert("RGB"))   # [3, size, size]

    python byol_h5.py byol.h5 --probe torch                         # what it is; repeats its recorded forward pass

Weights do not say how they want to be run. A checkpoint in the native layout does, in its contract: how
convolutions are padded, batch norm's eps, where the stride of a block is, the constants of normalisation. The
networks built here obey it, whichever program the weights come from. The layout is described in docs/format.md
of byol-checkpoints, what is computed in docs/forward.md; rules in messages have the former's numbers. What is
needed is Python 3.10, NumPy and h5py; torch and jax only when they are asked for.

Numbers come out within 1e-5 of the contract's where the framework computes in float32. On GPUs both frameworks
may multiply in TF32: `torch.backends.cudnn.allow_tf32 = False`, `jax.default_matmul_precision("float32")`.

A file from somebody you do not trust is for `byol-verify`: libhdf5, which h5py opens it with, was not written
against attackers.
"""

import argparse
import hashlib
import json
import os
import sys
import warnings
from collections import namedtuple

import h5py
import numpy as np
from h5py import h5d, h5o, h5s, h5t

VERSION = (1, 0)
ROOT = ("online", "target", "optimizer", "training", "extras")
DOCUMENTS = ("contract", "recipe", "provenance", "verification", "index")
LEAVES = ("weight", "bias", "scale", "offset", "mean", "variance")
PADDING = ("same", "symmetric")
# What the contract must say: a type, words, or a list of one.
CONTRACT = {
    "encoder": {
        "family": str, "block": ("basic", "bottleneck"), "version": (1, 2), "blocks": [int], "channels": [int],
        "strides": [int], "stem": {"kernel": int, "stride": int, "pool": bool}, "stride_at": (0, 1, 2),
        "padding": PADDING, "pool_padding": PADDING,
    },
    "bn": {"eps": float, "keep": float, "running_variance": ("biased", "unbiased")},
    "mlp": {"projector": [int], "predictor": [int], "projector_biases": [bool], "predictor_biases": [bool]},
    "input": {
        "range": float, "mean": [float], "std": [float], "channel_order": ("RGB", "BGR"), "size": int,
        "crop": ("center-first", "resize-first"), "filter": ("bicubic", "bilinear"), "antialias": bool,
    },
}  # fmt: skip
SEM = {"groups": int, "size": int, "temperature": float}


class FormatError(ValueError):
    """A file is not what docs/format.md asks for: file, place, what was expected, what was found."""

    def __init__(self, path, place, expected, found):
        super().__init__(f"{path}: {place}: expected {expected}, found {found}")


def _stored_types():
    """The thirteen types of a tensor: what NumPy reads, and the type in the file (rule T1)."""
    types = {"bool": ("u1", h5t.STD_U8LE)}
    for bits in (8, 16, 32, 64):
        types[f"uint{bits}"] = (f"<u{bits // 8}", getattr(h5t, f"STD_U{bits}LE"))
        types[f"int{bits}"] = (f"<i{bits // 8}", getattr(h5t, f"STD_I{bits}LE"))
    for bits in (32, 64):
        types[f"float{bits}"] = (f"<f{bits // 8}", getattr(h5t, f"IEEE_F{bits}LE"))
    halves = {"float16": ("<f2", (15, 10, 5, 0, 10), 15), "bfloat16": ("<u2", (15, 7, 8, 0, 7), 127)}
    for name, (numpy, fields, bias) in halves.items():
        kind = h5t.IEEE_F32LE.copy()
        kind.set_fields(*fields)
        kind.set_precision(16)
        kind.set_size(2)
        kind.set_ebias(bias)
        types[name] = (numpy, kind)
    return types


TYPES = _stored_types()
Entry = namedtuple("Entry", "shape dtype sha256")


class Checkpoint:
    """A native file, opened and checked; tensors are read when they are asked for.

    `contract`, `recipe`, `provenance` and `verification` are its documents as Python has JSON, `tensors` has the
    shape, type and SHA-256 of every tensor by native name, and `version`, `roles`, `fingerprint` and
    `created_by` are the root's attributes. With `check`, every byte that is read is compared with its SHA-256.

    Raises FormatError, and OSError where there is no file.
    """

    def __init__(self, path, check=True):
        self.path, self.check = os.fspath(path), check
        self.tensors, self.documents = {}, {}
        self.size = os.path.getsize(self.path)
        with open(self.path, "rb") as raw:
            if raw.read(9) != b"\x89HDF\r\n\x1a\n\x02":
                self.fail("the first bytes", "HDF5's signature and superblock 2 (rules S1, S2)", "others")
        with self.opened() as file:
            self.read_root(file)
            self.walk(file, "", set())
            for name in DOCUMENTS:
                if name not in self.documents:
                    self.fail(f"/{name}", "a document", "none")
            for name in DOCUMENTS[:-1]:
                setattr(self, name, self.read_document(file, name))
        self.check_contract()

    def fail(self, place, expected, found):
        raise FormatError(self.path, place, expected, found)

    def opened(self):
        """The file, as h5py has it; nothing else is opened through it."""
        try:
            return h5py.File(self.path, "r", locking=False)
        except OSError as error:
            raise FormatError(self.path, "the file", "what libhdf5 can open", error) from None

    def text(self, item, name):
        """An attribute that is a text; "" where there is none."""
        value = item.attrs.get(name, b"")
        return value.decode("ascii", "replace") if isinstance(value, bytes) else str(value)

    def read_root(self, file):
        """The attributes of the root (rules N1 and N2)."""
        if (found := self.text(file, "format")) != "byol-checkpoint":
            self.fail("attribute format", "byol-checkpoint (rule N1)", found or "none")
        version = np.ravel(file.attrs.get("format_version", ()))
        if version.size != 2 or version.dtype.kind != "u":
            self.fail("attribute format_version", "two uint32 (rule N2)", version.tolist())
        self.version = tuple(int(number) for number in version)
        if self.version[0] != VERSION[0]:
            self.fail("attribute format_version", f"major version {VERSION[0]} (rule N2)", self.version[0])
        if self.version[1] > VERSION[1]:
            warnings.warn(f"{self.path} has version {self.version}, newer than {VERSION}; "
                          "what that adds is ignored", stacklevel=4)
        for name in ("created_by", "roles", "fingerprint"):
            if name not in file.attrs:
                self.fail(f"attribute {name}", "one", "none")
        self.created_by, self.fingerprint = (self.text(file, name) for name in ("created_by", "fingerprint"))
        self.roles = [role for role in self.text(file, "roles").split(",") if role]

    def walk(self, group, path, seen):
        """Notes every dataset below a group; no link is followed that leaves the file (rules G3, G7, G8)."""
        if path.count("/") > 32:
            self.fail(path, "at most 32 components (rule G7)", "more")
        for name in group:
            place = f"{path}/{name}"
            if not path and name.startswith("x-"):
                continue
            if not path and name not in ROOT + DOCUMENTS:
                self.fail(place, "a group or document of the layout, or x-...", "another")
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                self.fail(place, "a hard link (rule G3)", "another kind")
            item = group[name]
            address = h5o.get_info(item.id).addr
            if address in seen:
                self.fail(place, "one link to each object (rule G8)", "a second")
            seen.add(address)
            if isinstance(item, h5py.Group):
                self.walk(item, place, seen)
            elif isinstance(item, h5py.Dataset):
                self.note(item, place)
            else:
                self.fail(place, "a group or a dataset (rule H12)", "another object")

    def note(self, item, place):
        """Checks a dataset's header (rules A6, A7, L1, L2, L4, L5, T1, T2) and keeps it."""
        digest, schema, kind = (self.text(item, name) for name in ("sha256", "schema", "dtype"))
        if len(digest) != 64:
            self.fail(place, "an attribute sha256 of 64 digits (rule A6)", digest or "none")
        if bool(schema) == bool(kind):
            self.fail(place, "either dtype or schema (rule A7)", "both" if schema else "neither")
        if schema and len(item.shape) != 1:
            self.fail(place, "a row of uint8 (rule L5)", f"shape {list(item.shape)}")
        kind = kind or "uint8"
        if kind not in TYPES or not item.id.get_type().equal(TYPES[kind][1]):
            self.fail(place, "one of the thirteen types, that which dtype names (rules T1, T2)", kind)
        if item.id.get_create_plist().get_layout() != h5d.CONTIGUOUS or item.external is not None:
            self.fail(place, "contiguous storage (rule L1)", "another layout")
        shape = tuple(int(length) for length in item.shape)
        count = int(np.prod(shape, dtype=object)) * np.dtype(TYPES[kind][0]).itemsize
        if count and (item.id.get_storage_size() != count or item.id.get_offset() + count > self.size):
            self.fail(place, f"{count} bytes inside the file (rules L2, L4)", item.id.get_storage_size())
        if schema:
            self.documents[place[1:]] = Entry(shape, schema, digest)
        else:
            self.tensors[place[1:]] = Entry(shape, kind, digest)

    def bytes_of(self, file, name, numpy, entry):
        """A dataset as it is stored: no conversion touches a bit."""
        array = np.empty(entry.shape, numpy)
        if array.size:
            dataset = file[name].id
            dataset.read(h5s.ALL, h5s.ALL, array, dataset.get_type())
        if self.check and hashlib.sha256(array.tobytes()).hexdigest() != entry.sha256:
            self.fail(f"/{name}", f"SHA-256 {entry.sha256} (rule B4)", "another: it is damaged")
        return array

    def read_document(self, file, name):
        """A document of a major version that is known here, as Python has JSON."""
        entry = self.documents[name]
        kind, _, version = entry.dtype.partition(" ")
        if kind != name.rpartition("/")[2] or version.partition(".")[0] != "1":
            self.fail(f"/{name}", f"a document of the schema {name} 1", entry.dtype)
        try:
            document = json.loads(self.bytes_of(file, name, "u1", entry).tobytes())
        except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
            self.fail(f"/{name}", "JSON", error)
        if not isinstance(document, dict):
            self.fail(f"/{name}", "an object", type(document).__name__)
        return document

    def check_contract(self):
        """Whether the contract says everything that a network is built from, in numbers that mean something."""
        self.check_field(self.contract, CONTRACT, "/contract")
        if "sem" in self.contract:
            self.check_field(self.contract["sem"], SEM, "/contract sem")
        encoder, mlp = self.contract["encoder"], self.contract["mlp"]
        if "pad" in encoder["stem"] and encoder["stem"]["pad"] not in range(64):
            self.fail("/contract encoder.stem.pad", "0 to 63 pixels", encoder["stem"]["pad"])
        if not len(encoder["blocks"]) == len(encoder["channels"]) == len(encoder["strides"]):
            self.fail("/contract encoder", "as many blocks as channels and strides", "another number")
        for name in ("projector", "predictor"):
            if len(mlp[f"{name}_biases"]) != max(len(mlp[name]) - 1, 0):
                self.fail(f"/contract mlp.{name}_biases", "one for each layer", len(mlp[f"{name}_biases"]))

    def check_field(self, value, rule, place):
        """Compares a value of a document with what it must be."""
        if isinstance(rule, dict):
            if not isinstance(value, dict):
                self.fail(place, "an object", type(value).__name__)
            for name, inner in rule.items():
                there = f"{place}{'.' if ' ' in place else ' '}{name}"
                if name not in value:
                    self.fail(there, "a value", "none")
                self.check_field(value[name], inner, there)
        elif isinstance(rule, list):
            if not isinstance(value, list) or len(value) > 1000:
                self.fail(place, "a list", type(value).__name__)
            for item in value:
                self.check_field(item, rule[0], place)
        elif isinstance(rule, tuple):
            if isinstance(value, (bool, list, dict)) or value not in rule:
                self.fail(place, " or ".join(map(str, rule)), value)
        elif rule is int:
            if type(value) is not int or not 1 <= value <= 1_000_000:
                self.fail(place, "a number from 1 to 1000000", value)
        elif rule is float:
            if type(value) not in (int, float) or not abs(value) < 1e6:
                self.fail(place, "a number", value)
        elif not isinstance(value, rule):
            self.fail(place, f"a {rule.__name__}", value)

    def state(self, prefix=""):
        """The tensors whose name begins with `prefix`, as arrays by name.

        bfloat16, which NumPy has not, is widened to float32; everything else is as it is stored.
        """
        arrays = {}
        with self.opened() as file:
            for name, entry in self.tensors.items():
                if not name.startswith(prefix):
                    continue
                array = self.bytes_of(file, name, TYPES[entry.dtype][0], entry)
                if entry.dtype == "bfloat16":
                    array = (array.astype("<u4") << 16).view("<f4")
                arrays[name] = array.view("?") if entry.dtype == "bool" else array
        return arrays

    @property
    def branches(self):
        """`online` and `target`, as far as there are any."""
        return [name for name in ("online", "target") if any(key.startswith(f"{name}/") for key in self.tensors)]


def state(path, prefix="", check=True):
    """The tensors of a file as NumPy arrays by native name: `online/encoder/stem/conv/weight`."""
    return _opened(path, check).state(prefix)


def encoder(path, framework="torch", branch=None, dtype="float32"):
    """The encoder: what the first convolution sees, [N, C, H, W], to embeddings, [N, D].

    With "torch" a torch.nn.Sequential in evaluation mode, with children stem, stage0, ..., mean; with "jax" a
    function of parameters and input, and its parameters by native name without the branch. `branch` is online or
    target, by default the first of them that is there. The input is normalised already (see `preprocess`).

    Raises FormatError where tensors and contract do not describe one network.
    """
    return _built(path, framework, branch, dtype, encoder_only=True)


def network(path, framework="torch", branch=None, dtype="float32"):
    """All networks of a branch: input to a dictionary of embedding, logits, projection and prediction.

    Those are in it that the file has. `logits` are those of the head `classifier`; other linear heads over the
    embedding are there under `heads/NAME`. Otherwise as `encoder`.
    """
    return _built(path, framework, branch, dtype, encoder_only=False)


def _opened(path, check=True):
    return path if isinstance(path, Checkpoint) else Checkpoint(path, check)


def _built(path, framework, branch, dtype, encoder_only):
    kinds = {"torch": _TorchLayers, "jax": _JaxLayers}
    if framework not in kinds:
        raise ValueError(f"expected a framework of {', '.join(kinds)}, found {framework}")
    checkpoint = _opened(path)
    if branch is None:
        branch = next((b for b in checkpoint.branches if f"{b}.encoder" in checkpoint.roles), "online")
    if branch not in ("online", "target"):
        raise ValueError(f"expected the branch online or target, found {branch}")
    builder = _Builder(checkpoint, branch, kinds[framework](np.dtype(dtype)), encoder_only)
    return builder.finish(builder.encoder() if encoder_only else builder.network())


class _Builder:
    """A branch's networks, from tensors and contract, out of a framework's layers.

    Every tensor is taken once and has the shape that its place asks for; one that is left over is an error.
    """

    def __init__(self, checkpoint, branch, layers, encoder_only):
        self.checkpoint, self.branch, self.layers = checkpoint, branch, layers
        self.contract, self.shape = checkpoint.contract, checkpoint.contract["encoder"]
        self.arrays = checkpoint.state(f"{branch}/encoder/" if encoder_only else f"{branch}/")
        self.arrays = {name.partition("/")[2]: array for name, array in self.arrays.items()}
        self.left = set(self.arrays)

    def fail(self, name, expected, found):
        self.checkpoint.fail(f"/{self.branch}/{name}", expected, found)

    def finish(self, built):
        if self.left:
            self.fail(min(self.left), "a place in the network that the contract describes", "none")
        return self.layers.finish(built)

    def has(self, name):
        return name in self.arrays

    def take(self, name, *shape):
        """The tensors of a layer by leaf; `shape` is the first one's, where None is any length."""
        found = {leaf: self.arrays[f"{name}/{leaf}"] for leaf in LEAVES if self.has(f"{name}/{leaf}")}
        for leaf, array in found.items():
            wanted = shape if leaf == "weight" else (found["weight"].shape[0],) if leaf == "bias" else shape[:1]
            if array.ndim != len(wanted) or any(w not in (None, n) for w, n in zip(wanted, array.shape)):
                texts = ", ".join("any" if length is None else str(length) for length in wanted)
                self.fail(f"{name}/{leaf}", f"shape [{texts}]", list(array.shape))
            self.left.discard(f"{name}/{leaf}")
        return found

    def require(self, name, *leaves):
        for leaf in leaves:
            if not self.has(f"{name}/{leaf}"):
                self.fail(f"{name}/{leaf}", "a tensor", "none")

    def conv(self, name, inputs, stride, edges, kernel=None):
        """A convolution, and its outputs; `edges` is same, symmetric or a number of pixels."""
        self.require(name, "weight")
        arrays = self.take(name, None, inputs, kernel, kernel)
        return self.layers.conv(name, arrays, stride, edges), arrays["weight"].shape[0]

    def linear(self, name, inputs, outputs=None):
        self.require(name, "weight")
        arrays = self.take(name, outputs, inputs)
        return self.layers.linear(name, arrays), arrays["weight"].shape[0]

    def norm(self, name, channels, is_flat=False):
        """A batch norm; in a head it may have statistics alone."""
        self.require(name, "mean", "variance", *(() if is_flat else ("scale", "offset")))
        return self.layers.norm(name, self.take(name, channels), self.contract["bn"], is_flat)

    def encoder(self):
        family = self.shape["family"]
        if family == "audio-ntt":
            return self.audio_ntt()
        if family != "resnet":
            self.fail("encoder", "an encoder of the family resnet or audio-ntt", family)
        return self.resnet()

    def resnet(self):
        """Stem, stages of residual blocks, the mean over the picture (He et al. 2016a, 2016b)."""
        shape, stem, layers = self.shape, self.shape["stem"], self.layers
        edges = stem.get("pad", shape["padding"])
        self.require("encoder/stem/conv", "weight")
        pixels = self.arrays["encoder/stem/conv/weight"].shape[1]
        conv, width = self.conv("encoder/stem/conv", pixels, stem["stride"], edges, stem["kernel"])
        parts = {"conv": conv}
        if shape["version"] == 1:
            parts |= {"bn": self.norm("encoder/stem/bn", width), "relu": layers.relu()}
        if stem["pool"]:
            parts["pool"] = layers.pool(3, 2, shape["pool_padding"])
        children = {"stem": layers.chain(parts)}
        for stage, (blocks, channels, stride) in enumerate(
            zip(shape["blocks"], shape["channels"], shape["strides"], strict=True)):
            parts = {}
            for block in range(blocks):
                name = f"encoder/stage{stage}/block{block}"
                parts[f"block{block}"], width = self.block(name, width, stride if block == 0 else 1)
                if width != channels:
                    self.fail(name, f"{channels} channels, as the contract has", width)
            children[f"stage{stage}"] = layers.chain(parts)
        if shape["version"] == 2:
            parts = {"bn": self.norm("encoder/final/bn", width), "relu": layers.relu()}
            children["final"] = layers.chain(parts)
        self.width = width
        return layers.chain(children | {"mean": layers.mean()})

    def block(self, name, inputs, stride):
        """A residual block and its outputs.

        Version 1 adds the input, or its convolution, before the last ReLU; version 2 normalises first, and its
        shortcut's convolution begins behind the first ReLU.
        """
        shape, parts, width = self.shape, {}, inputs
        padding, is_first = shape["padding"], shape["version"] == 2
        for layer in range({"basic": 2, "bottleneck": 3}[shape["block"]]):
            if is_first:
                parts[f"bn{layer}"] = self.norm(f"{name}/bn{layer}", width)
            step = stride if layer == shape["stride_at"] else 1
            parts[f"conv{layer}"], width = self.conv(f"{name}/conv{layer}", width, step, padding)
            if not is_first:
                parts[f"bn{layer}"] = self.norm(f"{name}/bn{layer}", width)
        side = {}
        if self.has(f"{name}/shortcut/conv/weight"):
            side["conv"], outputs = self.conv(f"{name}/shortcut/conv", inputs, stride, padding)
            if outputs != width:
                self.fail(f"{name}/shortcut/conv/weight", f"{width} outputs", outputs)
            if self.has(f"{name}/shortcut/bn/scale"):
                side["bn"] = self.norm(f"{name}/shortcut/bn", width)
        elif stride != 1 or inputs != width:
            self.fail(f"{name}/shortcut/conv/weight", "a tensor, since the shape changes", "none")
        return self.layers.block(parts, self.layers.chain(side) if side else None, is_first), width

    def audio_ntt(self):
        """BYOL-A's encoder (Niizumi et al. 2021): [N, 1, mels, frames] to the sum of maximum and mean over time."""
        layers, width, parts = self.layers, 1, {}
        for layer in range(3):
            conv, width = self.conv(f"encoder/features/conv{layer}", width, 1, "symmetric")
            parts |= {f"conv{layer}": conv, f"bn{layer}": self.norm(f"encoder/features/bn{layer}", width),
                      f"relu{layer}": layers.relu(), f"pool{layer}": layers.pool(2, 2, 0)}  # fmt: skip
        children = {"features": layers.chain(parts), "frames": layers.frames()}
        first, middle = self.linear("encoder/fc/linear0", None)
        second, self.width = self.linear("encoder/fc/linear1", middle)
        children["fc"] = layers.chain(
            {"linear0": first, "relu0": layers.relu(), "linear1": second, "relu1": layers.relu()})
        return layers.chain(children | {"time": layers.over_time()})

    def network(self):
        parts = {"encoder": self.encoder()}
        heads = {name.split("/")[1] for name in self.arrays if name.startswith("heads/")}
        parts["heads"] = {name: self.linear(f"heads/{name}", self.width)[0] for name in sorted(heads)}
        width, mlp = self.width, self.contract["mlp"]
        for name in ("projector", "predictor"):
            if self.has(f"{name}/linear0/weight"):
                parts[name], width = self.mlp(name, width, mlp[name], mlp[f"{name}_biases"])
            elif name == "projector":
                break  # what a predictor stands on
        return self.layers.network(parts)

    def mlp(self, name, width, sizes, biases):
        """Linear layers, each with a batch norm where the file has one, and ReLU between them."""
        parts = {}
        if name == "projector" and self.has("projector/sem/linear/weight"):
            parts["sem"], width = self.simplicial(width)
        for layer, (outputs, has_bias) in enumerate(zip(sizes[1:], biases, strict=True)):
            place = f"{name}/linear{layer}"
            if self.has(f"{place}/bias") != has_bias:
                self.fail(f"{place}/bias", "one" if has_bias else "none, as the contract has", "the other")
            parts[f"linear{layer}"], width = self.linear(place, width, outputs)
            if self.has(f"{name}/bn{layer}/mean"):
                parts[f"bn{layer}"] = self.norm(f"{name}/bn{layer}", width, is_flat=True)
            if layer < len(sizes) - 2:
                parts[f"relu{layer}"] = self.layers.relu()
        return self.layers.chain(parts), width

    def simplicial(self, width):
        """A simplicial embedding (Lavoie et al. 2022): softmax over the numbers of each group."""
        sem = self.contract.get("sem") or self.fail("projector/sem", "sem in the contract", "none")
        width_after = sem["groups"] * sem["size"]
        parts = {"linear": self.linear("projector/sem/linear", width, width_after)[0]}
        if self.has("projector/sem/bn/mean"):
            parts["bn"] = self.norm("projector/sem/bn", width_after, is_flat=True)
        parts["softmax"] = self.layers.softmax(sem["groups"], sem["temperature"])
        return self.layers.chain(parts), width_after


def _edges(length, kernel, stride, rule):
    """Imaginary pixels before and after an axis.

    same: ceil(length / stride) positions, and of the pixels that they need the odd one comes last (TensorFlow).
    """
    if rule == "same":
        total = max((-(-length // stride) - 1) * stride + kernel - length, 0)
        return total // 2, total - total // 2
    pad = (kernel - 1) // 2 if rule == "symmetric" else rule
    return pad, pad


def _torch_classes():
    """The modules that torch has not, made when torch is needed first, and kept under their names here."""
    import torch
    from torch import nn
    from torch.nn import functional as F

    def padded(x, kernel, stride, rule, value):
        low = [_edges(n, k, stride, rule) for n, k in zip(x.shape[:1:-1], kernel[::-1])]
        sides = [pixels for axis in low for pixels in axis]
        return F.pad(x, sides, value=value) if any(sides) else x

    class Conv2d(nn.Conv2d):
        """A convolution that is padded as `edges` says."""

        def __init__(self, inputs, outputs, kernel, stride, bias, edges):
            super().__init__(inputs, outputs, kernel, stride, bias=bias)
            self.edges = edges

        def forward(self, x):
            return super().forward(padded(x, self.kernel_size, self.stride[0], self.edges, 0.0))

    class MaxPool2d(nn.Module):
        """Max-pooling; what is outside the picture never wins."""

        def __init__(self, kernel, stride, edges):
            super().__init__()
            self.kernel, self.stride, self.edges = kernel, stride, edges

        def forward(self, x):
            x = padded(x, (self.kernel, self.kernel), self.stride, self.edges, -float("inf"))
            return F.max_pool2d(x, self.kernel, self.stride)

    class Biased:
        """In training mode the running variance averages variances divided by n."""

        def forward(self, x):
            if not self.training:
                return super().forward(x)
            mean, variance = self.running_mean.clone(), self.running_var.clone()
            kept, count = variance * (1 - self.momentum), x.numel() / x.shape[1]
            y = F.batch_norm(x, mean, variance, self.weight, self.bias, True, self.momentum, self.eps)
            with torch.no_grad():  # into the buffers themselves: what PyTorch keeps for the gradient stays
                self.running_mean.copy_(mean)
                self.running_var.copy_(kept + (variance - kept) * ((count - 1) / count))
                self.num_batches_tracked.add_(1)
            return y

    class BiasedBatchNorm1d(Biased, nn.BatchNorm1d):
        """Batch norm of Haiku and Keras, over features."""

    class BiasedBatchNorm2d(Biased, nn.BatchNorm2d):
        """Batch norm of Haiku and Keras, over pictures."""

    class Mean(nn.Module):
        """The mean over the picture."""

        def forward(self, x):
            return x.mean((2, 3))

    class Frames(nn.Module):
        """[N, C, mels, frames] to [N, frames, mels C]."""

        def forward(self, x):
            return x.permute(0, 3, 2, 1).flatten(2)

    class OverTime(nn.Module):
        """Maximum and mean over frames, added."""

        def forward(self, x):
            return x.amax(1) + x.mean(1)

    class Softmax(nn.Module):
        """Softmax of x / temperature over the numbers of each group."""

        def __init__(self, groups, temperature):
            super().__init__()
            self.groups, self.temperature = groups, temperature

        def forward(self, x):
            return (x.unflatten(1, (self.groups, -1)) / self.temperature).softmax(2).flatten(1)

    class Block(nn.Module):
        """A residual block; `is_first` where batch norm and ReLU come before each convolution."""

        def __init__(self, parts, shortcut, is_first):
            super().__init__()
            for name, part in parts.items():
                self.add_module(name, part)
            self.shortcut, self.is_first, self.count = shortcut, is_first, len(parts) // 2

        def forward(self, x):
            y, side = x, x
            for layer in range(self.count):
                conv, bn = getattr(self, f"conv{layer}"), getattr(self, f"bn{layer}")
                if not self.is_first:
                    y = bn(conv(y))
                    y = y if layer == self.count - 1 else F.relu(y)
                    continue
                y = F.relu(bn(y))
                if layer == 0 and self.shortcut is not None:
                    side = self.shortcut(y)
                y = conv(y)
            if self.is_first:
                return y + side
            return F.relu(y + (x if self.shortcut is None else self.shortcut(x)))

    class Network(nn.Module):
        """A branch: input to a dictionary of outputs."""

        def __init__(self, encoder, heads, projector=None, predictor=None):
            super().__init__()
            self.encoder, self.heads = encoder, nn.ModuleDict(heads)
            self.projector, self.predictor = projector, predictor

        def forward(self, x):
            return _outputs(self.encoder, self.heads, self.projector, self.predictor, x)

    made = {name: kind for name, kind in locals().items() if isinstance(kind, type)}
    for name, kind in made.items():
        kind.__qualname__, kind.__module__ = name, __name__
    return made


def __getattr__(name):
    """The torch modules by name, so that networks can be pickled without torch being imported here."""
    if name in ("Conv2d", "MaxPool2d", "BiasedBatchNorm1d", "BiasedBatchNorm2d", "Mean", "Frames", "OverTime",
                "Softmax", "Block", "Network"):  # fmt: skip
        globals().update(_torch_classes())
        return globals()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _outputs(encode, heads, project, predict, x):
    """What every stage makes of an input."""
    found = {"embedding": (embedding := encode(x))}
    for name, head in heads.items():
        found["logits" if name == "classifier" else f"heads/{name}"] = head(embedding)
    if project is not None:
        found["projection"] = project(embedding)
        if predict is not None:
            found["prediction"] = predict(found["projection"])
    return found


class _TorchLayers:
    """Layers as torch modules; their names are the native ones, with dots."""

    def __init__(self, dtype):
        import torch

        self.torch, self.nn, self.dtype = torch, torch.nn, dtype

    def made(self, kind):
        """A class of this file, which exists from the first time that it is asked for."""
        return globals().get(kind) or __getattr__(kind)

    def filled(self, module, **arrays):
        """A module with these numbers as its own."""
        module = module.to(getattr(self.torch, self.dtype.name))
        tensors = {name: self.torch.from_numpy(array.astype(self.dtype)) for name, array in arrays.items()}
        module.load_state_dict(tensors, strict=False)
        return module

    def conv(self, name, arrays, stride, edges):
        outputs, inputs, *kernel = arrays["weight"].shape
        made = self.made("Conv2d")(inputs, outputs, tuple(kernel), stride, "bias" in arrays, edges)
        return self.filled(made, **arrays)

    def linear(self, name, arrays):
        outputs, inputs = arrays["weight"].shape
        return self.filled(self.nn.Linear(inputs, outputs, bias="bias" in arrays), **arrays)

    def norm(self, name, arrays, bn, is_flat):
        kind = f"BatchNorm{1 if is_flat else 2}d"
        own = bn["running_variance"] == "biased"
        kind = self.made(f"Biased{kind}") if own else getattr(self.nn, kind)
        names = {"scale": "weight", "offset": "bias", "mean": "running_mean", "variance": "running_var"}
        made = kind(len(arrays["mean"]), bn["eps"], 1 - bn["keep"], affine="scale" in arrays)
        return self.filled(made, **{names[leaf]: array for leaf, array in arrays.items()})

    def relu(self):
        return self.nn.ReLU()

    def pool(self, kernel, stride, edges):
        return self.made("MaxPool2d")(kernel, stride, edges)

    def mean(self):
        return self.made("Mean")()

    def frames(self):
        return self.made("Frames")()

    def over_time(self):
        return self.made("OverTime")()

    def softmax(self, groups, temperature):
        return self.made("Softmax")(groups, temperature)

    def chain(self, parts):
        made = self.nn.Sequential()
        for name, part in parts.items():
            made.add_module(name, part)
        return made

    def block(self, parts, shortcut, is_first):
        return self.made("Block")(parts, shortcut, is_first)

    def network(self, parts):
        return self.made("Network")(**parts)

    def finish(self, built):
        return built.eval()


class _JaxLayers:
    """Layers as functions of (params, x); params are arrays by native name without the branch."""

    def __init__(self, dtype):
        import jax

        self.jax, self.dtype, self.params = jax, dtype, {}

    def keep(self, name, arrays):
        self.params |= {f"{name}/{leaf}": self.jax.numpy.asarray(array.astype(self.dtype))
                        for leaf, array in arrays.items()}  # fmt: skip

    def conv(self, name, arrays, stride, edges):
        self.keep(name, arrays)
        lax = self.jax.lax

        def apply(params, x):
            weight = params[f"{name}/weight"]
            pads = [_edges(n, k, stride, edges) for n, k in zip(x.shape[2:], weight.shape[2:])]
            y = lax.conv_general_dilated(
                x, weight, (stride, stride), pads, dimension_numbers=("NCHW", "OIHW", "NCHW"))
            return y + params[f"{name}/bias"][:, None, None] if "bias" in arrays else y

        return apply

    def linear(self, name, arrays):
        self.keep(name, arrays)

        def apply(params, x):
            y = x @ params[f"{name}/weight"].T
            return y + params[f"{name}/bias"] if "bias" in arrays else y

        return apply

    def norm(self, name, arrays, bn, is_flat):
        self.keep(name, arrays)
        eps, axes = bn["eps"], () if is_flat else (1, 2)

        def apply(params, x):
            mean, variance = params[f"{name}/mean"], params[f"{name}/variance"]
            scale, offset = params.get(f"{name}/scale", 1), params.get(f"{name}/offset", 0)
            factor = scale / self.jax.numpy.sqrt(variance + eps)
            over = lambda row: self.jax.numpy.expand_dims(row, axes)  # noqa: E731
            return (x - over(mean)) * over(factor) + (over(offset) if f"{name}/offset" in params else 0)

        return apply

    def relu(self):
        return lambda params, x: self.jax.nn.relu(x)

    def pool(self, kernel, stride, edges):
        lax = self.jax.lax

        def apply(params, x):
            pads = [(0, 0), (0, 0)] + [_edges(n, kernel, stride, edges) for n in x.shape[2:]]
            window, steps = (1, 1, kernel, kernel), (1, 1, stride, stride)
            return lax.reduce_window(x, -np.inf, lax.max, window, steps, pads)

        return apply

    def mean(self):
        return lambda params, x: x.mean((2, 3))

    def frames(self):
        return lambda params, x: x.transpose(0, 3, 2, 1).reshape(x.shape[0], x.shape[3], -1)

    def over_time(self):
        return lambda params, x: x.max(1) + x.mean(1)

    def softmax(self, groups, temperature):
        def apply(params, x):
            parts = x.reshape(x.shape[0], groups, -1) / temperature
            return self.jax.nn.softmax(parts, axis=2).reshape(x.shape)

        return apply

    def chain(self, parts):
        def apply(params, x):
            for part in parts.values():
                x = part(params, x)
            return x

        return apply

    def block(self, parts, shortcut, is_first):
        relu, count = self.jax.nn.relu, len(parts) // 2

        def apply(params, x):
            y, side = x, x
            for layer in range(count):
                conv, bn = parts[f"conv{layer}"], parts[f"bn{layer}"]
                if is_first:
                    y = relu(bn(params, y))
                    side = shortcut(params, y) if layer == 0 and shortcut else side
                    y = conv(params, y)
                else:
                    y = bn(params, conv(params, y))
                    y = relu(y) if layer < count - 1 else y
            if is_first:
                return y + side
            return relu(y + (shortcut(params, x) if shortcut else x))

        return apply

    def network(self, parts):
        def apply(params, x):
            def bound(part):
                return None if part is None else lambda x: part(params, x)

            heads = {name: bound(head) for name, head in parts["heads"].items()}
            mlps = [bound(parts.get(name)) for name in ("projector", "predictor")]
            return _outputs(bound(parts["encoder"]), heads, *mlps, x)

        return apply

    def finish(self, built):
        return built, self.params


def preprocess(path, picture):
    """A picture as the network's first convolution sees it: float32 [3, size, size].

    `picture` is RGB, uint8 [H, W, 3], or what NumPy makes that of (PIL's images); `path` a file, a Checkpoint, or
    a contract. The square is cut, resized and normalised as the contract says: as TensorFlow resizes where
    `antialias` is false, as Pillow does where it is true. Decoding is the caller's: the contract's `jpeg_dct`
    says which inverse transform the evaluation used, which changes some pixels by a few grey levels.
    """
    rule = (path if isinstance(path, dict) else _opened(path).contract)["input"]
    pixels, size = np.asarray(picture), rule["size"]
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8:
        raise ValueError(f"expected a picture of uint8 [H, W, 3], found {pixels.dtype} {list(pixels.shape)}")
    height, width = pixels.shape[:2]
    resize = _resized_by_pillow if rule["antialias"] else _resized_by_tensorflow
    if rule["crop"] == "center-first":
        side = max(1, int(np.float32(224 / 256) * np.float32(min(height, width))))
        top, left = (height - side + 1) // 2, (width - side + 1) // 2
        pixels = resize(pixels[top : top + side, left : left + side], size, size, rule["filter"])
    elif (height, width) != (size, size):
        short = size * 256 // 224
        long = short * max(height, width) // min(height, width)
        rows, columns = (short, long) if width >= height else (long, short)
        pixels = resize(pixels, rows, columns, rule["filter"])
        top, left = round((rows - size) / 2), round((columns - size) / 2)
        pixels = pixels[top : top + size, left : left + size]
    values = np.clip(pixels.astype(np.float32) / 255, 0, 1)
    if rule["channel_order"] == "BGR":
        values = values[..., ::-1]
    mean, std = (np.array(rule[name] or other, np.float32) for name, other in (("mean", 0), ("std", 1)))
    return np.ascontiguousarray(((values * np.float32(rule["range"]) - mean) / std).transpose(2, 0, 1))


def _weight(name, distance):
    """Of a pixel at a distance: linear, or Keys' cubic convolution with a = -0.5."""
    x = np.abs(distance)
    if name == "bilinear":
        return np.maximum(1 - x, 0)
    near, far = (1.5 * x - 2.5) * x * x + 1, ((-0.5 * x + 2.5) * x - 4) * x + 2
    return np.where(x < 1, near, np.where(x < 2, far, 0))


def _resized_by_tensorflow(pixels, rows, columns, name):
    """As tf.image.resize without antialiasing: float32 grey levels, beyond 0 and 255 where bicubic overshoots."""

    def matrix(old, new):
        position = (np.arange(new, dtype=np.float32) + 0.5) * np.float32(old / new) - np.float32(0.5)
        floor = np.floor(position)
        part = (position - floor).astype(np.float64)
        if name == "bicubic":  # TensorFlow keeps the weights of 1024 positions between two pixels
            part = np.round(part * 1024) / 1024
        weights = np.zeros((new, old))
        for tap in range(-1, 3) if name == "bicubic" else range(2):
            index = floor.astype(int) + tap
            inside = (0 <= index) & (index < old)
            keep = inside if name == "bicubic" else np.full(new, True)
            np.add.at(weights, (np.arange(new), np.clip(index, 0, old - 1)), keep * _weight(name, tap - part))
        return weights / weights.sum(1, keepdims=True)

    down, across = matrix(pixels.shape[0], rows), matrix(pixels.shape[1], columns)
    return np.einsum("yh,hwc,xw->yxc", down, pixels.astype(np.float64), across, optimize=True).astype(np.float32)


def _resized_by_pillow(pixels, rows, columns, name):
    """As Pillow: the filter widens when shrinking, and each direction is rounded to grey levels, to the bit."""

    def matrix(old, new):
        scale = old / new
        wide = max(scale, 1)
        reach = {"bilinear": 1, "bicubic": 2}[name] * wide
        centre = (np.arange(new)[:, None] + 0.5) * scale
        index = np.arange(old)
        first = np.maximum((centre - reach + 0.5).astype(int), 0)
        last = np.minimum((centre + reach + 0.5).astype(int), old)
        weights = np.where((index >= first) & (index < last), _weight(name, (index - centre + 0.5) / wide), 0)
        weights /= weights.sum(1, keepdims=True)
        return np.where(weights < 0, weights * 2**22 - 0.5, weights * 2**22 + 0.5).astype(np.int64)

    def along(matrix, values):
        sums = np.einsum("nk,khc->nhc", matrix.astype(np.float64), values.astype(np.float64), optimize=True)
        return np.clip((sums.astype(np.int64) + 2**21) >> 22, 0, 255).astype(np.uint8)

    across = along(matrix(pixels.shape[1], columns), pixels.swapaxes(0, 1)).swapaxes(0, 1)
    return along(matrix(pixels.shape[0], rows), across)


def splitmix64(seed, count):
    """The first `count` numbers of SplitMix64 (Steele, Lea and Flood 2014), uint64."""
    with np.errstate(over="ignore"):
        state = np.uint64(seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        bits = (state ^ state >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
        bits = (bits ^ bits >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return bits ^ bits >> np.uint64(31)


def replay(path, framework="torch"):
    """Repeats the recorded forward pass; the error of each of its outputs by branch and name, in units of rms.

    The outputs agree where no error is above the `tolerance` that is recorded. Blocks and stem are passed over:
    what goes wrong in them is in the embedding. Empty where no pass was recorded.
    """
    checkpoint = _opened(path)
    probe = checkpoint.verification.get("probe")
    errors = {}
    if not probe:
        return errors
    count = int(np.prod(probe["shape"]))
    numbers = splitmix64(probe["seed"], count) >> np.uint64(40)
    x = (numbers.astype(np.float64) / 2**22 - 2).astype(np.float32).reshape(probe["shape"])
    for branch in dict.fromkeys(stage["branch"] for stage in probe["stages"]):
        built = network(checkpoint, framework, branch)
        if framework == "torch":
            import torch

            with torch.no_grad():
                outputs = built(torch.from_numpy(x))
        else:
            outputs = built[0](built[1], x)
        for stage in probe["stages"]:
            if stage["branch"] != branch or stage["name"] not in outputs:
                continue
            values = np.asarray(outputs[stage["name"]], np.float64).ravel()
            signs = np.where(splitmix64(probe["seed"], values.size) & np.uint64(1), -1.0, 1.0)
            found = {"mean": values.mean(), "rms": np.sqrt(np.square(values).mean()),
                     "dot": (values * signs).sum() / np.sqrt(values.size)}  # fmt: skip
            error = max(abs(found[key] - stage[key]) for key in found) / max(stage["rms"], 1e-300)
            errors[f"{branch} {stage['name']}"] = float(error)
    return errors


def describe(path):
    """What a file is, in a few lines."""
    file = _opened(path)
    encoder, rule = file.contract["encoder"], file.contract["input"]
    kind = encoder["family"]
    if kind == "resnet":
        kind = (f"ResNet, {encoder['block']} blocks {encoder['blocks']}, channels {encoder['channels']}, "
                f"version {encoder['version']}, {encoder['padding']} padding")  # fmt: skip
    lines = [f"{file.path}: byol-checkpoint {'.'.join(map(str, file.version))}, by {file.created_by}", kind]
    lines += [f"{part} {'-'.join(map(str, sizes))}" for part in ("projector", "predictor")
              if (sizes := file.contract["mlp"][part])]  # fmt: skip
    lines.append(f"input {rule['channel_order']} of {rule['size']} pixels, {rule['crop']}, {rule['filter']}, "
                 f"range {rule['range']}, mean {rule['mean']}, std {rule['std']}")  # fmt: skip
    for role in file.roles:
        start = role.replace(".", "/") + "/"
        held = [entry for name, entry in file.tensors.items() if name.startswith(start)]
        count = sum(int(np.prod(entry.shape)) for entry in held)
        lines.append(f"{role}: {len(held)} tensors, {count:,} numbers")
    source = file.provenance.get("source")
    if isinstance(source, dict):
        lines.append(f"from {source.get('name', 'a file')}")
    lines.append(f"licence of the weights: {file.provenance.get('licence', 'not stated')}")
    lines.append(f"fingerprint {file.fingerprint}")
    return "\n".join(lines)


def main(arguments=None):
    """The command line; 0, or 1 where the recorded forward pass is not repeated, 2 where the file is bad."""
    parser = argparse.ArgumentParser(description="Says what a native BYOL checkpoint is.")
    parser.add_argument("file")
    parser.add_argument("--probe", choices=["torch", "jax"], help="repeat the recorded forward pass")
    options = parser.parse_args(arguments)
    try:
        print(describe(options.file))
        if not options.probe:
            return 0
        checkpoint = Checkpoint(options.file)
        errors = replay(checkpoint, options.probe)
        if not errors:
            print("no forward pass was recorded")
            return 0
        worst = max(errors, key=errors.get)
        limit = checkpoint.verification["probe"]["tolerance"]
        print(f"probe: {len(errors)} outputs in {options.probe}, largest error {errors[worst]:.1e} at {worst}, "
              f"tolerance {limit:.0e}")  # fmt: skip
        return int(not errors[worst] <= limit)
    except (FormatError, OSError) as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
