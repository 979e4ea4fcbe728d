"""What runs inside a game: reports, turns, hook files, and how Python comes to load them; over a fake library."""

from __future__ import annotations

import errno
import ctypes
import gc
import json
import os
import subprocess
import sys
import tempfile
import textwrap
import threading
import unittest
from pathlib import Path
from typing import Any

import offstage
from fake import play, preload, take_turn
from offstage import _hook, _native, errors
from offstage._report import report

OBSERVE, RESET = _native.TURN_OBSERVE, _native.TURN_RESET
SITE = Path(offstage.__file__).resolve().parent / "_site"


class HookTest(unittest.TestCase):
    def setUp(self) -> None:
        ctypes.memset(ctypes.byref(play), 0, ctypes.sizeof(play))
        play.played = 1
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.addCleanup(_native.on_turn, None)

    def hook(self, text: str) -> str:
        """A hook file with this text, installed; its path."""
        path = self.folder / "hook.py"
        path.write_text(textwrap.dedent(text))
        _hook.install(str(path))
        return str(path)


class Reports(HookTest):
    def test_each_part(self):
        self.assertTrue(report())
        self.assertEqual((play.flags, play.info), (0, b""))
        self.assertTrue(report(reward=1.5))
        self.assertEqual((play.flags, play.reward), (1, 1.5))
        self.assertTrue(report(reward=True, terminated=1, truncated=True))
        self.assertEqual((play.flags, play.reward), (7, 1.0))
        self.assertTrue(report(info={"a": [1, None, "é"], "b": {}}))
        self.assertEqual((play.flags, json.loads(play.info)), (0, {"a": [1, None, "é"], "b": {}}))

    def test_numpy(self):
        try:
            import numpy as np
        except ImportError:
            self.skipTest("this Python has no NumPy")
        report(reward=np.float32(0.5), terminated=np.bool_(True), info={"a": np.int64(3), "b": np.arange(3)})
        self.assertEqual((play.flags, play.reward, json.loads(play.info)), (3, 0.5, {"a": 3, "b": [0, 1, 2]}))

    def test_nobody_plays(self):
        play.played = 0
        self.assertFalse(report(reward=1.0, terminated=True, info={}))
        self.assertEqual(play.reports, 0)

    def test_mistakes(self):
        loop: dict[str, Any] = {}
        loop["loop"] = loop
        for played in (0, 1):  # whoever tries his game without a learner is told as well
            play.played = played
            for wrong in ({"reward": "much"}, {"info": [1]}, {"info": "text"}, {"info": {"a": object()}}, {"info": loop}):
                with self.subTest(wrong=wrong, played=played):
                    self.assertRaises((TypeError, ValueError), report, **wrong)
            self.assertRaises(TypeError, report, 1.0)
            self.assertRaises(TypeError, report, rewards=1.0)
        self.assertEqual(play.reports, 0)
        play.status = -1
        for status, error in (("OFS_ENOMEM", errors.OutOfMemory), ("OFS_EINVAL", errors.PlanError)):
            play.status = next(number for number in range(-1, -40, -1) if self.name(number) == status)
            self.assertRaisesRegex(error, "as the test wants it", report, reward=1.0)

    @staticmethod
    def name(number: int) -> str:
        play.status = number
        try:
            _native.report(None, False, False, None)
        except errors.OffstageError as error:
            return next(name for name, kind in errors.BY_STATUS.items() if type(error) is kind)
        except RuntimeError:
            return ""
        return ""


