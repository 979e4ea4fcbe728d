"""Both ends of the channel in Python: a learner, and games that are processes, forks or threads. Needs no window."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import struct
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

from offstage import _native, errors
from offstage._native import Channel, Seat

GAME = """
import sys
from offstage import _native as n
seat = n.Seat(sys.argv[1])
seat.ready()
try:
    while True:
        command = seat.wait(None)
        if command.payload == b"die": raise SystemExit(3)
        if command.payload == b"leave": seat.leave("was told to"); raise SystemExit(0)
        if command.payload == b"fail": seat.answer(error="it \\u00e9 failed"); continue
        if seat.row_bytes: seat.row(command.row)[:] = bytes([command.row + 1]) * seat.row_bytes
        seat.answer(reward=command.seed / 2, flags=n.ANSWER_REWARD, info=command.payload[::-1], info_kind=7)
except Exception as error:
    print(type(error).__name__, flush=True)
"""


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def mappings() -> int:
    return Path("/proc/self/maps").read_text().count("memfd:offstage")


class ChannelTest(unittest.TestCase):
    def setUp(self) -> None:
        gc.collect()
        self.before = descriptors(), mappings()
        self.games: list[subprocess.Popen[str]] = []

    def tearDown(self) -> None:
        for game in self.games:
            game.wait(10)
            game.stdout.close()
        gc.collect()
        self.assertEqual((descriptors(), mappings()), self.before, "descriptors, mappings left behind")

    def start(self, channel: Channel, seat: int = 0) -> subprocess.Popen[str]:
        place = f"{channel.descriptor}:{seat}:{channel.open_seat(seat)}"
        game = subprocess.Popen(
            [sys.executable, "-c", GAME, place], pass_fds=[channel.descriptor], stdout=subprocess.PIPE, text=True
        )
        self.games.append(game)
        return game

    def fork(self, child) -> None:
        """Runs it in a forked process, which must not fail."""
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                child()
                status = 0
            except BaseException as error:
                print("in the child:", type(error).__name__, error, file=sys.stderr, flush=True)
            finally:
                os._exit(status)
        self.assertEqual(os.waitpid(pid, 0)[1], 0)


class Arguments(ChannelTest):
    def test_shapes(self):
        rows = [
            ({}, (4, 84, 84), "uint8", 4 * 84 * 84),
            ({"size": (20, 30), "stack": 2, "gray": False}, (6, 20, 30), "uint8", 3600),
            ({"size": (20, 30), "stack": 2, "gray": False, "layout": "HWC", "dtype": "float32"}, (20, 30, 6), "float32", 14400),
            ({"size": (20, 30), "stack": 1, "dtype": "float16", "scale": 1 / 255}, (1, 20, 30), "float16", 1200),
            ({"size": None, "crop": (1, 2, 30, 20), "stack": 1}, (1, 20, 30), "uint8", 600),
        ]
        for options, shape, dtype, row_bytes in rows:
            with self.subTest(options=options), Channel(seats=2, rows=3, observation=options) as channel:
                self.assertEqual((channel.shape, channel.dtype, channel.row_bytes), (shape, dtype, row_bytes))
                self.assertEqual((channel.seats, channel.row_count, len(channel.rows)), (2, 3, 3 * row_bytes))
                self.assertEqual((channel.rows.format, channel.rows.readonly, channel.rows.ndim), ("B", False, 1))
        with Channel(seats=1, rows=1) as channel:
            self.assertEqual((channel.shape, channel.dtype, len(channel.rows)), (None, None, 0))

    def test_bad_ones(self):
        rows = [
            ({"seats": 0, "rows": 1}, errors.PlanError, "0 seats"),
            ({"rows": 1}, errors.PlanError, "0 seats"),
            ({"seats": 100000, "rows": 1}, errors.PlanError, "seats are 1 to 4096"),
            ({"seats": 1, "rows": 1, "row_bytes": 2**62}, errors.OffstageError, "more than can be shared|no room"),
            ({"seats": -1, "rows": 1}, (OverflowError, errors.PlanError), ""),
            ({"seats": 1, "rows": 1, "observation": []}, TypeError, "expected a dict"),
            ({"seats": 1, "rows": 1, "observation": {"size": (0, 1)}}, errors.PlanError, "size"),
            ({"seats": 1, "rows": 1, "observation": {"size": None}}, errors.PlanError, r"give \(height, width\)"),
            ({"seats": 1, "rows": 1, "observation": {"device": "cpu"}}, errors.PlanError, "device is no option"),
            ({"seats": 1, "rows": 1, "observation": {"slots": 4}}, errors.PlanError, "slots is no option"),
            ({"seats": 1, "rows": 1, "observation": {"scale": 2.0}}, errors.PlanError, "scale"),
            ({"seats": 1, "rows": 1, "observation": {"colour": 2.0}}, TypeError, "colour"),
            ({"seats": 1, "rows": 1, "observation": {}, "row_bytes": 3}, errors.PlanError, "row_bytes is 3"),
        ]
        for options, error, says in rows:
            with self.subTest(options=options), self.assertRaisesRegex(error, says):
                Channel(**options)
        self.assertRaises(TypeError, Channel, 1, 1)

    def test_bad_calls(self):
        with Channel(seats=2, rows=2, row_bytes=8, payload_bytes=64) as channel:
            self.assertRaisesRegex(errors.PlanError, "never opened", channel.command, 0, 1)
            self.assertRaisesRegex(errors.PlanError, "seats 0 to 1", channel.open_seat, 2)
            self.assertRaisesRegex(errors.PlanError, "seats 0 to 1", channel.wait, [5], 1, 0)
            self.assertRaisesRegex(errors.PlanError, "3 seats", channel.wait, [0, 1, 0], 1, 0)
            channel.open_seat(0)
            self.assertRaisesRegex(errors.NoFrameYet, "first frame", channel.command, 0, 1)
            self.assertRaises(TypeError, channel.wait, 5, 1, 0)
            self.assertRaises(TypeError, channel.wait, ["0"], 1, 0)
            self.assertRaises(ValueError, channel.wait, [0], 1, -1)
            self.assertRaisesRegex(errors.PlanError, "cannot be waited", channel.wait, [0], 2, 0)
            self.start(channel)
            self.assertEqual(channel.wait([0], 1, 20), [1])
            self.assertRaisesRegex(errors.PlanError, "row 7", channel.command, 0, 1, row=7)
            self.assertRaisesRegex(errors.PlanError, "kind 99", channel.command, 0, 99)
            self.assertRaisesRegex(errors.PlanError, "0 frames", channel.command, 0, 1, frames=0)
            self.assertRaisesRegex(errors.PlanError, "5 bytes are not", channel.command, 0, 1, events=b"12345")
            self.assertRaisesRegex(errors.PlanError, "65 bytes", channel.command, 0, 1, payload=bytes(65))
            many = struct.pack("=HHIii", 1, 0, 65, 1, 0) * 129
            self.assertRaisesRegex(errors.PlanError, "129 events", channel.command, 0, 1, events=many)
            late = struct.pack("=HHIiiHHIii", 1, 2, 65, 1, 0, 1, 1, 65, 0, 0)
            self.assertRaisesRegex(errors.PlanError, "order", channel.command, 0, 1, 4, events=late)
            for wrong in (7, "text", None, [1]):
                self.assertRaisesRegex(TypeError, "expected bytes", channel.command, 0, 1, payload=wrong)
                self.assertRaisesRegex(TypeError, "expected bytes", channel.command, 0, 1, events=wrong)
            self.assertRaises(TypeError, channel.command, 0)
            self.assertRaises(errors.NoFrameYet, channel.picture, 0)

    def test_bad_places(self):
        for place in ("", "3", "3:0", "-1:0:1", "999999:0:1", "0:0:1", "3:0:1x", "9" * 40 + ":0:1", "1:2:3:4"):
            with self.subTest(place=place):
                self.assertRaises(errors.PlanError, Seat, place)
        with Channel(seats=1, rows=1) as channel:
            self.assertRaises(errors.PeerGone, Seat, f"{channel.descriptor}:0:{channel.open_seat(0) + 1}")


class Commands(ChannelTest):
    def test_there_and_back(self):
        with Channel(seats=2, rows=3, row_bytes=5, payload_bytes=100) as channel:
            self.start(channel, 1)
            self.assertEqual(channel.wait([1], 1, 20), [1])
            self.assertEqual(channel.answer(1).number, 0)
            for payload in (b"hello", bytearray(b"hello"), memoryview(b"hello")):
                channel.command(1, _native.COMMAND_CALL, row=2, seed=2**64 - 2, payload=payload)
                self.assertEqual(channel.wait((1,), 1, 20), [1])
                answer = channel.answer(1)
                self.assertEqual(answer.reward, float(2**63 - 1))
                self.assertEqual((answer.info, answer.info_kind, answer.error), (b"olleh", 7, ""))
                self.assertEqual(answer.flags, _native.ANSWER_REWARD | _native.ANSWER_INFO)
                self.assertEqual(answer.state, _native.SEAT_READY)
                self.assertEqual(bytes(channel.rows), bytes(10) + b"\x03" * 5)
            self.assertEqual(answer.number, 3)
            channel.command(1, _native.COMMAND_CALL, payload=b"fail")
            channel.wait([1], 1, 20)
            self.assertEqual((channel.answer(1).error, channel.answer(1).flags), ("it é failed", _native.ANSWER_FAILED))
            self.assertEqual(channel.wait([0, 1], 0, 0) if channel.open_seat(0) else None, [0, 1])

    def test_one_at_a_time(self):
        with Channel(seats=1, rows=1, payload_bytes=10) as channel:
            game = self.start(channel)
            channel.wait([0], 1, 20)
            game.send_signal(signal.SIGSTOP)
            channel.command(0, 1)
            self.assertRaisesRegex(errors.BackPressure, "not answered", channel.command, 0, 1)
            self.assertEqual(channel.wait([0], 1, 0.05), [0])
            game.send_signal(signal.SIGCONT)
            self.assertEqual(channel.wait([0], 1, 20), [1])

    def test_games_that_end(self):
        with Channel(seats=1, rows=1, payload_bytes=10) as channel:
            game = self.start(channel)
            gone = os.pidfd_open(game.pid)
            channel.watch(0, gone)
            channel.wait([0], 1, 20)
            channel.command(0, _native.COMMAND_CALL, payload=b"leave")
            self.assertEqual(channel.wait([0], 1, 20), [2])
            self.assertEqual(channel.answer(0).error, "was told to")
            self.assertRaisesRegex(errors.PeerGone, "gone", channel.command, 0, 1)
            for how in ("die", "kill"):
                game = self.start(channel)
                os.close(gone)
                gone = os.pidfd_open(game.pid)
                channel.watch(0, gone)
                self.assertEqual(channel.wait([0], 1, 20), [1])
                if how == "kill":
                    game.kill()
                    game.wait()
                channel.command(0, _native.COMMAND_CALL, payload=b"die")
                self.assertEqual(channel.wait([0], 1, 20), [2])
                self.assertRaises(errors.PeerGone, channel.command, 0, 1)
            channel.watch(0, -1)
            os.close(gone)

    def test_a_game_of_an_earlier_life(self):
        with Channel(seats=1, rows=1, payload_bytes=10) as channel:
            first = self.start(channel)
            channel.wait([0], 1, 20)
            self.start(channel)
            self.assertEqual(first.communicate(timeout=20)[0], "PeerGone\n")
            self.assertEqual(channel.wait([0], 1, 20), [1])

    def test_info_that_is_too_long(self):
        with Channel(seats=1, rows=1, info_bytes=64) as channel:
            seat = Seat(f"{channel.descriptor}:0:{channel.open_seat(0)}")
            seat.ready()
            channel.command(0, 1)
            self.assertEqual(seat.wait(5).kind, 1)
            self.assertRaisesRegex(errors.OutOfMemory, "65 bytes", seat.answer, info=bytes(65))
            self.assertRaises(TypeError, seat.answer, info="text")
            self.assertEqual(channel.wait([0], 1, 0), [0])
            seat.answer(info=bytes(64))
            self.assertEqual(channel.wait([0], 1, 0), [1])
            self.assertIsNone(seat.wait(0))
            self.assertIsNone(seat.wait(0.02))
            self.assertRaises(errors.PlanError, seat.row, 1)
            self.assertRaises(errors.BackPressure, Seat, f"{channel.descriptor}:0:1")


class Life(ChannelTest):
    def test_close(self):
        channel = Channel(seats=1, rows=1, row_bytes=64)
        game = self.start(channel)
        channel.wait([0], 1, 20)
        rows = channel.rows
        rows[:5] = b"abcde"
        channel.close()
        self.assertTrue(channel.closed)
        self.assertEqual(game.communicate(timeout=20)[0], "PeerGone\n")
        for use in (lambda: channel.rows, lambda: channel.descriptor, lambda: channel.open_seat(0), channel.__enter__):
            self.assertRaisesRegex(errors.Closed, "was closed", use)
        channel.close()
        self.assertEqual(bytes(rows[:5]), b"abcde")  # its memory stays for as long as it is looked at
        del channel
        gc.collect()
        rows[0] = 7

    def test_a_thousand(self):
        def once(number):
            with Channel(seats=3, rows=5, observation={"size": (20, 20)}) as channel:
                view = channel.rows[100:200] if number % 3 == 0 else None
                place = f"{channel.descriptor}:1:{channel.open_seat(1)}"
                seat = Seat(place)
                row = seat.row(4)
                seat.ready()
                if number % 2:
                    seat.leave()
                    self.assertEqual(channel.wait([1], 1, 0), [2])
            return view, row

        kept = [once(number) for number in range(100)]
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        for number in range(1000):
            kept[number % 10] = once(number)
        del kept
        gc.collect()
        self.assertLess(int(Path("/proc/self/statm").read_text().split()[1]) - pages, 512)

    def test_fork(self):
        """What a forked child does with its copy is nothing to the parent's games."""
        with Channel(seats=1, rows=1, row_bytes=8) as channel:
            self.start(channel)
            channel.wait([0], 1, 20)

            def use_and_close():
                for use in (lambda: channel.wait([0], 1, 0), lambda: channel.command(0, 1), lambda: channel.rows):
                    with self.assertRaisesRegex(errors.Closed, "before fork"):
                        use()
                channel.close()

            def close_at_once():
                channel.close()
                gc.collect()

            def make_another():
                with Channel(seats=1, rows=1):
                    pass

            for child in (use_and_close, close_at_once, make_another):
                self.fork(child)
                channel.command(0, 1)
                self.assertEqual(channel.wait([0], 1, 20), [1])

    def test_fork_of_a_seat(self):
        with Channel(seats=1, rows=1, row_bytes=8) as channel:
            seat = Seat(f"{channel.descriptor}:0:{channel.open_seat(0)}")
            seat.ready()

            def child():
                with self.assertRaisesRegex(errors.Closed, "before fork"):
                    seat.wait(0)
                seat.leave("as a child")

            self.fork(child)
            channel.command(0, 1)
            self.assertEqual(seat.wait(1).kind, 1)
            seat.answer()
            self.assertEqual(channel.wait([0], 1, 0), [1])
            seat.leave("as itself")
            channel.answer(0)
            self.assertEqual(channel.wait([0], 1, 0), [2])
            self.assertEqual(channel.answer(0).error, "as itself")
            self.assertRaisesRegex(errors.Closed, "was left", seat.ready)
            seat.leave()


