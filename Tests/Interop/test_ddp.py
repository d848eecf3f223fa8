"""A checkpoint goes on in two processes of PyTorch's DistributedDataParallel, and comes back.

gloo has no batch norm over several processes: each normalises its half of the batch, and the running
statistics are those of the first. So the same is computed here in one process, half by half.
"""

import json
import os
import random
import runpy
import signal
import socket
import subprocess
import sys
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from unittest import mock

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the packages of requirements-clients.txt")

import libraries
from conftest import SEED
from native import PACKAGE, convert, tool
from trees import difference, load
from variants import lightly_benchmark, make

EXAMPLE = PACKAGE / "docs/examples/ddp_byol.py"
WORKER = Path(__file__).with_name("ddp_worker.py")
LIGHTNING = Path(__file__).with_name("ddp_lightning.py")
STEPS, TOTAL = 3, 20
TOLERANCE = 1e-5


# Below the ports that the system hands out by itself: one of those may be taken between choosing and using
# it, and then the processes wait for each other for ever.
PORTS = range(20000, 30000)
SECONDS, ATTEMPTS = 100, 3


def free_port():
    """A port of this machine that nobody listens on."""
    while True:
        with socket.socket() as free:
            try:
                free.bind(("127.0.0.1", port := random.choice(PORTS)))
                return port
            except OSError:
                continue


def torchrun(processes, script, *arguments):
    """Runs a script in processes that talk to each other; what it printed.

    Processes that do not find each other are ended, and begin again with another port.
    """
    environment = os.environ | {
        "OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo", "DDP_WORKER_SECONDS": str(SECONDS - 20)}  # fmt: skip
    said = []
    for _ in range(ATTEMPTS):
        command = [
            sys.executable, "-m", "torch.distributed.run", "--nnodes", "1", "--nproc-per-node", processes,
            "--master-addr", "127.0.0.1", "--master-port", free_port(), WORKER, script, *arguments,
        ]  # fmt: skip
        running = subprocess.Popen(
            list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
            start_new_session=True)
        try:
            output, errors = running.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            said.append("".join(running.communicate()))
            continue
        if "Timeout (" in errors:  # what faulthandler prints of a worker that got nowhere
            said.append(output + errors)
            continue
        assert running.returncode == 0, output + errors
        return output
    raise AssertionError(f"{ATTEMPTS} times without an end:\n" + "\n".join(said))


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run's sizes, its checkpoint that was ours in between, and views to go on with."""
    folder = tmp_path_factory.mktemp("ddp")
    path, _, made = make("lightly_benchmarks", SEED, folder)
    native = convert(path, folder / "native.h5")
    random = np.random.default_rng(SEED)
    views = {name: random.normal(size=(STEPS, 12, 3, 32, 32)).astype(np.float32) for name in ("view1", "view2")}
    views["labels"] = random.integers(0, made.sizes.classes, (STEPS, 12))
    np.savez(folder / "views.npz", **views)
    checkpoint = convert(native, folder / "byol.ckpt", "--to", "lightly-benchmark")
    return made.sizes, checkpoint, folder, views


HALVES = (slice(0, 6), slice(6, 12))


def in_halves(model, optimizer, views, prepare, loss, finish=lambda: None):
    """The same steps in one process, each half of a batch by itself."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    for step in range(STEPS):
        prepare(step)
        optimizer.zero_grad()
        first, second, labels = (torch.from_numpy(views[name][step]) for name in ("view1", "view2", "labels"))
        for half in HALVES:
            (loss(first[half], second[half], labels[half]) / 2).backward()
            if half == HALVES[0]:
                # The first process's running statistics are everybody's.
                statistics = {name: value.clone() for name, value in model.named_buffers()}
        for name, value in model.named_buffers():
            value.copy_(statistics[name])
        optimizer.step()
        finish()
    torch.set_num_threads(threads)
    return model.state_dict(), optimizer.state_dict()


def examples_halves(checkpoint, views):
    """What the example's model and optimiser are after the steps."""
    libraries.torchvision()
    example = runpy.run_path(str(EXAMPLE))
    tree = torch.load(checkpoint, weights_only=True)
    model = example["BYOL"](tree["state_dict"]).train()
    optimizer = model.optimizer()
    optimizer.load_state_dict(tree["optimizer_states"][0])

    def average(step):
        model.average(example["cosine_schedule"](tree["global_step"] + step, TOTAL, 0.99, 1))

    return in_halves(model, optimizer, views, average, model)


def lightnings_halves(sizes, checkpoint, views):
    """What the benchmark's module and optimiser are after the steps, without a trainer."""
    tree = load(checkpoint)
    model = lightly_benchmark(sizes).train()
    model.load_state_dict(tree["state_dict"])
    [optimizer], [schedule] = model.configure_optimizers()
    optimizer.load_state_dict(tree["optimizer_states"][0])
    schedule["scheduler"].load_state_dict(tree["lr_schedulers"][0])
    averaged = []

    def loss(first, second, _):
        # Its step moves the target first, which must happen once for both halves.
        follow = mock.patch("variants.follow", lambda *_: None) if averaged else nullcontext()
        averaged.append(True)
        with follow:
            return model.training_step((first, second), 0)

    return in_halves(
        model, optimizer, views, lambda _: averaged.clear(), loss, schedule["scheduler"].step)