class Turns(HookTest):
    def test_what_is_called(self):
        seen = []
        _native.on_turn(lambda *arguments: seen.append(arguments))
        for hold in (False, True):
            self.assertIsNone(take_turn(OBSERVE, 0, 7, hold))
            self.assertIsNone(take_turn(RESET, 2**64 - 1, 2**40, hold))
        self.assertEqual(seen, [(1, 0, 7), (2, 2**64 - 1, 2**40)] * 2)
        _native.on_turn(None)
        self.assertEqual(take_turn(OBSERVE), "nothing is called")
        self.assertRaises(TypeError, _native.on_turn, 5)

    def test_what_it_says(self):
        _native.on_turn(lambda *_: "went wrong")
        self.assertEqual(take_turn(OBSERVE), "hook: went wrong")

        def fail(*_):
            raise KeyError("x")

        _native.on_turn(fail)
        for hold in (False, True):
            self.assertRegex(take_turn(OBSERVE, 0, 0, hold), r"^hook: KeyError: 'x' \(.*test_hooks.py, line \d+\)$")

        def fail_badly(*_):
            class Bad(Exception):
                def __str__(self):
                    raise RuntimeError

            raise Bad

        _native.on_turn(fail_badly)
        self.assertIn("Bad", take_turn(OBSERVE))
        _native.on_turn(lambda *_: "long " * 1000)
        self.assertEqual(len(take_turn(OBSERVE)), 999)
        _native.on_turn(lambda *_: "\udcff")
        self.assertIsNotNone(take_turn(OBSERVE))
        for number in range(1000):
            _native.on_turn(fail)
            take_turn(OBSERVE)

    def test_an_exception_that_is_on_its_way_stays(self):
        """A swap in a destructor, or in a finally."""
        _native.on_turn(lambda *_: None)
        try:
            try:
                raise KeyError("mine")
            finally:
                take_turn(OBSERVE, hold_gil=True)
        except KeyError as error:
            self.assertEqual(error.args, ("mine",))

    def test_errno_stays(self):
        _native.on_turn(lambda *_: os.path.exists("/nonexistent"))
        turn = ctypes.CDLL(None, use_errno=True).ofs_fake_turn
        ctypes.set_errno(errno.EAGAIN)
        turn(OBSERVE, ctypes.c_uint64(0), ctypes.c_uint64(0))
        self.assertEqual(ctypes.get_errno(), errno.EAGAIN)

    def test_threads(self):
        """Threads of Python, with others busy; and one that Python has never seen."""
        seen = []
        _native.on_turn(lambda *arguments: seen.append(threading.get_ident()))
        stop = threading.Event()

        def compute():
            while not stop.is_set():
                sum(range(1000))

        busy = [threading.Thread(target=compute) for _ in range(2)]
        players = [threading.Thread(target=lambda: [take_turn(OBSERVE) for _ in range(50)]) for _ in range(3)]
        for thread in busy + players:
            thread.start()
        for thread in players:
            thread.join()
        stop.set()
        for thread in busy:
            thread.join()
        self.assertEqual(len(seen), 150)
        libc = ctypes.CDLL(None)
        start = ctypes.cast(libc.ofs_fake_turn, ctypes.c_void_p)
        stranger = ctypes.c_ulong()
        self.assertEqual(libc.pthread_create(ctypes.byref(stranger), None, start, None), 0)
        libc.pthread_join(stranger, None)
        self.assertEqual(len(seen), 151)


class Thing:
    def __init__(self, name: str = "") -> None:
        self.name = name


class Derived(Thing):
    pass


class Slotted:
    __slots__ = ("other",)


