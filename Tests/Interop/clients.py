"""What the tests of real clients share: DeepMind's small network, and when outputs agree."""

import numpy as np
import torch
from native import PACKAGE, SAMPLE
from networks import Sizes

TOLERANCE = 1e-5

# The shape of `samples/tiny_haiku_byol.npz`.
DEEPMIND = Sizes(
    bottleneck=True, blocks=(2, 1, 1, 1), width=0, stem=64, small_stem=False, hidden=32, predictor=32,
    out=16, classes=10, planes=(4, 8, 12, 16))  # fmt: skip


def deepminds_outputs():
    """What DeepMind's own code computes from the sample: pictures in 0 to 1, and arrays by name."""
    reference = dict(np.load(PACKAGE / "samples/tiny_haiku_byol.ref.npz"))
    return reference.pop("images_01"), reference


def normalised(pictures):
    """As DeepMind's network sees pictures of [N, 3, H, W]."""
    mean, std = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    mean, std = (np.array(values, np.float32).reshape(3, 1, 1) for values in (mean, std))
    return torch.from_numpy((pictures - mean) / std)


def assert_close(found, expected, what=""):
    """The largest difference is at most 1e-5 of the largest value."""
    found, expected = (np.asarray(values, np.float64) for values in (found, expected))
    assert found.shape == expected.shape, what
    error = np.abs(found - expected).max() / np.abs(expected).max()
    assert error <= TOLERANCE, f"{what}: {error:.1e}"


def sample_state():
    """DeepMind's arrays, by their own names."""
    return np.load(SAMPLE)
