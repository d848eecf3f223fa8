"""The section of BENCHMARKS.md on memory, from what bounds.py measured."""

MEGABYTE = 1_000_000
GIGABYTE = 1_000_000_000
TITLES = {
    "hdf5": "HDF5", "npz": "npz", "npy": "npy (an array of one object)", "pickle": "pickle",
    "safetensors": "safetensors", "shards": "safetensors in shards of 1 GB", "msgpack": "msgpack (Flax)",
    "torch": "torch zip (solo-learn)", "torch-legacy": "torch before 1.6 (solo-learn)",
    "dill": "pickle of protocol 2, as DeepMind's (dill)", "onnx": "ONNX (the encoder)",
}
BOUNDS = {"met": "met", "missed": "**missed**", "without probe": "met, the probe left out or not repeated"}


def section(record):
    """The section, for a record as bounds.py writes it."""
    lines = [
        "", "## Memory", "",
        "Written by `Benchmarks/bounds.py`; the raw samples are in `Benchmarks/results/bounds.json`.", "",
        f"The whole state of ResNet-200 2x (online, target, momentum; {record['state'] / GIGABYTE:.2f} GB as HDF5)"
        " goes out of HDF5 and back in, everything on, with"
        f" `ulimit -v` at input + output + {record['allowance'] / MEGABYTE:.0f} MB (*bound*); what misses that"
        " runs once more without. *Held* is the largest RssAnon + RssShmem seen, *resident* adds mapped pages"
        " (VmHWM), which the system takes back when it needs them, *beside the files* is VmPeak without the"
        " input and the output, which are mapped.", "",
        "| conversion | bound | held, MB | resident, MB | addresses beside the files, MB | seconds |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for kind, result in record["results"].items():
        for direction, words in (("out", "HDF5 to {}"), ("in", "{} to HDF5")):
            if direction not in result:
                continue
            sample = result[direction]
            beside = sample["addresses"] - sample["input"] - sample["output"]
            lines.append(
                f"| {words.format(TITLES[kind])} | {BOUNDS[sample['bound']]} |"
                f" {sample['held'] / MEGABYTE:.0f} | {sample['resident'] / MEGABYTE:.0f} |"
                f" {beside / MEGABYTE:.0f} | {sample['seconds']:.0f} |")
    unmeasured = [TITLES[kind] for kind in TITLES if kind not in record["results"]]
    if unmeasured:
        lines += ["", f"Not measured yet: {', '.join(unmeasured)}."]
    held = max(sample["held"] for result in record["results"].values() for sample in result.values())
    lines += ["", f"The most that one held is {held / MEGABYTE:.0f} MB. Where addresses are limited, a tool starts"
              " anew with one heap for all threads and no threads of OpenBLAS', which alone would take the 400 MB;"
              " what still does not fit is refused in a sentence, or done without the probe, and said."
              " Measured while other programs ran: the seconds are no speed.",
              ""]
    return "\n".join(lines)
