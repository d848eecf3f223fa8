"""Goes on from a checkpoint on several processes or GPUs: PyTorch's DistributedDataParallel, lightly's parts.

usage: byol-convert byol.h5 byol.ckpt --to lightly-benchmark
       torchrun --nproc-per-node 2 ddp_byol.py byol.ckpt after.ckpt --data photos --total 100000
       byol-convert after.ckpt after.h5

The networks are laid out as the checkpoint's tensors say: a ResNet of any depth and width, with the stem of
ImageNet or of CIFAR. Weights, target, LARS's momentum and the step go on; so does the classifier, if it has
one. On GPUs batch norm sees the whole batch (SyncBatchNorm), which PyTorch cannot do on CPUs: there each
process has its own.
"""

import argparse
import os

import numpy as np
import torch
import torch.distributed as distributed
from lightly.models.modules import BYOLPredictionHead, BYOLProjectionHead
from lightly.models.utils import get_weight_decay_parameters, update_momentum
from lightly.utils.lars import LARS
from lightly.utils.scheduler import cosine_schedule, cosine_warmup_schedule
from torch import nn
from torch.nn.functional import cosine_similarity, cross_entropy
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet


def resnet(state):
    """torchvision's ResNet with as many blocks and channels as `backbone.*` of a state dictionary has."""
    blocks = [
        len({name.split(".")[2] for name in state if name.startswith(f"backbone.layer{stage}.")})
        for stage in range(1, 5)
    ]
    bottleneck = "backbone.layer1.0.conv3.weight" in state

    class Shaped(ResNet):
        def _make_layer(self, block, planes, *rest, **named):
            if planes == 64:
                self.inplanes = stem.shape[0]
            stage = (planes // 64).bit_length()
            inner = state[f"backbone.layer{stage}.0.conv1.weight"].shape[0]
            return super()._make_layer(block, inner, *rest, **named)

    stem = state["backbone.conv1.weight"]
    net = Shaped(Bottleneck if bottleneck else BasicBlock, blocks, num_classes=1)
    size = stem.shape[2]
    net.conv1 = nn.Conv2d(3, stem.shape[0], size, 2 if size == 7 else 1, size // 2, bias=False)
    net.bn1 = nn.BatchNorm2d(stem.shape[0])
    if size != 7:
        net.maxpool = nn.Identity()
    net.fc = nn.Identity()
    return net


class BYOL(nn.Module):
    """The networks under the names of lightly's benchmark; its forward pass is the loss of two views."""

    def __init__(self, state):
        super().__init__()

        def head(kind, name):
            first, last = (state[f"{name}.layers.{layer}.weight"] for layer in (0, 3))
            return kind(first.shape[1], first.shape[0], last.shape[0])

        self.backbone = resnet(state)
        self.projection_head = head(BYOLProjectionHead, "projection_head")
        self.prediction_head = head(BYOLPredictionHead, "prediction_head")
        self.teacher_backbone = resnet(state).requires_grad_(False)
        self.teacher_projection_head = head(
            BYOLProjectionHead, "teacher_projection_head").requires_grad_(False)
        self.online_classifier = nn.Module()
        classifier = state.get("online_classifier.classification_head.weight")
        if classifier is not None:
            classes, width = classifier.shape
            self.online_classifier.classification_head = nn.Linear(width, classes)
        self.load_state_dict(state, strict=True)

    def forward(self, first, second, labels):
        with torch.no_grad():
            goals = [self.teacher_projection_head(self.teacher_backbone(view)) for view in (first, second)]
        features = [self.backbone(view) for view in (first, second)]
        predictions = [self.prediction_head(self.projection_head(values)) for values in features]
        cosines = [
            cosine_similarity(prediction, goal).mean()
            for prediction, goal in zip(predictions, reversed(goals), strict=True)
        ]
        loss = 4 - 2 * sum(cosines)
        classifier = getattr(self.online_classifier, "classification_head", None)
        if classifier is not None and labels is not None:
            logits = classifier(features[0].detach())
            loss = loss + cross_entropy(logits, labels)
        return loss

    def average(self, tau):
        """Moves the target towards the online network."""
        update_momentum(self.backbone, self.teacher_backbone, tau)
        update_momentum(self.projection_head, self.teacher_projection_head, tau)

    def optimizer(self):
        """LARS over the benchmark's groups, in its order."""
        weights, others = get_weight_decay_parameters(
            [self.backbone, self.projection_head, self.prediction_head])
        groups = [
            {"name": "byol", "params": weights},
            {"name": "byol_no_weight_decay", "params": others, "weight_decay": 0.0},
            {"name": "online_classifier", "params": list(self.online_classifier.parameters()),
             "weight_decay": 0.0},
        ]  # fmt: skip
        return LARS(groups, lr=0.0, momentum=0.9, weight_decay=1e-6)


def given_views(path, rank, count):
    """This process's part of the batches of a file of views, the same that `byol-train --views` reads."""
    arrays = np.load(path)
    parts = [np.array_split(arrays[name], count, axis=1)[rank] for name in ("view1", "view2")]
    labels = np.array_split(arrays["labels"], count, axis=1)[rank] if "labels" in arrays else None
    for step, (first, second) in enumerate(zip(*parts, strict=True)):
        yield (
            torch.from_numpy(first), torch.from_numpy(second),
            None if labels is None else torch.from_numpy(labels[step]).long(),
        )  # fmt: skip


def drawn_views(folder, size, batch, epoch, rank, count):
    """This process's part of an epoch over a folder of pictures, a folder for each class."""
    from lightly.transforms import BYOLTransform, BYOLView1Transform, BYOLView2Transform
    from torch.utils.data import DataLoader, DistributedSampler
    from torchvision.datasets import ImageFolder

    transform = BYOLTransform(BYOLView1Transform(input_size=size), BYOLView2Transform(input_size=size))
    pictures = ImageFolder(folder, transform)
    sampler = DistributedSampler(pictures, count, rank, drop_last=True)
    sampler.set_epoch(epoch)
    for (first, second), labels in DataLoader(pictures, batch // count, sampler=sampler, drop_last=True):
        yield first, second, labels


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("checkpoint", help="what byol-convert --to lightly-benchmark made")
    parser.add_argument("output")
    parser.add_argument("--views", help="given views: view1, view2 of [steps, N, 3, H, W], labels [steps, N]")
    parser.add_argument("--data", help="a folder of pictures, a folder for each class")
    parser.add_argument("--size", type=int, default=224, help="pixels of a view")
    parser.add_argument("--batch", type=int, default=256, help="pictures of a step, of all processes")
    parser.add_argument("--epochs", type=int, default=1, help="how often the pictures are passed over")
    parser.add_argument("--total", type=int, required=True, help="steps of the whole schedule")
    parser.add_argument("--tau", type=float, default=0.99, help="the moving average's factor at step 0")
    parser.add_argument("--lr", type=float, help="after warm-up; else the checkpoint's rate stays")
    parser.add_argument("--warmup", type=int, default=0, help="steps in which the rate rises")
    options = parser.parse_args()

    on_gpu = torch.cuda.is_available()
    distributed.init_process_group("nccl" if on_gpu else "gloo")
    rank, count = distributed.get_rank(), distributed.get_world_size()
    device = torch.device("cuda", int(os.environ["LOCAL_RANK"])) if on_gpu else torch.device("cpu")

    tree = torch.load(options.checkpoint, map_location="cpu", weights_only=True)
    model = BYOL(tree["state_dict"]).train()
    if options.views and "labels" not in np.load(options.views):
        model.online_classifier.requires_grad_(False)
    if on_gpu:
        model = nn.SyncBatchNorm.convert_sync_batchnorm(model).to(device)
    optimizer = model.optimizer()
    optimizer.load_state_dict(tree["optimizer_states"][0])
    if options.views:
        batches = given_views(options.views, rank, count)
    else:
        batches = (
            views for epoch in range(options.epochs)
            for views in drawn_views(options.data, options.size, options.batch, epoch, rank, count)
        )  # fmt: skip
    step = tree["global_step"]
    together = nn.parallel.DistributedDataParallel(model)
    for first, second, labels in batches:
        if options.lr is not None:
            rate = options.lr * cosine_warmup_schedule(step, options.total, 1, 0.001, options.warmup, 0)
            for group in optimizer.param_groups:
                group["lr"] = rate
        model.average(cosine_schedule(step, options.total, options.tau, 1))
        optimizer.zero_grad()
        loss = together(first.to(device), second.to(device), None if labels is None else labels.to(device))
        loss.backward()
        optimizer.step()
        step += 1
        if rank == 0:
            print(f"step {step}  loss {loss.item():.6f}", flush=True)
    if rank == 0:
        state = {name: value.cpu() for name, value in model.state_dict().items()}
        tree |= {"state_dict": state, "optimizer_states": [optimizer.state_dict()], "global_step": step}
        torch.save(tree, options.output)
    distributed.destroy_process_group()


if __name__ == "__main__":
    main()
