"""Turns raw samples into BENCHMARKS.md: medians, spreads, and goals met or missed."""

from statistics import median

MEGABYTE = 1_000_000
TITLES = {
    "convert": "`byol-convert IN.npz OUT.h5`, everything on",
    "convert-bare": "`byol-convert --no-sync --no-verify --no-source-hash`",
    "convert-plain": "the same with `--no-probe`",
    "python": "the same datasets by a Python script (NumPy, h5py), no checks, no sync",
    "dd": "`dd bs=4M conv=fsync` of the source's bytes",
    "inspect": "`byol-inspect OUT.h5`",
}


def _seconds(samples):
    values = [sample["seconds"] for sample in samples]
    return median(values), min(values), max(values)


def _peak(samples, name):
    return max(sample[name] for sample in samples) / MEGABYTE


def goals(results):
    """Yields (what, goal, measured, met) of each goal."""
    time = {name: _seconds(samples)[0] for name, samples in results.items()}
    held = {name: _peak(samples, "held") for name, samples in results.items()}
    ratio = time["convert"] / time["dd"]
    yield "full conversion against `dd`", "at most 1.25 x its time", f"{ratio:.2f} x", ratio <= 1.25
    ratio = time["python"] / time["convert-bare"]
    yield "bare conversion against Python", "at least 1.7 x as fast", f"{ratio:.2f} x", ratio >= 1.7
    for name, title in (("convert", "full conversion"), ("convert-bare", "bare conversion")):
        peak = held[name]
        yield f"memory of the {title}", "at most 100 MB", f"{peak:.1f} MB", peak <= 100
    milliseconds = 1000 * time["inspect"]
    yield "inspection", "under 30 ms", f"{milliseconds:.1f} ms", milliseconds < 30
    peak = _peak(results["inspect"], "resident")
    yield "memory of inspection, mapped pages too", "under 30 MB", f"{peak:.1f} MB", peak < 30


def reasons(results, cores):
    """Yields why a goal is missed, in words, from the samples themselves."""
    missed = {what for what, _, _, met in goals(results) if not met}
    processor = {
        name: median(sample["processor"] for sample in samples) for name, samples in results.items()}
    if "full conversion against `dd`" in missed:
        least = processor["convert"] / cores
        yield (
            f"Everything on takes {processor['convert']:.1f} s of processor time, so {least:.1f} s at"
            f" the least on {cores} cores, while this disk took the bytes in"
            f" {_seconds(results['dd'])[0]:.1f} s. Of that time {processor['convert-bare']:.1f} s are"
            " the bare conversion; the rest are the SHA-256 of the source file and of its tensors,"
            " the SHA-256 of the file read again, the comparison with the source, and the second"
            " engine. `fsync` runs beside the checks, so the disk is not what is waited for.")


def markdown(record):
    """The whole document for a record as `run.py` makes it."""
    results, machine = record["results"], record["machine"]
    lines = [
        "# Benchmarks",
        "",
        "Written by `./dev bench`; do not edit. The raw samples are in"
        " `Benchmarks/results/conversion.json`.",
        "",
        f"A random ResNet-50 BYOL state, {record['source_bytes']:,} bytes as a stored npz, goes to"
        f" HDF5. The {record['rounds']} rounds run every command once each, in rotating order, with"
        " the source in the page cache, no output file and nothing left to write back. Seconds are"
        " wall time; *processor* adds up the time of all threads. Memory *held* is the largest"
        " RssAnon + RssShmem seen, sampled every 2 ms; *resident* adds the mapped pages of files"
        " (VmHWM), which the system takes back when it needs them.",
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
    lines += [
        "",
        "## Measurements",
        "",
        "| command | median, s | fastest | slowest | processor, s | held, MB | resident, MB | runs |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for name, title in TITLES.items():
        samples = results[name]
        middle, fastest, slowest = _seconds(samples)
        lines.append(
            f"| {title} | {middle:.3f} | {fastest:.3f} | {slowest:.3f} |"
            f" {median(sample['processor'] for sample in samples):.3f} |"
            f" {_peak(samples, 'held'):.1f} | {_peak(samples, 'resident'):.1f} | {len(samples)} |")
    lines += ["", "## Machine", "", "| | |", "|---|---|"]
    lines += [f"| {name} | {value} |" for name, value in machine.items()]
    return "\n".join(lines) + "\n"
