"""The section of BENCHMARKS.md on memory, from what bounds.py measured."""

MEGABYTE = 1_000_000
GIGABYTE = 1_000_000_000
TITLES = {
    "npz": "npz", "npy": "npy (an array of one object)", "pickle": "pickle (protocol 2)",
    "safetensors": "safetensors", "msgpack": "msgpack (Flax)", "torch": "torch zip (solo-learn)",
}


def section(record):
    """The section, for a record as bounds.py writes it."""
    lines = [
        "", "## Memory", "",
        "Written by `Benchmarks/bounds.py`; the raw samples are in `Benchmarks/results/bounds.json`.", "",
        f"The whole state of ResNet-200 2x (online, target, momentum; {record['state'] / GIGABYTE:.2f} GB as HDF5)"
        " goes out of HDF5 and back in, everything"
        " on, with `ulimit -v` at input + output + "
        f"{record['allowance'] / MEGABYTE:.0f} MB where it fits (*bound*), else without. *Held* is the largest RssAnon + RssShmem seen, *resident* adds"
        " mapped pages (VmHWM), which the system takes back when it needs them.", "",
        "| conversion | bound | held, MB | resident, MB | seconds |",
        "|---|---|---:|---:|---:|",
    ]
    for kind, result in record["results"].items():
        for direction, words in (("out", "HDF5 to {}"), ("in", "{} to HDF5")):
            sample = result[direction]
            lines.append(
                f"| {words.format(TITLES[kind])} | {'met' if sample['bounded'] else '**missed**'} |"
                f" {sample['held'] / MEGABYTE:.0f} | {sample['resident'] / MEGABYTE:.0f} |"
                f" {sample['seconds']:.0f} |")
    held = max(sample["held"] for result in record["results"].values() for sample in result.values())
    lines += ["", f"The most that one held is {held / MEGABYTE:.0f} MB. `ulimit -v` counts addresses, not memory:"
              " what misses the bound reserves more for its threads' heaps and for OpenBLAS' buffers than it"
              " uses. Measured while other programs ran: the seconds are no speed.",
              ""]
    return "\n".join(lines)
