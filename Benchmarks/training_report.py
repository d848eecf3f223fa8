"""Turns the raw samples of training.py into a section of BENCHMARKS.md."""

from statistics import median

# Images a second against the faster of PyTorch's, and memory against the same, in float32.
GOALS = {"ResNet-50, 224": (1.2, 0.7), "ResNet-18, 32": (1.05, 0.7)}


def is_half(name):
    return name.endswith(("bf16", "bfloat16"))


def rate(runs):
    return median(run["images_per_second"] for run in runs)


def peak(runs):
    return max(run["peak_mib"] for run in runs)


def rivals(found, name):
    """PyTorch's runs in the precision of `name`, the fastest first."""
    runs = [runs for other, runs in found.items() if other.startswith("torch") and is_half(other) == is_half(name)]
    return sorted(runs, key=rate, reverse=True)


def rounds(record):
    """How many rounds there are: `3 rounds`."""
    counts = sorted({len(runs) for found in record["networks"].values() for runs in found.values()})
    return " to ".join(map(str, counts)) + " rounds"


def goals(record):
    for network, found in record["networks"].items():
        for name, runs in found.items():
            theirs = rivals(found, name)
            if name.startswith("torch") or not theirs:
                continue
            speed, memory = GOALS[network] if not is_half(name) else (1.0, None)
            ratio = rate(runs) / rate(theirs[0])
            word = "met" if ratio >= speed else "**missed**"
            yield f"| {network}, {name}, images/s against the fastest PyTorch | at least {speed:g} x | {ratio:.2f} x | {word} |"
            if memory:
                ratio = peak(runs) / peak(theirs[0])
                word = "met" if ratio <= memory else "**missed**"
                yield f"| {network}, {name}, peak memory against the same | at most {memory:g} x | {ratio:.2f} x | {word} |"


def tables(record):
    for network, found in record["networks"].items():
        yield f"\n### {network}\n\n| | median images/s | best | peak MiB |\n|---|---:|---:|---:|"
        for name, runs in found.items():
            best = max(run["images_per_second"] for run in runs)
            yield f"| {name} | {rate(runs):.2f} | {best:.2f} | {peak(runs):,} |"
        for name, runs in found.items():
            seconds = max(runs, key=lambda run: run["images_per_second"]).get("seconds", {})
            if seconds:
                shares = ", ".join(
                    f"{kind} {100 * value / sum(seconds.values()):.0f} %" for kind, value in seconds.items())
                yield f"\n{name}, share of the time: {shares}."


def section(record):
    """The section, from what training.py kept."""
    machine = record["machine"]
    return "\n".join([
        "## Training",
        "",
        "Written by `Benchmarks/training.py`; the raw samples are in `Benchmarks/results/training.json`.",
        "",
        f"The passes of an update of BYOL on random pictures: the target on both views, the online network "
        f"forwards and backwards on each, without the optimiser on either side. {rounds(record)} "
        f"run every program once each, {record['steps']} updates a run, of which the best counts; the table has the "
        f"median over rounds. {record['threads']} threads, {machine['processor']}; load average "
        f"{min(record['load']):.1f} to {max(record['load']):.1f}.",
        "",
        "| what | goal | measured | |",
        "|---|---|---|---|",
        *goals(record),
        *tables(record),
        "",
    ])
