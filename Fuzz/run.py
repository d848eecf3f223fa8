#!/usr/bin/env python3
"""Runs the fuzzing programs that `./dev fuzz` has built.

usage: Fuzz/run.py SECONDS [TARGET...] [--jobs N] [--seed N] [--mutants N]

Each target runs that many seconds, several at once. What it learns stays in .build-fuzz/corpus. A
finding (a crash, a report of AddressSanitizer, more than 2 s of processor time, more than 1 GB, an
error that is no sentence, a broken promise) is kept in .build-fuzz/findings/TARGET, and the target
begins anew. `native-hdf5-mutants` is not libFuzzer's: it changes one byte of a native file's metadata
at a time and makes the checksum good. Every run is a line of Fuzz/results/log.jsonl, of which
docs/reliability.md has the sums. Exit status 1 if there was a finding.
"""

import argparse
import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

import record
import seeds

PACKAGE = Path(__file__).resolve().parents[1]
WORK = PACKAGE / ".build-fuzz"
PROGRAMS = WORK / "build" / "release"
MUTANTS = "native-hdf5-mutants"
DICTIONARIES = {
    "npy": ["npy", "pickle"], "npz": ["zip", "npy"], "pickle": ["pickle"],
    "torch-zip": ["zip", "pickle"], "torch-legacy": ["pickle"], "safetensors": ["safetensors"],
    "msgpack": ["msgpack"], "onnx": ["onnx"], "native-hdf5": ["hdf5", "json"],
    "hdf5-records": ["hdf5-records"], "json": ["json"], "dialect": ["json", "dialect"],
    "checkpoint": [], "picture": ["picture"],
}
# Lists of edits are long from the first input on: libFuzzer would come to them after hours.
FLAGS = {"checkpoint": ["-len_control=0", "-max_len=512"]}
SLOW = 2  # seconds of processor time that no input may take, as FuzzSupport has it
MEMORY = 1024  # MB
RESTARTS = 20
STATISTIC = re.compile(r"stat::(\w+):\s+(\d+)")
COVERAGE = re.compile(r"cov: (\d+) ft: (\d+) corp: (\d+)")
WHY = re.compile(r"FINDING: .*|ERROR: (?:AddressSanitizer|libFuzzer): .*|Fatal error: .*")


def environment():
    """Sanitizers that stop at once, and no second process that prints Swift's backtraces.

    Leaks are not looked for: Swift's strings keep flags in the bits of their addresses, which a
    search for addresses does not recognise.
    """
    return os.environ | {
        "SWIFT_BACKTRACE": "enable=no",
        # Where memory was allocated is said by one frame: to keep more costs a quarter of all time.
        "ASAN_OPTIONS": "quarantine_size_mb=8:malloc_context_size=1:allocator_may_return_null=0"
                        ":handle_abort=1:detect_leaks=0",
    }


def dictionary(target):
    """The file with all of a target's magic words, or None."""
    words = [(PACKAGE / "Fuzz" / "dictionaries" / f"{name}.dict").read_text()
             for name in DICTIONARIES[target]]
    path = WORK / "dictionaries" / f"{target}.dict"
    path.parent.mkdir(parents=True, exist_ok=True)
    # Entries of several dictionaries may have the same name, which libFuzzer does not look at.
    path.write_text("\n".join(words))
    return path if words else None


def command(target, seconds, seed):
    """The command line of one run."""
    folders = [WORK / "corpus" / target, WORK / "seeds" / target]
    for folder in [*folders, WORK / "findings" / target]:
        folder.mkdir(parents=True, exist_ok=True)
    words = dictionary(target)
    return [
        PROGRAMS / f"fuzz-{target}", *folders, f"-max_total_time={seconds}", f"-seed={seed}",
        f"-artifact_prefix={WORK / 'findings' / target}/", "-timeout=300",
        "-report_slow_units=300", f"-rss_limit_mb={MEMORY + 256}",
        f"-malloc_limit_mb={MEMORY}", "-print_final_stats=1", *FLAGS.get(target, []), *([f"-dict={words}"] if words else []),
    ]


def run(command, *, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, variables={}, limit=None):
    """Runs a program to its end; returns its exit status and its seconds of processor time."""
    process = subprocess.Popen(
        command, env=environment() | variables, cwd=WORK, stdin=subprocess.DEVNULL, stdout=stdout,
        stderr=stderr,
        preexec_fn=limit and (lambda: resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))))
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, used.ru_utime + used.ru_stime


def processor_time(target, path):
    """Seconds of processor time of one input alone, by a program that has warmed up on nothing."""
    def measure(*inputs):
        return run([PROGRAMS / f"fuzz-{target}", *inputs], limit=60)[1]

    empty = WORK / "empty"
    empty.write_bytes(b"")
    return measure(path) - measure(empty)