class Waits(ChannelTest):
    def test_time_out(self):
        with Channel(seats=1, rows=1) as channel:
            channel.open_seat(0)
            for timeout in (0, 0.05, 0.25):
                start = time.monotonic()
                self.assertEqual(channel.wait([0], 1, timeout), [0])
                self.assertGreaterEqual(time.monotonic() - start, timeout)
            self.assertEqual(channel.wait([], 0, None), [])
            self.assertEqual(channel.wait([0], 0, None), [0])

    def test_signals(self):
        """Ctrl-C, as a signal whose handler raises; and one whose handler does not ends no wait."""
        seen = []

        def stop(number, stack):
            seen.append(number)
            if len(seen) == 3:
                raise KeyboardInterrupt

        old = signal.signal(signal.SIGALRM, stop)
        try:
            with Channel(seats=1, rows=1) as channel:
                place = f"{channel.descriptor}:0:{channel.open_seat(0)}"
                waits = [lambda: channel.wait([0], 1, None), lambda: channel.wait([0], 1, 60)]
                for wait in waits:
                    seen.clear()
                    signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
                    self.assertRaises(KeyboardInterrupt, wait)
                    signal.setitimer(signal.ITIMER_REAL, 0)
                seat = Seat(place)
                seen[:] = [1, 2]
                signal.setitimer(signal.ITIMER_REAL, 0.05)
                self.assertRaises(KeyboardInterrupt, seat.wait, None)
                seat.ready()
                self.assertEqual(channel.wait([0], 1, 5), [1])  # it can go on
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, old)

    def test_threads(self):
        """The GIL is free during a wait; a second thread's call is refused, and harms nothing."""
        with Channel(seats=2, rows=2, row_bytes=8) as channel:
            seat = Seat(f"{channel.descriptor}:0:{channel.open_seat(0)}")
            seat.ready()
            refused, stop = [], threading.Event()

            def play():
                with contextlib.suppress(errors.PeerGone):
                    while True:
                        if seat.wait(None).payload == b"":
                            time.sleep(0.001)
                        seat.answer()

            def disturb():
                while not stop.is_set():
                    try:
                        channel.wait([0], 0, 0)
                    except RuntimeError as error:
                        refused.append(str(error))
                    time.sleep(0.0005)

            player, disturber = threading.Thread(target=play), threading.Thread(target=disturb)
            player.start()
            for _ in range(20):
                channel.command(0, 1)
                self.assertEqual(channel.wait([0], 1, 10), [1])
            disturber.start()
            for _ in range(200):
                channel.command(0, 1)
                self.assertEqual(channel.wait([0], 1, 10), [1])
            stop.set()
            disturber.join()
            self.assertIn("in use by another thread", refused[0])
            channel.close()
            player.join()
            seat.leave()

    def test_many_steps(self):
        """No growth, of objects or memory."""
        with Channel(seats=1, rows=1, row_bytes=64, payload_bytes=64) as channel:
            seat = Seat(f"{channel.descriptor}:0:{channel.open_seat(0)}")
            seat.ready()

            def step(count):
                events = struct.pack("=HHIii", 1, 0, 65, 1, 0)
                for _ in range(count):
                    channel.command(0, 1, 4, 0, 0, 7, events, b"payload")
                    command = seat.wait(0)
                    seat.row(command.row)[:7] = command.payload
                    seat.answer(reward=1.0, info=b"{}")
                    channel.wait([0], 1, None)
                    channel.answer(0)
                    try:
                        channel.command(0, 1, row=9)
                    except errors.PlanError:
                        pass

            kinds = (None, 0, 1, True, _native.Answer, _native.Command, _native, b"", "")
            step(1000)
            gc.collect()
            counts = [sys.getrefcount(kind) for kind in kinds]
            objects, pages = len(gc.get_objects()), int(Path("/proc/self/statm").read_text().split()[1])
            step(30000)
            gc.collect()
            for kind, count in zip(kinds, counts):
                self.assertLess(abs(sys.getrefcount(kind) - count), 50, kind)
            self.assertLess(len(gc.get_objects()) - objects, 50)
            self.assertLess(int(Path("/proc/self/statm").read_text().split()[1]) - pages, 256)


class Keys(unittest.TestCase):
    def test_names(self):
        keys = _native.keysyms()
        self.assertEqual((keys["Left"], keys["a"], keys["space"], keys["Return"]), (0xFF51, 0x61, 0x20, 0xFF0D))
        self.assertNotIn("left", keys)


class End(unittest.TestCase):
    def test_with_everything_alive(self):
        script = (
            "import sys; from offstage._native import *\n"
            "channel = Channel(seats=1, rows=1, row_bytes=9); seat = Seat(f'{channel.descriptor}:0:{channel.open_seat(0)}')\n"
            "sys.kept = [channel, seat, channel.rows, seat.row(0)]; seat.ready()\n"
        )
        result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
        self.assertEqual((result.returncode, result.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
