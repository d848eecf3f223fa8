#!/usr/bin/env python3
"""Draws samples/images: 24 pictures of four shapes, 48 pixels a side, for a demonstration run.

    pip install numpy pillow && ./make_pictures.py
"""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

SIDE, SCALE = 48, 4  # drawn four times as large, then made smaller


def shape(draw, name, x, y, radius, turn, colour):
    """One shape about (x, y)."""
    if name == "circle":
        draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=colour)
    elif name == "cross":
        for angle in (turn, turn + np.pi / 2):
            dx, dy = radius * np.cos(angle), radius * np.sin(angle)
            draw.line([x - dx, y - dy, x + dx, y + dy], fill=colour, width=int(radius * 0.55))
    else:
        corners = {"square": 4, "triangle": 3}[name]
        angles = turn + 2 * np.pi * np.arange(corners) / corners
        draw.polygon([(x + radius * np.cos(a), y + radius * np.sin(a)) for a in angles], fill=colour)


def picture(name, random):
    """A shape of a random colour, place, size and turn on a shaded, noisy ground."""
    side = SIDE * SCALE
    near, far = random.integers(20, 235, (2, 3))
    share = np.linspace(0, 1, side)[:, None, None]
    ground = near * (1 - share) + far * share + random.normal(0, 8, (side, side, 1))
    image = Image.fromarray(np.clip(ground + np.zeros((side, side, 3)), 0, 255).astype(np.uint8))
    colour = tuple(int(255 - c) for c in (near + far) / 2 + random.integers(-40, 40, 3))
    x, y = side / 2 + random.uniform(-0.12, 0.12, 2) * side
    shape(ImageDraw.Draw(image), name, x, y, side * random.uniform(0.25, 0.36), random.uniform(0, 2 * np.pi), colour)
    return image.resize((SIDE, SIDE), Image.Resampling.BICUBIC)


def main():
    random = np.random.default_rng(2020)
    folder = Path(__file__).parent / "images"
    for name in ("circle", "cross", "square", "triangle"):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for number in range(1, 7):
            picture(name, random).save(folder / name / f"{number}.jpg", quality=85)


if __name__ == "__main__":
    main()
