"""The extension module over a fake library: options, errors, leases, waits. Needs neither NumPy nor OpenGL."""

from __future__ import annotations

import gc
import os
import pickle
import re
import signal
import subprocess
import sys
import threading
import time
import unittest
import weakref
from pathlib import Path

from fake import FakeTest, controls, preload, show

import offstage
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


class Waits(FakeTest):
    def test_time_out(self):
        with Capture(timeout=0.2) as capture:
            start = time.monotonic()
            with self.assertRaisesRegex(errors.FrameTimeout, "within 0.2 s"):
                capture.next()
            self.assertGreaterEqual(time.monotonic() - start, 0.2)
            with self.assertRaisesRegex(errors.FrameTimeout, "nothing came"):
                capture.next(timeout=0)
            show()
            capture.next()
            with self.assertRaisesRegex(errors.FrameTimeout, "stopped drawing"):
                capture.next(0.11)

    def test_bad_time_outs(self):
        with Capture() as capture:
            for value in (-1, float("nan")):
                self.assertRaises(ValueError, capture.next, value)
            self.assertRaises(TypeError, capture.next, "soon")

    def test_waits_for_another_thread(self):
        for timeout in (None, 30, float("inf")):
            with Capture(timeout=timeout) as capture:
                thread = threading.Timer(0.15, show)
                thread.start()
                capture.next()
                thread.join()

    def test_a_thread_that_draws_does_not_wait(self):
        controls.never_waits = 1
        with Capture(timeout=None) as capture:
            self.assertRaises(errors.FrameTimeout, capture.next)

    def test_signals_end_a_wait(self):
        def stop(number, stack):
            raise KeyboardInterrupt

        old = signal.signal(signal.SIGALRM, stop)
        try:
            with Capture(timeout=None) as capture:
                for wait in (capture.next, lambda: next(capture)):
                    signal.setitimer(signal.ITIMER_REAL, 0.1)
                    self.assertRaises(KeyboardInterrupt, wait)
        finally:
            signal.signal(signal.SIGALRM, old)

    def test_close_ends_a_wait(self):
        capture = Capture(timeout=None)
        caught = []

        def wait():
            try:
                capture.next()
            except errors.Closed as error:
                caught.append(error)

        threads = [threading.Thread(target=wait) for _ in range(3)]
        for thread in threads:
            thread.start()
        time.sleep(0.1)
        capture.close()
        for thread in threads:
            thread.join()
        self.assertEqual(len(caught), 3)
        self.assertEqual(controls.captures, 0)

    def test_many_threads(self):
        with Capture(size=(2, 2), slots=16, timeout=None) as capture:
            done = threading.Event()

            def learn():
                for _ in range(2000):
                    try:
                        frame = capture.next(timeout=5)
                    except errors.BackPressure:
                        continue
                    other = frame.__dlpack__()
                    frame.release()
                    del other

            threads = [threading.Thread(target=learn) for _ in range(4)]
            for thread in threads:
                thread.start()

            def draw():
                while not done.is_set():
                    show()
                    time.sleep(0)

            drawer = threading.Thread(target=draw)
            drawer.start()
            for thread in threads:
                thread.join()
            done.set()
            drawer.join()

    def test_fork(self):
        with Capture() as capture:
            show()
            frame = capture.next()
            child = os.fork()
            if child == 0:
                status = 1
                try:
                    capture.next(timeout=0)
                except errors.Closed as error:
                    status = 0 if "fork" in str(error) else 2
                frame.release()
                capture.close()
                # What is the parent's was left alone.
                os._exit(status or (3 if controls.leases != 1 or controls.captures != 1 else 0))
            self.assertEqual(os.waitpid(child, 0)[1], 0)
            frame.release()


class Leaks(FakeTest):
    def test_a_hundred_thousand_captures_of_frames(self):
        def pages():
            return int(Path("/proc/self/statm").read_text().split()[1])

        def run(count, capture):
            for _ in range(count):
                show()
                frame = capture.next()
                frame.__dlpack__(max_version=(1, 0))
                frame.__dlpack__(copy=True)
                frame.shape
                repr(frame)
                frame.release()

        with Capture(size=(20, 30)) as capture:
            kinds = (offstage.Frame, Capture, offstage._native, None, True, 0)
            run(5000, capture)
            gc.collect()
            objects, size = len(gc.get_objects()), pages()
            counts = [sys.getrefcount(kind) for kind in kinds]
            run(100000, capture)
            gc.collect()
            for kind, count in zip(kinds, counts):
                self.assertLess(abs(sys.getrefcount(kind) - count), 50, kind)
            self.assertLess(len(gc.get_objects()) - objects, 50)
            self.assertLess(pages() - size, 256, "pages of resident memory")

    def test_ten_thousand_captures_and_failures(self):
        for _ in range(10000):
            with Capture(size=(2, 2)) as capture:
                show()
                capture.latest()
                try:
                    capture.next(timeout=0)
                except errors.OffstageError:
                    pass
                try:
                    Capture(size=(0, 0))
                except errors.OffstageError:
                    pass


class End(unittest.TestCase):
    """The interpreter ends while frames, captures and capsules live."""

    def run_script(self, script):
        environment = {**os.environ, "LD_PRELOAD": preload}
        result = subprocess.run(
            [sys.executable, "-c", script],
            env=environment,
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            timeout=60,
        )
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return result.stdout

    def test_with_everything_alive(self):
        self.run_script(
            "from fake import *; import offstage, sys\n"
            "capture = offstage.Capture(); show(); frame = capture.next()\n"
            "capsule = frame.__dlpack__(); sys.kept = [capture, frame, capsule]\n"
        )

    def test_with_a_thread_that_waits(self):
        self.run_script(
            "from fake import *; import offstage, threading, time\n"
            "capture = offstage.Capture(timeout=None)\n"
            "threading.Thread(target=capture.next, daemon=True).start(); time.sleep(0.1)\n"
        )

    def test_a_deleter_after_the_end(self):
        # atexit functions of C run when the interpreter is gone.
        text = self.run_script(
            "from fake import *; import offstage, ctypes\n"
            "from test_dlpack import take\n"
            "capture = offstage.Capture(); show()\n"
            "tensor = take(capture.next().__dlpack__())\n"
            "address = ctypes.addressof(tensor)\n"
            "print(controls.leases, flush=True)\n"
            "ctypes.CDLL(None).ofs_fake_delete_at_exit(ctypes.c_void_p(ctypes.cast(tensor.deleter, ctypes.c_void_p).value),"
            " ctypes.c_void_p(address))\n"
        )
        self.assertEqual(text, "1\nleases after the end: 0\n")


if __name__ == "__main__":
    unittest.main()
