"""DeepMind's libraries, dm-haiku and Flax's serialization, take what byol-convert writes."""

from functools import partial

import numpy as np
import pytest

haiku = pytest.importorskip("haiku", reason="needs the packages of requirements-clients.txt")

import jax
from clients import DEEPMIND, assert_close, deepminds_outputs
from native import SAMPLE, convert

MEAN, STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])


class ResNet50(haiku.nets.ResNet):
    """dm-haiku's ResNet under the name that DeepMind's experiment has, without its linear layer."""

    def __init__(self, sizes):
        super().__init__(
            sizes.blocks, 1, channels_per_group=[4 * channels for channels in sizes.planes],
            initial_conv_config={"output_channels": sizes.stem}, name="res_net50")  # fmt: skip
        self.logits = lambda embedding: embedding


def perceptron(x, sizes, training, name):
    """DeepMind's projector or predictor."""
    with haiku.experimental.name_scope(name):
        x = haiku.Linear(sizes.hidden)(x)
        x = haiku.BatchNorm(True, True, 0.9)(x, is_training=training)
        return haiku.Linear(sizes.out, with_bias=False)(jax.nn.relu(x))


def network(pictures, sizes, training=False):
    """DeepMind's network, built of dm-haiku's modules."""
    embedding = ResNet50(sizes)((pictures - MEAN) / STD, is_training=training)
    projection = perceptron(embedding, sizes, training, "projector")
    return {
        "embedding": embedding,
        "projection": projection,
        "prediction": perceptron(projection, sizes, training, "predictor"),
        "logits": haiku.Linear(sizes.classes, name="classifier")(embedding),
    }


def nested(arrays, prefix):
    """haiku's two levels, module and name, from joined names."""
    modules = {}
    for key, array in arrays.items():
        if key.startswith(prefix):
            module, _, name = key.removeprefix(prefix).rpartition("/")
            modules.setdefault(module, {})[name] = array
    return modules


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The sample, there and back, as NumPy loads it."""
    folder = tmp_path_factory.mktemp("haiku")
    native = convert(SAMPLE, folder / "native.h5")
    return dict(np.load(convert(native, folder / "back.npz", "--to", "haiku")))


@pytest.mark.parametrize("branch", ["online", "target"])
def test_haiku_applies(branch, written):
    transformed = haiku.without_apply_rng(
        haiku.transform_with_state(partial(network, sizes=DEEPMIND)))
    pictures, expected = deepminds_outputs()
    pictures = pictures.transpose(0, 2, 3, 1)
    params, state = nested(written, f"{branch}_params/"), nested(written, f"{branch}_state/")
    shapes = jax.eval_shape(partial(transformed.init, training=True), jax.random.PRNGKey(0), pictures)
    for given, wanted in zip((params, state), shapes, strict=True):
        assert jax.tree.map(np.shape, given) == jax.tree.map(np.shape, wanted)
    with jax.default_matmul_precision("highest"):
        found, _ = jax.jit(transformed.apply)(params, state, pictures)
    prefix = "" if branch == "online" else "target_"
    compared = [name for name in found if prefix + name in expected]
    assert len(compared) == (4 if branch == "online" else 2)
    for name in compared:
        assert_close(found[name], expected[prefix + name], name)


def test_flax_restores_msgpack(tmp_path):
    from flax.serialization import msgpack_restore

    native = convert(SAMPLE, tmp_path / "native.h5")
    path = convert(native, tmp_path / "state.msgpack", "--to", "haiku")
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
