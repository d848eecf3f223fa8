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


def peak(record, precision):
    """GFLOP/s of the machine's best product of matrices."""
    return max(turn[precision] for turn in record["peak"])


def rounds(record):
    """How often each network's contestants ran."""
    counts = {}
    for s in record["samples"]:
        key = (s["network"], s["engine"], s["precision"], s["batch"])
        counts[key] = counts.get(key, 0) + 1
    most = {}
    for (network, *_), count in counts.items():
        most[network] = max(count, most.get(network, 0))
    return ", ".join(f"{NAMES[network]}: {count} round{'s' if count > 1 else ''}" for network, count in most.items())


READERS = {
    "byol-embed": "`byol-embed`", "torchvision": "Pillow and torchvision's transforms",
    "torchvision-v2": "Pillow and torchvision's transforms of tensors",
}


def pictures_a_second(record, reader):
    """Of one thread: the median over rounds of all pictures' time."""
    return median(len(turn[reader]) / sum(turn[reader]) for turn in record["reading"])


def small_tables(record):
    """Yields the lines of what is not a network."""
    if record["reading"]:
        yield from ["", "### Reading pictures", "", "JPEG files of a usual size, in the disk's cache, to what the"
                    " network sees (torchvision's evaluation), on one thread.", "", "| reader | images/s |", "|---|---:|"]
        for reader, title in READERS.items():
            yield f"| {title} | {pictures_a_second(record, reader):.0f} |"
    if record["start_up"]:
        yield from ["", "### Start", "", "| command | milliseconds, median | fastest |", "|---|---:|---:|"]
        for name in record["start_up"][0]:
            seconds = [second for turn in record["start_up"] for second in turn[name]]
            title = f"`{name} --version`" if name.startswith("byol") else f"`python -c '{name}'`"
            yield f"| {title} | {1000 * median(seconds):.0f} | {1000 * min(seconds):.0f} |"


def section(record):
    """The section."""
    loads = [s["load"] for s in record["samples"] if "load" in s]
    lines = ["## Inference", "",
             "Written by `python Benchmarks/inference.py`; the raw samples are in"
             f" `Benchmarks/results/inference.json`. {rounds(record)}, {record['threads']} threads,"
             " pictures of 224x224 in memory, the same weights in every engine; in each round every contestant runs"
             " once, in a process of its own. Images/s are the median of the rounds' medians. Processor time adds"
             " up the time of all threads: it is what an image costs where other programs take part of the machine."
             f" The load average during the run was {min(loads):.1f} to {max(loads):.1f}; one large product of"
             f" matrices reached {peak(record, 'float32'):.0f} GFLOP/s in float32 and"
             f" {peak(record, 'bfloat16'):.0f} in bfloat16.", ""]
    networks = [n for n in NAMES if any(s["network"] == n for s in record["samples"])]
    rows = [row for network in networks for row in goals(record, network)]
    rows += list(end_to_end_goals(record))
    lines += ["| what | goal | measured | |", "|---|---|---|---|"]
    lines += [f"| {what} | {goal} | {found} | {'met' if met else '**missed**'} |" for what, goal, found, met in rows]
    for network in networks:
        for precision in ("float32", "bfloat16"):
            lines += ["", f"### {NAMES[network]}, {precision}, images/s", "", *table(record, network, precision)]
            best = max((rate([s]) or 0) for s in record["samples"] if s["network"] == network
                       and s["engine"] == "byol-embed" and s["precision"] == precision)
            reached = best * GIGAFLOPS[network]
            lines += ["", f"Ours reaches {reached:.0f} GFLOP/s at best,"
                          f" {100 * reached / peak(record, precision):.0f} % of that product."]
    if record["end_to_end"]:
        lines += ["", "### Whole commands", "", "| command | pictures | seconds, median |", "|---|---:|---:|"]
        for key in record["end_to_end"][0]:
            samples = [turn[key] for turn in record["end_to_end"]]
            title = {"byol-embed": "`byol-embed`", "torch": "a PyTorch script"}[key.split("/")[1]]
            lines.append(f"| {title} | {samples[0]['pictures']} |"
                         f" {median(s['seconds'] for s in samples):.2f} |")
    lines += list(small_tables(record))
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
    if record["reading"]:
        ours = pictures_a_second(record, "byol-embed")
        best = max(READERS, key=lambda reader: pictures_a_second(record, reader) if reader != "byol-embed" else 0)
        share = ours / pictures_a_second(record, best)
        yield (f"pictures read by one thread, against the best ({READERS[best]})", "at least as good",
               f"{share:.2f} x", share >= 1)
