"""What Pillow and torchvision make of the pictures in `Tests/Fixtures/pictures`, against which the Swift tests
hold decoding, preprocessing and augmentation, is still what the installed versions make of them."""

import importlib.util

import numpy as np
import pytest
from native import PACKAGE

pytest.importorskip("torch")
pytest.importorskip("PIL")
if importlib.util.find_spec("torchvision") is None:
    pytest.skip("needs torchvision", allow_module_level=True)

FOLDER = PACKAGE / "Tests/Fixtures/pictures"


@pytest.fixture(scope="module")
def make():
    spec = importlib.util.spec_from_file_location("make_pictures", FOLDER / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_files_are_decoded_as_recorded(make):
    files = {path.name: path.read_bytes() for path in FOLDER.iterdir() if path.suffix in (".jpg", ".png")}
    made, recorded = make.decoded(files), np.load(FOLDER / "decoded.npz")
    assert sorted(made) == sorted(recorded.files)
    assert len(files) == 23
    for name, pixels in made.items():
        # libjpeg-turbo and libjpeg 9 may interpolate chroma differently; Pillow's wheels have the former.
        np.testing.assert_array_equal(pixels, recorded[name], err_msg=name)


def test_the_operations_give_what_is_recorded(make):
    made, recorded = make.operations(), np.load(FOLDER / "operations.npz")
    assert sorted(made) == sorted(recorded.files)
    for name, values in made.items():
        if values.dtype == np.uint8:
            np.testing.assert_array_equal(values, recorded[name], err_msg=name)
        else:
            np.testing.assert_allclose(values, recorded[name], atol=2e-6, err_msg=name)


def test_lightly_composes_the_operations_that_byol_names():
    """Order, probabilities and strengths of the augmentation `byol` are those of lightly's BYOLTransform."""
    import libraries

    libraries.torchvision()
    pytest.importorskip("lightly")
    from lightly.transforms.byol_transform import BYOLView1Transform, BYOLView2Transform

    for view, blur, solarize in [(BYOLView1Transform, 1.0, 0.0), (BYOLView2Transform, 0.1, 0.2)]:
        steps = view().transform.transforms
        names = [type(step).__name__ for step in steps]
        order = ["RandomResizedCrop", "RandomHorizontalFlip", "RandomApply", "RandomGrayscale", "GaussianBlur",
                 "RandomSolarization", "ToTensor"]  # fmt: skip
        assert [name for name in names if name in order] == order
        by_name = dict(zip(names, steps))
        crop, jitter = by_name["RandomResizedCrop"], by_name["RandomApply"].transforms[0]
        assert (crop.scale, crop.ratio) == ((0.08, 1.0), (3 / 4, 4 / 3))
        assert getattr(crop.interpolation, "value", crop.interpolation) == "bilinear"
        assert by_name["RandomApply"].p == 0.8
        assert [tuple(np.round(x, 6)) for x in (
            jitter.brightness, jitter.contrast, jitter.saturation, jitter.hue,
        )] == [(0.6, 1.4), (0.6, 1.4), (0.8, 1.2), (-0.1, 0.1)]  # fmt: skip
        assert by_name["RandomGrayscale"].p == 0.2
        assert (by_name["GaussianBlur"].prob, by_name["GaussianBlur"].sigmas) == (blur, (0.1, 2))
        assert by_name["RandomSolarization"].prob == solarize
