"""DeepMind's libraries, dm-haiku and Flax's serialization, take what byol-convert writes."""

from functools import partial

import numpy as np
import pytest

pytest.importorskip("haiku", reason="needs the packages of requirements-clients.txt")

import jax
from clients import DEEPMIND, assert_close, deepminds_outputs, normalised
from haiku_network import nested, transformed
from native import SAMPLE, convert


@pytest.fixture(scope="module")
def native(tmp_path_factory):
    """The sample, converted."""
    return convert(SAMPLE, tmp_path_factory.mktemp("haiku") / "native.h5")


@pytest.mark.parametrize("branch", ["online", "target"])
def test_haiku_applies(branch, native):
    written = dict(np.load(convert(native, native.with_name(f"{branch}.npz"), "--to", "haiku")))
    params, state = nested(written, f"{branch}_params/"), nested(written, f"{branch}_state/")
    pictures, expected = deepminds_outputs()
    pictures = normalised(pictures).numpy().transpose(0, 2, 3, 1)
    made = transformed(DEEPMIND)
    shapes = jax.eval_shape(partial(made.init, training=True), jax.random.PRNGKey(0), pictures)
    for given, wanted in zip((params, state), shapes, strict=True):
        assert jax.tree.map(np.shape, given) == jax.tree.map(np.shape, wanted)
    found, _ = jax.jit(made.apply)(params, state, pictures)
    prefix = "" if branch == "online" else "target_"
    compared = [name for name in found if prefix + name in expected]
    assert len(compared) == (4 if branch == "online" else 2)
    for name in compared:
        assert_close(found[name], expected[prefix + name], name)


def test_flax_restores_msgpack(native):
    from flax.serialization import msgpack_restore

    path = convert(native, native.with_name("state.msgpack"), "--to", "haiku")
    restored = dict(flattened(msgpack_restore(path.read_bytes())))
    source = dict(np.load(SAMPLE))
    assert restored.keys() == source.keys()
    for name, array in source.items():
        assert restored[name].dtype == array.dtype and np.array_equal(restored[name], array), name


def flattened(tree, place=""):
    """Leaves under joined names."""
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from flattened(value, f"{place}{key}/")
        else:
            yield f"{place}{key}", np.asarray(value)
