"""Pretrains a narrow ResNet-18 on CIFAR-10 and judges it beside the same network untrained.

usage: python Benchmarks/cifar.py CIFAR10 [--epochs 10] [--width 0.25] [--seeds 0 1 2] [--out FOLDER]

CIFAR10 is a folder with train/CLASS/*.jpg and test/CLASS/*.jpg, or a .tar.gz of one. For each seed: a
network begins, is judged, is trained without labels, and is judged again, by nearest neighbours and by
logistic regression on the frozen encoder. Prints a table, writes FOLDER/cifar.md and FOLDER/cifar.svg, and
leaves with 1 where the mean gain by nearest neighbours is under 5 points.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tarfile
import time
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
LEAST_GAIN = 5.0
# 32 pixels: solo-learn's pipeline does not blur so small a picture. A batch of 128 gives 390 updates an
# epoch; rate, tau and warm-up are those of a short run.
RECIPE = [
    "--preset", "deepmind-40", "--arch", "resnet18", "--stem", "cifar", "--style", "torch",
    "--hidden", "512", "--projection", "128", "--augmentation", "solo-learn", "--size", "32",
    "--batch", "128", "--optimizer", "sgd", "--lr", "0.06", "--momentum", "0.9",
    "--weight-decay", "5e-4", "--tau", "0.99", "--warmup", "390",
]

# Every fifth or so of the paper's 45, which are tried in a sixth of the time.
PENALTIES = ["1e-3", "1e-2", "0.1", "1", "10", "100", "1000", "1e4"]


def options(description=__doc__, seeds=(0, 1, 2)):
    parser = argparse.ArgumentParser(description=description.split("\n")[0])
    parser.add_argument("data", type=Path, help="CIFAR-10: a folder, or a .tar.gz of one")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--steps", type=int, help="stop each run after so many updates (a trial)")
    parser.add_argument("--width", type=float, default=0.25)
    parser.add_argument("--seeds", type=int, nargs="+", default=seeds)
    parser.add_argument("--out", type=Path, default=PACKAGE / ".build-bench" / "cifar")
    parser.add_argument("--tool", type=Path, default=PACKAGE / ".build/release/byol-train")
    return parser.parse_args()


def unpacked(data, folder):
    """The folder with train and test."""
    if data.is_dir():
        return data
    if not (folder / "cifar10").is_dir():
        with tarfile.open(data) as archive:
            archive.extractall(folder, filter="data")
    return folder / "cifar10"


class Run:
    """A seed: its network before and after."""

    def __init__(self, arguments, data, seed):
        self.arguments, self.data, self.seed = arguments, data, seed
        self.folder = arguments.out
        self.metrics = self.folder / f"seed{seed}.jsonl"

    def tool(self, *words):
        started = time.monotonic()
        done = subprocess.run(
            [self.arguments.tool, *map(str, words)], stdout=subprocess.PIPE, text=True)
        if done.returncode:
            sys.exit(f"cifar.py: byol-train {words[0]} left with {done.returncode}")
        return done.stdout, time.monotonic() - started

    def network(self, name, *more):
        """A file of the network after some training, and the seconds that it took."""
        path = self.folder / f"seed{self.seed}-{name}.h5"
        _, seconds = self.tool(
            "pretrain", *RECIPE, "--width", self.arguments.width, "--epochs",
            self.arguments.epochs, "--seed", self.seed, "--data", self.data / "train", "--out",
            path, "--force", "--quiet", *more)
        return path, seconds

    def accuracy(self, checkpoint, way, *options):
        text, _ = self.tool(
            "evaluate", way, checkpoint, "--train", self.data / "train", "--test",
            self.data / "test", "--size", 32, "--json", *options)
        return 100 * json.loads(text)["accuracy"]["top1"]

    def judge(self, checkpoint):
        return {
            "knn": self.accuracy(checkpoint, "knn"),
            "linear": self.accuracy(checkpoint, "linear", "--penalty", *PENALTIES),
        }

    def go(self):
        untrained, _ = self.network("untrained", "--steps", 0)
        self.metrics.unlink(missing_ok=True)
        steps = [] if self.arguments.steps is None else ["--steps", self.arguments.steps]
        trained, seconds = self.network("trained", "--metrics", self.metrics, *steps)
        return {
            "seed": self.seed, "minutes": seconds / 60, "before": self.judge(untrained),
            "after": self.judge(trained),
        }


def table(results):
    """Markdown: a line for each seed, and the means."""
    lines = [
        "| seed | minutes | k-NN untrained | k-NN trained | linear untrained | linear trained |",
        "|---|---|---|---|---|---|",
    ]
    rows = [
        [r["minutes"], r["before"]["knn"], r["after"]["knn"], r["before"]["linear"], r["after"]["linear"]]
        for r in results
    ]
    for result, row in zip(results, rows):
        lines.append(f"| {result['seed']} | " + " | ".join(f"{value:.2f}" for value in row) + " |")
    means = [statistics.mean(column) for column in zip(*rows)]
    lines.append("| mean | " + " | ".join(f"{value:.2f}" for value in means) + " |")
    return "\n".join(lines), means[2] - means[1], means[4] - means[3]


def main():
    arguments = options()
    arguments.out.mkdir(parents=True, exist_ok=True)
    data = unpacked(arguments.data, arguments.out)
    runs = [Run(arguments, data, seed) for seed in arguments.seeds]
    results = []
    for run in runs:
        results.append(run.go())
        print(json.dumps(results[-1]), flush=True)
    text, neighbours, linear = table(results)
    gains = f"gain in points: k-NN {neighbours:+.2f}, linear {linear:+.2f}"
    print(f"\n{text}\n\n{gains}")
    (arguments.out / "cifar.md").write_text(f"{text}\n\n{gains}\n")
    (arguments.out / "cifar.json").write_text(json.dumps(results, indent=1) + "\n")
    runs[0].tool(
        "report", *(run.metrics for run in runs), "--svg", arguments.out / "cifar.svg")
    sys.exit(0 if neighbours >= LEAST_GAIN else 1)


if __name__ == "__main__":
    main()
