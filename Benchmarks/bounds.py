"""Converts the whole state of ResNet-200 2x in and out of every format, within a bound of memory.

usage: python Benchmarks/bounds.py [TOOLS] [KIND...]     (the release build and every kind by default)

Every conversion runs with everything on (hashes, verification, probe) and its address space limited
(`ulimit -v`) to the input, the output and 400 MB: files are mapped, so their size counts, and all
else must fit beside them. What is measured is the memory that it held (RssAnon + RssShmem), with the
mapped pages (VmHWM), and the most addresses that it had (VmPeak). What does not fit is run again
without the limit, and said; so is what fits only without its probe, or without repeating it. Nothing waits for the disk
(`--no-sync`). Results are in Benchmarks/results/bounds.json, the table in BENCHMARKS.md. It takes 15 GB
of disk.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import document
import machine
import measure

PACKAGE = Path(__file__).resolve().parent.parent
WORK = PACKAGE / ".build-bench"
RESULT = PACKAGE / "Benchmarks" / "results" / "bounds.json"
ALLOWANCE = 400_000_000
TO_TORCH = ("--to", "solo-learn", "--zero-biases")
# Name, what the converter is told besides the files, its size beside the HDF5 file's (not more than
# it has: a bound for more would say too little), and the directions that there are.
KINDS = {
    "hdf5": ("bounds-other.h5", (), 1, "out"),
    "npz": ("state.npz", (), 0.998, "out in"),
    "npy": ("state.npy", (), 0.998, "out in"),
    "pickle": ("state.pkl", (), 0.998, "out in"),
    "safetensors": ("state.safetensors", (), 0.998, "out in"),
    "shards": ("shards", ("--to", "native", "--shard-size", "1GB"), 0.998, "out in"),
    "msgpack": ("state.msgpack", (), 0.998, "out in"),
    "torch": ("state.ckpt", TO_TORCH, 0.95, "out in"),
    "torch-legacy": ("legacy.ckpt", (), 0.95, "in"),
    "dill": ("dill.pkl", (), 0.998, "in"),
    "onnx": ("state.onnx", (), 0.2, "out"),
}
# What Python writes: the script, the file that it reads, and what the converter is told to write it.
MADE = {
    "torch-legacy": ("make_legacy.py", "made.ckpt", TO_TORCH),
    "dill": ("make_dill.py", "made.npz", ()),
}


def bounded(command, limit):
    """The command, run by a shell that limits its address space to `limit` bytes."""
    return ["bash", "-c", f'ulimit -v {limit // 1024} && exec "$@"', "bash"] + [str(c) for c in command]


def size_of(path):
    """The bytes of a file, or of a directory's files."""
    if path.is_dir():
        return sum(size_of(part) for part in path.iterdir())
    return path.stat().st_size


def remove(*paths):
    for path in paths:
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def convert(tool, source, output, options, estimate):
    """Runs one conversion within its bound; a dictionary of what it took.

    The output's size is not known before: `estimate` bytes of it are counted, and what misses that bound
    is tried again with the true size.
    """
    environment = {k: v for k, v in os.environ.items() if k != "OPENBLAS_CORETYPE"}
    environment["SWIFT_BACKTRACE"] = "enable=no"
    command = [tool, source, output, "--json", "--force", "--no-sync", *options]
    heard = []

    def attempt(output_size):
        limit = size_of(source) + output_size + ALLOWANCE
        try:
            return measure.run(bounded(command, limit), environment, heard), limit
        except SystemExit as failure:
            print(f"over the bound: {failure}", flush=True)
            return None, limit

    remove(output)
    sample, limit = attempt(estimate)
    if sample is None:
        free = measure.run([str(word) for word in command], environment)
        sample, limit = attempt(size_of(output))
    verdict = "missed" if sample is None else "met"
    if any("no probe was recorded" in text or "not repeated" in text for text in heard):
        verdict = "without probe"
    size = size_of(output)
    if estimate > size:
        raise SystemExit(f"{output.name} has {size} bytes: a bound for {estimate} says too little")
    return (sample or free).as_dict() | {
        "input": size_of(source), "output": size, "limit": limit, "bound": verdict}


def measured(tool, kind, state):
    """Out of HDF5 into the kind, and back."""
    name, options, share, directions = KINDS[kind]
    other, back = WORK / name, WORK / "bounds-back.h5"
    result = {}
    if "out" in directions:
        result["out"] = convert(tool, state, other, options, int(size_of(state) * share))
    else:
        script, source, words = MADE[kind]
        subprocess.run([tool, state, WORK / source, *words, "--quiet", "--force", "--no-sync"], check=True)
        subprocess.run([sys.executable, PACKAGE / "Benchmarks" / script, WORK / source, other], check=True)
        remove(*WORK.glob(f"{source}*"))
    if "in" in directions:
        result["in"] = convert(tool, other, back, (), int(size_of(state) * min(share, 0.998)))
    remove(back, other, *WORK.glob(f"{name}.*"))
    return result


def main(tools, kinds):
    tool = tools / "byol-convert"
    WORK.mkdir(exist_ok=True)
    state, source = WORK / "bounds.h5", WORK / "bounds.npz"
    if not state.exists():
        subprocess.run([sys.executable, "Benchmarks/make_whole_state.py", str(source)], cwd=PACKAGE, check=True)
        subprocess.run([tool, source, state, "--quiet", "--no-sync"], check=True)
        source.unlink()
    record = json.loads(RESULT.read_text()) if RESULT.exists() else {"results": {}}
    record |= {"machine": machine.describe(), "allowance": ALLOWANCE, "state": state.stat().st_size}
    for kind in kinds or KINDS:
        record["results"][kind] = measured(tool, kind, state)
        for direction, sample in record["results"][kind].items():
            print(f"{kind:12} {direction:4} {sample['bound']}: {sample['held'] / 1e6:.0f} MB held, "
                  f"{sample['seconds']:.0f} s", flush=True)
        RESULT.write_text(json.dumps(record, indent=1) + "\n")
    document.write()


if __name__ == "__main__":
    folder = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else PACKAGE / ".build" / "release"
    main(folder, sys.argv[2:])
