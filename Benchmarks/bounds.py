"""Converts the whole state of ResNet-200 2x in and out of every format, within a bound of memory.

usage: python Benchmarks/bounds.py [TOOLS] [KIND...]     (the release build and every kind by default)

Every conversion runs with everything on (hashes, verification, probe) and its address space limited
(`ulimit -v`) to the input, the output and 400 MB: files are mapped, so their size counts, and all
else must fit beside them. What is measured is the memory that it held (RssAnon + RssShmem), with the
mapped pages (VmHWM). What does not fit is run again without the limit, and said. Results are in
Benchmarks/results/bounds.json, the table in BENCHMARKS.md. It takes 15 GB of disk.
"""

import json
import os
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
# Name, and what the converter is told besides the files.
KINDS = {
    "npz": ("state.npz", []),
    "npy": ("state.npy", []),
    "pickle": ("state.pkl", []),
    "safetensors": ("state.safetensors", []),
    "msgpack": ("state.msgpack", []),
    "torch": ("state.ckpt", ["--to", "solo-learn", "--zero-biases"]),
}


def bounded(command, limit):
    """The command, run by a shell that limits its address space to `limit` bytes."""
    return ["bash", "-c", f'ulimit -v {limit // 1024} && exec "$@"', "bash"] + [str(c) for c in command]


def convert(tool, source, output, options, estimate):
    """Runs one conversion within its bound; a dictionary of what it took.

    The output's size is not known before: `estimate` bytes of it are counted.
    """
    output.unlink(missing_ok=True)
    limit = source.stat().st_size + estimate + ALLOWANCE
    environment = {k: v for k, v in os.environ.items() if k != "OPENBLAS_CORETYPE"}
    environment["SWIFT_BACKTRACE"] = "enable=no"
    command = [tool, source, output, "--quiet", "--force"] + options
    try:
        sample, is_bounded = measure.run(bounded(command, limit), environment), True
    except SystemExit as failure:
        print(f"over the bound: {failure}", flush=True)
        sample, is_bounded = measure.run([str(word) for word in command], environment), False
    size = output.stat().st_size
    if estimate > size:
        raise SystemExit(f"{output.name} has {size} bytes: a limit for {estimate} says too little")
    return sample.as_dict() | {
        "input": source.stat().st_size, "output": size, "limit": limit, "bounded": is_bounded}


def measured(tool, kind, state, values):
    """Out of HDF5 into the kind, and back."""
    name, options = KINDS[kind]
    other, back = WORK / name, WORK / "bounds-back.h5"
    # Torch files have no room for running statistics' counters and the like.
    out = convert(tool, state, other, options, values * (95 if kind == "torch" else 100) // 100)
    into = convert(tool, other, back, [], other.stat().st_size * (60 if kind == "pickle" else 100) // 100)
    for path in (other, back, *WORK.glob(f"{name}.*")):
        path.unlink(missing_ok=True)
    return {"out": out, "in": into}


def main(tools, kinds):
    tool = tools / "byol-convert"
    WORK.mkdir(exist_ok=True)
    state, source = WORK / "bounds.h5", WORK / "bounds.npz"
    if not state.exists():
        subprocess.run([sys.executable, "Benchmarks/make_whole_state.py", str(source)], cwd=PACKAGE, check=True)
        subprocess.run([tool, source, state, "--quiet"], check=True)
        source.unlink()
    values = state.stat().st_size * 998 // 1000
    record = json.loads(RESULT.read_text()) if RESULT.exists() else {"results": {}}
    record |= {"machine": machine.describe(), "allowance": ALLOWANCE, "state": state.stat().st_size}
    for kind in kinds or KINDS:
        record["results"][kind] = measured(tool, kind, state, values)
        for direction, sample in record["results"][kind].items():
            print(f"{kind:12} {direction:4} {sample['held'] / 1e6:.0f} MB held, {sample['seconds']:.0f} s", flush=True)
        RESULT.write_text(json.dumps(record, indent=1) + "\n")
    document.write()


if __name__ == "__main__":
    folder = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else PACKAGE / ".build" / "release"
    main(folder, sys.argv[2:])
