"""Small random networks that real libraries train for a few steps, and what their outputs are."""

from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import torch
from libraries import torchvision
from torch import nn


@dataclass(frozen=True)
class Sizes:
    """What a variant draws: depth, widths, stem, and the sizes of the heads."""

    bottleneck: bool
    blocks: tuple
    width: int
    stem: int
    small_stem: bool
    hidden: int
    predictor: int
    out: int
    classes: int
    # Channels inside the blocks of each stage; `width`, doubled at every stage, where there are none.
    planes: tuple = ()

    @classmethod
    def drawn(cls, random):
        """A network of at most about 100,000 weights."""
        return cls(
            bottleneck=random.random() < 0.5,
            blocks=tuple(random.choice([1, 1, 2]) for _ in range(4)),
            width=random.choice([3, 4, 6]),
            stem=random.choice([4, 6, 7, 8]),
            small_stem=random.random() < 0.3,
            hidden=random.randrange(9, 33),
            predictor=random.randrange(9, 33),
            out=random.randrange(5, 17),
            classes=random.randrange(3, 8),
        )

    @property
    def embedding(self):
        """Channels of the last stage."""
        return self.inner(3) * (4 if self.bottleneck else 1)

    def inner(self, stage):
        """Channels inside a stage's blocks."""
        return self.planes[stage] if self.planes else self.width << stage

    def but(self, **changes):
        """With other values."""
        return replace(self, **changes)


def resnet(sizes, classes=None, stem_pad=1):
    """torchvision's own ResNet, narrow; `fc` is there with `classes` only."""
    models = torchvision().models

    class Narrow(models.ResNet):
        """The real class: its blocks, its names, its forward pass; only the widths differ."""

        def _make_layer(self, block, planes, blocks, stride=1, dilate=False):
            if planes == 64:
                self.inplanes = sizes.stem
            inner = sizes.inner((planes // 64).bit_length() - 1)
            return super()._make_layer(block, inner, blocks, stride, dilate)

    block = models.resnet.Bottleneck if sizes.bottleneck else models.resnet.BasicBlock
    net = Narrow(block, list(sizes.blocks), num_classes=1)
    net.conv1 = nn.Conv2d(3, sizes.stem, 7, 2, 3, bias=False)
    if sizes.small_stem:
        net.conv1 = nn.Conv2d(3, sizes.stem, 3, 1, stem_pad, bias=False)
        net.maxpool = nn.Identity()
    net.bn1 = nn.BatchNorm2d(sizes.stem)
    net.fc = nn.Linear(sizes.embedding, classes) if classes else nn.Identity()
    return net


def children(net):
    """A ResNet as the sequence of its children without `fc`, which is how many projects hold it."""
    return nn.Sequential(*list(net.children())[:-1])


def mlp(before, hidden, after, biases=(True, True)):
    """Linear, batch norm, ReLU, linear."""
    return nn.Sequential(
        nn.Linear(before, hidden, bias=biases[0]), nn.BatchNorm1d(hidden), nn.ReLU(),
        nn.Linear(hidden, after, bias=biases[1]))  # fmt: skip


def jitter(*modules):
    """Gives every batch norm scales and offsets that a permutation of channels would show."""
    with torch.no_grad():
        for part in [part for module in modules for part in module.modules()]:
            if isinstance(part, (nn.BatchNorm1d, nn.BatchNorm2d)) and part.affine:
                part.weight.uniform_(0.6, 1.4)
                part.bias.normal_(0, 0.2)


def views(steps=3, batch=6, size=32):
    """Batches of two views each."""
    return [(torch.randn(batch, 3, size, size), torch.randn(batch, 3, size, size)) for _ in range(steps)]


def loss(prediction, projection):
    """BYOL's, eq. 2 of the paper."""
    return 2 - 2 * nn.functional.cosine_similarity(prediction, projection.detach()).mean()


@dataclass
class Parts:
    """A model's networks as functions of images, or of what the one before it makes."""

    encoder: object
    projector: object = None
    predictor: object = None
    target_encoder: object = None
    target_projector: object = None

    def train(self, optimizer, keep=0.9, steps=3):
        """A few steps of BYOL, where the library leaves them to its user."""
        modules = [module for module in vars(self).values() if isinstance(module, nn.Module)]
        for module in modules:
            module.train()
        for first, second in views(steps):
            optimizer.zero_grad()
            total = 0
            for online, target in [(first, second), (second, first)]:
                projection = self.projector(self.encoder(online).flatten(1))
                with torch.no_grad():
                    goal = self.target_projector(self.target_encoder(target).flatten(1))
                total = total + loss(self.predictor(projection) if self.predictor else projection, goal)
            total.backward()
            optimizer.step()
            follow(self.encoder, self.target_encoder, keep)
            follow(self.projector, self.target_projector, keep)

    def outputs(self, images):
        """What byol-verify compares, by its names."""
        found = {"embedding": self.encoder(images).flatten(1)}
        if self.projector:
            found["projection"] = self.projector(found["embedding"])
        if self.predictor:
            found["prediction"] = self.predictor(found["projection"])
        if self.target_encoder:
            found["target_embedding"] = self.target_encoder(images).flatten(1)
        if self.target_projector:
            found["target_projection"] = self.target_projector(found["target_embedding"])
        return found


def follow(online, target, keep):
    """The exponential moving average of parameters."""
    with torch.no_grad():
        for now, average in zip(online.parameters(), target.parameters(), strict=True):
            average.mul_(keep).add_(now, alpha=1 - keep)


def pad_same(net):
    """Makes a ResNet pad as TensorFlow and haiku do; its names and weights stay as they are."""
    for module in net.modules():
        if isinstance(module, (nn.Conv2d, nn.MaxPool2d)) and module.stride in (2, (2, 2)):
            kernel = np.max(module.kernel_size)
            value = 0.0 if isinstance(module, nn.Conv2d) else -np.inf
            module.padding = 0 if isinstance(module, nn.MaxPool2d) else (0, 0)
            module.register_forward_pre_hook(
                lambda _, given, kernel=int(kernel), value=value: (padded(given[0], kernel, value),))
    return net


def padded(images, kernel, value):
    """SAME for a stride of 2: as many positions as half the pixels, the odd pixel of padding at the end."""
    edges = []
    for length in reversed(images.shape[2:]):
        total = max((-(-length // 2) - 1) * 2 + kernel - length, 0)
        edges += [total // 2, total - total // 2]
    return nn.functional.pad(images, edges, value=value)


@contextmanager
def evaluating(*modules):
    """Inference mode for a while, without gradients."""
    were = [module.training for module in modules]
    for module in modules:
        module.eval()
    with torch.no_grad():
        yield
    for module, training in zip(modules, were, strict=True):
        module.train(training)


def record(parts, path, random, *modules):
    """Writes inputs of two sizes with the outputs that the real modules have for them."""
    arrays = {}
    with evaluating(*modules, *[part for part in vars(parts).values() if isinstance(part, nn.Module)]):
        for suffix, count, shape in [("", 2, (32, 32)), ("_odd", 1, (random.randrange(25, 40), 29))]:
            images = torch.randn(count, 3, *shape)
            outputs = parts.outputs(images)
            arrays |= {f"{name}{suffix}": np.asarray(value) for name, value in outputs.items()}
            arrays[f"input{suffix}"] = images.numpy()
    assert all(np.isfinite(array).all() for array in arrays.values())
    np.savez(path, **arrays)
    return path
