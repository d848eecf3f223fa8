"""What byol-convert --dtype and --only write, and what they say it costs, found again in NumPy."""

import json

import h5py
import numpy as np
import pytest
from native import SAMPLE, convert, tool
from numpy_byol import Network


def splitmix64(seed):
    """The numbers of the probe (docs/format.md)."""
    while True:
        seed = (seed + 0x9E3779B97F4A7C15) % 2**64
        bits = (seed ^ seed >> 30) * 0xBF58476D1CE4E5B9 % 2**64
        bits = (bits ^ bits >> 27) * 0x94D049BB133111EB % 2**64
        yield bits ^ bits >> 31


def probe_input():
    """What the first convolution sees of the probe, [N, H, W, C]."""
    numbers = splitmix64(20200613)
    values = [(next(numbers) >> 40) / 2**22 - 2 for _ in range(3 * 64 * 64)]
    return np.array(values).reshape(1, 3, 64, 64).transpose(0, 2, 3, 1)


def bfloat16(values):
    """float32 numbers rounded to bfloat16, as the upper halves of float32."""
    bits = values.astype(np.float32).view(np.uint32).astype(np.uint64)
    return ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype(np.uint16)


def is_parameter(name):
    return name.startswith(("online_params/", "target_params/"))


def state(path):
    """A haiku npz, with bfloat16 as float32."""
    def widened(array):
        if array.dtype.str != "|V2":
            return array
        return (array.view(np.uint16).astype(np.uint32) << 16).view(np.float32)

    with np.load(path) as file:
        return {name: widened(file[name]) for name in file.files}


@pytest.mark.parametrize("word", ["f16", "bf16"])
def test_parameters_are_rounded_as_numpy_rounds_them(word, tmp_path):
    output = convert(SAMPLE, tmp_path / "half.npz", "--dtype", word)
    before, after = np.load(SAMPLE), np.load(output)
    assert set(before.files) == set(after.files)
    count = 0
    for name in before.files:
        old, new = before[name], after[name]
        if not is_parameter(name):
            assert old.dtype == new.dtype and old.tobytes() == new.tobytes(), name
            continue
        count += 1
        expected = old.astype(np.float16).view(np.uint16) if word == "f16" else bfloat16(old)
        assert np.array_equal(new.view(np.uint16), expected), name
    assert count > 100


@pytest.mark.parametrize("word", ["f16", "bf16"])
def test_the_cost_is_what_numpys_network_finds(word, tmp_path):
    code, said = tool("byol-convert", SAMPLE, tmp_path / "half.npz", "--dtype", word, "--json", "--no-sync")
    assert code == 0, said
    cast = json.loads(said)["cast"]
    told = {(each["branch"], each["output"]): each["relative_l2"] for each in cast["outputs"]}
    before, after = state(SAMPLE), state(tmp_path / "half.npz")
    assert cast["changed"] == sum(int((before[name] != after[name]).sum()) for name in before)
    assert cast["zeros"] == sum(int(((before[name] != 0) & (after[name] == 0)).sum()) for name in before)
    images = probe_input()
    found = {}
    for branch in ["online", "target"]:
        right, rounded = (Network(each, branch).run(images) for each in (before, after))
        for output, values in right.items():
            found[branch, output] = np.linalg.norm(rounded[output] - values) / np.linalg.norm(values)
    assert told.keys() == found.keys()
    for key, value in found.items():
        assert told[key] == pytest.approx(value, rel=1e-6), key


def test_a_part_is_the_sources_bits_in_the_layout(tmp_path):
    whole = convert(SAMPLE, tmp_path / "whole.h5")
    part = convert(SAMPLE, tmp_path / "part.h5", "--only", "encoder,target.projector")
    with h5py.File(whole) as all_, h5py.File(part) as some:
        names = []
        some.visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None)
        tensors = [name for name in names if "dtype" in some[name].attrs]
        assert {"/".join(name.split("/")[:2]) for name in tensors} == {"online/encoder", "target/projector"}
        for name in tensors:
            assert some[name].attrs["sha256"] == all_[name].attrs["sha256"], name
        assert some.attrs["roles"] == b"online.encoder,target.projector"
