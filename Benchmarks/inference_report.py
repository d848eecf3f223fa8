"""Turns the raw samples of inference.py into a section of BENCHMARKS.md."""

from statistics import median

TITLES = {
    "byol-embed": "`byol-embed --benchmark`", "onnxruntime": "onnxruntime", "openvino": "OpenVINO",
    "torch-eager": "PyTorch eager, channels_last", "torch-compiled": "PyTorch compiled, freezing",
}
GIGAFLOPS = {"resnet50": 8.2, "resnet200x2": 119.4}
NAMES = {"resnet50": "ResNet-50", "resnet200x2": "ResNet-200 2x"}


def rate(samples):
    """Images a second: the median of the processes' medians; None where none ran."""
    rates = [s["batch"] / median(s["seconds"]) for s in samples if "seconds" in s]
    return median(rates) if rates else None


def processor(samples):
    """Milliseconds of processor time an image."""
    costs = [1000 * median(s["processor_seconds"]) / s["batch"] for s in samples if "seconds" in s]
    return median(costs) if costs else None


def _cells(record, network, engine, precision):
    for batch in (1, 8, 32):
        found = [s for s in record["samples"] if (s["network"], s["engine"], s["precision"], s["batch"])
                 == (network, engine, precision, batch)]
        if not found:
            yield "", ""
            continue
        speed, cost = rate(found), processor(found)
        yield ("cannot", "") if speed is None else (f"{speed:.1f}", f"{cost:.1f}")


def table(record, network, precision):
    lines = ["| engine | batch 1 | 8 | 32 | processor ms an image, batch 1 | 8 | 32 |",
             "|---|---:|---:|---:|---:|---:|---:|"]
    for engine, title in TITLES.items():
        cells = list(_cells(record, network, engine, precision))
        if any(speed for speed, _ in cells):
            lines.append("| " + " | ".join([title, *(s for s, _ in cells), *(c for _, c in cells)]) + " |")
    return lines


def goals(record, network):
    """Yields what is reached of the best peer, at every batch and precision."""
    for precision in ("float32", "bfloat16"):
        for batch in (1, 8, 32):
            yield from _against(record, network, precision, batch, rate, max, "images/s",
                                lambda own, best: own / best)
            yield from _against(record, network, precision, batch, processor, min, "processor time",
                                lambda own, best: best / own)


def _against(record, network, precision, batch, measure, choose, what, advantage):
    values = {}
    for engine in TITLES:
        found = [s for s in record["samples"] if (s["network"], s["engine"], s["precision"], s["batch"])
                 == (network, engine, precision, batch)]
        if (value := measure(found)) is not None:
            values[engine] = value
    own = values.pop("byol-embed", None)
    if own is None or not values:
        return
    best = choose(values, key=values.get)
    share = advantage(own, values[best])
    yield (f"{NAMES[network]}, {precision}, batch {batch}: {what} against the best ({best})",
           "at least as good", f"{share:.2f} x", share >= 1)


def section(record):
    """The section."""
    loads = [s["load"] for s in record["samples"] if "load" in s]
    lines = ["## Inference", "",
             "Written by `python Benchmarks/inference.py`; the raw samples are in"
             f" `Benchmarks/results/inference.json`. {record['rounds']} rounds, {record['threads']} threads,"
             " pictures of 224x224 in memory, the same weights in every engine; in each round every contestant runs"
             " once, in a process of its own. Images/s are the median of the rounds' medians. Processor time adds"
             " up the time of all threads: it is what an image costs where other programs take part of the machine."
             f" The load average during the run was {min(loads):.1f} to {max(loads):.1f}; one large sgemm reached"
             f" {max(record['peak']):.0f} GFLOP/s.", ""]
    networks = [n for n in NAMES if any(s["network"] == n for s in record["samples"])]
    rows = [row for network in networks for row in goals(record, network)]
    rows += list(end_to_end_goals(record))
    lines += ["| what | goal | measured | |", "|---|---|---|---|"]
    lines += [f"| {what} | {goal} | {found} | {'met' if met else '**missed**'} |" for what, goal, found, met in rows]
    for network in networks:
        for precision in ("float32", "bfloat16"):
            lines += ["", f"### {NAMES[network]}, {precision}, images/s", "", *table(record, network, precision)]
        best = max((rate([s]) or 0) for s in record["samples"]
                   if s["network"] == network and s["engine"] == "byol-embed" and s["precision"] == "float32")
        reached = best * GIGAFLOPS[network]
        lines += ["", f"Ours reaches {reached:.0f} GFLOP/s in float32 at best,"
                      f" {100 * reached / max(record['peak']):.0f} % of that sgemm."]
    if record["end_to_end"]:
        lines += ["", "### Whole commands", "", "| command | pictures | seconds, median |", "|---|---:|---:|"]
        for key in record["end_to_end"][0]:
            samples = [turn[key] for turn in record["end_to_end"]]
            title = {"byol-embed": "`byol-embed`", "torch": "a PyTorch script"}[key.split("/")[1]]
            lines.append(f"| {title} | {samples[0]['pictures']} |"
                         f" {median(s['seconds'] for s in samples):.2f} |")
    versions = ", ".join(f"{name} {version}" for name, version in record["versions"].items())
    return "\n".join([*lines, "", f"Peers: {versions}."]) + "\n"


def end_to_end_goals(record):
    """Yields how much sooner the first feature is there than from a PyTorch script."""
    if not record["end_to_end"]:
        return
    def seconds(key):
        return median(turn[key]["seconds"] for turn in record["end_to_end"])
    ratio = seconds("first/torch") / seconds("first/byol-embed")
    yield ("time from command to first feature, against a PyTorch script", "at least 5 x as soon",
           f"{ratio:.1f} x", ratio >= 5)
