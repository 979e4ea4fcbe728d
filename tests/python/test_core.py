"""The extension module over a fake library: options, errors, leases, waits. Needs neither NumPy nor OpenGL."""

from __future__ import annotations

import gc
import pickle
import re
import sys
import unittest
import weakref
from pathlib import Path

import offstage
from fake import FakeTest, controls, show
from offstage import Capture, errors

STATUS = {
    "OFS_ENOMEM": -1,
    "OFS_EINVAL": -2,
    "OFS_ENOENT": -3,
    "OFS_EIO": -4,
    "OFS_EAGAIN": -5,
    "OFS_EPEER": -6,
    "OFS_ENOSYS": -7,
    "OFS_ETIMEDOUT": -8,
    "OFS_EGONE": -9,
    "OFS_EBUSY": -10,
    "OFS_ENODEV": -11,
    "OFS_ENOSHIM": -12,
}


class Errors(FakeTest):
    def test_the_table_is_that_of_the_header(self):
        header = (Path(__file__).parents[2] / "shim/include/offstage.h").read_text()
        found = {name: int(number) for name, number in re.findall(r"^\s+(OFS_E\w+) = (-\d+),", header, re.M)}
        self.assertEqual(found, STATUS)
        self.assertEqual(set(errors.BY_STATUS), set(STATUS))

    def test_every_status_raises_its_own_class(self):
        self.assertEqual(len(set(errors.BY_STATUS.values())), len(STATUS))
        with Capture() as capture:
            for name, number in STATUS.items():
                controls.status = number
                for call in (lambda: capture.next(timeout=0), capture.latest):
                    with self.assertRaises(errors.OffstageError) as caught:
                        call()
                    self.assertIs(type(caught.exception), errors.BY_STATUS[name])
                    self.assertIn("as the test wants it", str(caught.exception))

    def test_builtin_bases(self):
        for kind, base in [
            (errors.NotLoaded, RuntimeError),
            (errors.FrameTimeout, TimeoutError),
            (errors.PlanError, ValueError),
            (errors.Closed, ValueError),
            (errors.OutOfMemory, MemoryError),
        ]:
            self.assertTrue(issubclass(kind, base) and issubclass(kind, errors.OffstageError))

    def test_info_survives_what_drivers_say(self):
        info = offstage.info()
        self.assertTrue(info.loaded)
        self.assertEqual(info.renderer, "none\ufffd")

    def test_more_windows_than_expected(self):
        windows = offstage.windows()
        self.assertEqual(len(windows), 100)
        self.assertEqual(windows[99][:3], (1099, 20, 10))


