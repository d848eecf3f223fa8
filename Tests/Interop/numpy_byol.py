#!/usr/bin/env python3
"""BYOL's networks in plain NumPy, from a state under haiku's names, right or wrong on purpose.

Independent of the Swift engines and of their im2col: a convolution here is a sum over the taps of
its kernel, NHWC, float64. Every entry of `CASES` spoils one thing that a program reading such a
state may get wrong; the diagnosis has to find it from the outputs alone.

    numpy_byol.py make FOLDER       writes network.npz (a small random state), references.npz
    numpy_byol.py check STATE REF   compares with DeepMind's own outputs (infer_*.npz)
"""

import sys
from pathlib import Path

import numpy as np

MEAN = np.array([0.485, 0.456, 0.406])
STD = np.array([0.229, 0.224, 0.225])

# What `references.npz` holds: the right outputs, and one set for each of these.
CASES = {
    "right": {},
    "padding-symmetric": {"padding": "symmetric"},
    "pool-symmetric": {"pool": "symmetric"},
    "eps-1e-3": {"eps": 1e-3},
    "eps-1e-6": {"eps": 1e-6},
    "stride-first": {"stride_at": 0},
    "normalised-never": {"normalise": "never"},
    "normalised-twice": {"normalise": "twice"},
    "bytes": {"normalise": "bytes"},
    "bytes-normalised": {"normalise": "bytes-normalised"},
    "bgr": {"order": "bgr"},
    "bgr-before": {"order": "bgr-before"},
    "kernels-transposed": {"kernels": "transposed"},
    "hidden": {"statistics": "hidden"},
    "training": {"statistics": "batch"},
    "stem-pad-2": {"stem_pad": 2},
    "padding-and-eps": {"padding": "symmetric", "eps": 1e-3},
    "bgr-and-bytes": {"order": "bgr", "normalise": "bytes"},
    "transposed-and-hidden": {"kernels": "transposed", "statistics": "hidden"},
    "leaky": {"leak": 0.1},
    "no-offsets": {"offsets": False},
}