class Files(HookTest):
    def told(self) -> tuple[int, float, Any]:
        return play.flags, play.reward, json.loads(play.info) if play.info else None

    def test_observe(self):
        self.hook("""
            def setup(game): game.calls = ["setup"]
            def reset(game, seed): game.calls.append(seed)
            def observe(game):
                game.calls.append(game.frames)
                return {"reward": 2, "terminated": True, "info": {"calls": game.calls}}
        """)
        self.assertIsNone(take_turn(RESET, 77, 1))
        self.assertIsNone(take_turn(OBSERVE, 0, 5))
        self.assertEqual(self.told(), (3, 2.0, {"calls": ["setup", 77, 5]}))

    def test_single_functions(self):
        self.hook("""
            def reward(game): return 0.25
            def truncated(game): return game.frames > 3
            def info(game): return {"main": game.main.__name__}
        """)
        take_turn(OBSERVE, 0, 3)
        self.assertEqual(self.told(), (1, 0.25, {"main": "__main__"}))
        take_turn(OBSERVE, 0, 4)
        self.assertEqual(self.told()[0], 5)

    def test_nothing_to_tell(self):
        self.hook("""
            def observe(game): return None
        """)
        self.assertIsNone(take_turn(OBSERVE))
        self.assertEqual(play.reports, 0)
        self.assertRegex(take_turn(RESET, 1), r"it has no function reset\(game, seed\), which .*hook.py\)$")

    def test_own_reports(self):
        self.hook("""
            import offstage
            def observe(game):
                game.report(reward=3)
                offstage.report(terminated=True)
        """)
        self.assertIsNone(take_turn(OBSERVE))
        self.assertEqual((play.reports, play.flags), (2, 2))

    def test_mistakes(self):
        rows = [
            ("def observe(game):\n    return {}['x']", "KeyError: 'x' (PATH, line 2)"),
            ("def observe(game)\n    pass", "SyntaxError: expected ':' (PATH, line 1)"),
            ("import nothing_here\ndef observe(game): pass", "ModuleNotFoundError: No module named 'nothing_here' (PATH, line 1)"),
            ("x = 1", "ImportError: it defines none of setup, reset, observe, reward, terminated, truncated, info (PATH)"),
            ("def setup(game):\n    1 / 0\ndef observe(game): pass", "ZeroDivisionError: division by zero (PATH, line 2)"),
            ("def observe(game): return {'score': 1}", "observe() returned score; known are reward, terminated"),
            ("def observe(game): return 5", "TypeError: "),
            ("def observe(game): return {'reward': 'x'}", "ValueError: could not convert string to float: 'x' (PATH)"),
            ("def observe(game): return {'info': {'a': object}}", "TypeError: info: type cannot be told as JSON"),
            ("def observe(game):\n    raise SystemExit(3)", "SystemExit: 3 (PATH, line 2)"),
            ("def observe(game):\n    game.find('Nobody')", "LookupError: 0 instances of Nobody are alive"),
            ("def observe(game):\n    game.main.nothing", "has no attribute 'nothing' (PATH, line 2)"),
        ]
        for text, says in rows:
            with self.subTest(text=text):
                path = self.hook(text + "\n")
                for _ in range(2):  # told each time
                    sentence = take_turn(OBSERVE) or ""
                    if sys.version_info >= (3, 10) or "SyntaxError" not in says:  # 3.9 has other words for it
                        self.assertIn(says.replace("PATH", path), sentence)
                    self.assertTrue(sentence.startswith("hook: "), sentence)
        _hook.install("/nonexistent/hook.py")
        self.assertIn("FileNotFoundError", take_turn(OBSERVE) or "")

    def test_a_mistake_passes(self):
        """Of a function; one of loading or of setup() stays, as nothing was set up."""
        self.hook("""
            def observe(game):
                if game.frames < 2: raise ValueError("not yet")
                return {"reward": 1}
        """)
        self.assertIn("not yet", take_turn(OBSERVE, 0, 1))
        self.assertIsNone(take_turn(OBSERVE, 0, 2))


class Find(HookTest):
    def test_find(self):
        game = _hook.Game()
        self.assertRaisesRegex(LookupError, "^0 instances of Thing are alive, where one is expected; ", game.find, "Thing")
        one = Thing("one")
        for kind in (Thing, "Thing", f"{__name__}.Thing"):
            self.assertIs(game.find(kind), one)
            self.assertIs(game.find(kind), one)
        self.assertRaises(LookupError, game.find, "other.Thing")
        self.assertRaises(LookupError, game.find, Derived)
        two = Derived("two")
        self.assertIs(game.find(Thing), one)  # it has been found already
        self.assertIs(game.find("Derived"), two)
        fresh = _hook.Game()
        self.assertRaisesRegex(LookupError, "^2 instances of Thing are alive, where one is expected$", fresh.find, Thing)
        del one
        gc.collect()
        self.assertIs(game.find(Thing), two)  # not the one that is gone
        del two
        gc.collect()
        self.assertRaises(LookupError, game.find, Thing)

    def test_what_cannot_be_remembered(self):
        one = Slotted()
        one.other = []
        self.assertIs(_hook.Game().find(Slotted), one)

    def test_strange_objects(self):
        """Objects that lie about their class, or fail when they are asked, are passed over and not touched."""

        class Liar:
            touched = False

            @property
            def __class__(self):  # type: ignore[override]
                Liar.touched = True
                raise RuntimeError

            def __getattr__(self, name):
                Liar.touched = True
                raise RuntimeError

        import weakref

        one, liar = Thing(), Liar()
        proxy = weakref.proxy(one)
        self.assertIs(_hook.Game().find("Thing"), one)
        self.assertFalse(Liar.touched)
        del liar, proxy