class Options(FakeTest):
    BAD = [
        (dict(size=(0, 84)), errors.PlanError, "1 to 8192"),
        (dict(size=(84, 8193)), errors.PlanError, "8193"),
        (dict(size=(-1, 84)), errors.PlanError, "-1"),
        (dict(size=(1 << 70, 84)), errors.PlanError, "size"),
        (dict(size=84), TypeError, "height, width"),
        (dict(size=(84, 84, 1)), TypeError, "height, width"),
        (dict(size="ab"), TypeError, "size"),
        (dict(size=(8.5, 84)), TypeError, "integer"),
        (dict(crop=(0, 0, 0, 10)), errors.PlanError, "crop"),
        (dict(crop=(0, 0, 10)), TypeError, "x, y, width, height"),
        (dict(crop=(0, 0, 2000, 10)), errors.PlanError, "too wide"),
        (dict(stack=0), errors.PlanError, "1 to 64"),
        (dict(stack=65), errors.PlanError, "65"),
        (dict(stack="four"), TypeError, "integer"),
        (dict(layout="NCHW"), errors.PlanError, "CHW or HWC"),
        (dict(layout=1), TypeError, "layout"),
        (dict(dtype="float64"), errors.PlanError, "uint8, float16, bfloat16 or float32"),
        (dict(dtype=3), TypeError, "dtype"),
        (dict(dtype="x" * 100), errors.PlanError, "dtype"),
        (dict(dtype="\udc80"), errors.PlanError, "dtype"),
        (dict(filter="bicubic"), errors.PlanError, "area, bilinear or nearest"),
        (dict(flip="diagonal"), errors.PlanError, "vertical, horizontal or both"),
        (dict(max_frames=3), errors.PlanError, "1 to 2"),
        (dict(slots=0), errors.PlanError, "1 to 1024"),
        (dict(window=0), errors.PlanError, "window"),
        (dict(window=1 << 32), errors.PlanError, "window"),
        (dict(device="gpu"), errors.PlanError, "cpu, cuda or cuda:N"),
        (dict(device="cuda:"), errors.PlanError, "cuda:N"),
        (dict(device="cuda:1x"), errors.PlanError, "cuda:N"),
        (dict(device="cuda:7"), errors.NoSuchDevice, "only cuda:0"),
        (dict(device=0), TypeError, "device"),
        (dict(dtype="float32", scale=0.0), errors.PlanError, "scale"),
        (dict(dtype="float32", scale=float("nan")), errors.PlanError, "finite"),
        (dict(dtype="float32", offset=1e300), errors.PlanError, "finite"),
        (dict(scale="1"), TypeError, ""),
        (dict(timeout=-1), ValueError, "timeout"),
        (dict(timeout=float("nan")), ValueError, "timeout"),
        (dict(timeout="soon"), TypeError, ""),
        (dict(colour=True), TypeError, "colour"),
    ]

    def test_bad_ones(self):
        for options, kind, words in self.BAD:
            with self.subTest(options):
                with self.assertRaises(kind) as caught:
                    Capture(**options)
                self.assertIs(type(caught.exception), kind)
                self.assertIn(words, str(caught.exception))

    def test_positional_arguments_are_refused(self):
        self.assertRaises(TypeError, Capture, (84, 84))

    def test_shapes(self):
        for options, shape, strides in [
            (dict(), (4, 84, 84), (84 * 84, 84, 1)),
            (dict(size=(20, 30)), (4, 20, 30), (600, 30, 1)),
            (dict(size=[2, 3], gray=False, stack=2), (6, 2, 3), (6, 3, 1)),
            (dict(size=(2, 3), gray=False, stack=2, layout="HWC"), (2, 3, 6), (18, 6, 1)),
            (dict(size=(2, 3), stack=1, dtype="float32"), (1, 2, 3), (24, 12, 4)),
            (dict(size=(2, 3), stack=1, dtype="bfloat16"), (1, 2, 3), (12, 6, 2)),
        ]:
            with Capture(**options) as capture:
                self.assertEqual((capture.shape, capture.strides), (shape, strides))
                self.assertEqual(capture.nbytes, shape[0] * strides[0])

    def test_size_of_the_window(self):
        with Capture(size=None) as capture:
            if controls.frames == 0:
                self.assertRaises(errors.PlanError, lambda: capture.shape)
            show()
            self.assertEqual(capture.next().shape, (4, 6, 10))
            self.assertEqual(capture.shape, (4, 6, 10))

    def test_device_names(self):
        for given, got in [("cpu", "cpu"), ("cuda", "cuda:0"), ("cuda:0", "cuda:0")]:
            with Capture(device=given) as capture:
                self.assertEqual(capture.device, got)

    def test_repr(self):
        with Capture(size=(2, 3)) as capture:
            self.assertEqual(repr(capture), "<offstage.Capture 2x3 gray, stack 4, uint8 on cpu>")
            show()
            self.assertIn("(4, 2, 3) uint8 on cpu>", repr(capture.next()))
        self.assertIn("closed", repr(capture))