def distance(found, expected):
    """The largest difference of two state dictionaries' tensors, relative to each one's largest value."""
    assert found.keys() == expected.keys()
    errors = [
        (found[name].double() - value.double()).abs().max() / value.double().abs().max().clamp_min(1e-3)
        for name, value in expected.items()
    ]
    return float(max(errors))


def momenta(states):
    """The momentum of an optimiser's state by index."""
    return {index: state["momentum_buffer"] for index, state in states["state"].items()}


def comes_back(after, folder):
    """Converts a checkpoint to ours and back, which loses nothing of networks, momentum and step."""
    back = convert(after, folder / f"{after.stem}.h5")
    again = load(convert(back, folder / f"{after.stem}-again.ckpt", "--to", "lightly-benchmark"))
    tree = load(after)
    for part in ("state_dict", "optimizer_states", "global_step"):
        assert difference(again[part], tree[part]) is None, f"seed {SEED}"
    return back


@pytest.fixture(scope="module")
def after(run):
    """What two processes of the example leave of the run, and what they said."""
    _, checkpoint, folder, _ = run
    path = folder / "after.ckpt"
    return path, torchrun(2, EXAMPLE, checkpoint, path, "--views", folder / "views.npz", "--total", TOTAL)


def test_two_processes_of_torchrun_do_what_one_does_half_by_half(run, after):
    _, checkpoint, folder, views = run
    after, said = after
    start, tree = load(checkpoint), load(after)
    steps = [line.split()[1] for line in said.splitlines() if line.startswith("step")]
    assert steps == [str(start["global_step"] + step + 1) for step in range(STEPS)]
    assert tree["global_step"] == start["global_step"] + STEPS
    state, optimizer = examples_halves(checkpoint, views)
    assert distance(tree["state_dict"], state) < TOLERANCE, f"seed {SEED}"
    assert distance(momenta(tree["optimizer_states"][0]), momenta(optimizer)) < TOLERANCE, f"seed {SEED}"
    # It did move.
    assert distance(tree["state_dict"], start["state_dict"]) > 1e-3
    comes_back(after, folder)


def test_lightnings_trainer_goes_on_in_two_processes(run):
    sizes, checkpoint, folder, views = run
    after = folder / "lightning.ckpt"
    (folder / "sizes.json").write_text(json.dumps(asdict(sizes)))
    torchrun(2, LIGHTNING, folder / "sizes.json", checkpoint, folder / "views.npz", after)
    tree = load(after)
    assert tree["global_step"] == load(checkpoint)["global_step"] + STEPS
    state, optimizer = lightnings_halves(sizes, checkpoint, views)
    assert distance(tree["state_dict"], state) < TOLERANCE, f"seed {SEED}"
    assert distance(momenta(tree["optimizer_states"][0]), momenta(optimizer)) < TOLERANCE, f"seed {SEED}"
    comes_back(after, folder)


def test_byol_train_goes_on_where_they_stopped_as_pytorch_would(run, after):
    _, _, folder, views = run
    tree, example = load(after[0]), runpy.run_path(str(EXAMPLE))
    model = example["BYOL"](tree["state_dict"]).train().double()
    optimizer = model.optimizer()
    optimizer.load_state_dict(tree["optimizer_states"][0])
    for step in range(STEPS):
        index = tree["global_step"] + step
        for group in optimizer.param_groups:
            group["lr"] = 0.1 * example["cosine_warmup_schedule"](index, TOTAL, 1, 0.001, 2, 0)
        model.average(example["cosine_schedule"](index, TOTAL, 0.99, 1))
        optimizer.zero_grad()
        first, second, labels = (torch.from_numpy(views[name][step]) for name in ("view1", "view2", "labels"))
        model(first.double(), second.double(), labels).backward()
        optimizer.step()

    native, ours = convert(after[0], folder / "handed.h5"), folder / "ours.h5"
    code, said = tool(
        "byol-train", "resume", native, "--out", ours, "--views", folder / "views.npz", "--steps", STEPS,
        "--schedule-steps", TOTAL, "--warmup", 2, "--lr", 0.1, "--tau", 0.99, "--precision", "float64")  # fmt: skip
    assert code == 0, said
    found = load(convert(ours, folder / "ours.ckpt", "--to", "lightly-benchmark"))
    assert found["global_step"] == tree["global_step"] + STEPS
    assert distance(found["state_dict"], model.state_dict()) < 1e-9, f"seed {SEED}"
    theirs = momenta(optimizer.state_dict())
    assert distance(momenta(found["optimizer_states"][0]), theirs) < 1e-9, f"seed {SEED}"
