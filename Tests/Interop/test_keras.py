"""Keras loads what byol-convert writes for it, and byol-convert reads what Keras saves."""

import os

import numpy as np
import pytest

# Keras looks for TensorFlow unless it is told.
os.environ.setdefault("KERAS_BACKEND", "torch")
pytest.importorskip("keras", reason="needs the packages of requirements-clients.txt")
pytest.importorskip("torch", reason="needs the packages of requirements-clients.txt")

from clients import assert_close  # noqa: E402
from conftest import SEED  # noqa: E402
from keras_byol import Networks  # noqa: E402
from native import convert, tool  # noqa: E402

# More than ten layers of a kind, so that the order of numbers is not that of texts.
SIZES = ((2, 3, 2, 2), 4, 12, 6)


@pytest.fixture(scope="module")
def drawn():
    """Networks, pictures of an odd size, and what the networks make of them."""
    random = np.random.default_rng(SEED)
    networks = Networks(*SIZES)
    networks.jitter(random)
    pictures = random.normal(size=(2, 3, 37, 29)).astype(np.float32)
    return networks, pictures, networks.outputs(pictures)


@pytest.mark.parametrize("saved", [2, 3])
@pytest.mark.parametrize("written", [2, 3])
def test_networks_go_through_both_layouts(saved, written, drawn, tmp_path):
    networks, pictures, expected = drawn
    networks.save(tmp_path / "saved", saved)
    reference = tmp_path / "outputs.npz"
    np.savez(reference, input=pictures, **expected)
    code, said = tool("byol-verify", tmp_path / "saved", "--expect", reference)
    assert code == 0, said
    convert(tmp_path / "saved", tmp_path / "native.h5")
    convert(tmp_path / "native.h5", tmp_path / "again", "--to-format", f"keras{written}")
    if saved != written:
        found = Networks(*SIZES)
        found.load(tmp_path / "again", written)
        for name, values in found.outputs(pictures).items():
            assert_close(values, expected[name], name)


@pytest.mark.parametrize("version", [2, 3])
def test_a_network_of_another_program_is_loaded(version, drawn, tmp_path):
    # Through names that are not Keras', so that nothing of the source's tree is left.
    networks, pictures, expected = drawn
    networks.save(tmp_path / "saved", 3)
    convert(tmp_path / "saved", tmp_path / "torch.pth", "--to", "lucidrains", "--to-format", "torch")
    convert(tmp_path / "torch.pth", tmp_path / "again", "--to", "garder14", "--to-format", f"keras{version}")
    found = Networks(*SIZES)
    found.load(tmp_path / "again", version)
    for name, values in found.outputs(pictures).items():
        assert_close(values, expected[name], name)


def test_a_file_alone_is_the_network_that_its_name_says(drawn, tmp_path):
    networks, pictures, expected = drawn
    networks.save(tmp_path / "saved", 3)
    convert(tmp_path / "saved" / "f_target.weights.h5", tmp_path / "target.h5")
    convert(tmp_path / "target.h5", tmp_path / "f_target.h5", "--to", "garder14", "--to-format", "keras2")
    found = Networks(*SIZES)
    found.parts["f_target"].load_weights(tmp_path / "f_target.h5")
    assert_close(found.outputs(pictures)["target_embedding"], expected["target_embedding"])
