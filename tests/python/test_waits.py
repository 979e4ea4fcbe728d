"""Waits, threads, forks, leaks and the interpreter's end, over a fake library. Needs neither NumPy nor OpenGL."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

import offstage
from fake import FakeTest, controls, preload, show
from offstage import Capture, errors


class Waits(FakeTest):
    def test_time_out(self):
        with Capture(timeout=0.2) as capture:
            start = time.monotonic()
            with self.assertRaisesRegex(errors.FrameTimeout, "nothing came within 0.2 s: has it"):
                capture.next()
            self.assertGreaterEqual(time.monotonic() - start, 0.2)
            with self.assertRaisesRegex(errors.FrameTimeout, "within 0 s"):
                capture.next(timeout=0)
            show()
            capture.next()
            with self.assertRaisesRegex(errors.FrameTimeout, "within 0.11 s"):
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
