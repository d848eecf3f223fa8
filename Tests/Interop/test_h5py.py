"""Native checkpoints as h5py, NumPy and h5dump see them."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
from native import PACKAGE, SAMPLE, TOOLS, convert, rules_of, schema, tool

sys.path.insert(0, str(PACKAGE / "docs/examples"))

import map_without_hdf5  # noqa: E402
import read_with_h5py  # noqa: E402
import write_with_h5py  # noqa: E402

# Haiku's order of axes, by rank, as a permutation to ours.
CONVOLUTION, LINEAR = (3, 2, 0, 1), (1, 0)


def halved(source, target):
    """A copy of a state whose floating-point arrays are float16, every bit pattern among them."""
    arrays = dict(np.load(source))
    codes = np.arange(1 << 16, dtype="<u2").view("<f2")
    for key, array in arrays.items():
        if array.dtype == np.float32:
            arrays[key] = np.resize(codes, array.shape)
            codes = np.roll(codes, -array.size)
    np.savez(target, **arrays)


@pytest.fixture(scope="module", params=["float32", "float16"])
def pair(request, tmp_path_factory):
    """A source and the native file that it was converted to."""
    folder = tmp_path_factory.mktemp(request.param)
    source = folder / "source.npz"
    if request.param == "float16":
        halved(SAMPLE, source)
    else:
        shutil.copy(SAMPLE, source)
    return source, convert(source, folder / "native.h5", "--no-probe")


def expected(arrays, path):
    """The array of the source that a native tensor must equal, found by its own names."""
    parts = path.split("/")
    prefix = {"online": "online", "target": "target"}.get(parts[0])
    if parts[0] == "optimizer":
        root, rest = "opt_state/mu", parts[3:]
    elif parts[0] == "training" and parts[1:] != ["random"]:
        root, rest = f"{parts[2]}_state", parts[3:]
    elif parts[0] == "training":
        return arrays["rng"]
    else:
        statistic = parts[-1] in ("mean", "variance")
        root, rest = f"{prefix}_{'state' if statistic else 'params'}", parts[1:]
    return oriented(arrays[f"{root}/{module(rest[:-1])}{leaf(rest[-1], parts[0])}"], rest[-1])


def module(names):
    """Haiku's name of a native module."""
    numbered = lambda name, stem: stem + (f"_{name}" if name != "0" else "")  # noqa: E731
    if names[0] == "heads":
        return names[1]
    if names[0] != "encoder":
        kind, number = ("batch_norm", names[1][2:]) if names[1][:2] == "bn" else ("linear", names[1][6:])
        return f"{names[0]}/{numbered(number, kind)}"
    if names[1] == "stem":
        return "res_net50/~/" + {"conv": "initial_conv", "bn": "initial_batchnorm"}[names[2]]
    block = f"res_net50/~/block_group_{names[1][5:]}/~/block_{names[2][5:]}/~/"
    if names[3] == "shortcut":
        return block + {"conv": "shortcut_conv", "bn": "shortcut_batchnorm"}[names[4]]
    return block + names[3].replace("conv", "conv_").replace("bn", "batchnorm_")


def leaf(name, root):
    """Haiku's name of a native leaf."""
    if root != "training":
        name = {"mean": "mean_average", "variance": "variance_average"}.get(name, name)
    kind, _, part = name.partition("_")
    moving = {"mean": "mean_ema", "variance": "var_ema"}
    if kind in moving:
        return f"/~/{moving[kind]}/{part}"
    return "/" + {"weight": "w", "bias": "b"}.get(name, name)


def oriented(array, name):
    """A source's array in the native order of axes."""
    if name == "weight":
        return array.transpose(CONVOLUTION if array.ndim == 4 else LINEAR)
    return array.reshape(array.shape[-1:])


def test_every_tensor_equals_the_source_bit_for_bit(pair):
    source, native = pair
    arrays = dict(np.load(source))
    with h5py.File(native) as file:
        tensors = read_with_h5py.tensors(file)
    assert len(tensors) == len(arrays) - 1  # the step is in the recipe
    for path, ours in tensors.items():
        theirs = expected(arrays, path)
        assert ours.dtype == theirs.dtype and ours.shape == theirs.shape, path
        assert ours.tobytes() == np.ascontiguousarray(theirs).tobytes(), path


def test_the_library_converts_half_types_to_the_same_values(pair):
    with h5py.File(pair[1]) as file:
        for path, ours in read_with_h5py.tensors(file).items():
            assert np.array_equal(file[path][()], ours, equal_nan=ours.dtype.kind == "f"), path


def test_numpy_maps_the_file_without_hdf5(pair):
    mapped = map_without_hdf5.tensors(pair[1])
    with h5py.File(pair[1]) as file:
        for path, ours in read_with_h5py.tensors(file).items():
            assert mapped[path].tobytes() == ours.tobytes(), path
        assert set(mapped) | {"index"} == {n for n in every_name(file) if isinstance(file[n], h5py.Dataset)}
    assert json.loads(bytes(mapped["contract"]))["encoder"]["padding"] == "same"


def every_name(file):
    """The paths of all objects."""
    names = []
    file.visit(names.append)
    return names


