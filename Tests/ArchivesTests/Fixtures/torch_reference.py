"""Says what PyTorch 2.13 reads of the genuine files: python torch_reference.py FOLDER > torch_reference.tsv

A line for each file: its name, the number of its tensors, and the SHA-256 of their list, which `--all`
prints too: name, type, shape, strides (of axes longer than 1), SHA-256 of the row-major bytes.
"""

import hashlib
import sys
import types
from pathlib import Path

import torch


def leaves(value, path=()):
    if isinstance(value, torch.Tensor):
        yield path, value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from leaves(part, (*path, key))
    elif isinstance(value, (list, tuple)):
        for key, part in enumerate(value):
            yield from leaves(part, (*path, key))


def digest(tensor):
    flat = tensor.detach().contiguous().reshape(-1)
    return hashlib.sha256(flat.view(torch.uint8).numpy().tobytes() if flat.numel() else b"").hexdigest()


def strides(tensor):
    pairs = zip(tensor.shape, tensor.stride())
    return ",".join(str(step) if length > 1 and tensor.numel() else "-" for length, step in pairs)


class AnyAttribute(type):
    """A class that has every attribute."""

    def __getattr__(cls, name):
        return None


def stand_in(module, name):
    """Makes a class that a file names and that is not installed."""
    sys.modules[module] = types.ModuleType(module)
    setattr(sys.modules[module], name, AnyAttribute(name, (), {"__module__": module}))


def main(folder):
    for module in ("mmengine", "mmengine.logging"):
        sys.modules[module] = types.ModuleType(module)
    stand_in("mmengine.logging.history_buffer", "HistoryBuffer")
    for path in sorted(Path(folder).iterdir()):
        if path.suffix not in (".pt", ".pth", ".ckpt", ".tar"):
            continue
        lines = []
        for keys, tensor in leaves(torch.load(path, weights_only=False)):
            shape = ",".join(map(str, tensor.shape))
            dtype = str(tensor.dtype).removeprefix("torch.")
            name = "/".join(map(str, keys))
            lines.append("\t".join([name, dtype, shape, strides(tensor), digest(tensor)]))
        print(path.name, len(lines), hashlib.sha256(("\n".join(lines) + "\n").encode()).hexdigest(), sep="\t")
        if "--all" in sys.argv:
            print(*lines, sep="\n")


if __name__ == "__main__":
    main(sys.argv[1])