class Start(HookTest):
    """How Python comes to load it: sitecustomize."""

    def python(self, *words: str, folder: bool = True, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.environ["PATH"],
            "LD_PRELOAD": preload,
            "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", ""),
            "PYTHONPATH": str(SITE),
            "OFFSTAGE_CHANNEL": "1:2:3",
            "OFFSTAGE_HOOK": str(self.folder / "hook.py"),
            **variables,
        }
        (self.folder / "game.py").write_text(
            "import ctypes, sys\n"
            "turn = ctypes.CDLL(None).ofs_fake_turn; turn.restype = ctypes.c_char_p\n"
            "answer = turn(1, ctypes.c_uint64(0), ctypes.c_uint64(0))\n"
            "print(answer, 'numpy' in sys.modules, 'gymnasium' in sys.modules, getattr(sys, 'others', None))\n"
        )
        (self.folder / "hook.py").write_text("def observe(game): raise KeyError(game.main.__file__)\n")
        return subprocess.run(
            [sys.executable, *words, str(self.folder / "game.py")], env=environment, capture_output=True, text=True
        )

    def test_loaded(self):
        done = self.python()
        self.assertEqual(done.stderr, "")
        self.assertRegex(done.stdout, r'KeyError: .*game.py.*hook.py, line 1\)" False False None$')

    def test_not_without_a_learner(self):
        for name in ("OFFSTAGE_CHANNEL", "OFFSTAGE_HOOK"):
            self.assertIn("nothing is called", self.python(**{name: ""}).stdout)

    def test_the_next_one_runs_too(self):
        other = self.folder / "other"
        other.mkdir()
        (other / "sitecustomize.py").write_text("import sys; sys.others = __file__\n")
        done = self.python(PYTHONPATH=f"{SITE}:{other}")
        self.assertEqual(done.stderr, "")
        self.assertRegex(done.stdout, r"KeyError.* False False .*other/sitecustomize.py$")
        (other / "sitecustomize.py").write_text("import not_there_at_all\n")
        self.assertIn("not_there_at_all", self.python(PYTHONPATH=f"{SITE}:{other}").stderr)

    def test_options_that_keep_it_out(self):
        for option in ("-S", "-I", "-E"):
            done = self.python(option)
            self.assertEqual((done.stderr, "nothing is called" in done.stdout), ("", True), option)

    def test_without_the_library(self):
        done = subprocess.run(
            [sys.executable, "-c", "print('runs')"], capture_output=True, text=True,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(SITE), "OFFSTAGE_CHANNEL": "1:2:3", "OFFSTAGE_HOOK": "h.py"},
        )  # fmt: skip
        self.assertEqual(done.stdout, "runs\n")
        self.assertRegex(done.stderr, r"^offstage: the hook h.py cannot run in .*python.*: .*not loaded")
        self.assertEqual(done.stderr.count("\n"), 1)

    def test_a_game_with_an_offstage_of_its_own(self):
        """What the game would import is what it gets."""
        own = self.folder / "own" / "offstage"
        own.mkdir(parents=True)
        (own / "__init__.py").write_text("")
        done = self.python(PYTHONPATH=f"{SITE}:{own.parent}")
        self.assertIn("cannot run in", done.stderr)


if __name__ == "__main__":
    unittest.main()
