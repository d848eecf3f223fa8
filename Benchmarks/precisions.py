"""Trains the run of cifar.py in float32 and in bfloat16 and compares the losses.

usage: python Benchmarks/precisions.py CIFAR10 [--epochs 10] [--width 0.25] [--seeds 0] [--out FOLDER]

For each seed the same network goes over the same views in the same order in both precisions. Prints, for
each epoch, the mean loss of each and the largest difference of means over a fiftieth of an epoch, and the
accuracy by nearest neighbours at the end; writes FOLDER/precisions.md and FOLDER/precisions.svg.
"""

import json
import statistics

import cifar

PRECISIONS = ("float32", "bfloat16")


class Run(cifar.Run):
    """A seed in a precision."""

    def __init__(self, arguments, data, seed, precision):
        super().__init__(arguments, data, seed)
        self.precision = precision
        self.metrics = self.folder / f"seed{seed}-{precision}.jsonl"

    def go(self):
        self.metrics.unlink(missing_ok=True)
        path, seconds = self.network(
            self.precision, "--precision", self.precision, "--metrics", self.metrics,
            *([] if self.arguments.steps is None else ["--steps", self.arguments.steps]))
        lines = [json.loads(line) for line in self.metrics.read_text().splitlines()]
        losses = [line["loss"] for line in lines if "loss" in line]
        return {
            "seed": self.seed, "precision": self.precision, "minutes": seconds / 60, "losses": losses,
            "knn": self.accuracy(path, "knn"),
        }


def table(results, epochs):
    """Markdown: a line for each epoch of each seed, and one for the end."""
    lines = ["| seed | epoch | mean loss, float32 | bfloat16 | largest difference of means |", "|---|---|---|---|---|"]
    for first, second in zip(results[::2], results[1::2]):
        steps = len(first["losses"]) // epochs
        part = max(1, steps // 50)
        for epoch in range(epochs):
            pair = [run["losses"][epoch * steps:(epoch + 1) * steps] for run in (first, second)]
            parts = [[statistics.mean(losses[i:i + part]) for i in range(0, steps, part)] for losses in pair]
            largest = max(abs(a - b) for a, b in zip(*parts))
            lines.append(f"| {first['seed']} | {epoch + 1} | {statistics.mean(pair[0]):.4f} |"
                         f" {statistics.mean(pair[1]):.4f} | {largest:.4f} |")
        lines.append(f"| {first['seed']} | k-NN | {first['knn']:.2f} % | {second['knn']:.2f} % | |")
    return "\n".join(lines)


def main():
    arguments = cifar.options(__doc__, seeds=[0])
    arguments.out.mkdir(parents=True, exist_ok=True)
    data = cifar.unpacked(arguments.data, arguments.out)
    runs = [Run(arguments, data, seed, precision) for seed in arguments.seeds for precision in PRECISIONS]
    results = []
    for run in runs:
        results.append(run.go())
        print(run.precision, f"{results[-1]['minutes']:.2f} minutes", flush=True)
    text = table(results, arguments.epochs)
    print(f"\n{text}")
    (arguments.out / "precisions.md").write_text(text + "\n")
    (arguments.out / "precisions.json").write_text(json.dumps(results) + "\n")
    runs[0].tool("report", *(run.metrics for run in runs), "--svg", arguments.out / "precisions.svg")


if __name__ == "__main__":
    main()
