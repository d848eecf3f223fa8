"""Measures conversion and inspection of a full-size checkpoint and writes BENCHMARKS.md.

usage: python Benchmarks/run.py [ROUNDS]        (`./dev bench` builds first; 7 rounds by default)

What is compared, and why:
  convert       byol-convert as it comes: hashes of the source, verification, probe, sync
  convert-bare  byol-convert without sync, verification and the source's hash
  convert-plain and without the probe: what the Python script does, and hashes of all tensors
  python        to_hdf5_with_h5py.py, the script that a user would write
  dd            the same bytes copied and synced: what the disk allows
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import machine
import measure
import report

PACKAGE = Path(__file__).resolve().parent.parent
TOOLS = PACKAGE / ".build" / "release"
WORK = PACKAGE / ".build-bench"
SOURCE = WORK / "resnet50.npz"
INSPECTIONS_A_ROUND = 3


def contestants(output):
    """Command of each contestant; all but `dd` read SOURCE and write `output`."""
    convert = [str(TOOLS / "byol-convert"), str(SOURCE), str(output), "--quiet"]
    bare = convert + ["--no-sync", "--no-verify", "--no-source-hash"]
    script = str(PACKAGE / "Benchmarks" / "to_hdf5_with_h5py.py")
    return {
        "convert": convert,
        "convert-bare": bare,
        "convert-plain": bare + ["--no-probe"],
        "python": [sys.executable, script, str(SOURCE), str(output)],
        "dd": ["dd", f"if={SOURCE}", f"of={output}", "bs=4M", "conv=fsync", "status=none"],
    }


def main(rounds=7):
    os.chdir(PACKAGE)
    environment = {k: v for k, v in os.environ.items() if k != "OPENBLAS_CORETYPE"}
    WORK.mkdir(exist_ok=True)
    if not SOURCE.exists():
        subprocess.run(
            [sys.executable, "Benchmarks/make_resnet50_state.py", str(SOURCE)], check=True)
    output, sample = WORK / "out.h5", WORK / "inspected.h5"
    commands = contestants(output)
    names = list(commands)

    sample.unlink(missing_ok=True)
    measure.run([str(TOOLS / "byol-convert"), str(SOURCE), str(sample), "--quiet"], environment)
    inspect = [str(TOOLS / "byol-inspect"), str(sample)]

    results = {name: [] for name in [*names, "inspect"]}
    for turn in range(rounds):
        for name in names[turn % len(names):] + names[:turn % len(names)]:
            output.unlink(missing_ok=True)
            os.sync()  # nobody pays for what another has left to be written
            results[name].append(measure.run(commands[name], environment).as_dict())
            seconds = results[name][-1]["seconds"]
            print(f"round {turn + 1}/{rounds}  {name:13} {seconds:.3f} s", flush=True)
        for _ in range(INSPECTIONS_A_ROUND):
            results["inspect"].append(measure.run(inspect, environment).as_dict())
    output.unlink(missing_ok=True)

    record = {
        "machine": machine.describe(),
        "rounds": rounds,
        "source_bytes": SOURCE.stat().st_size,
        "results": results,
    }
    folder = PACKAGE / "Benchmarks" / "results"
    folder.mkdir(exist_ok=True)
    (folder / "conversion.json").write_text(json.dumps(record, indent=1) + "\n")
    (PACKAGE / "BENCHMARKS.md").write_text(report.markdown(record))
    for what, goal, measured, met in report.goals(results):
        print(f"{'met   ' if met else 'MISSED'}  {what}: {measured} ({goal})")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
