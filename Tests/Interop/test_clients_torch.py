"""PyTorch's programs load what byol-convert writes, strictly, and compute what the source computes."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the packages of requirements-clients.txt")

import libraries
from clients import DEEPMIND, assert_close, deepminds_outputs, normalised
from conftest import SEED
from native import SAMPLE, convert
from networks import Parts, evaluating, pad_same, resnet
from torch import nn
from trees import difference, load
from variants import features, fit, lightly_benchmark, listing, make, mmselfsup_model, optimizer_by_tensor

# What only DeepMind's own format has room for.
TRAINING = ("--drop", "optimizer/*", "--drop", "training/*")


@pytest.fixture(scope="session")
def deepmind(tmp_path_factory):
    """DeepMind's sample, converted."""
    return convert(SAMPLE, tmp_path_factory.mktemp("clients") / "deepmind.h5")


def exported(native, dialect, path, *options):
    """A checkpoint in a dialect, as PyTorch loads it where nothing but tensors may be in it."""
    convert(native, path, "--to", dialect, *options)
    return torch.load(path, weights_only=True)


def agrees_with_deepmind(parts, *modules):
    """Compares all outputs that the parts have with DeepMind's own."""
    pictures, expected = deepminds_outputs()
    with evaluating(*modules):
        for name, found in parts.outputs(normalised(pictures)).items():
            assert_close(found, expected[name], name)


def test_torchvisions_resnet(deepmind, tmp_path):
    state = exported(deepmind, "torchvision", tmp_path / "encoder.pth", *TRAINING)
    net = pad_same(resnet(DEEPMIND, classes=10 if "fc.weight" in state else None))
    net.load_state_dict(state, strict=True)
    agrees_with_deepmind(Parts(lambda images: features(net, images)), net)


def test_what_byol_convert_would_have_made(deepmind, tmp_path):
    state = exported(deepmind, "byol-convert", tmp_path / "encoder.pth.tar", *TRAINING)
    assert not any(name.endswith("num_batches_tracked") for name in state)
    net = pad_same(resnet(DEEPMIND, classes=10))
    net.load_state_dict(state, strict=True)
    pictures, expected = deepminds_outputs()
    with evaluating(net):
        assert_close(net(normalised(pictures)), expected["logits"])


@pytest.mark.parametrize("version", ["0.8.2", "0.9.1"])
def test_byol_pytorchs_learner(version, deepmind, tmp_path):
    state = exported(
        deepmind, "lucidrains", tmp_path / "learner.pt", *TRAINING, "--drop", "*/classifier/*",
        "--zero-biases")  # fmt: skip
    options = {} if version == "0.8.2" else {"use_simplicial_embeddings": False}
    net = pad_same(resnet(DEEPMIND))
    learner = libraries.byol_pytorch(version).BYOL(
        net, 32, hidden_layer="avgpool", projection_size=16, projection_hidden_size=32,
        augment_fn=nn.Identity(), **options)  # fmt: skip
    learner.load_state_dict(state, strict=True)
    online, target = learner.online_encoder, learner.target_encoder
    parts = Parts(
        online.get_representation, online.projector, learner.online_predictor,
        target.get_representation, target.projector)  # fmt: skip
    agrees_with_deepmind(parts, learner)


def test_mmselfsups_algorithm_and_its_lars(tmp_path):
    """DeepMind's heads have a bias where OpenMMLab's have: all of it fits, and the momentum with it."""
    # DeepMind's basic blocks have a shortcut in the first stage, which OpenMMLab's class has not.
    for seed in range(SEED, SEED + 30):
        path, _, made = make("haiku_1", seed, tmp_path)
        if made.sizes.bottleneck:
            break
    native = convert(path, tmp_path / "native.h5")
    tree = exported(
        native, "mmselfsup", tmp_path / "byol.pth", "--drop", "training/*", "--drop", "*/classifier/*",
        "--set", "recipe.optimizer.last_lr=0.5")  # fmt: skip
    model = mmselfsup_model(made.sizes, loss={"type": "CosineSimilarityLoss"})
    model.load_state_dict(tree["state_dict"], strict=True)
    parameters = {name: p for name, p in model.named_parameters() if p.requires_grad}
    lars = libraries.mmselfsup().OPTIMIZERS.get("LARS")
    optimizer = optimizer_by_tensor(parameters.values(), lars, lr=0.5, momentum=0.9)
    optimizer.load_state_dict(tree["optimizer"])
    source, net = np.load(path), "res_net50" if made.sizes.bottleneck else "res_net18"
    for name, theirs, axes in [
        ("backbone.conv1.weight", f"{net}/~/initial_conv/w", (3, 2, 0, 1)),
        ("neck.fc0.bias", "projector/linear/b", (0,)),
        ("head.predictor.fc1.weight", "predictor/linear_1/w", (1, 0)),
    ]:
        found = optimizer.state[parameters[name]]["momentum_buffer"]
        # OpenMMLab's buffers hold the learning rate, DeepMind's do not.
        assert_close(found, 0.5 * source[f"opt_state/mu/{theirs}"].transpose(axes), name)


