"""byol-train goes on as the libraries do: the same views, in float64, and back in their own files.

Each library's classes make a checkpoint and go on from it by their own steps; byol-train goes on from the file.
Parameters, running statistics, targets and optimisers must agree to rounding.
"""

import math

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the packages of requirements-clients.txt")

import libraries
from conftest import SEED
from native import convert, tool
from networks import follow, views
from torch import nn
from trees import load
from variants import make, optimizer_by_tensor

TOLERANCE = 1e-9
CONSTANT = ("--set", "recipe.schedule.kind=constant")


@pytest.fixture(autouse=True)
def float64():
    """Whatever the libraries make is of float64."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def made_by(name, folder, fits=lambda made: True):
    """A checkpoint of a variant that fits, and its model."""
    for seed in range(SEED, SEED + 60):
        path, _, made = make(name, seed, folder)
        if fits(made):
            return path, made
    raise AssertionError(f"no variant of {name} fits from seed {SEED} on")


def resumed(path, made, pairs, folder, *options, labels=None):
    """What byol-train makes of the file with those views, in the file's own dialect again."""
    arrays = {}
    for step, (first, second) in enumerate(pairs):
        arrays |= {f"step{step}/view1": first.numpy(), f"step{step}/view2": second.numpy()}
        if labels is not None:
            arrays[f"step{step}/labels"] = labels.numpy()
    np.savez(folder / "views.npz", **arrays)
    out = folder / "out.h5"
    code, said = tool(
        "byol-train", "resume", path, "--from", made.dialect, "--views", folder / "views.npz",
        "--steps", len(pairs), "--precision", "float64", "--out", out, "--no-sync", *options)  # fmt: skip
    assert code == 0, said
    return load(convert(out, folder / f"back.{made.ending}", "--to", made.dialect))


def agree(expected, found, what, floor=1e-6):
    """Compares two dictionaries of tensors and numbers, by name."""
    assert expected.keys() == found.keys(), what
    for name, value in expected.items():
        other = found[name]
        if not isinstance(value, torch.Tensor) or not value.is_floating_point():
            assert int(value) == int(other), f"{what} {name}, seed {SEED}"
            continue
        assert value.dtype == torch.float64 or value.ndim == 0
        distance = (value.double() - other.double()).norm() / max(float(value.double().norm()), floor)
        assert distance < TOLERANCE, f"{what} {name}: {float(distance)}, seed {SEED}"


def agree_on_state(optimizer, found):
    """Compares what an optimiser remembers, by the parameters' numbers.

    A bias before a batch norm has a gradient of 0; its rounding, blown up by LARS, stays below the floor.
    """
    expected = optimizer.state_dict()["state"]
    assert expected.keys() == found["state"].keys()
    for number, slots in expected.items():
        agree(slots, found["state"][number], f"slot {number}", floor=0.1)


def test_lightlys_benchmark(tmp_path):
    """`benchmarks/imagenet/resnet50/byol.py` with lightly's LARS, schedules and loss."""
    libraries.torchvision()
    from lightly.loss import NegativeCosineSimilarity
    from lightly.models.utils import update_momentum
    from lightly.utils.scheduler import cosine_schedule

    path, made = made_by("lightly_benchmarks", tmp_path)
    tree, model = load(path), made.model
    [optimizer], [scheduler] = model.configure_optimizers()
    scheduler = scheduler["scheduler"]
    optimizer.load_state_dict(tree["optimizer_states"][0])
    scheduler.load_state_dict(tree["lr_schedulers"][0])
    criterion, labels = NegativeCosineSimilarity(), torch.arange(6) % made.sizes.classes
    pairs = views(steps=4)
    model.train()
    for step, (first, second) in enumerate(pairs, start=tree["global_step"]):
        keep = cosine_schedule(step, 100, 0.99, 1.0)
        update_momentum(model.backbone, model.teacher_backbone, m=keep)
        update_momentum(model.projection_head, model.teacher_projection_head, m=keep)
        with torch.no_grad():
            goals = [model.teacher_projection_head(model.teacher_backbone(view)) for view in (first, second)]
        features = [model.backbone(view) for view in (first, second)]
        found = [model.prediction_head(model.projection_head(feature)) for feature in features]
        total = 2 * criterion(goals[0], found[1]) + 2 * criterion(goals[1], found[0])
        logits = model.online_classifier(features[0].detach())
        optimizer.zero_grad()
        (total + nn.functional.cross_entropy(logits, labels)).backward()
        optimizer.step()
        scheduler.step()
    back = resumed(path, made, pairs, tmp_path, labels=labels)
    agree(model.state_dict(), back["state_dict"], "tensor")
    agree_on_state(optimizer, back["optimizer_states"][0])
    assert back["global_step"] == 7
    assert back["lr_schedulers"][0]["last_epoch"] == scheduler.last_epoch
    for mine, theirs in zip(back["optimizer_states"][0]["param_groups"], optimizer.param_groups, strict=True):
        assert math.isclose(mine["lr"], theirs["lr"], rel_tol=1e-12)