def window(length, kernel, stride, rule):
    """(pixels before, pixels after, positions) of a window along an axis."""
    if rule == "same":
        count = -(-length // stride)
        total = max((count - 1) * stride + kernel - length, 0)
        return total // 2, total - total // 2, count
    pad = (kernel - 1) // 2 if rule == "symmetric" else rule
    return pad, pad, (length + 2 * pad - kernel) // stride + 1


def padded(x, kernel, stride, rule, value):
    """x with its edges, and the positions along both axes."""
    top, bottom, rows = window(x.shape[1], kernel, stride, rule)
    left, right, columns = window(x.shape[2], kernel, stride, rule)
    edges = ((0, 0), (top, bottom), (left, right), (0, 0))
    return np.pad(x, edges, constant_values=value), rows, columns


def taps(x, kernel, stride, rows, columns):
    """The pixels under each tap of the kernel: (dy, dx, [N, rows, columns, C])."""
    for dy in range(kernel):
        for dx in range(kernel):
            yield dy, dx, x[
                :, dy : dy + stride * (rows - 1) + 1 : stride,
                dx : dx + stride * (columns - 1) + 1 : stride,
            ]  # fmt: skip


class Network:
    """One branch of a state, `online` or `target`, and what is done wrong with it."""

    def __init__(self, state, branch="online", **wrong):
        self.params = subtree(state, f"{branch}_params/")
        self.state = subtree(state, f"{branch}_state/")
        self.net = next(k for k in self.params if "initial_conv" in k).split("/")[0]
        self.wrong = wrong
        self.stages = {}

    def conv(self, x, name, stride=1, rule=None):
        weight = self.params[f"{self.net}/~/{name}/w"].astype(np.float64)
        if self.wrong.get("kernels") == "transposed":
            weight = weight.transpose(1, 0, 2, 3)
        kernel = weight.shape[0]
        rule = self.wrong.get("padding", "same") if rule is None else rule
        x, rows, columns = padded(x, kernel, stride, rule, 0)
        return sum(
            part @ weight[dy, dx] for dy, dx, part in taps(x, kernel, stride, rows, columns)
        )

    @staticmethod
    def channels(array):
        """A vector; float64, since float32 + eps would be rounded to float32."""
        return array.reshape(-1).astype(np.float64)

    def norm(self, x, name):
        axes = tuple(range(x.ndim - 1))
        statistics = self.wrong.get("statistics", "average")
        if statistics == "batch":
            mean, variance = x.mean(axes), x.var(axes)
        else:
            mean = self.channels(self.state[f"{name}/~/mean_ema/{statistics}"])
            variance = self.channels(self.state[f"{name}/~/var_ema/{statistics}"])
        scale = self.channels(self.params[f"{name}/scale"])
        offset = self.channels(self.params[f"{name}/offset"]) * self.wrong.get("offsets", True)
        return (x - mean) / np.sqrt(variance + self.wrong.get("eps", 1e-5)) * scale + offset

    def relu(self, x):
        return np.where(x > 0, x, x * self.wrong.get("leak", 0))

    def pool(self, x):
        rule = self.wrong.get("pool", self.wrong.get("padding", "same"))
        x, rows, columns = padded(x, 3, 2, rule, -np.inf)
        return np.maximum.reduce([part for _, _, part in taps(x, 3, 2, rows, columns)])

    def block(self, x, name, stride):
        """A residual block of version 1 or 2."""
        layers = 3 if f"{self.net}/~/{name}/~/conv_2/w" in self.params else 2
        stride_at = self.wrong.get("stride_at", 1 if layers == 3 else 0)
        strides = [stride if layer == stride_at else 1 for layer in range(layers)]
        has_shortcut = f"{self.net}/~/{name}/~/shortcut_conv/w" in self.params
        side = x
        if self.is_version_2:
            for layer in range(layers):
                x = self.relu(self.norm(x, f"{self.net}/~/{name}/~/batchnorm_{layer}"))
                if layer == 0 and has_shortcut:
                    side = self.conv(x, f"{name}/~/shortcut_conv", stride)
                x = self.conv(x, f"{name}/~/conv_{layer}", strides[layer])
            return x + side
        for layer in range(layers):
            x = self.conv(x, f"{name}/~/conv_{layer}", strides[layer])
            x = self.norm(x, f"{self.net}/~/{name}/~/batchnorm_{layer}")
            x = self.relu(x) if layer < layers - 1 else x
        if has_shortcut:
            side = self.conv(side, f"{name}/~/shortcut_conv", stride)
            side = self.norm(side, f"{self.net}/~/{name}/~/shortcut_batchnorm")
        return self.relu(x + side)

    @property
    def is_version_2(self):
        return f"{self.net}/~/final_batchnorm/scale" in self.params

    def encode(self, x):
        x = self.conv(x, "initial_conv", 2, self.wrong.get("stem_pad"))
        self.stages["stem/conv"] = x
        if not self.is_version_2:
            x = self.relu(self.norm(x, f"{self.net}/~/initial_batchnorm"))
        x = self.stages["stem/pool"] = self.pool(x)
        for stage in range(4):
            for block in range(99):
                name = f"block_group_{stage}/~/block_{block}"
                if f"{self.net}/~/{name}/~/conv_0/w" not in self.params:
                    break
                x = self.block(x, name, 2 if stage > 0 and block == 0 else 1)
                self.stages[f"stage{stage}/block{block}"] = x
        if self.is_version_2:
            x = self.relu(self.norm(x, f"{self.net}/~/final_batchnorm"))
        return x.mean((1, 2))

    def linear(self, x, name):
        return x @ self.params[f"{name}/w"].astype(np.float64) + self.params.get(f"{name}/b", 0)

    def perceive(self, x, name):
        x = self.relu(self.norm(self.linear(x, f"{name}/linear"), f"{name}/batch_norm"))
        return self.linear(x, f"{name}/linear_1")

    def run(self, x):
        """Outputs for what the first convolution sees, [N, H, W, 3]."""
        embedding = self.encode(x)
        projection = self.perceive(embedding, "projector")
        return {
            "embedding": embedding,
            "projection": projection,
            "prediction": self.perceive(projection, "predictor"),
            "logits": self.linear(embedding, "classifier"),
        }


def seen(pictures, normalise="once", order="rgb"):
    """What the first convolution sees of pictures in 0 to 1, rightly or wrongly prepared."""
    if order == "bgr-before":
        pictures = pictures[..., ::-1]
    once = (pictures - MEAN) / STD
    result = {
        "once": once,
        "never": pictures,
        "twice": (once - MEAN) / STD,
        "bytes": pictures * 255,
        "bytes-normalised": (pictures * 255 - MEAN) / STD,
    }[normalise]
    return result[..., ::-1] if order == "bgr" else result


def subtree(arrays, prefix):
    return {k[len(prefix) :]: v for k, v in arrays.items() if k.startswith(prefix)}


def random_state(generator):
    """A small state of the form that DeepMind's experiment has, with its statistics measured."""
    state = {}

    def normal(*shape, scale):
        return (generator.normal(size=shape) * scale).astype(np.float32)

    def add_norm(name, shape):
        state[f"online_params/{name}/scale"] = 1 + normal(*shape, scale=0.2)
        state[f"online_params/{name}/offset"] = normal(*shape, scale=0.3)

    def add_conv(name, kernel, before, after):
        scale = 0.2 / np.sqrt(kernel * kernel * before)
        state[f"online_params/net/~/{name}/w"] = normal(
            kernel, kernel, before, after, scale=scale
        )

    def add_linear(name, before, after, bias):
        state[f"online_params/{name}/w"] = normal(before, after, scale=0.2 / np.sqrt(before))
        if bias:
            state[f"online_params/{name}/b"] = normal(after, scale=0.1)

    width = 8
    add_conv("initial_conv", 7, 3, width)
    add_norm("net/~/initial_batchnorm", (1, 1, 1, width))
    for stage, channels in enumerate([16, 24, 32, 32]):
        for block in range(2 if stage == 0 else 1):
            name = f"block_group_{stage}/~/block_{block}/~"
            inner = channels // 4
            sizes = [(1, width, inner), (3, inner, inner), (1, inner, channels)]
            for layer, (kernel, before, after) in enumerate(sizes):
                add_conv(f"{name}/conv_{layer}", kernel, before, after)
                add_norm(f"net/~/{name}/batchnorm_{layer}", (1, 1, 1, after))
            if block == 0:
                add_conv(f"{name}/shortcut_conv", 1, width, channels)
                add_norm(f"net/~/{name}/shortcut_batchnorm", (1, 1, 1, channels))
            width = channels
    for head, before in [("projector", width), ("predictor", 8)]:
        add_linear(f"{head}/linear", before, 12, bias=True)
        add_norm(f"{head}/batch_norm", (1, 12))
        add_linear(f"{head}/linear_1", 12, 8, bias=False)
    add_linear("classifier", width, 5, bias=True)
    state = {k.replace("/net/", "/res_net50/"): v for k, v in state.items()}
    measure(state, generator)
    return state


def measure(state, generator):
    """Adds running statistics as they are after six updates on noise."""

    class Measuring(Network):
        def norm(self, x, name):
            axes = tuple(range(x.ndim - 1))
            shape = self.params[f"{name}/scale"].shape
            for kind, value in [("mean", x.mean(axes)), ("var", x.var(axes))]:
                place = f"online_state/{name}/~/{kind}_ema"
                average = (value * generator.uniform(0.8, 1.2, value.shape)).reshape(shape)
                state[f"{place}/average"] = average.astype(np.float32)
                state[f"{place}/hidden"] = (average * (1 - 0.9**6)).astype(np.float32)
                state[f"{place}/counter"] = np.array(6, np.int32)
            return super().norm(x, name)

    pictures = seen(generator.uniform(size=(8, 32, 32, 3)))
    Measuring(state, statistics="batch").run(pictures)


def make(folder):
    generator = np.random.default_rng(20200613)
    state = random_state(generator)
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / "network.npz", **state)
    # Smooth pictures: noise alone would average padding's traces away.
    waves = generator.uniform(0.5, 4, (2, 2, 3))
    rows, columns = np.meshgrid(np.arange(32) / 32, np.arange(32) / 32, indexing="ij")
    pictures = np.stack([
        np.stack([
            np.sin(2 * np.pi * (waves[n, 0, c] * rows + waves[n, 1, c] * columns + c / 3))
            for c in range(3)
        ], -1) for n in range(2)
    ])  # fmt: skip
    pictures = np.round((pictures + 1) * 127.5) / 255
    once = seen(pictures).astype(np.float32)
    pictures = once * STD + MEAN
    references = {"input": once.transpose(0, 3, 1, 2)}
    for name, wrong in CASES.items():
        preparation = {k: wrong[k] for k in ("normalise", "order") if k in wrong}
        network = Network(state, **{k: v for k, v in wrong.items() if k not in preparation})
        for output, values in network.run(seen(pictures, **preparation)).items():
            references[f"{name}/{output}"] = values.astype(np.float32)
        if name == "eps-1e-3":
            for stage, values in network.stages.items():
                values = values.transpose(0, 3, 1, 2)
                references[f"{name}/act/{stage}"] = values.astype(np.float32)
    np.savez_compressed(folder / "references.npz", **references)


def check(state, reference):
    """Compares the right network with DeepMind's outputs; the worst error, and its place."""
    state, reference = np.load(state), np.load(reference)
    worst = (0.0, "")
    for data in "abcd":
        for branch in ("online", "target"):
            outputs = Network(state, branch).run(seen(reference[f"{data}/images_01"]))
            for output, values in outputs.items():
                key = f"{data}/{branch}/eval/{output}"
                error = np.abs(values - reference[key]).max() / np.abs(reference[key]).max()
                worst = max(worst, (float(error), key))
    return worst


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["make", folder]:
            make(Path(folder))
        case ["check", state, reference]:
            error, key = check(state, reference)
            print(f"{error:.1e} at {key}")
            sys.exit(error > 1e-5)
        case _:
            sys.exit(__doc__)