@pytest.fixture(scope="module")
def benchmark(tmp_path_factory):
    """A run of lightly's benchmark after an epoch: its sizes, its checkpoint, and that one exported again."""
    folder = tmp_path_factory.mktemp("benchmark")
    path, reference, made = make("lightly_benchmarks", SEED, folder)
    native = convert(path, folder / "native.h5")
    back = convert(native, folder / "back.ckpt", "--to", "lightly-benchmark")
    return made.sizes, path, back, reference


def resumed(sizes, checkpoint, seed):
    """The benchmark after one more epoch of Lightning's trainer, and the trainer."""
    torch.manual_seed(seed)
    model = lightly_benchmark(sizes)
    torch.manual_seed(7)
    return model, fit(model, checkpoint=checkpoint, max_epochs=2)


def test_lightnings_trainer_resumes(benchmark):
    sizes, path, back, _ = benchmark
    expected, first = resumed(sizes, path, seed=1)
    found, second = resumed(sizes, back, seed=2)
    assert second.global_step == first.global_step == 6, f"seed {SEED}"
    assert difference(expected.state_dict(), found.state_dict()) is None, f"seed {SEED}"
    states = [trainer.optimizers[0].state_dict() for trainer in (first, second)]
    assert difference(*states) is None, f"seed {SEED}"


def test_a_loaded_momentum_matters(benchmark):
    sizes, path, _, _ = benchmark
    tree = load(path)
    for state in tree["optimizer_states"][0]["state"].values():
        state["momentum_buffer"].zero_()
    torch.save(tree, path.with_name("no-momentum.ckpt"))
    expected, _ = resumed(sizes, path, seed=1)
    found, _ = resumed(sizes, path.with_name("no-momentum.ckpt"), seed=1)
    assert difference(expected.state_dict(), found.state_dict())


def test_boltss_adam_goes_on(tmp_path):
    path, _, made = make("lightning_bolts", SEED, tmp_path)
    back = convert(convert(path, tmp_path / "native.h5"), tmp_path / "back.ckpt", "--to", "lightning-bolts")
    sizes, after = made.sizes, []
    for file in (path, back):
        torch.manual_seed(3)
        tree = torch.load(file, weights_only=True)
        net = listing(resnet(sizes))
        model = libraries.lightning_bolts()(**tree["hyper_parameters"], base_encoder=net)
        listing(model.target_network.encoder)
        model.load_state_dict(tree["state_dict"], strict=True)
        [optimizer], _ = model.configure_optimizers()
        optimizer.load_state_dict(tree["optimizer_states"][0])
        model.calculate_loss(torch.randn(4, 3, 32, 32), torch.randn(4, 3, 32, 32)).backward()
        optimizer.step()
        after.append((model.state_dict(), optimizer.state_dict()))
    assert difference(*after) is None, f"seed {SEED}"


def test_safetensors(deepmind, tmp_path):
    from safetensors.numpy import load_file

    path = convert(deepmind, tmp_path / "encoder.safetensors", "--to", "torchvision", *TRAINING)
    weights = load_file(path)
    source = np.load(SAMPLE)["online_params/res_net50/~/initial_conv/w"]
    assert np.array_equal(weights["conv1.weight"], source.transpose(3, 2, 0, 1))
    net = pad_same(resnet(DEEPMIND, classes=10 if "fc.weight" in weights else None))
    net.load_state_dict({name: torch.from_numpy(array) for name, array in weights.items()}, strict=True)
    agrees_with_deepmind(Parts(lambda images: features(net, images)), net)