def test_boltss_class_and_callback(tmp_path):
    """Its Adam, its schedule by epochs, and its callback, which forgets tau."""
    path, made = made_by("lightning_bolts", tmp_path)
    tree, model = load(path), made.model
    [optimizer], [scheduler] = model.configure_optimizers()
    optimizer.load_state_dict(tree["optimizer_states"][0])
    scheduler.load_state_dict(tree["lr_schedulers"][0])
    callback = type(model.weight_callback)(initial_tau=0.9)
    pairs = views(steps=4)
    model.train()
    for step, (first, second) in enumerate(pairs, start=tree["global_step"] + 1):
        optimizer.zero_grad()
        (model.calculate_loss(first, second) + model.calculate_loss(second, first)).backward()
        optimizer.step()
        callback.update_weights(model.online_network, model.target_network)
        # What `update_tau` computes of a trainer with 3 batches and 9 epochs.
        callback.current_tau = 1 - (1 - 0.9) * (math.cos(math.pi * step / 27) + 1) / 2
        if step % 3 == 0:
            scheduler.step()
    back = resumed(path, made, pairs, tmp_path)
    expected, found = model.state_dict(), back["state_dict"]
    for branch in ["online_network", "target_network"]:
        # The predictor's batch norm takes this bias away: its gradient is 0, and Adam enlarges rounding.
        name = f"{branch}.projector.model.3.bias"
        assert torch.allclose(expected.pop(name), found.pop(name), atol=1e-4)
    agree(expected, found, "tensor")
    agree_on_state(optimizer, back["optimizer_states"][0])


def test_solo_learns_method_and_its_lars(tmp_path):
    """Its LARS around SGD, its moving average, its classifier on both views."""
    path, made = made_by(
        "solo_learn_1_0", tmp_path, lambda made: made.model.lars and made.model.exclude_bias_n_norm)
    tree, model = load(path), made.model
    optimizer = model.configure_optimizers()
    optimizer.load_state_dict(tree["optimizer_states"][0])
    updater = type(model.momentum_updater)(0.9, 1.0)
    labels, pairs = torch.arange(6) % made.sizes.classes, views(steps=4)
    model.train()
    for step, pair in enumerate(pairs, start=tree["global_step"] + 1):
        crops = [model.base_forward(view) for view in pair]
        goals = [model.base_momentum_forward(view)["feats"] for view in pair]
        total = model._shared_step([crop["feats"] for crop in crops], goals)[0]
        known = sum(nn.functional.cross_entropy(crop["logits"], labels) for crop in crops) / 2
        optimizer.zero_grad()
        (total + known).backward()
        optimizer.step()
        for networks in model.momentum_pairs:
            updater.update(*networks)
        updater.update_tau(step, 20)
    back = resumed(
        path, made, pairs, tmp_path, *CONSTANT, "--lr", 0.3, "--tau", 0.9, "--schedule-steps", 20,
        "--set", f"recipe.optimizer.hyperparameters.eta={model.eta_lars}", labels=labels)  # fmt: skip
    agree(model.state_dict(), back["state_dict"], "tensor")
    agree_on_state(optimizer.optim, back["optimizer_states"][0])


