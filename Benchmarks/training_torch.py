"""Times the passes of BYOL updates in PyTorch, as `training-step` does in ours.

training_torch.py DEPTH BATCH SIDE STEPS MODE THREADS, MODE one of eager, compiled, eager-bf16,
compiled-bf16; channels_last, gradients of both views' online passes, no optimiser. Prints a line of JSON.
"""
import json
import resource
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn


def unit(inputs, outputs, kernel, stride):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(outputs))


class Block(nn.Module):
    def __init__(self, inputs, width, stride, bottleneck):
        super().__init__()
        self.outputs = width * 4 if bottleneck else width
        if bottleneck:
            layers = [unit(inputs, width, 1, 1), nn.ReLU(), unit(width, width, 3, stride), nn.ReLU(),
                      unit(width, self.outputs, 1, 1)]
        else:
            layers = [unit(inputs, width, 3, stride), nn.ReLU(), unit(width, width, 3, 1)]
        self.body = nn.Sequential(*layers)
        same = stride == 1 and inputs == self.outputs
        self.shortcut = nn.Identity() if same else unit(inputs, self.outputs, 1, stride)

    def forward(self, x):
        return F.relu(self.body(x) + self.shortcut(x))


def encoder(depth, side):
    blocks = {18: [2, 2, 2, 2], 34: [3, 4, 6, 3], 50: [3, 4, 6, 3]}[depth]
    if side <= 64:
        layers = [unit(3, 64, 3, 1), nn.ReLU()]
    else:
        layers = [unit(3, 64, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    channels = 64
    for stage, count in enumerate(blocks):
        for number in range(count):
            block = Block(channels, 64 << stage, 2 if stage and not number else 1, depth >= 50)
            channels = block.outputs
            layers.append(block)
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten()), channels


def head(inputs):
    return nn.Sequential(
        nn.Linear(inputs, 4096), nn.BatchNorm1d(4096), nn.ReLU(), nn.Linear(4096, 256))


def network(depth, side, predicts):
    body, channels = encoder(depth, side)
    parts = [body, head(channels)] + ([head(256)] if predicts else [])
    return nn.Sequential(*parts).to(memory_format=torch.channels_last)


def distance(prediction, target):
    return (2 - 2 * F.cosine_similarity(prediction, target)).mean()


def main():
    depth, batch, side, steps = map(int, sys.argv[1:5])
    mode = sys.argv[5]
    torch.set_num_threads(int(sys.argv[6]))
    torch.manual_seed(1)
    online, target = network(depth, side, True), network(depth, side, False)
    target.requires_grad_(False)
    views = [torch.randn(batch, 3, side, side).contiguous(memory_format=torch.channels_last)
             for _ in range(2)]
    run_online, run_target = online, target
    if mode.startswith("compiled"):
        run_online, run_target = torch.compile(online), torch.compile(target)
    best = float("inf")
    for _ in range(steps):
        start = time.perf_counter()
        online.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16, enabled=mode.endswith("bf16")):
            with torch.no_grad():
                targets = [run_target(view) for view in views]
            loss = (distance(run_online(views[0]), targets[1])
                    + distance(run_online(views[1]), targets[0]))
        loss.backward()
        best = min(best, time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"name": f"torch {mode}", "images_per_second": batch / best, "peak_mib": peak}))


if __name__ == "__main__":
    main()
