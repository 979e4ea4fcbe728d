"""Frames and NumPy, over a fake library: views, copies, reading into arrays, on NumPy 1.24 and later."""

from __future__ import annotations

import gc
import subprocess
import sys
import unittest
import weakref

import numpy as np
from fake import FakeTest, controls, preload, show
from offstage import Capture, errors

NUMPY = tuple(int(part) for part in np.__version__.split(".")[:2])


def one_frame(**options):
    with Capture(**options) as capture:
        show()
        return capture.next()


class Views(FakeTest):
    def test_asarray(self):
        for dtype in ("uint8", "float16", "float32"):
            frame = one_frame(size=(2, 3), gray=False, stack=2, dtype=dtype)
            array = np.asarray(frame)
            self.assertEqual((array.shape, array.dtype, array.strides), (frame.shape, np.dtype(dtype), frame.strides))
            self.assertTrue(array.flags.c_contiguous and array.flags.aligned)
            self.assertFalse(array.flags.writeable or array.flags.owndata)
            if dtype != "float16":
                self.assertTrue((array == controls.frames % 256).all())
            self.assertEqual(array.__array_interface__["data"][0], np.asarray(frame).__array_interface__["data"][0])
            self.assertRaises(ValueError, array.__setitem__, 0, 1)

    def test_a_view_holds_the_lease(self):
        with Capture(slots=1) as capture:
            show()
            with capture.next() as frame:
                array = np.asarray(frame)
            del frame
            self.assertEqual(controls.leases, 1)
            want = array.copy()
            part = array[1:, ::2]
            del array
            gc.collect()
            show()
            self.assertRaises(errors.BackPressure, capture.next)
            self.assertTrue((part == want[1:, ::2]).all())
            del part
            self.assertEqual(controls.leases, 0)
            capture.next()

    def test_a_view_outlives_everything(self):
        array = np.asarray(one_frame())
        gc.collect()
        self.assertTrue((array == controls.frames % 256).all())
        gone = weakref.ref(array)
        del array
        self.assertIsNone(gone())

    def test_dlpack(self):
        frame = one_frame(size=(2, 3))
        array = np.from_dlpack(frame)
        self.assertEqual((array.shape, array.dtype), ((4, 2, 3), np.uint8))
        self.assertEqual(array.__array_interface__["data"][0], np.asarray(frame).__array_interface__["data"][0])
        self.assertFalse(array.flags.writeable)
        frame.release()
        self.assertEqual(controls.leases, 1)
        del array
        self.assertEqual(controls.leases, 0)

    @unittest.skipIf(NUMPY < (2, 1), "NumPy before 2.1 asks for neither")
    def test_dlpack_of_numpy_2(self):
        frame = one_frame(size=(2, 3))
        mine = np.from_dlpack(frame, copy=True)
        self.assertTrue(mine.flags.writeable)
        frame.release()
        self.assertEqual(controls.leases, 0)
        self.assertTrue((mine == controls.frames % 256).all())
        frame = one_frame()
        np.from_dlpack(frame, device="cpu", copy=False)

    def test_array_arguments(self):
        frame = one_frame(size=(2, 3))
        for array in (
            np.array(frame),
            np.array(frame, dtype=np.float32),
            np.asarray(frame, dtype=np.float64),
            frame.__array__(np.int16),
            frame.__array__(dtype=np.uint8, copy=True),
            frame.__array__("uint8"),
            frame.__array__(copy=False),
        ):
            self.assertEqual(array.shape, (4, 2, 3))
            self.assertTrue((array == controls.frames % 256).all())
        self.assertTrue(np.array(frame).flags.writeable)
        self.assertRaises(ValueError, frame.__array__, np.float32, copy=False)
        self.assertRaises(TypeError, frame.__array__, "no such type")
        self.assertRaises(TypeError, frame.__array__, dtype="no such type")

    def test_computing_with_frames(self):
        frame = one_frame(size=(2, 3))
        self.assertEqual(np.mean(frame), controls.frames % 256)
        self.assertEqual(np.stack([frame, frame]).shape, (2, 4, 2, 3))

    def test_copy(self):
        frame = one_frame()
        mine = frame.copy()
        frame.release()
        self.assertEqual(controls.leases, 0)
        self.assertTrue(mine.flags.writeable and mine.flags.owndata)
        self.assertTrue((mine == controls.frames % 256).all())

    def test_bfloat16(self):
        frame = one_frame(dtype="bfloat16")
        for use in (frame.copy, lambda: np.asarray(frame), lambda: np.array(frame)):
            with self.assertRaisesRegex(TypeError, "torch.from_dlpack"):
                use()

    def test_dtypes_by_their_numpy_names(self):
        for dtype in (np.uint8, np.float16, np.float32):
            for given in (dtype, np.dtype(dtype)):
                with Capture(dtype=given) as capture:
                    self.assertEqual(capture.dtype, np.dtype(dtype).name)
        self.assertRaises(errors.PlanError, Capture, dtype=np.int64)


