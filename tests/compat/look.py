"""Pictures of windows as NumPy arrays, and what can be said of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image


def read(path: Path) -> np.ndarray:
    """(height, width, 3) uint8, top row first."""
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


def write(picture: np.ndarray, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).save(path)


def colors(picture: np.ndarray) -> int:
    packed = picture.astype(np.uint32)
    return len(np.unique(packed[..., 0] << 16 | packed[..., 1] << 8 | packed[..., 2]))


def ground(picture: np.ndarray) -> np.ndarray:
    """(3,) uint8: the colour that most of its pixels have."""
    found, count = np.unique(picture.reshape(-1, 3), axis=0, return_counts=True)
    return found[count.argmax()]


def is_blank(picture: np.ndarray | None) -> bool:
    """Nothing, or one colour."""
    return picture is None or bool((picture == picture[0, 0]).all())


def same(one: np.ndarray | None, other: np.ndarray | None) -> bool:
    return one is not None and other is not None and one.shape == other.shape and bool((one == other).all())


def moved(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """(height, width) bool: the pixels that differ clearly; all of them for pictures of two sizes."""
    if one.shape != other.shape:
        return np.ones(one.shape[:2], bool)
    return np.abs(one.astype(np.int16) - other).max(-1) > 16


def difference(one: np.ndarray, other: np.ndarray) -> str:
    """How they differ, in words; "" when they are equal."""
    if one.shape != other.shape:
        return f"{one.shape[1]}x{one.shape[0]}, not {other.shape[1]}x{other.shape[0]}"
    places = np.argwhere((one != other).any(-1))
    if len(places) == 0:
        return ""
    (top, left), (bottom, right) = places.min(0), places.max(0)
    return f"{len(places)} pixels differ, from ({left}, {top}) to ({right}, {bottom})"
