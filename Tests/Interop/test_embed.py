"""byol-embed's files as NumPy and h5py read them, and its features and classes as PyTorch computes them."""

import importlib.util
import json
import subprocess

import numpy as np
import pytest
from native import PACKAGE, convert

SHARED = PACKAGE.parent / "shared"
STATE = SHARED / "fixtures/deepmind/tiny_haiku_byol.npz"
SAMPLES = sorted((SHARED / "images/imagenet-samples").glob("*.JPEG"))[:12]
# Evaluation as torchvision does it, so that Pillow can make the same pixels.
LIKE_TORCHVISION = [
    word for field in ("crop=resize-first", "filter=bilinear", "antialias=true", "jpeg_dct=accurate")
    for word in ("--set", "input." + field)
]  # fmt: skip

pytestmark = pytest.mark.skipif(not SAMPLES, reason="needs the pictures beside the checkout")


def embed(tools, output, *options, state=STATE):
    """Runs the tool on the pictures; its report."""
    command = [tools / "byol-embed", state, *SAMPLES, "--output", output, "--json", *options]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_numpy_and_h5py_read_the_same(tools, tmp_path):
    h5py = pytest.importorskip("h5py")
    options = ["--layer", "embedding", "--layer", "stage2/block0", "--top", "3"]
    report = embed(tools, tmp_path / "out.npz", *options)
    embed(tools, tmp_path / "out.h5", *options)
    arrays = np.load(tmp_path / "out.npz")
    assert report["layers"]["embedding"] == list(arrays["embedding"].shape)
    assert arrays["names"].tolist() == list(map(str, SAMPLES))
    assert arrays["stage2.block0"].ndim == 4
    with h5py.File(tmp_path / "out.h5") as file:
        assert set(file) == set(arrays)
        assert file["names"].asstr()[:].tolist() == arrays["names"].tolist()
        for name in set(arrays) - {"names"}:
            assert np.array_equal(file[name][()], arrays[name]), name
    embed(tools, tmp_path / "out.npy")
    assert np.array_equal(np.load(tmp_path / "out.npy"), arrays["embedding"])


def test_top_classes_are_numpys_on_the_logits(tools, tmp_path):
    report = embed(tools, tmp_path / "out.npz", "--layer", "logits", "--top", "4")
    arrays = np.load(tmp_path / "out.npz")
    logits = arrays["logits"].astype(np.float64)
    order = np.argsort(-logits, axis=1, kind="stable")[:, :4]
    share = np.exp(logits - logits.max(1, keepdims=True))
    share /= share.sum(1, keepdims=True)
    assert np.array_equal(arrays["top_classes"], order)
    np.testing.assert_allclose(arrays["top_probabilities"], np.take_along_axis(share, order, 1), rtol=1e-5)
    for row, picture in enumerate(report["classes"]):
        assert [found["position"] for found in picture["top"]] == order[row].tolist()


def test_names_of_classes_are_printed(tools, tmp_path):
    logits = embed(tools, tmp_path / "out.npz", "--layer", "logits")["layers"]["logits"][1]
    (tmp_path / "labels.txt").write_text("".join(f"the {n}th\n" for n in range(logits)))
    command = [tools / "byol-embed", STATE, SAMPLES[0], "--top", "2", "--labels", tmp_path / "labels.txt"]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    first = np.argmax(np.load(tmp_path / "out.npz")["logits"][0])
    assert f"the {first}th" in done.stdout


def knows_bfloat16(tools, folder):
    """Whether the build has oneDNN; without it the tool refuses, and says why."""
    command = [tools / "byol-embed", STATE, SAMPLES[0], "--output", folder / "half.npy", "--precision", "bfloat16"]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    assert done.returncode == 0 or (done.returncode == 3 and "bfloat16 needs oneDNN" in done.stderr)
    return done.returncode == 0


def test_features_are_pytorchs_on_pillows_pixels(tools, tmp_path):
    torch = pytest.importorskip("torch")
    image = pytest.importorskip("PIL.Image")
    export = tmp_path / "state.pth"
    convert(STATE, export, "--to", "torchvision")
    spec = importlib.util.spec_from_file_location("exported", f"{export}.model.py")
    exported = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(exported)
    network = exported.load(str(export)).eval()

    def see(path):
        """What `Resize(256)`, `CenterCrop(224)`, `ToTensor()` and `Normalize(...)` of torchvision do."""
        picture = image.open(path).convert("RGB")
        width, height = picture.size
        short, long = min(width, height), max(width, height)
        size = (256, 256 * long // short) if width <= height else (256 * long // short, 256)
        picture = picture.resize(size, image.Resampling.BILINEAR)
        left, top = (round((length - 224) / 2) for length in picture.size)
        pixels = np.asarray(picture.crop((left, top, left + 224, top + 224)), np.float32) / 255
        pixels = (pixels - np.float32([0.485, 0.456, 0.406])) / np.float32([0.229, 0.224, 0.225])
        return torch.from_numpy(pixels.transpose(2, 0, 1).copy())

    with torch.inference_mode():
        pictures = torch.stack([see(path) for path in SAMPLES])
        theirs = network(pictures).numpy()

    def distance(*options, state=STATE):
        embed(tools, tmp_path / "out.npy", *LIKE_TORCHVISION, *options, state=state)
        return np.linalg.norm(np.load(tmp_path / "out.npy") - theirs) / np.linalg.norm(theirs)

    assert distance() < 1e-4
    assert distance(state=export) < 1e-4
    if knows_bfloat16(tools, tmp_path):
        assert distance("--precision", "bfloat16") < 2e-2
    assert distance("--set", "encoder.padding=symmetric", "--set", "encoder.pool_padding=symmetric") > 1e-2