class Read(FakeTest):
    def test_into_an_array(self):
        for dtype in ("uint8", "float32"):
            with Capture(size=(2, 3), dtype=dtype) as capture:
                out = np.zeros(capture.shape, dtype)
                show()
                self.assertEqual(capture.read(out), controls.frames)
                self.assertTrue((out == controls.frames % 256).all())
                batch = np.zeros((3, *capture.shape), dtype)
                show()
                capture.read(batch[1])
                self.assertEqual([bool(part.any()) for part in batch], [False, controls.frames % 256 != 0, False])

    def test_what_does_not_fit(self):
        read_only = np.zeros((4, 2, 3), np.uint8)
        read_only.flags.writeable = False
        with Capture(size=(2, 3)) as capture:
            show()
            for out, words in [
                (np.zeros((4, 2, 4), np.uint8), "shape"),
                (np.zeros((4, 6), np.uint8), "shape"),
                (np.zeros((1, 4, 2, 3), np.uint8), "shape"),
                (np.zeros((), np.uint8), "shape"),
                (np.zeros((4, 2, 3), np.int8), "dtype"),
                (np.zeros((4, 2, 3), np.float32), "dtype"),
                (np.zeros((4, 2, 6), np.uint8)[:, :, ::2], "contiguous"),
                (np.zeros((3, 2, 4), np.uint8).T, "contiguous"),
                (read_only, "read-only"),
            ]:
                with self.assertRaisesRegex(errors.PlanError, words):
                    capture.read(out)
                self.assertFalse(out.any())
            with self.assertRaisesRegex(errors.PlanError, "read-only"):
                capture.read(np.asarray(capture.next()))
        with Capture(size=(2, 3), dtype="float32") as capture:
            self.assertRaises(errors.PlanError, capture.read, np.zeros((4, 2, 3), ">f4"))

    def test_no_lease_is_held(self):
        with Capture(slots=1) as capture:
            out = np.zeros(capture.shape, np.uint8)
            for _ in range(10):
                show()
                capture.read(out)
            self.assertEqual(controls.leases, 0)


class Leaks(FakeTest):
    def test_arrays(self):
        def pages():
            with open("/proc/self/statm") as file:
                return int(file.read().split()[1])

        def run(count, capture, out):
            for _ in range(count):
                show()
                frame = capture.next()
                np.asarray(frame)
                np.from_dlpack(frame)
                frame.copy()
                frame.release()
                show()
                capture.read(out)

        with Capture(size=(20, 30)) as capture:
            out = np.zeros(capture.shape, np.uint8)
            run(5000, capture, out)
            gc.collect()
            objects, size, count = len(gc.get_objects()), pages(), sys.getrefcount(np.dtype("uint8"))
            run(100000, capture, out)
            gc.collect()
            self.assertLess(len(gc.get_objects()) - objects, 50)
            self.assertLess(pages() - size, 256, "pages of resident memory")
            self.assertLess(abs(sys.getrefcount(np.dtype("uint8")) - count), 50)


class Import(unittest.TestCase):
    def run_script(self, script):
        result = subprocess.run(
            [sys.executable, "-c", script], env={**__import__("os").environ, "LD_PRELOAD": preload}, timeout=60
        )
        self.assertEqual(result.returncode, 0)

    def test_nothing_is_imported_before_it_is_needed(self):
        self.run_script(
            "import sys, offstage\n"
            "offstage.info(); offstage.windows()\n"
            "with offstage.Capture() as capture: capture.shape\n"
            "assert not {'numpy', 'gymnasium', 'torch', 'jax', 'cupy'} & set(sys.modules), sorted(sys.modules)\n"
        )

    def test_an_old_numpy(self):
        self.run_script(
            "import sys, types, offstage\n"
            "from ctypes import CDLL\n"
            "numpy = sys.modules['numpy'] = types.ModuleType('numpy')\n"
            "numpy.__version__ = '1.23.5'\n"
            "capture = offstage.Capture(); CDLL(None).ofs_fake_show()\n"
            "try: capture.next().copy()\n"
            "except offstage.NotSupported as error: assert '1.24' in str(error), error\n"
            "else: raise AssertionError\n"
            "numpy.__version__ = 'x'\n"
            "try: capture.latest().copy()\n"
            "except ImportError: pass\n"
            "else: raise AssertionError\n"
        )


if __name__ == "__main__":
    unittest.main()
