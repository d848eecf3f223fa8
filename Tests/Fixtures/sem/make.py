#!/usr/bin/env python3
"""Projectors of byol-pytorch 0.9.1's own classes, and what they make of two batches of pictures.

    pip install byol-pytorch==0.9.1 && ./make.py

Writes sem.npz (simplicial embedding) and simsiam.npz (three layers, the last batch norm without scale and
offset): tensors by native names, `input` [N, 3, H, W], outputs in inference mode, and under `training/` the
outputs and running statistics of a pass in training mode. A projector in plain NumPy must agree first.
"""

import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import torch
from torch import nn

try:
    import torchvision  # noqa: F401
except Exception:  # byol-pytorch imports its transforms, which nothing here uses
    stub, transforms = ModuleType("torchvision"), ModuleType("torchvision.transforms")
    transforms.__getattr__ = lambda name: lambda *_, **__: nn.Identity()
    stub.transforms = transforms
    sys.modules |= {"torchvision": stub, "torchvision.transforms": transforms}

from byol_pytorch import BYOL  # noqa: E402

CHANNELS, HIDDEN, WIDTH, GROUPS, SIZE, TEMPERATURE = 8, 12, 6, 5, 4, 0.2
EMBEDDING = 8


class Encoder(nn.Module):
    """A ResNet of one basic block: what the projectors stand on."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, CHANNELS, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(CHANNELS)
        self.conv2 = nn.Conv2d(CHANNELS, CHANNELS, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(CHANNELS)
        self.conv3 = nn.Conv2d(CHANNELS, CHANNELS, 3, 1, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(CHANNELS)

    def forward(self, x):
        x = self.bn1(self.conv1(x)).relu()
        y = self.bn2(self.conv2(x)).relu()
        return (self.bn3(self.conv3(y)) + x).relu().mean((2, 3))


ENCODER = {"conv1": "stem/conv", "bn1": "stem/bn"} | {
    f"{kind}{layer + 2}": f"stage0/block0/{kind}{layer}" for kind in ("conv", "bn") for layer in (0, 1)}  # fmt: skip
LEAVES = {"weight": "weight", "bias": "bias"}
NORM = {"weight": "scale", "bias": "offset", "running_mean": "mean", "running_var": "variance"}


def native(state, names):
    """Tensors of a state whose modules are in `names`, by native name."""
    found = {}
    for key, tensor in state.items():
        module, leaf = key.rsplit(".", 1)
        path = names.get(module)
        if path is None or leaf == "num_batches_tracked":
            continue
        is_norm = path.rsplit("/", 1)[1].startswith("bn")
        found[f"{path}/{(NORM if is_norm else LEAVES)[leaf]}"] = tensor.numpy().copy()
    return found


def names_of(learner, has_sem):
    """Module names of a learner and their native ones."""
    names = {}
    for module, branch in (("online_encoder", "online"), ("target_encoder", "target")):
        names |= {f"{module}.net.{mine}": f"{branch}/encoder/{place}" for mine, place in ENCODER.items()}
        start = f"{module}.projector" + (".2" if has_sem else "")
        names |= {f"{start}.{3 * n}": f"{branch}/projector/linear{n}" for n in range(3)}
        names |= {f"{start}.{3 * n + 1}": f"{branch}/projector/bn{n}" for n in range(3)}
        if has_sem:
            names[f"{module}.projector.0.0"] = f"{branch}/projector/sem/linear"
            names[f"{module}.projector.0.1"] = f"{branch}/projector/sem/bn"
    return names | {f"online_predictor.{n}": f"online/predictor/{m}" for n, m in
                    ((0, "linear0"), (1, "bn0"), (3, "linear1"))}  # fmt: skip


def projected(tensors, x, base):
    """The projector in NumPy, float64: nothing of the above."""
    def get(name):
        return tensors[f"{base}/{name}"].astype(np.float64)

    def linear(x, name):
        bias = get(f"{name}/bias") if f"{base}/{name}/bias" in tensors else 0
        return x @ get(f"{name}/weight").T + bias

    def norm(x, name):
        x = (x - get(f"{name}/mean")) / np.sqrt(get(f"{name}/variance") + 1e-5)
        return x * get(f"{name}/scale") + get(f"{name}/offset") if f"{base}/{name}/scale" in tensors else x

    x = x.astype(np.float64)
    if f"{base}/sem/linear/weight" in tensors:
        x = norm(linear(x, "sem/linear"), "sem/bn").reshape(len(x), GROUPS, SIZE) / TEMPERATURE
        x = np.exp(x - x.max(-1, keepdims=True))
        x = (x / x.sum(-1, keepdims=True)).reshape(len(x), -1)
    layer = 0
    while f"{base}/linear{layer}/weight" in tensors:
        x = np.maximum(x, 0) if layer else x
        x = linear(x, f"linear{layer}")
        x = norm(x, f"bn{layer}") if f"{base}/bn{layer}/mean" in tensors else x
        layer += 1
    return x


def jitter(model):
    """Statistics, scales and offsets that are not those of a new network."""
    for module in model.modules():
        if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
            module.running_mean.normal_(0, 0.3)
            module.running_var.uniform_(0.5, 2)
            if module.affine:
                nn.init.uniform_(module.weight, 0.5, 1.5)
                nn.init.normal_(module.bias, 0, 0.3)


def make(name, **options):
    """One learner and its numbers, in NAME.npz."""
    torch.manual_seed(7)
    learner = BYOL(
        Encoder(), image_size=16, hidden_layer=-1, projection_size=WIDTH, projection_hidden_size=HIDDEN,
        augment_fn=nn.Identity(), sem_num_simplices=GROUPS, sem_simplex_dim=SIZE,
        sem_temperature=TEMPERATURE, **options)  # fmt: skip
    jitter(learner)
    learner.eval()
    has_sem = name == "sem"
    names = names_of(learner, has_sem)
    values = native(learner.state_dict(), names)
    pictures = torch.randn(5, 3, 16, 13)
    with torch.no_grad():
        projection, embedding = learner.online_encoder(pictures)
        outputs = {"embedding": embedding, "projection": projection,
                   "prediction": learner.online_predictor(projection)}  # fmt: skip
        if learner.target_encoder is not None:
            target, outputs["target_embedding"] = learner.target_encoder(pictures)
            outputs["target_projection"] = target
        if has_sem:
            outputs["act/projector/sem"] = learner.online_encoder.projector[:2](embedding)
        learner.train()
        projection, embedding = learner.online_encoder(pictures)
        outputs |= {"training/embedding": embedding, "training/projection": projection}
    moved = native(learner.state_dict(), names)
    mine = projected(values, outputs["embedding"].numpy(), "online/projector")
    error = np.abs(mine - outputs["projection"].numpy()).max() / np.abs(mine).max()
    assert error < 1e-5, error
    statistics = {f"training/{path}": array for path, array in moved.items()
                  if path.startswith("online/") and path.endswith(("mean", "variance"))
                  and "predictor" not in path}  # fmt: skip
    np.savez(
        Path(__file__).parent / f"{name}.npz", **values, input=pictures.numpy(), **statistics,
        **{key: tensor.numpy() for key, tensor in outputs.items()})  # fmt: skip
    print(name, len(values), "tensors, NumPy within", error)


make("sem", use_simplicial_embeddings=True)
make("simsiam", use_simplicial_embeddings=False, use_momentum=False)
