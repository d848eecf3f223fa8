"""BYOL training passes beside PyTorch's: images a second and peak memory, in one interleaved run.

training.py STEP [--rounds N] [--steps N] [--threads N] [--only WORD]: STEP is the program training-step
(swift build -c release --product training-step). Every round runs each contender once, so that what
else the machine does meets all of them. Prints a table of the best and the median over rounds, each
ratio to the fastest of PyTorch in the same precision, and the share of time by kind of layer.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys

NETWORKS = {"ResNet-50, 224": ("50", "16", "224"), "ResNet-18, 32": ("18", "128", "32")}
TORCH = pathlib.Path(__file__).with_name("training_torch.py")


def contenders(program, threads, steps, shape):
    for mode in ["eager", "compiled", "eager-bf16", "compiled-bf16"]:
        yield [sys.executable, str(TORCH), *shape, steps, mode, threads]
    for precision in ["float32", "bfloat16"]:
        yield [program, *shape, steps, precision, threads]


def is_half(name):
    return name.endswith(("bf16", "bfloat16"))


def table(network, runs):
    print(f"\n{network}")
    bests = {name: max(run["images_per_second"] for run in found) for name, found in runs.items()}
    for name, found in runs.items():
        rivals = [best for other, best in bests.items()
                  if other.startswith("torch") and is_half(other) == is_half(name)]
        rate = f"{bests[name] / max(rivals):.2f} of torch" if rivals else ""
        median = statistics.median(run["images_per_second"] for run in found)
        peak = max(run["peak_mib"] for run in found)
        print(f"  {name:24} best {bests[name]:7.2f}  median {median:7.2f} images/s  "
              f"peak {peak:5} MiB  {rate}")
    for name, found in runs.items():
        seconds = max(found, key=lambda run: run["images_per_second"]).get("seconds", {})
        for kind, value in seconds.items():
            print(f"    {name}: {kind:45} {100 * value / sum(seconds.values()):5.1f} %")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", default="3")
    parser.add_argument("--threads", default="2")
    parser.add_argument("--only", default="", help="only networks whose name has this word")
    options = parser.parse_args()
    for network, shape in NETWORKS.items():
        if options.only not in network:
            continue
        runs = {}
        for _ in range(options.rounds):
            for command in contenders(options.program, options.threads, options.steps, shape):
                done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
                run = json.loads(done.stdout.splitlines()[-1])
                runs.setdefault(run["name"], []).append(run)
        table(network, runs)


if __name__ == "__main__":
    main()
