#!/usr/bin/env python3
"""Keeps the runs of fuzzing: Fuzz/results/log.jsonl, and its sums in docs/reliability.md.

Called by itself it writes the document anew from the log.
"""

import json
import subprocess
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
LOG = PACKAGE / "Fuzz" / "results" / "log.jsonl"
DOCUMENT = PACKAGE / "docs" / "reliability.md"
BEGIN, END = "<!-- fuzzing: written by ./dev fuzz -->", "<!-- end of fuzzing -->"
READS = {
    "npy": "NumPy arrays", "npz": "zip, NumPy archives", "pickle": "Python pickles",
    "torch-zip": "PyTorch, TorchScript", "torch-legacy": "PyTorch before 1.6",
    "safetensors": "safetensors", "msgpack": "Flax msgpack", "onnx": "ONNX, Protocol Buffers",
    "native-hdf5": "native HDF5 with good checksums",
    "hdf5-records": "what the process that reads foreign HDF5 says",
    "json": "indices of shards, sidecars, JSON", "dialect": "users' dialect files",
    "checkpoint": "trees of checkpoints, all dialects, inference", "picture": "JPEG and PNG",
}


def commit():
    """The commit of the checkout, with a plus where the readers are no longer its own."""
    def git(*words):
        return subprocess.run(["git", *words], cwd=PACKAGE, capture_output=True,
                              text=True).stdout.strip()
    changed = git("status", "--porcelain", "--", "Sources", "Fuzz/Sources", "schemas")
    return (git("rev-parse", "--short=12", "HEAD") or "unknown") + ("+" if changed else "")


def append(line):
    """Adds a run to the log."""
    LOG.parent.mkdir(exist_ok=True)
    with LOG.open("a") as log:
        log.write(json.dumps(line) + "\n")


def sentence(line):
    """A run in a line for people."""
    name, count = line["target"], f"{line['executions']:,} inputs in {line['seconds']} s"
    if "coverage" in line:
        count += f", {line['coverage']:,} edges, {line['features']:,} features"
    else:
        count += "".join(f", {line[key]:,} {key}" for key in OUTCOMES if key in line)
    findings = [f"\n  {finding['input'] or ''}: {finding['why']}" for finding in line["findings"]]
    return f"{name}: {count}, {len(findings)} findings" + "".join(findings)


OUTCOMES = ["refused", "verified", "same", "labelled", "silent"]


def total(runs, key):
    """The sum of a number over runs; lines that do not have it add nothing."""
    return sum(run.get(key, 0) for run in runs)


def minutes(runs):
    """Minutes of processor time, of the lines that have it: by the clock a busy machine looks diligent."""
    return f"{total(runs, 'processor_seconds') / 60:.1f}"


def tables(lines):
    """Two tables in Markdown: libFuzzer's runs by target, and the mutants by file."""
    result = ["", "| target | reads | runs | minutes of processor time | inputs | edges reached | findings |",
              "|---|---|---:|---:|---:|---:|---:|"]
    for target, reads in READS.items():
        runs = [line for line in lines if line["target"] == target]
        result.append(
            f"| `{target}` | {reads} | {len(runs)} | {minutes(runs)} | {total(runs, 'executions'):,}"
            f" | {max((run['coverage'] for run in runs), default=0):,}"
            f" | {sum(len(run['findings']) for run in runs)} |")
    fuzzed = [line for line in lines if "coverage" in line]
    result.append(f"| together | | {len(fuzzed)} | {minutes(fuzzed)} | {total(fuzzed, 'executions'):,} | |"
                  f" {sum(len(run['findings']) for run in fuzzed)} |")
    result += ["", "| file | mutants | refused when opened | refused by verification, which says what"
               " differs | the same | another label | silently another |",
               "|---|---:|---:|---:|---:|---:|---:|"]
    mutants = [line for line in lines if "silent" in line]
    for file in sorted({line["file"] for line in mutants}):
        runs = [line for line in mutants if line["file"] == file]
        counts = [total(runs, key) for key in ["executions", *OUTCOMES]]
        result.append(f"| `{file}` | " + " | ".join(f"{count:,}" for count in counts) + " |")
    return "\n".join(result) + "\n\n"


def document():
    """Writes the sums of the log into the document, if it has a place for them."""
    text = DOCUMENT.read_text()
    if BEGIN not in text or not LOG.exists():
        return
    lines = [json.loads(line) for line in LOG.read_text().splitlines()]
    before, rest = text.split(BEGIN)
    DOCUMENT.write_text(before + BEGIN + "\n" + tables(lines) + END + rest.split(END)[1])


if __name__ == "__main__":
    document()