def test_mmselfsups_algorithm_and_its_lars(tmp_path):
    """Its moving average between the forward passes, and the target's copied statistics."""
    path, made = made_by("mmselfsup", tmp_path, lambda made: "optimizer" in made.tree)
    tree, model = load(path), made.model
    parameters = [p for p in model.parameters() if p.requires_grad]
    lars = libraries.mmselfsup().OPTIMIZERS.get("LARS")
    optimizer = optimizer_by_tensor(parameters, lars, lr=0.2, momentum=0.9, weight_decay=1e-6)
    optimizer.load_state_dict(tree["optimizer"])
    pairs = views(steps=3)
    model.train()
    for pair in pairs:
        optimizer.zero_grad()
        model.loss(list(pair), [])["loss"].backward()
        optimizer.step()
    back = resumed(
        path, made, pairs, tmp_path, *CONSTANT, "--lr", 0.2, "--tau", 0.9,
        "--set", "recipe.optimizer.excludes=none", "--schedule-steps", 10)  # fmt: skip
    agree(model.state_dict(), back["state_dict"], "tensor")
    agree_on_state(optimizer, back["optimizer"])


def test_mmselfsups_older_algorithm(tmp_path):
    """Its moving average after the update, and running statistics of the target's own."""
    path, made = made_by("mmselfsup_0", tmp_path)
    tree, model = load(path), made.model
    lars = libraries.mmselfsup().OPTIMIZERS.get("LARS")
    optimizer = optimizer_by_tensor(model.parameters(), lars, lr=0.2, momentum=0.9)
    optimizer.load_state_dict(tree["optimizer"])
    pairs = views(steps=3)
    model.train()
    for pair in pairs:
        optimizer.zero_grad()
        model.forward_train(list(pair))["loss"].backward()
        optimizer.step()
        model.momentum_update()
    back = resumed(
        path, made, pairs, tmp_path, *CONSTANT, "--lr", 0.2, "--tau", 0.9,
        "--set", "recipe.tau.kind=constant", "--set", "recipe.optimizer.excludes=none")  # fmt: skip
    agree(model.state_dict(), back["state_dict"], "tensor")
    agree_on_state(optimizer, back["optimizer"])


class Given(nn.Module):
    """An augmentation whose outcome is known."""

    def __init__(self, view):
        super().__init__()
        self.forward = lambda _: view


@pytest.mark.parametrize("name", ["lucidrains_0_5", "lucidrains_0_8"])
def test_byol_pytorchs_learner(name, tmp_path):
    """Adam, and both views in one pass from 0.7.2 on."""
    path, made = made_by(
        name, tmp_path, lambda made: isinstance(made.tree, dict) and "optimizer" in made.tree)
    tree, learner = load(path), made.model
    optimizer = torch.optim.Adam(learner.parameters(), lr=3e-4)
    optimizer.load_state_dict(tree["optimizer"])
    pairs = views(steps=3)
    learner.train()
    for first, second in pairs:
        learner.augment1, learner.augment2 = Given(first), Given(second)
        optimizer.zero_grad()
        learner(first).backward()
        optimizer.step()
        learner.update_moving_average()
    back = resumed(path, made, pairs, tmp_path, "--tau", 0.9)
    agree(learner.state_dict(), back["state_dict"], "tensor")
    agree_on_state(optimizer, back["optimizer"])


def test_lightlys_example(tmp_path):
    """Plain SGD, half the cosine, the moving average before the forward passes."""
    libraries.torchvision()
    from lightly.loss import NegativeCosineSimilarity

    path, made = made_by("lightly_example", tmp_path, lambda made: "state_dict" not in made.tree)
    model, criterion, pairs = made.model, NegativeCosineSimilarity(), views(steps=3)
    online = [model["backbone"], model["projection_head"], model["prediction_head"]]
    optimizer = torch.optim.SGD(nn.ModuleList(online).parameters(), lr=0.06)
    model.train()
    for pair in pairs:
        follow(model["backbone"], model["backbone_momentum"], 0.996)
        follow(model["projection_head"], model["projection_head_momentum"], 0.996)
        found = [online[2](online[1](online[0](view).flatten(1))) for view in pair]
        with torch.no_grad():
            goals = [model["projection_head_momentum"](model["backbone_momentum"](view).flatten(1))
                     for view in pair]  # fmt: skip
        optimizer.zero_grad()
        (0.5 * (criterion(found[0], goals[1]) + criterion(found[1], goals[0]))).backward()
        optimizer.step()
    back = resumed(
        path, made, pairs, tmp_path, "--lr", 0.06, "--set", "recipe.tau.kind=constant",
        "--tau", 0.996)  # fmt: skip
    agree(model.state_dict(), back, "tensor")
