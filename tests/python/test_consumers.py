"""PyTorch, JAX and CuPy on frames; each is skipped where it is not installed."""

from __future__ import annotations

import gc

import numpy as np
import offstage
import pytest
from offstage import Capture


def one_frame(scene, level=9, **options):
    with Capture(size=(4, 6), stack=2, **options) as capture:
        scene.gray(level)
        return capture.next()


def check_lease(capture, scene, take):
    """What a consumer holds is not written over, and comes back when it lets go."""
    scene.gray(50)
    tensor = take(capture.next())
    for level in (60, 70):
        scene.gray(level)
        with pytest.raises(offstage.BackPressure):
            capture.next()
    assert int(np.asarray(tensor).max()) == 50
    del tensor
    gc.collect()
    scene.gray(80)
    assert np.asarray(capture.next()).max() == 80


def test_jax(scene):
    jax = pytest.importorskip("jax", reason="JAX is not installed")
    for dtype in ("uint8", "float32", "float16", "bfloat16"):
        frame = one_frame(scene, dtype=dtype)
        array = jax.dlpack.from_dlpack(frame)
        assert (array.shape, str(array.dtype)) == ((2, 4, 6), dtype)
        assert float(array.astype("float32").mean()) == 9
    with Capture(size=(4, 6), stack=1, slots=1) as capture:
        check_lease(capture, scene, jax.dlpack.from_dlpack)


def test_torch(scene):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    for dtype in ("uint8", "float32", "float16", "bfloat16"):
        frame = one_frame(scene, dtype=dtype)
        tensor = torch.from_dlpack(frame)
        assert (tuple(tensor.shape), str(tensor.dtype)) == ((2, 4, 6), f"torch.{dtype}")
        assert float(tensor.float().mean()) == 9
        with Capture(size=(4, 6), stack=2, dtype=dtype) as capture:
            out = torch.zeros(capture.shape, dtype=tensor.dtype)
            scene.gray(11)
            capture.read(out)
            assert float(out.float().mean()) == 11
    with Capture(size=(4, 6), stack=1, slots=1) as capture:
        check_lease(capture, scene, torch.from_dlpack)


def test_cupy(scene):
    cupy = pytest.importorskip("cupy", reason="CuPy is not installed")
    try:
        frame = one_frame(scene, device="cuda")
    except offstage.OffstageError as error:
        pytest.skip(f"no CUDA capture here: {error}")
    for array in (cupy.from_dlpack(frame), cupy.asarray(frame)):
        assert float(array.mean()) == 9


def test_pillow(scene):
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    with Capture(size=None, stack=1, gray=False, layout="HWC") as capture:
        scene.show(10, 20, 30)
        picture = image.fromarray(np.asarray(capture.next()))
    assert picture.size == (64, 32) and picture.getpixel((5, 5)) == (10, 20, 30)
