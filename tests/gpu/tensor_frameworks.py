"""Frames of a pyglet window as tensors of what is installed: plain CUDA by ctypes, torch, cupy, jax. Prints "NAME: ok" or what
is wrong, compared with glReadPixels. Run under Offstage."""

from __future__ import annotations

import ctypes
import importlib.util
import sys

import numpy as np
import pyglet

import offstage

WIDTH, HEIGHT, FRAMES = 320, 240, 20
libcuda = ctypes.CDLL("libcuda.so.1")
libcuda.cuMemcpyDtoH_v2.argtypes = [ctypes.c_void_p, ctypes.c_uint64, ctypes.c_size_t]
libcuda.cuStreamSynchronize.argtypes = [ctypes.c_void_p]


def start_cuda() -> None:
    context = ctypes.c_void_p()
    assert libcuda.cuInit(0) == 0 and libcuda.cuDevicePrimaryCtxRetain(ctypes.byref(context), 0) == 0
    assert libcuda.cuCtxSetCurrent(context) == 0


def by_hand(frame: offstage.Frame) -> np.ndarray:
    """As __cuda_array_interface__ asks: what follows on its stream sees the frame."""
    told = frame.__cuda_array_interface__
    assert frame.__dlpack_device__()[0] == 2 and told["strides"] is None
    out = np.empty(told["shape"], dtype=told["typestr"])
    assert libcuda.cuStreamSynchronize(told.get("stream") or 1) == 0
    assert libcuda.cuMemcpyDtoH_v2(out.ctypes.data, told["data"][0], out.nbytes) == 0
    return out


def by_torch(frame: offstage.Frame) -> np.ndarray:
    import torch

    return torch.from_dlpack(frame).cpu().numpy()


def by_torch_on_a_stream(frame: offstage.Frame) -> np.ndarray:
    import torch

    stream = torch.cuda.Stream()
    with torch.cuda.stream(stream):
        tensor = torch.from_dlpack(frame).clone()
    stream.synchronize()
    return tensor.cpu().numpy()


def by_cupy(frame: offstage.Frame) -> np.ndarray:
    import cupy

    return cupy.from_dlpack(frame).get()


def by_jax(frame: offstage.Frame) -> np.ndarray:
    import jax

    return np.asarray(jax.dlpack.from_dlpack(frame))


def draw(random: np.random.Generator) -> np.ndarray:
    """A picture, and its RGB, top row first, as GL gives it."""
    gl = pyglet.gl
    gl.glEnable(gl.GL_SCISSOR_TEST)
    for _ in range(20):
        x, y, width, height = (int(value) for value in random.integers(0, WIDTH, 4))
        gl.glScissor(x, y % HEIGHT, width, height)
        gl.glClearColor(*(float(value) for value in random.random(3)), 1.0)
        gl.glClear(gl.GL_COLOR_BUFFER_BIT)
    gl.glDisable(gl.GL_SCISSOR_TEST)
    pixels = (ctypes.c_ubyte * (WIDTH * HEIGHT * 4))()
    gl.glReadPixels(0, 0, WIDTH, HEIGHT, gl.GL_RGBA, gl.GL_UNSIGNED_BYTE, pixels)
    return np.frombuffer(pixels, np.uint8).reshape(HEIGHT, WIDTH, 4)[::-1, :, :3]


def compare(name: str, convert) -> None:
    random = np.random.default_rng(5)
    wrong = 0
    try:
        with offstage.Capture(size=None, gray=False, stack=1, layout="HWC", device="cuda") as capture:
            for _ in range(FRAMES):
                expected = draw(random)
                window.flip()
                with capture.next() as frame:
                    wrong += not np.array_equal(convert(frame), expected)
        print(f"{name}: {'ok' if not wrong else f'{wrong} of {FRAMES} frames differ'}", flush=True)
    except Exception as problem:  # whatever a framework raises is the finding
        print(f"{name}: {type(problem).__name__}: {problem}".replace("\n", " ")[:300], flush=True)


offstage.require()
window = pyglet.window.Window(WIDTH, HEIGHT)
window.switch_to()
start_cuda()
compare("by hand", by_hand)
for name, module, converts in (("torch", "torch", (by_torch, by_torch_on_a_stream)), ("cupy", "cupy", (by_cupy,)),
                               ("jax", "jax", (by_jax,))):
    if importlib.util.find_spec(module) is None or "--by-hand" in sys.argv:
        print(f"{name}: not installed", flush=True)
        continue
    for convert in converts:
        compare(convert.__name__.replace("by_", "").replace("_", " "), convert)
