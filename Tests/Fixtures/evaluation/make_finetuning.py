"""Writes finetuning.npz: two updates of a small ResNet and a linear classifier by PyTorch, in float64.

Needs numpy and torch. Run in this folder.
"""
import numpy as np
import torch
from torch import nn

torch.manual_seed(3)
torch.set_default_dtype(torch.float64)
CLASSES = 3


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv0 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn0 = nn.BatchNorm2d(outputs)
        self.conv1 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.shortcut = None
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.ModuleDict(
                dict(conv=nn.Conv2d(inputs, outputs, 1, stride, bias=False), bn=nn.BatchNorm2d(outputs))
            )

    def forward(self, x):
        y = self.bn1(self.conv1(self.bn0(self.conv0(x)).relu()))
        if self.shortcut is not None:
            x = self.shortcut.bn(self.shortcut.conv(x))
        return (x + y).relu()


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.ModuleDict(dict(conv=nn.Conv2d(3, 6, 3, 1, 1, bias=False), bn=nn.BatchNorm2d(6)))
        self.stage0 = nn.ModuleDict(dict(block0=Block(6, 6, 1)))
        self.stage1 = nn.ModuleDict(dict(block0=Block(6, 8, 2)))

    def forward(self, x):
        x = self.stem.bn(self.stem.conv(x)).relu()
        return self.stage1.block0(self.stage0.block0(x)).mean((2, 3))


encoder, head = Encoder(), nn.Linear(8, CLASSES)
for module in encoder.modules():
    if isinstance(module, nn.BatchNorm2d):
        nn.init.uniform_(module.weight, 0.5, 1.5)
        nn.init.normal_(module.bias, std=0.2)


def native(name):
    for norm in ("bn0", "bn1", "bn"):
        name = name.replace(f"{norm}.weight", f"{norm}.scale").replace(f"{norm}.bias", f"{norm}.offset")
    name = name.replace("running_mean", "mean").replace("running_var", "variance")
    return "online/encoder/" + name.replace(".", "/")


out = {}


def record(step):
    for name, value in encoder.state_dict().items():
        if not name.endswith("num_batches_tracked"):
            out[f"{step}/{native(name)}"] = value.numpy().copy()
    for name, value in head.state_dict().items():
        out[f"{step}/online/heads/linear/{name}"] = value.numpy().copy()


optimizer = torch.optim.SGD(
    [*encoder.parameters(), *head.parameters()], lr=0.1, momentum=0.9, nesterov=True, weight_decay=1e-3
)
rates = [0.1, 0.05]
out["rates"] = np.array(rates)
record("before")
for step, rate in enumerate(rates):
    pictures = torch.randn(6, 3, 8, 8)
    labels = torch.tensor([0, 1, 2, 2, 1, 0]).roll(step)
    optimizer.param_groups[0]["lr"] = rate
    loss = nn.functional.cross_entropy(head(encoder(pictures)), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    out[f"pictures{step}"] = pictures.numpy()
    out[f"labels{step}"] = labels.numpy().astype(np.int32)
    out[f"loss{step}"] = loss.detach().numpy()
record("after")
np.savez_compressed("finetuning.npz", **out)
