"""Measures conversion and inspection of full-size checkpoints and writes BENCHMARKS.md.

usage: python Benchmarks/run.py [ROUNDS]        (`./dev bench` builds first; 7 rounds by default)

Every format goes to HDF5 and back. What is compared, and why:
  full      byol-convert as it comes: hashes of the source, verification, probe, sync
  bare      byol-convert without sync, verification and the source's hash
  script    scripts.py, what a user would write in Python
  dd        the bytes of the output copied and synced: what the disk allows
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import document
import machine
import measure
import report

PACKAGE = Path(__file__).resolve().parent.parent
TOOLS = PACKAGE / ".build" / "release"
WORK = PACKAGE / ".build-bench"
SOURCES = {
    "npz": "resnet50.npz", "pickle": "resnet50.pkl", "torch": "resnet50.ckpt",
    "safetensors": "resnet50.safetensors",
}
BARE = ["--no-sync", "--no-verify", "--no-source-hash"]
INSPECTIONS_A_ROUND = 3


def make_sources():
    WORK.mkdir(exist_ok=True)
    state = WORK / SOURCES["npz"]
    if not state.exists():
        subprocess.run(
            [sys.executable, "Benchmarks/make_resnet50_state.py", str(state)], check=True)
    subprocess.run(
        [sys.executable, "Benchmarks/make_sources.py", str(state), str(WORK),
         str(TOOLS / "byol-convert")], check=True)


def contestants(kind):
    """Command, and the file it writes, of each contestant for the source of that kind."""
    convert = str(TOOLS / "byol-convert")
    script = [sys.executable, "Benchmarks/scripts.py"]
    source, output = WORK / SOURCES[kind], WORK / "out.h5"
    native, theirs = WORK / f"{kind}.h5", WORK / f"{kind}.script.h5"
    back = WORK / ("back" + source.suffix)
    full = [convert, str(source), str(output), "--quiet"]
    return {
        "full": (full, output),
        "bare": (full + BARE, output),
        "script": (script + [kind, str(source), str(output)], output),
        "dd": (["dd", f"if={native}", f"of={output}", "bs=4M", "conv=fsync", "status=none"], output),
        "full-back": ([convert, str(native), str(back), "--quiet"], back),
        "bare-back": ([convert, str(native), str(back), "--quiet"] + BARE, back),
        "script-back": (script + [kind + "-back", str(theirs), str(back)], back),
    }


def prepare(kind, environment):
    """The HDF5 files that go back: ours, and the script's own."""
    for name, target in (("full", f"{kind}.h5"), ("script", f"{kind}.script.h5")):
        command, output = contestants(kind)[name]
        output.unlink(missing_ok=True)
        measure.run(command, environment)
        output.replace(WORK / target)


def main(rounds=7):
    os.chdir(PACKAGE)
    environment = {k: v for k, v in os.environ.items() if k != "OPENBLAS_CORETYPE"}
    make_sources()
    results = {"inspect": []}
    for kind in SOURCES:
        prepare(kind, environment)
        commands = contestants(kind)
        names = list(commands)
        for turn in range(rounds):
            for name in names[turn % len(names):] + names[:turn % len(names)]:
                command, output = commands[name]
                output.unlink(missing_ok=True)
                os.sync()  # nobody pays for what another has left to be written
                sample = measure.run(command, environment).as_dict()
                results.setdefault(f"{kind}/{name}", []).append(sample)
                print(f"{kind:11} round {turn + 1}/{rounds}  {name:11} "
                      f"{sample['seconds']:.3f} s", flush=True)
                output.unlink(missing_ok=True)
                Path(f"{output}.byol.json").unlink(missing_ok=True)
    inspect = [str(TOOLS / "byol-inspect"), str(WORK / "npz.h5")]
    for _ in range(rounds * INSPECTIONS_A_ROUND):
        results["inspect"].append(measure.run(inspect, environment).as_dict())

    record = {
        "machine": machine.describe(),
        "rounds": rounds,
        "source_bytes": {kind: (WORK / name).stat().st_size for kind, name in SOURCES.items()},
        "results": results,
    }
    folder = PACKAGE / "Benchmarks" / "results"
    folder.mkdir(exist_ok=True)
    (folder / "conversion.json").write_text(json.dumps(record, indent=1) + "\n")
    document.write()
    for what, goal, measured, met in report.goals(results):
        print(f"{'met   ' if met else 'MISSED'}  {what}: {measured} ({goal})")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
