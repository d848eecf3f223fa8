"""What byol-train makes of a checkpoint goes back to its program, whose own loop goes on from it."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the packages of requirements-clients.txt")

from conftest import SEED
from native import SAMPLE, convert, tool
from trees import load
from variants import fit, lightly_benchmark, make

STEPS, BATCH = 3, 6


def trained(path, folder, *options, channels_last=False):
    """The checkpoint after a few updates of byol-train, in the native layout."""
    random = np.random.default_rng(SEED)
    views = {
        f"view{view}": random.normal(size=(STEPS, BATCH, 3, 32, 32)).astype(np.float32) for view in (1, 2)
    }
    if channels_last:
        views = {name: array.transpose(0, 1, 3, 4, 2) for name, array in views.items()}
    np.savez(folder / "views.npz", labels=random.integers(0, 2, (STEPS, BATCH)), **views)
    out = folder / "trained.h5"
    code, said = tool(
        "byol-train", "resume", path, "--views", folder / "views.npz", "--out", out, "--no-sync", *options)
    assert code == 0, said
    return out


def moved(before, after):
    """The names of arrays that differ."""
    return {name for name, array in before.items() if not np.array_equal(array, after[name])}


def test_lightnings_trainer_goes_on(tmp_path):
    path, _, made = make("lightly_benchmarks", SEED, tmp_path)
    back = convert(trained(path, tmp_path), tmp_path / "back.ckpt", "--to", "lightly-benchmark")
    before, tree = load(path), load(back)
    assert tree["global_step"] == before["global_step"] + STEPS
    model = lightly_benchmark(made.sizes)
    loaded = {}

    def remember():
        loaded["state"] = {name: tensor.clone() for name, tensor in model.state_dict().items()}
        states = model.optimizers().optimizer.state_dict()["state"]
        loaded["momentum"] = {index: state["momentum_buffer"].clone() for index, state in states.items()}

    # Lightning loads strictly: a name too many or too few is an error.
    model.on_train_start = remember
    running = fit(model, checkpoint=back, max_epochs=10)
    assert running.global_step > tree["global_step"], f"seed {SEED}"
    assert all(torch.equal(tensor, tree["state_dict"][name]) for name, tensor in loaded["state"].items())
    momentum = tree["optimizer_states"][0]["state"]
    assert loaded["momentum"].keys() == momentum.keys()
    for index, tensor in loaded["momentum"].items():
        assert torch.equal(tensor, momentum[index]["momentum_buffer"]), f"seed {SEED}"
    changed = [n for n, tensor in model.state_dict().items() if not torch.equal(tensor, loaded["state"][n])]
    assert "backbone.conv1.weight" in changed and "teacher_backbone.conv1.weight" in changed
    assert all(tensor.isfinite().all() for tensor in model.state_dict().values())


@pytest.fixture(scope="module")
def deepmind(tmp_path_factory):
    """DeepMind's sample after a few updates, as an npz again, and what it was before."""
    pytest.importorskip("haiku", reason="needs the packages of requirements-clients.txt")
    folder = tmp_path_factory.mktemp("deepmind")
    native = trained(SAMPLE, folder, channels_last=True)
    return dict(np.load(SAMPLE)), dict(np.load(convert(native, folder / "back.npz", "--to", "haiku"))), native


def test_deepminds_state_has_the_same_names_and_types(deepmind):
    before, after, _ = deepmind
    assert before.keys() == after.keys()
    for name, array in before.items():
        assert after[name].dtype == array.dtype and after[name].shape == array.shape, name
    changed = moved(before, after)
    parameters = {name for name in before if name.startswith(("online_params/", "target_params/", "opt_state/"))}
    # A bias before a batch norm has no gradient, and is not decayed.
    assert {name for name in parameters - changed if not name.endswith("/linear/b")} == set()
    assert {name for name in before if name.endswith("/counter")} <= changed
    # The saved index is run again, and then the two after it; jax's random state stays for whoever goes on.
    assert after["step"] == before["step"] + STEPS
    assert np.array_equal(after["rng"], before["rng"])


@pytest.mark.parametrize("branch", ["online", "target"])
def test_haiku_goes_on(branch, deepmind):
    import jax
    from clients import DEEPMIND
    from haiku_network import nested, transformed

    _, arrays, _ = deepmind
    params, state = nested(arrays, f"{branch}_params/"), nested(arrays, f"{branch}_state/")
    pictures = np.random.default_rng(SEED).normal(size=(4, 32, 32, 3)).astype(np.float32)
    made = transformed(DEEPMIND, training=True)
    shapes = jax.eval_shape(made.init, jax.random.PRNGKey(0), pictures)
    for given, wanted in zip((params, state), shapes, strict=True):
        assert jax.tree.map(np.shape, given) == jax.tree.map(np.shape, wanted)

    def loss(params):
        outputs, after = made.apply(params, state, pictures)
        return (outputs["prediction"] ** 2).mean(), after

    (_, after), gradients = jax.jit(jax.value_and_grad(loss, has_aux=True))(params)
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(gradients))
    module = next(name for name in state if "mean_ema" in name)
    assert int(after[module]["counter"]) == int(state[module]["counter"]) + 1


def test_a_pickle_goes_back_into_a_pickle(deepmind, tmp_path):
    _, after, _ = deepmind
    source = convert(SAMPLE, tmp_path / "state.pkl", "--to", "haiku")
    again = convert(
        trained(source, tmp_path, channels_last=True), tmp_path / "back.pkl", "--to", "haiku")
    found = {name: np.asarray(value) for name, value in pickled(again)}
    assert found.keys() == {name for name, _ in pickled(source)}
    # The same run from either format.
    conv = "res_net50/~/initial_conv/w"
    [name] = [name for name in found if name.endswith(conv) and "online_params" in name]
    assert np.array_equal(found[name], after[f"online_params/{conv}"])


def pickled(path):
    """The leaves of a pickle by name."""
    import pickle

    return list(flattened(pickle.loads(path.read_bytes())))


def flattened(value, place=""):
    """Leaves of mappings, named tuples and sequences under joined names."""
    fields = value if isinstance(value, dict) else None
    if isinstance(value, (tuple, list)):
        fields = value._asdict() if hasattr(value, "_asdict") else dict(enumerate(value))
    if fields is None:
        yield place, value
        return
    for key, inner in fields.items():
        yield from flattened(inner, f"{place}/{key}" if place else str(key))
