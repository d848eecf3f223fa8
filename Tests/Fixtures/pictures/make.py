#!/usr/bin/env python3
"""Small pictures, and what Pillow and torchvision make of them.

    pip install h5py numpy pillow torch torchvision && ./make.py [FOLDER]

Writes JPEG and PNG files of every kind that is decoded, `decoded.npz` with the pixels that Pillow's
`convert("RGB")` gives for each (after `exif_transpose` under `turned/`), and `operations.npz`: a picture, and
it resized and changed by the operations of Pillow and torchvision. The numbers that each name says are its
parameters; `Tests/ImagesTests` repeats them, `Tests/Interop/test_pictures.py` makes them again.
"""

import io
import struct
import sys
import zlib
from pathlib import Path

import h5py
import numpy as np
import torch
from PIL import Image, ImageFilter, ImageOps

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Interop"))
import libraries  # noqa: E402

libraries.torchvision()
from torchvision.transforms import InterpolationMode  # noqa: E402
from torchvision.transforms import functional as F  # noqa: E402

FILTERS = {"bilinear": InterpolationMode.BILINEAR, "bicubic": InterpolationMode.BICUBIC}


def drawn(width, height, seed=0):
    """A picture with smooth parts, edges and noise: [height, width, 3] bytes."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    waves = [np.sin(x / (3 + c)) * np.cos(y / (4 + c)) * 90 + 128 for c in range(3)]
    picture = np.stack(waves, -1) + random.normal(0, 12, (height, width, 3))
    picture[(x - width / 2) ** 2 + (y - height / 2) ** 2 < (height / 4) ** 2] = (230, 40, 20)
    picture[: height // 6] = (250, 250, 250)
    return np.clip(picture, 0, 255).astype(np.uint8)


def files():
    """Name to bytes of a file."""
    picture = Image.fromarray(drawn(45, 33))
    grey16 = (drawn(21, 15)[..., 0].astype(np.uint16) << 8) | 0x40
    result = {}

    def add(name, image, **options):
        target = io.BytesIO()
        image.save(target, format={"jpg": "JPEG", "png": "PNG"}[name[-3:]], **options)
        result[name] = target.getvalue()

    for name, sampling in [("444", 0), ("422", 1), ("420", 2)]:
        add(f"rgb{name}.jpg", picture, quality=80, subsampling=sampling)
    add("progressive.jpg", picture, quality=80, progressive=True)
    add("grey.jpg", picture.convert("L"), quality=80)
    add("cmyk.jpg", picture.convert("CMYK"), quality=80)
    for turn in range(2, 9):
        exif = Image.Exif()
        exif[0x0112] = turn
        add(f"turn{turn}.jpg", Image.fromarray(drawn(20, 12)), quality=70, exif=exif)
    add("rgb.png", picture)
    add("rgba.png", Image.fromarray(np.dstack([drawn(45, 33), drawn(45, 33, 1)[..., :1]])))
    add("grey.png", picture.convert("L"))
    add("grey-alpha.png", picture.convert("LA"))
    add("palette.png", picture.quantize(17))
    add("palette-clear.png", picture.quantize(5), transparency=2)
    add("bits.png", picture.convert("1"))
    add("gamma.png", picture, pnginfo=gamma())
    add("grey16.png", Image.fromarray(grey16))
    result["rgb16.png"] = png16(drawn(20, 12).astype(np.uint16) * 256 + drawn(20, 12, 1))
    return result


def png16(pixels):
    """A PNG file of 16 bits a channel, which Pillow does not write."""
    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)

    def chunk(name, content):
        return struct.pack(">I", len(content)) + name + content + struct.pack(
            ">I", zlib.crc32(name + content))

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def gamma():
    from PIL import PngImagePlugin

    info = PngImagePlugin.PngInfo()
    info.add(b"gAMA", (100000).to_bytes(4, "big"))
    return info


def decoded(files):
    result = {}
    for name, content in files.items():
        image = Image.open(io.BytesIO(content))
        if name == "grey16.png":  # Pillow saturates what is above 255; the upper byte is what is shown
            upper = (np.asarray(image) >> 8).astype(np.uint8)
            result[name] = np.stack([upper] * 3, -1)
            continue
        result[name] = np.asarray(image.convert("RGB"))
        if name.startswith("turn"):
            result["turned/" + name] = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    return result


def operations():
    picture = drawn(61, 47)
    image = Image.fromarray(picture)
    small = drawn(29, 23)
    tensor = torch.from_numpy(small).permute(2, 0, 1).float() / 255
    result = {"picture": picture, "small": small}
    for name, filter in FILTERS.items():
        for x, y, width, height, size in [(0, 0, 61, 47, 24), (7, 5, 40, 33, 24), (10, 20, 9, 13, 32)]:
            out = F.resized_crop(image, y, x, height, width, [size, size], filter)
            result[f"resized_crop/{name}_{x}_{y}_{width}_{height}_{size}"] = np.asarray(out)
        for size in (24, 56):
            for turn, source in [("wide", image), ("tall", image.transpose(Image.Transpose.ROTATE_90))]:
                out = F.center_crop(F.resize(source, [size * 256 // 224], filter), [size, size])
                result[f"evaluated/{name}_{turn}_{size}"] = np.asarray(out)
        floats = F.resized_crop(tensor, 2, 3, 19, 25, [11, 14], filter, antialias=True)
        result[f"resized_floats/{name}"] = floats.numpy()
    for factor in (0.6, 1.4):
        result[f"brightness/{factor}"] = F.adjust_brightness(tensor, factor).numpy()
        result[f"contrast/{factor}"] = F.adjust_contrast(tensor, factor).numpy()
        result[f"saturation/{factor}"] = F.adjust_saturation(tensor, factor).numpy()
    for turn in (-0.1, 0.07, 0.2):
        result[f"hue/{turn}"] = F.adjust_hue(tensor, turn).numpy()
    result["grey"] = F.rgb_to_grayscale(tensor, 3).numpy()
    result["solarized"] = F.solarize(tensor, 0.5).numpy()
    for taps, sigma in [(3, 1.0), (3, 2.0), (9, 0.1), (9, 1.3)]:
        result[f"blur/{taps}_{sigma}"] = F.gaussian_blur(tensor, [taps, taps], [sigma, sigma]).numpy()
    for sigma in (0.1, 0.5, 1.0, 1.7, 2.0, 4.0):
        result[f"pillow_blur/{sigma}"] = np.asarray(Image.fromarray(small).filter(ImageFilter.GaussianBlur(sigma)))
    # A whole view of lightly's: crop, flip, jitter, blur, solarize; by torchvision's operations on floats.
    for order in ([0, 1, 2, 3], [3, 1, 0, 2]):
        view = F.resized_crop(image, 5, 7, 33, 40, [16, 16], FILTERS["bilinear"])
        view = torch.from_numpy(np.array(view)).permute(2, 0, 1).float() / 255
        view = F.hflip(view)
        steps = [
            lambda x: F.adjust_brightness(x, 1.3), lambda x: F.adjust_contrast(x, 0.7),
            lambda x: F.adjust_saturation(x, 1.15), lambda x: F.adjust_hue(x, -0.08),
        ]
        for step in order:
            view = steps[step](view)
        result["view/" + "".join(map(str, order))] = F.solarize(view, 0.5).numpy()
    return result


def arrays(path):
    """Pictures in HDF5: compressed with labels, and as they are."""
    pictures = np.arange(180, dtype=np.uint8).reshape(3, 4, 5, 3)
    with h5py.File(path, "w") as file:
        file.create_dataset("images", data=pictures, compression="gzip", chunks=(1, 4, 5, 3))
        file["labels"] = np.array([1, 0, 1], np.int64)
        file["train/images"] = pictures


def write(folder):
    folder.mkdir(parents=True, exist_ok=True)
    made = files()
    for name, content in made.items():
        (folder / name).write_bytes(content)
    arrays(folder / "arrays.h5")
    np.savez_compressed(folder / "decoded.npz", **decoded(made))
    np.savez_compressed(folder / "operations.npz", **operations())


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