def examine(target, before, words):
    """The findings among new artifacts.

    Inputs that are quick alone are dropped: the machine was slow, or they came first and paid for what
    later ones find ready.
    """
    folder = WORK / "findings" / target
    found = []
    for path in sorted(set(folder.iterdir()) - before):
        if path.name.startswith(("slow-unit", "timeout")) or "s of processor time" in words:
            seconds = processor_time(target, path)
            if seconds <= SLOW:
                path.unlink()
                continue
            found.append({"input": path.name, "why": f"{seconds:.1f} s of processor time"})
        else:
            found.append({"input": path.name, "why": words})
    return found


def fuzz(target, seconds, seed, commit):
    """Runs a target for its seconds, through findings; returns a line of the log."""
    line = {"target": target, "seed": seed, "commit": commit, "seconds": 0,
            "processor_seconds": 0, "executions": 0, "coverage": 0, "features": 0, "corpus": 0, "slowest_s": 0,
            "peak_mb": 0, "findings": []}
    logs = WORK / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    for attempt in range(RESTARTS):
        left = round(seconds - (time.monotonic() - start))
        if left < 1:
            break
        folder = WORK / "findings" / target
        before = set(folder.iterdir()) if folder.exists() else set()
        with (logs / f"{target}.log").open("w+b") as log:
            code, used = run(command(target, left, seed + attempt), stderr=log)
            log.seek(0)
            said = log.read().decode(errors="replace")
        numbers = dict(STATISTIC.findall(said))
        line["processor_seconds"] += used
        line["executions"] += int(numbers.get("number_of_executed_units", 0))
        line["slowest_s"] = max(line["slowest_s"], int(numbers.get("slowest_unit_time_sec", 0)))
        line["peak_mb"] = max(line["peak_mb"], int(numbers.get("peak_rss_mb", 0)))
        for values in COVERAGE.findall(said)[-1:]:
            line["coverage"], line["features"], line["corpus"] = map(int, values)
        why = WHY.search(said)
        kept = set(folder.iterdir()) - before
        line["findings"] += examine(target, before, why.group(0) if why else "it ended")
        if code == 0:
            break
        if not kept:  # it died before, or outside of, any input
            line["findings"].append(
                {"input": None, "why": why.group(0) if why else f"it ended with {code}"})
            break
    line["processor_seconds"] = round(line["processor_seconds"])
    line["seconds"] = round(time.monotonic() - start)
    return line


def mutate(count, seed, commit):
    """Runs the mutants of the native samples; returns a line of the log for each."""
    for path in sorted([*PACKAGE.glob("samples/*.h5"), *PACKAGE.glob("Fuzz/seeds/*.h5")]):
        start = time.monotonic()
        with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
            _, used = run([PROGRAMS / "fuzz-native-hdf5"], stdout=output, stderr=errors,
                          variables={"BYOL_MUTANTS": f"{count},{seed},{path}"})
            output.seek(0)
            errors.seek(0)
            lines, why = output.read().strip().splitlines(), WHY.search(errors.read())
        counts = json.loads(lines[-1]) if lines and lines[-1].startswith("{") else {}
        findings = [{"input": None, "why": text} for text in lines[:-1]]
        if not counts:
            findings.append({"input": None, "why": why.group(0) if why else "it ended"})
        yield {"target": MUTANTS, "seed": seed, "commit": commit,
               "file": str(path.relative_to(PACKAGE)), "executions": count,
               "seconds": round(time.monotonic() - start), "processor_seconds": round(used), **counts, "findings": findings}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("seconds", type=int)
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--seed", type=int, default=random.randrange(1, 1 << 31))
    parser.add_argument("--mutants", type=int, default=10_000)
    options = parser.parse_args()
    chosen = options.targets or [*DICTIONARIES, MUTANTS]
    for name in chosen:
        if name not in DICTIONARIES and name != MUTANTS:
            parser.error(f"no target is called {name}; there are {', '.join(DICTIONARIES)}, {MUTANTS}")

    commit = record.commit()  # of what was built, whatever is edited meanwhile
    found = seeds.collect(WORK / "seeds")
    print(f"seed {options.seed}; files to begin with: "
          + ", ".join(f"{name} {count}" for name, count in sorted(found.items())))
    lines, lock = [], Lock()

    def keep(line):
        with lock:
            lines.append(line)
            record.append(line)
            print(record.sentence(line), flush=True)

    with ThreadPoolExecutor(options.jobs) as pool:
        for number, name in enumerate(chosen):
            if name != MUTANTS:
                job = pool.submit(fuzz, name, options.seconds, options.seed + 1000 * number,
                                  commit)
                job.add_done_callback(lambda done: keep(done.result()))
    if MUTANTS in chosen:
        for line in mutate(options.mutants, options.seed, commit):
            keep(line)
    record.document()
    return 1 if any(line["findings"] for line in lines) else 0


if __name__ == "__main__":
    sys.exit(main())
