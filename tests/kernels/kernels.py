"""The kernels by ctypes: for the oracles here and for bench/kernels.py."""
import ctypes

import numpy as np

GRAY, RGB = 0, 1
AREA, BILINEAR, NEAREST = 0, 1, 2
CHW, HWC = 0, 1
UINT8, FLOAT16, BFLOAT16, FLOAT32 = 0, 1, 2, 3
FIELDS = ("struct_size source_width_px source_height_px source_format crop_x_px crop_y_px crop_width_px crop_height_px "
          "width_px height_px color filter layout dtype flip stack max_frames").split()


class Desc(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint32) for name in FIELDS] + [("scale", ctypes.c_float), ("offset", ctypes.c_float)]


class Kernels:
    def __init__(self, path):
        size, pointer = ctypes.c_ssize_t, ctypes.c_void_p
        self.lib = ctypes.CDLL(path)
        self.lib.probe_backend.restype = ctypes.c_char_p
        self.lib.probe_create.restype = pointer
        self.lib.probe_bytes.restype = ctypes.c_size_t
        self.lib.probe_bytes.argtypes = self.lib.probe_destroy.argtypes = [pointer]
        self.lib.probe_run.argtypes = [pointer, pointer, size, pointer, size, ctypes.c_uint32, pointer]

    def backends(self):
        names = []
        while self.lib.probe_backend(len(names)):
            names.append(self.lib.probe_backend(len(names)).decode())
        return names

    def plan(self, source, size, backend="scalar", **fields):
        return Plan(self.lib, source.shape, size, backend, fields)


class Plan:
    """A plan for pictures of shape (height, width, 4), and the output's size as (height, width)."""

    def __init__(self, lib, source_shape, size, backend, fields):
        desc = Desc(struct_size=ctypes.sizeof(Desc), source_width_px=source_shape[1], source_height_px=source_shape[0],
                    width_px=size[1], height_px=size[0], **fields)
        self.lib = lib
        self.handle = lib.probe_create(backend.encode(), ctypes.byref(desc))
        if not self.handle:
            raise ValueError(f"no plan for {source_shape} to {size} on {backend}: {fields}")
        colors = 3 if desc.color == RGB else 1
        shape = (colors, *size) if desc.layout == CHW else (*size, colors)
        self.out = np.empty(shape, (np.uint8, np.float16, np.uint16, np.float32)[desc.dtype])
        assert self.out.nbytes == lib.probe_bytes(self.handle)

    def __call__(self, picture, previous=None):
        """The result is the plan's own array, the same at every call."""
        old = (None, 0) if previous is None else (previous.ctypes.data, previous.strides[0])
        self.lib.probe_run(self.handle, picture.ctypes.data, picture.strides[0], *old, 0, self.out.ctypes.data)
        return self.out

    def __del__(self):
        if getattr(self, "handle", None):
            self.lib.probe_destroy(self.handle)


def pictures(rng, height, width):
    """Noise, extremes and a smooth picture, each (height, width, 4)."""
    y, x = np.mgrid[0:height, 0:width]
    yield rng.integers(0, 256, (height, width, 4), np.uint8)
    yield np.repeat(((x + y) % 2 * 255).astype(np.uint8)[..., None], 4, 2)
    yield rng.integers(0, 2, (height, width, 4), np.uint8) * 255
    yield np.stack([x * 255 // width, y * 255 // height, (x + y) % 256, x * 0], 2).astype(np.uint8)
