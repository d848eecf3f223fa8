"""Makes the files of the folder `torch` beside it, with PyTorch 2.13: python make_torch.py"""

from pathlib import Path

import torch
from torch import nn

FOLDER = Path(__file__).parent / "torch"


class Net(nn.Module):
    """A module with tied weights, a buffer that is not kept, and a part that is None."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 1)
        self.bn = nn.BatchNorm2d(4)
        self.fc = nn.Sequential(nn.Linear(4, 2, bias=False), nn.ReLU())
        self.tied = self.fc[0]
        self.none = None
        self.register_buffer("passing", torch.ones(3), persistent=False)
        for number, tensor in enumerate(self.state_dict().values()):
            tensor.copy_(torch.arange(tensor.numel()).reshape(tensor.shape) + number)

    def forward(self, images):
        return self.fc(self.bn(self.conv(images)).mean((2, 3)))


def kinds():
    table = torch.arange(12.0).reshape(3, 4)
    six = torch.arange(6).reshape(2, 3)
    types = ["uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64"]
    return {
        "views": {
            "table": table, "same": table, "row": table[1], "transposed": table.t(),
            "every other": table[:, ::2], "spread": table[0, :1].expand(2, 3), "alias": table.view(3, 4),
        },
        "types": {name: six.to(getattr(torch, name)) for name in types} | {"bool": six % 2 == 1},
        "channels last": torch.arange(24.0).reshape(1, 2, 3, 4).to(memory_format=torch.channels_last),
        "parameter": nn.Parameter(table[:2].clone()),
        "empty": torch.zeros(0, 3), "scalar": torch.tensor(3), "size": table.shape,
        "device": torch.device("cpu"), "dtype": torch.float32, "values": [None, True, 1, -2**40, 0.5, "ä", (1, b"x")],
    }


def main():
    FOLDER.mkdir(exist_ok=True)
    net = Net()
    objects = {
        "kinds": kinds(), "module": net, "nested_module": {"model": net, "epoch": 3},
        "unsigned": {f"uint{bits}": torch.arange(6).to(getattr(torch, f"uint{bits}")) for bits in (16, 32, 64)},
        "sparse": {"s": torch.eye(2).to_sparse()}, "complex": {"c": torch.ones(2, dtype=torch.complex64)},
        "quantised": {"q": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8)},
        "negated": {"n": torch.imag(torch.ones(2, dtype=torch.complex64).conj())},
    }
    for name, value in objects.items():
        torch.save(value, FOLDER / f"{name}.pt")
    torch.save(objects["kinds"], FOLDER / "kinds_legacy.pt", _use_new_zipfile_serialization=False)
    torch.save({"a": torch.arange(3.0)}, FOLDER / "protocol5.pt", pickle_protocol=5)
    torch.save({"a": torch.arange(3.0)}, FOLDER / "legacy_protocol4.pt", pickle_protocol=4,
               _use_new_zipfile_serialization=False)
    torch.serialization.set_crc32_options(False)
    torch.save({"a": torch.arange(3.0)}, FOLDER / "no_checksums.pt")
    torch.serialization.set_crc32_options(True)
    torch.jit.script(net).save(FOLDER / "script.pt")


if __name__ == "__main__":
    main()
