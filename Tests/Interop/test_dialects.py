"""A dialect of the user's own, the example of docs/dialects.md, both ways and bit for bit."""

import json

import h5py
import numpy as np
import pytest
from native import SAMPLE, convert, tool
from schemas import EXAMPLE

DROPPED = ("--drop", "optimizer/*", "--drop", "training/*")
BLOCK = "res_net50/~/block_group_2/~/block_0/~/"
# A few of the example's names, the sample's, and the axes in the example's order.
PAIRS = [
    ("student.backbone.conv1.weight", "online_params/res_net50/~/initial_conv/w", (3, 2, 0, 1)),
    ("teacher.backbone.layer3.0.conv2.weight", f"target_params/{BLOCK}conv_1/w", (3, 2, 0, 1)),
    ("student.backbone.layer3.0.downsample.0.weight", f"online_params/{BLOCK}shortcut_conv/w", (3, 2, 0, 1)),
    ("student.backbone.layer3.0.downsample.1.running_var",
     f"online_state/{BLOCK}shortcut_batchnorm/~/var_ema/average", (3,)),
    ("teacher.projector.1.bias", "target_params/projector/batch_norm/offset", (1,)),
    ("student.predictor.3.weight", "online_params/predictor/linear_1/w", (1, 0)),
    ("student.classifier.bias", "online_params/classifier/b", (0,)),
]  # fmt: skip


@pytest.fixture(scope="module")
def native(tmp_path_factory):
    """The sample, converted."""
    return convert(SAMPLE, tmp_path_factory.mktemp("dialects") / "tiny.h5")


@pytest.fixture(scope="module")
def mine(native):
    """The sample in the example's names."""
    return convert(native, native.with_name("mine.npz"), "--to", EXAMPLE, *DROPPED)


def weights(path):
    """The bytes, type and shape of every tensor of the networks."""
    found = {}
    with h5py.File(path) as file:
        for root in ("online", "target"):
            file[root].visititems(lambda name, item, root=root: found.update(
                {f"{root}/{name}": (item.attrs["sha256"], item.attrs["dtype"], item.shape)}
                if isinstance(item, h5py.Dataset) else {}))  # fmt: skip
    return found


def test_the_example_names_tensors_as_it_says(mine):
    state, named = np.load(SAMPLE), np.load(mine)
    for name, source, axes in PAIRS:
        expected = state[source]
        # What the axes leave out has length 1.
        expected = expected.transpose([*axes, *(set(range(expected.ndim)) - set(axes))])
        expected = expected.reshape(expected.shape[: len(axes)])
        assert named[name].dtype == expected.dtype and np.array_equal(named[name], expected), name
    assert named["global_step"] == state["step"]


def test_the_way_there_and_back_changes_no_bit(native, mine):
    back = convert(mine, native.with_name("back.h5"), "--from", EXAMPLE)
    assert len(weights(back)) == 232 and weights(back) == weights(native)
    code, said = tool("byol-verify", native, back)
    assert code == 0 and "same weights: yes" in said and "same function: yes" in said


def test_what_the_example_cannot_say_is_in_the_sidecar(native, mine, tmp_path):
    sidecar = json.loads(mine.with_name("mine.npz.byol.json").read_text())
    assert sidecar["contract"]["encoder"]["padding"] == "same"
    assert sidecar["origins"]["contract.encoder.padding"] == "dialect"
    alone = tmp_path / "mine.npz"
    alone.write_bytes(mine.read_bytes())
    lost = convert(alone, tmp_path / "lost.h5", "--from", EXAMPLE)
    code, said = tool("byol-verify", native, lost)
    assert code == 1 and "same weights: yes" in said and "same function: no" in said
    assert "encoder.padding: same in A, symmetric in B" in said


def test_another_form_of_the_example_is_recognised(mine, native):
    prefix = "student."
    network = {key.removeprefix(prefix): array for key, array in np.load(mine).items() if key.startswith(prefix)}
    np.savez(mine.with_name("network.npz"), **network)
    native_network = convert(
        mine.with_name("network.npz"), mine.with_name("network.h5"), "--from", EXAMPLE)
    with h5py.File(native_network) as file:
        assert json.loads(file["provenance"][()].tobytes())["dialect"]["form"] == "online network"
        assert "target" not in file
        weight = "online/encoder/stage0/block1/conv2/weight"
        with h5py.File(native) as other:
            assert np.array_equal(file[weight], other[weight])


def test_what_the_example_has_no_name_for_is_named(native, tmp_path):
    said = tool("byol-convert", native, tmp_path / "mine.npz", "--to", EXAMPLE)
    assert said[0] == 0
    assert "tensors are not held by mydialect and were left out: optimizer (72), training (177)" in said[1]