class Life(FakeTest):
    def test_frame_numbers(self):
        with Capture() as capture:
            show()
            show()
            show()
            with capture.next() as frame:
                self.assertEqual((frame.sequence, frame.skipped), (controls.frames, 2))
                self.assertEqual((frame.window, frame.source_size, frame.time_ns), (0x20, (6, 10), 1))
                self.assertEqual((frame.nbytes, frame.dtype, frame.device), (4 * 84 * 84, "uint8", "cpu"))

    def test_release(self):
        with Capture() as capture:
            show()
            frame = capture.next()
            self.assertEqual(controls.leases, 1)
            self.assertFalse(frame.released)
            frame.release()
            frame.release()
            self.assertEqual(controls.leases, 0)
            self.assertTrue(frame.released)
            for use in (frame.copy, frame.__array__, frame.__dlpack__, frame.__enter__):
                with self.assertRaisesRegex(errors.Closed, "released"):
                    use()
            self.assertEqual(frame.shape, (4, 84, 84))

    def test_dropping_a_frame_releases_it(self):
        with Capture() as capture:
            show()
            frame = capture.next()
            del frame
            self.assertEqual(controls.leases, 0)

    def test_the_same_frame_twice(self):
        with Capture() as capture:
            show()
            first, second = capture.latest(), capture.latest()
            self.assertEqual((first.sequence, controls.leases), (second.sequence, 2))

    def test_back_pressure(self):
        with Capture(slots=2) as capture:
            held = []
            for _ in range(2):
                show()
                held.append(capture.next())
            show()
            self.assertRaises(errors.BackPressure, capture.next)
            held.pop()
            capture.next()

    def test_frames_outlive_the_capture(self):
        capture = Capture()
        show()
        frame = capture.next()
        capsule = frame.__dlpack__()
        del capture
        gc.collect()
        self.assertEqual((controls.captures, controls.leases), (0, 1))
        del frame
        self.assertEqual(controls.leases, 1)
        del capsule
        self.assertEqual(controls.leases, 0)

    def test_closed(self):
        capture = Capture()
        capture.close()
        capture.close()
        self.assertTrue(capture.closed)
        self.assertEqual(controls.captures, 0)
        for use in (capture.next, capture.latest, capture.reset, capture.__enter__, lambda: capture.shape):
            self.assertRaises(errors.Closed, use)
        self.assertEqual(capture.device, "cpu")

    def test_no_frames_out_of_nothing(self):
        for kind in (offstage.Frame, offstage._native.Frame):
            self.assertRaises(TypeError, kind)
        with Capture() as capture:
            self.assertRaises(TypeError, pickle.dumps, capture)
        with self.assertRaises(TypeError):
            type("Mine", (Capture,), {})

    def test_iteration_ends_with_the_window(self):
        with Capture() as capture:
            count = 0
            show()
            for frame in capture:
                frame.release()
                count += 1
                if count < 3:
                    show()
                else:
                    controls.status = STATUS["OFS_EGONE"]
            self.assertEqual(count, 3)
            controls.status = STATUS["OFS_EIO"]
            self.assertRaises(errors.DeviceError, next, capture)

    def test_module_objects_come_and_go(self):
        before = sys.modules.pop("offstage._native")
        try:
            import importlib

            module = importlib.import_module("offstage._native")
            self.assertIsNot(module, before)
            with module.Capture() as capture:
                show()
                frame = capture.next()
            self.assertIsInstance(frame, module.Frame)
            del module, capture
            sys.modules.pop("offstage._native")
            gc.collect()
            self.assertRaises(TypeError, type(frame))
            frame.release()
        finally:
            sys.modules["offstage._native"] = before
            offstage._native = before

    def test_the_module_itself_is_collected(self):
        import importlib

        before = sys.modules.pop("offstage._native")
        try:
            module = importlib.import_module("offstage._native")
            kinds = [weakref.ref(module.Capture), weakref.ref(module.Frame)]
            del module, sys.modules["offstage._native"], offstage._native
            gc.collect()
            self.assertEqual([kind() for kind in kinds], [None, None])
        finally:
            sys.modules["offstage._native"] = before
            offstage._native = before


if __name__ == "__main__":
    unittest.main()
