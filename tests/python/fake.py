"""The controls of fake_shim.c, and a test case that leaves nothing behind."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import unittest


class Controls(ctypes.Structure):
    _fields_ = [
        ("status", ctypes.c_int32),
        ("leases", ctypes.c_int32),
        ("captures", ctypes.c_int32),
        ("never_waits", ctypes.c_int32),
        ("frames", ctypes.c_uint64),
        ("released_stream", ctypes.c_uint64),
        ("waited_stream", ctypes.c_uint64),
        ("read_stream", ctypes.c_uint64),
        ("releases", ctypes.c_uint64),
    ]


class Play(ctypes.Structure):
    _fields_ = [
        ("played", ctypes.c_int32),
        ("status", ctypes.c_int32),
        ("reports", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("reward", ctypes.c_double),
        ("info", ctypes.c_char * 1024),
    ]


try:
    controls = Controls.in_dll(ctypes.CDLL(None), "ofs_fake")
    show = ctypes.CDLL(None).ofs_fake_show
    play = Play.in_dll(ctypes.CDLL(None), "ofs_fake_play")
except (ValueError, AttributeError):
    sys.exit(
        "the fake library is not preloaded: run this by CTest, or with LD_PRELOAD=build/tests/python/libfake_shim.so"
    )



def take_turn(kind: int, seed: int = 0, frames: int = 0, hold_gil: bool = False) -> str | None:
    """As the library does it inside a swap: in a call that lets the GIL go, or in one that does not."""
    function = (ctypes.PyDLL if hold_gil else ctypes.CDLL)(None).ofs_fake_turn
    function.restype = ctypes.c_char_p
    function.argtypes = [ctypes.c_uint32, ctypes.c_uint64, ctypes.c_uint64]
    sentence = function(kind, seed, frames)
    return None if sentence is None else sentence.decode()


# What the tests start must not have it too, unless they say so.
preload = os.environ.pop("LD_PRELOAD", "")


class FakeTest(unittest.TestCase):
    """Every test gives back what it took."""

    def setUp(self) -> None:
        controls.status = controls.never_waits = 0

    def tearDown(self) -> None:
        controls.status = 0
        gc.collect()
        self.assertEqual((controls.leases, controls.captures), (0, 0), "leases, captures left behind")