def test_every_dataset_carries_its_digest(pair):
    with h5py.File(pair[1]) as file:
        for name in every_name(file):
            if isinstance(file[name], h5py.Dataset):
                stored = bytes(np.ascontiguousarray(file[name][()]).tobytes())
                assert file[name].attrs["sha256"].decode() == hashlib.sha256(stored).hexdigest(), name


def test_the_fingerprint_is_what_the_document_says(pair):
    with h5py.File(pair[1]) as file:
        lines = []
        for entry in json.loads(file["index"][()].tobytes()):
            if entry["path"].split("/")[0] in ("online", "target"):
                shape = ",".join(map(str, entry["shape"]))
                lines.append(f"{entry['path']}\t{entry['dtype']}\t{shape}\t{entry['sha256']}\n")
        fingerprint = hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()
        assert file.attrs["fingerprint"].decode() == fingerprint


def test_every_name_is_in_the_schema_once(pair):
    documents = {document["name"]: document["schema"] for document in schema()["documents"]}
    with h5py.File(pair[1]) as file:
        for name in every_name(file):
            item = file[name]
            if not isinstance(item, h5py.Dataset):
                continue
            if "schema" in item.attrs:
                assert item.attrs["schema"].decode() == documents[name]
                continue
            rules = rules_of(name)
            assert len(rules) == 1, (name, rules)
            kind = item.attrs["dtype"].decode()
            assert kind in schema()["types"][rules[0]["types"]], name
            if isinstance(rules[0]["shape"], list):
                assert item.ndim == len(rules[0]["shape"]) == len(rules[0]["axes"]), name


def test_root_attributes_are_those_of_the_schema(pair):
    with h5py.File(pair[1]) as file:
        assert set(file.attrs) == set(schema()["attributes"]["root"])
        assert list(file.attrs["format_version"]) == schema()["version"]


LIBRARIES = sorted((Path(h5py.__file__).parents[1] / "h5py.libs").glob("libhdf5-*.so*"))


@pytest.mark.skipif(not LIBRARIES, reason="h5py has no HDF5 library of its own here")
def test_another_release_of_hdf5_writes_the_same_bytes(pair, tmp_path):
    source, native = pair
    environment = os.environ | {
        "LD_PRELOAD": str(LIBRARIES[0]),
        "LD_LIBRARY_PATH": str(LIBRARIES[0].parent),
        "HDF5_DISABLE_VERSION_CHECK": "2",  # the headers were another release's
    }
    other = tmp_path / native.name
    command = [TOOLS / "byol-convert", "--no-sync", "--no-probe", source, other]
    run = subprocess.run(command, env=environment, capture_output=True, check=False, timeout=300)
    assert run.returncode == 0, run.stderr
    assert other.read_bytes() == native.read_bytes()


@pytest.mark.skipif(not shutil.which("h5dump"), reason="needs hdf5-tools")
def test_h5dump_reads_the_whole_file(pair):
    run = subprocess.run(["h5dump", pair[1]], capture_output=True, check=False, timeout=300)
    assert run.returncode == 0 and b"error" not in run.stderr, run.stderr[:500]


def test_a_file_that_h5py_wrote_by_default_is_called_what_it_is(tmp_path):
    path = tmp_path / "other.h5"
    with h5py.File(path, "w") as file:
        file["weight"] = np.zeros(3)
    code, said = tool("byol-inspect", path)
    assert code == 2
    assert "expected names of a known dialect" in said and "found 'weight'" in said


def test_one_flipped_bit_of_a_weight_is_found(pair, tmp_path):
    bytes_ = bytearray(pair[1].read_bytes())
    with h5py.File(pair[1]) as file:
        offset = file["online/encoder/stem/conv/weight"].id.get_offset()
    bytes_[offset + 17] ^= 4
    damaged = tmp_path / "damaged.h5"
    damaged.write_bytes(bytes_)
    code, said = tool("byol-verify", damaged)
    assert code == 1
    assert "/online/encoder/stem/conv/weight" in said and "SHA-256" in said


def test_a_file_that_h5py_wrote_in_the_layout_is_native(pair, tmp_path):
    path = tmp_path / "written.h5"
    with h5py.File(pair[1]) as file:
        write_with_h5py.copy(file, str(path))
    code, said = tool("byol-verify", path)
    assert code == 0 and "intact" in said, said
    with h5py.File(pair[1]) as ours, h5py.File(path) as theirs:
        for name, array in read_with_h5py.tensors(theirs).items():
            assert array.tobytes() == read_with_h5py.read(ours[name]).tobytes(), name


@pytest.mark.skipif(not shutil.which("h5dump"), reason="needs hdf5-tools")
def test_the_document_shows_what_h5dump_prints(tmp_path):
    convert(SAMPLE, tmp_path / "tiny.h5")
    text = (PACKAGE / "docs/format.md").read_text()
    command, _, shown = text.split("```\n$ ")[1].split("```")[0].partition("\n")
    run = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, text=True, check=True)
    assert re.sub(r"\d{3,}", "N", run.stdout) == re.sub(r"\d{3,}", "N", shown)
