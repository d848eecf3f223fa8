"""Goes on from lightly's benchmark checkpoint with Lightning's trainer, in the processes that torchrun started.

usage: torchrun ddp_worker.py ddp_lightning.py SIZES.json CHECKPOINT VIEWS.npz OUTPUT
"""

import json
import os
import sys

import numpy as np
import torch
from networks import Sizes
from variants import fit, lightly_benchmark


def main(sizes, checkpoint, views, output):
    sizes = json.loads(open(sizes).read())
    model = lightly_benchmark(Sizes(**{name: tuple(v) if type(v) is list else v for name, v in sizes.items()}))
    rank, count = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    first, second = (np.array_split(np.load(views)[name], count, axis=1)[rank] for name in ("view1", "view2"))
    batches = list(zip(torch.from_numpy(first), torch.from_numpy(second), strict=True))
    running = fit(
        model, batches, checkpoint, max_epochs=2, devices=count, use_distributed_sampler=False,
        strategy="ddp_find_unused_parameters_true")  # fmt: skip
    running.save_checkpoint(output)


if __name__ == "__main__":
    main(*sys.argv[1:])
