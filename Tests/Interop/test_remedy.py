"""`OUT.model.py` computes what the weights were trained to, where the output's own class does not."""

import importlib.util

import numpy as np
import pytest
from native import PACKAGE, convert

torch = pytest.importorskip("torch")
pytest.importorskip("safetensors")
nn, F = torch.nn, torch.nn.functional

FIXTURES = PACKAGE.parent / "shared/fixtures/deepmind"
NAMES = ["tiny_haiku_byol", "tiny_haiku_byol_basicblock"]

pytestmark = pytest.mark.skipif(not FIXTURES.exists(), reason="needs the fixtures beside the checkout")


class Plain(nn.Module):
    """torchvision's ResNet as it is: symmetric padding, of the sizes that a state has."""

    class Block(nn.Module):
        def __init__(self, state, place, stride):
            super().__init__()
            self.layers = 3 if f"{place}.conv3.weight" in state else 2
            at = self.layers - 2  # the stride is at the 3x3 of a bottleneck, at the first of two 3x3
            for n in range(self.layers):
                out, into, kernel, _ = state[f"{place}.conv{n + 1}.weight"].shape
                setattr(self, f"conv{n + 1}", nn.Conv2d(
                    into, out, kernel, stride if n == at else 1, kernel // 2, bias=False))  # fmt: skip
                setattr(self, f"bn{n + 1}", nn.BatchNorm2d(out))
            side = state.get(f"{place}.downsample.0.weight")
            self.downsample = side is not None and nn.Sequential(
                nn.Conv2d(side.shape[1], side.shape[0], 1, stride, bias=False), nn.BatchNorm2d(side.shape[0]))

        def forward(self, x):
            y = x
            for n in range(1, self.layers + 1):
                y = getattr(self, f"bn{n}")(getattr(self, f"conv{n}")(y))
                y = F.relu(y) if n < self.layers else y
            return F.relu(y + (self.downsample(x) if self.downsample else x))

    def __init__(self, state):
        super().__init__()
        out, into, kernel, _ = state["conv1.weight"].shape
        self.conv1 = nn.Conv2d(into, out, kernel, 2, kernel // 2, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.stages = 0
        while f"layer{self.stages + 1}.0.conv1.weight" in state:
            self.stages += 1
            blocks = len({k.split(".")[1] for k in state if k.startswith(f"layer{self.stages}.")})
            setattr(self, f"layer{self.stages}", nn.Sequential(*(
                self.Block(state, f"layer{self.stages}.{b}", 2 if b == 0 and self.stages > 1 else 1)
                for b in range(blocks))))  # fmt: skip

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        for n in range(1, self.stages + 1):
            x = getattr(self, f"layer{n}")(x)
        return x.mean((2, 3))


def module_of(path):
    """`OUT.model.py`, imported."""
    spec = importlib.util.spec_from_file_location("remedy", f"{path}.model.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def references(name):
    """Pictures as the first convolution sees them, and DeepMind's own embeddings."""
    numbers = np.load(FIXTURES / f"infer_{name}.npz")
    for case in sorted({key.split("/")[0] for key in numbers.files if key.endswith("/images_norm")}):
        pictures = numbers[f"{case}/images_norm"].transpose(0, 3, 1, 2)
        yield torch.from_numpy(np.ascontiguousarray(pictures)), numbers[f"{case}/online/eval/embedding"]


def error(found, expected):
    """max|a - b| / max|b|."""
    return float(np.abs(found.detach().numpy() - expected).max() / np.abs(expected).max())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("dialect", "file"), [
    ("torchvision", "net.safetensors"), ("torchvision", "net.pth"), ("solo-learn", "net.ckpt"),
    ("solo-learn", "net.safetensors")])  # fmt: skip
def test_the_module_is_right_and_the_plain_class_is_not(name, dialect, file, tmp_path):
    output = convert(FIXTURES / f"{name}.npz", tmp_path / file, "--to", dialect, "--zero-biases")
    remedy = module_of(output)
    encoder = remedy.load()
    state = {key: tensor for key, tensor in encoder.state_dict().items()}
    plain = Plain(state)
    plain.load_state_dict(state, strict=True)
    plain.eval()
    checked = 0
    for pictures, expected in references(name):
        assert error(encoder(pictures), expected) < 1e-5
        assert error(plain(pictures), expected) > 1e-2
        checked += 1
    assert checked >= 3


def test_only_padding_separates_them(tmp_path):
    """The plain class is a fair opponent: with symmetric padding both agree."""
    output = convert(
        FIXTURES / "tiny_haiku_byol.npz", tmp_path / "net.safetensors", "--to", "torchvision",
        "--set", "encoder.padding=symmetric", "--set", "encoder.pool_padding=symmetric",
        "--set", "bn.eps=0.003")  # fmt: skip
    encoder = module_of(output).load()
    plain = Plain(encoder.state_dict())
    plain.load_state_dict(encoder.state_dict(), strict=True)
    plain.eval()
    for module in plain.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eps = 0.003
    pictures = torch.randn(2, 3, 61, 45)
    assert torch.allclose(encoder(pictures), plain(pictures), rtol=1e-5, atol=1e-6)


def test_a_name_that_is_missing_is_an_error(tmp_path):
    output = convert(
        FIXTURES / "tiny_haiku_byol.npz", tmp_path / "net.pth", "--to", "torchvision")
    remedy = module_of(output)
    state = torch.load(output, weights_only=True)
    del state["layer1.0.bn1.running_mean"]
    torch.save(state, output)
    with pytest.raises(RuntimeError, match="running_mean"):
        remedy.load()
