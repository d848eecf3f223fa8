"""BYOL training passes beside PyTorch's: images a second and peak memory, in one interleaved run.

training.py STEP [--rounds N] [--steps N] [--threads N] [--only WORD] [--add]: STEP is the program training-step
(swift build -c release --product training-step). Every round runs each contender once, so that what
else the machine does meets all of them; --add keeps the rounds measured before. Keeps the raw samples, and writes the section of BENCHMARKS.md:
images a second, each ratio to the fastest of PyTorch in the same precision, and time by kind of layer.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys

import document
import machine
import training_report

NETWORKS = {"ResNet-50, 224": ("50", "16", "224"), "ResNet-18, 32": ("18", "128", "32")}
TORCH = pathlib.Path(__file__).with_name("training_torch.py")
RESULTS = pathlib.Path(__file__).with_name("results") / "training.json"


def contenders(program, threads, steps, shape):
    for mode in ["eager", "compiled", "eager-bf16", "compiled-bf16"]:
        yield [sys.executable, str(TORCH), *shape, steps, mode, threads]
    for precision in ["float32", "bfloat16"]:
        yield [program, *shape, steps, precision, threads]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", default="3")
    parser.add_argument("--threads", default="2")
    parser.add_argument("--only", default="", help="only networks whose name has this word")
    parser.add_argument("--add", action="store_true", help="keep the rounds measured before")
    options = parser.parse_args()
    before, networks, commits, loads = os.getloadavg()[0], {}, [], []
    if options.add:
        kept = json.loads(RESULTS.read_text())
        if (kept["steps"], kept["threads"]) != (options.steps, options.threads):
            sys.exit(f"{RESULTS.name} has other --steps or --threads: leave out --add")
        networks, commits, loads = kept["networks"], kept["machine"]["commit"].split(", "), kept["load"]
    for network, shape in NETWORKS.items():
        if options.only not in network:
            continue
        runs = networks.setdefault(network, {})
        for _ in range(options.rounds):
            for command in contenders(options.program, options.threads, options.steps, shape):
                done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
                run = json.loads(done.stdout.splitlines()[-1])
                print(f"{network}: {run['name']} {run['images_per_second']:.2f} images/s", file=sys.stderr)
                runs.setdefault(run["name"], []).append(run)
    facts = machine.describe()
    facts["commit"] = ", ".join(dict.fromkeys([*commits, facts["commit"]]))
    record = {
        "machine": facts, "steps": options.steps, "threads": options.threads,
        "load": [*loads, before, os.getloadavg()[0]], "networks": networks,
    }  # fmt: skip
    RESULTS.write_text(json.dumps(record, indent=1) + "\n")
    document.write()
    print(training_report.section(record))


if __name__ == "__main__":
    main()
