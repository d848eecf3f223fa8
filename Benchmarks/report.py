"""Turns raw samples into BENCHMARKS.md: medians, spreads, and goals met or missed."""

from statistics import median

MEGABYTE = 1_000_000
KINDS = {
    "npz": ("npz (NumPy, stored)", 1.7),
    "pickle": ("pickle (dill, protocol 2)", 6),
    "torch": ("torch zip (Lightning checkpoint)", 4),
    "safetensors": ("safetensors", 1.7),
}
TITLES = {
    "full": "`byol-convert IN OUT.h5`, everything on",
    "bare": "`byol-convert --no-sync --no-verify --no-source-hash`",
    "script": "a Python script, no checks, no sync",
    "dd": "`dd bs=4M conv=fsync` of the output's bytes",
    "full-back": "`byol-convert OUT.h5 IN`, everything on",
    "bare-back": "the same, bare",
    "script-back": "a Python script, back",
}


def _seconds(samples):
    values = [sample["seconds"] for sample in samples]
    return median(values), min(values), max(values)


def _peak(samples, name):
    return max(sample[name] for sample in samples) / MEGABYTE


def goals(results):
    """Yields (what, goal, measured, met) of each goal."""
    time = {name: _seconds(samples)[0] for name, samples in results.items()}
    held = {name: _peak(samples, "held") for name, samples in results.items() if "/" in name}
    for kind, (title, factor) in KINDS.items():
        ratio = time[f"{kind}/script"] / time[f"{kind}/bare"]
        yield (f"{title} to h5, bare, against Python", f"at least {factor} x as fast",
               f"{ratio:.2f} x", ratio >= factor)
    for kind, (title, factor) in KINDS.items():
        ratio = time[f"{kind}/full"] / time[f"{kind}/dd"]
        yield (f"{title} to h5, everything on, against `dd`", "at most 1.25 x its time",
               f"{ratio:.2f} x", ratio <= 1.25)
    for kind, (title, _) in KINDS.items():
        peak = max(held[f"{kind}/{name}"] for name in ("full", "bare", "full-back", "bare-back"))
        yield f"memory, {title}, in and out", "at most 100 MB", f"{peak:.1f} MB", peak <= 100
    milliseconds = 1000 * time["inspect"]
    yield "inspection", "under 30 ms", f"{milliseconds:.1f} ms", milliseconds < 30
    peak = _peak(results["inspect"], "resident")
    yield "memory of inspection, mapped pages too", "under 30 MB", f"{peak:.1f} MB", peak < 30


def reasons(results, cores):
    """Yields why a goal is missed, in words, from the samples themselves."""
    missed = [what for what, _, _, met in goals(results) if not met]
    if any("against `dd`" in what for what in missed):
        processor, disk = (
            median(sample[field] for sample in results[name])
            for name, field in (("npz/full", "processor"), ("npz/dd", "seconds")))
        bare = median(sample["processor"] for sample in results["npz/bare"])
        yield (
            f"Everything on takes {processor:.1f} s of processor time from npz, so"
            f" {processor / cores:.1f} s at the least on {cores} cores, while this disk took the"
            f" bytes in {disk:.1f} s. Of that time {bare:.1f} s are the bare conversion; the rest are"
            " the SHA-256 of the source file and of its tensors, the SHA-256 of the file read again,"
            " the comparison with the source, and two engines. `fsync` runs beside the checks,"
            " so the disk is not what is waited for.")
    if any(what.startswith("pickle") and "Python" in what for what in missed):
        processor = median(sample["processor"] for sample in results["pickle/bare"])
        yield (
            f"From a pickle the bare conversion takes {processor:.1f} s of processor time: protocol 2"
            " keeps bytes as text, half as long again, which is decoded, hashed and put into the"
            " layout's order of axes.")
    if any("against Python" in what and not what.startswith("pickle") for what in missed):
        yield (
            "From formats that need no decoding the bare conversion is mostly the SHA-256 of every"
            " tensor, which the scripts do not take, and the system's copies into the file, which they"
            " take as well.")
    if any(what.startswith("memory") for what in missed):
        yield (
            "Memory beyond the goal is the largest decoded tensors, two at a time, beside the engine's"
            " weights.")


def markdown(record):
    """The whole document for a record as `run.py` makes it."""
    results, machine = record["results"], record["machine"]
    sizes = ", ".join(f"{kind} {size:,}" for kind, size in record["source_bytes"].items())
    lines = [
        "# Benchmarks",
        "",
        "Written by `./dev bench`; do not edit. The raw samples are in"
        " `Benchmarks/results/conversion.json`.",
        "",
        "A random ResNet-50 BYOL state (online, target, momentum: about 447 MB of tensors) goes from"
        f" each format to HDF5 and back. Bytes of the sources: {sizes}. The {record['rounds']} rounds"
        " run every command once each, in rotating order, with the source in the page cache, no"
        " output file and nothing left to write back. Seconds are wall time; *processor* adds up the"
        " time of all threads. Memory *held* is the largest RssAnon + RssShmem seen, sampled every"
        " 2 ms; *resident* adds the mapped pages of files (VmHWM), which the system takes back when it"
        " needs them. The scripts are `Benchmarks/scripts.py`.",
        "",
        "## Goals",
        "",
        "| what | goal | measured | |",
        "|---|---|---|---|",
    ]
    for what, goal, measured, met in goals(results):
        lines.append(f"| {what} | {goal} | {measured} | {'met' if met else '**missed**'} |")
    for reason in reasons(results, int(machine["cores"])):
        lines += ["", reason]
    for kind, (title, _) in KINDS.items():
        lines += ["", f"## {title[0].upper() + title[1:]}", ""] + table(
            {text: results[f"{kind}/{name}"] for name, text in TITLES.items()})
    lines += ["", "## Inspection", ""] + table({"`byol-inspect OUT.h5`": results["inspect"]})
    lines += ["", "## Machine", "", "| | |", "|---|---|"]
    lines += [f"| {name} | {value} |" for name, value in machine.items()]
    return "\n".join(lines) + "\n"


def table(rows):
    lines = [
        "| command | median, s | fastest | slowest | processor, s | held, MB | resident, MB | runs |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for title, samples in rows.items():
        middle, fastest, slowest = _seconds(samples)
        lines.append(
            f"| {title} | {middle:.3f} | {fastest:.3f} | {slowest:.3f} |"
            f" {median(sample['processor'] for sample in samples):.3f} |"
            f" {_peak(samples, 'held'):.1f} | {_peak(samples, 'resident'):.1f} | {len(samples)} |")
    return lines
