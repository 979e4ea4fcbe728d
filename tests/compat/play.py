"""One program on one server: started, looked at, prodded, resized and closed.

The program does not know that it is watched, but for a preloaded library (drive.c) through which keys and requests come
from inside of its process; the same library serves on Xvfb, so that both runs are driven in the same way and moment.
Pictures are Offstage's own (--shot with a number for every frame), and Xvfb's by GetImage.
"""

from __future__ import annotations

import dataclasses
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

import look
from table import Program
from xvfb import SCREEN_PX

FPS = 30  # of the pictures; and so of the program, which waits at each
START_S, STILL_S, REACT_S, CLOSE_S = 40.0, 12.0, 10.0, 15.0
WATCH_S = 3.0  # how long a moving picture is watched, without and with input
QUIET_S = 0.7  # a picture that stays so long is taken for still
KEYSYMS = {"space": 0x20, "Return": 0xFF0D, "Escape": 0xFF1B, "Tab": 0xFF09, "Left": 0xFF51, "Up": 0xFF52,
           "Right": 0xFF53, "Down": 0xFF54, "ctrl": 0xFFE3}  # a character is its own
DROPPED = ("DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "LD_PRELOAD", "DBUS_SESSION_BUS_ADDRESS", "SESSION_MANAGER",
           "GTK_MODULES", "QT_QPA_PLATFORM", "SDL_VIDEODRIVER", "PYTHONPATH")


class Trouble(Exception):
    """What the program, or the server under it, did not do."""


@dataclasses.dataclass
class Outcome:
    """What one run showed. None: was not tried."""

    runs: bool = False
    reacts: bool | None = None
    resizes: bool | None = None
    closes: bool | None = None
    status: int | None = None
    note: str = ""
    pictures: dict[str, np.ndarray] = dataclasses.field(default_factory=dict)
    said: str = ""


def environment(program: Program, scratch: Path) -> dict[str, str]:
    """A user of its own, without sound, session or network services; the same for both servers."""
    kept = {k: v for k, v in os.environ.items() if k not in DROPPED and not k.startswith(("OFFSTAGE_", "XDG_"))}
    home = scratch / "home"
    runtime = scratch / "runtime"
    for folder in (home, runtime):
        folder.mkdir(mode=0o700, exist_ok=True)
    kept.update(HOME=str(home), USER="player", LOGNAME="player", XDG_RUNTIME_DIR=str(runtime), XAUTHORITY="/dev/null",
                LC_ALL="C.UTF-8", TZ="UTC", PATH=kept["PATH"] + ":/usr/games", DBUS_SESSION_BUS_ADDRESS="disabled:",
                LIBGL_ALWAYS_SOFTWARE="1", SDL_AUDIODRIVER="dummy", ALSOFT_DRIVERS="null", NO_AT_BRIDGE="1",
                GTK_THEME="Adwaita", GSETTINGS_BACKEND="memory", GIO_USE_VFS="local", PYTHONUNBUFFERED="1",
                PYTHONWARNINGS="ignore", PYGAME_HIDE_SUPPORT_PROMPT="1")
    kept.update(program.env)
    return kept


class Driver:
    """The other end of drive.c in one process."""

    def __init__(self, connection: socket.socket) -> None:
        connection.settimeout(20)
        self.connection = connection
        self.lines = connection.makefile("r")
        self.hello = self.lines.readline().split()

    def tell(self, line: str) -> str:
        try:
            self.connection.sendall(line.encode() + b"\n")
            answer = self.lines.readline().strip()
        except OSError as error:
            raise Trouble(f"no answer to {line!r}: {error}") from None
        if not answer.startswith("ok"):
            raise Trouble(answer or f"ended at {line!r}")
        return answer[3:]


class Run:
    """A started program. A context manager: nothing of it is left afterwards."""

    def __init__(self, program: Program, command: list[str], variables: dict[str, str], drive: Path,
                 scratch: Path) -> None:
        self.program, self.scratch = program, scratch
        self.drivers: list[Driver] = []
        self.driver: Driver | None = None
        self.place = (0, 0, 0, 0)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(scratch / "drive"))
        self.listener.listen()
        self.listener.setblocking(False)
        self.log = (scratch / "log").open("w+b")
        variables = dict(variables, COMPAT_SOCKET=str(scratch / "drive"), LD_PRELOAD=str(drive))
        self.process = subprocess.Popen(command, env=variables, cwd=scratch / "home", stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=subprocess.STDOUT, start_new_session=True)

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *_: object) -> None:
        for signum, wait_s in ((signal.SIGTERM, 3.0), (signal.SIGKILL, 10.0)):
            try:
                os.killpg(self.process.pid, signum)
                self.process.wait(wait_s)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                pass
        self.listener.close()
        for driver in self.drivers:
            driver.connection.close()
        self.log.close()

    def said(self) -> str:
        self.log.flush()
        return (self.scratch / "log").read_text(errors="replace")

    def ended(self) -> bool:
        return self.process.poll() is not None

    def until(self, limit_s: float, check: Callable[[], bool]) -> bool:
        """Wait for it, as long as the program is there."""
        end = time.monotonic() + limit_s
        while True:
            if check():
                return True
            if self.ended() or time.monotonic() > end:
                return check()
            time.sleep(0.05)

    def find_window(self) -> bool:
        """Look into all processes that have connected, and take the one with the largest window."""
        try:
            while True:
                connection, _ = self.listener.accept()
                connection.setblocking(True)
                self.drivers.append(Driver(connection))
        except BlockingIOError:
            pass
        best = 0
        for driver in list(self.drivers):
            try:
                words = driver.tell("window").split()
            except Trouble:
                self.drivers.remove(driver)
                continue
            if words[0] != "none" and int(words[3]) * int(words[4]) > best:
                x, y, width, height = map(int, words[1:])
                best, self.driver, self.place = width * height, driver, (x, y, width, height)
        return best > 100

    def tell(self, line: str) -> str:
        if self.driver is None:
            raise Trouble("no window")
        return self.driver.tell(line)

    def settle_in(self) -> None:
        """What a window manager would do for a new window."""

    def picture(self) -> np.ndarray | None:
        """The newest one, or None."""
        raise NotImplementedError

    def still(self, limit_s: float = STILL_S) -> np.ndarray | None:
        """The picture, once it has stopped to change."""
        before, since = self.picture(), time.monotonic()
        end = since + limit_s
        while time.monotonic() < end and not self.ended():
            time.sleep(0.1)
            now = self.picture()
            if not look.same(before, now):
                before, since = now, time.monotonic()
            elif time.monotonic() - since > QUIET_S and not look.is_blank(now):
                break
        return before


class OnXvfb(Run):
    def __init__(self, program: Program, command: list[str], display: str, drive: Path, scratch: Path) -> None:
        super().__init__(program, command, dict(environment(program, scratch), DISPLAY=display), drive, scratch)

    def settle_in(self) -> None:
        if self.place[0] < 0 or self.place[1] < 0:  # GetImage reads nothing beyond the screen
            self.tell("place")
        self.tell("focus")

    def picture(self) -> np.ndarray | None:
        path = self.scratch / "xvfb.ppm"
        try:
            self.tell(f"shot {path}")
            return look.read(path)
        except (Trouble, OSError):
            return None


class OnOffstage(Run):
    def __init__(self, program: Program, command: list[str], launcher: Path, drive: Path, scratch: Path) -> None:
        self.number = 0  # of the newest picture
        self.kept: tuple[int, np.ndarray] | None = None
        command = [str(launcher), "run", "--gpu", "software", "--size", "{}x{}".format(*SCREEN_PX), "--fps", str(FPS),
                   "--shot", str(scratch / "frame%d.png"), "--", *command]
        super().__init__(program, command, environment(program, scratch), drive, scratch)

    def names(self) -> Iterator[int]:
        for path in self.scratch.glob("frame*.png"):
            if path.stem[5:].isdigit():
                yield int(path.stem[5:])

    def picture(self) -> np.ndarray | None:
        numbers = sorted(self.names())
        for old in numbers[:-1]:
            (self.scratch / f"frame{old}.png").unlink(missing_ok=True)
        if not numbers:
            return None
        if not self.kept or self.kept[0] != numbers[-1]:
            self.kept = numbers[-1], look.read(self.scratch / f"frame{numbers[-1]}.png")
        return self.kept[1]


def press(run: Run, lines: list[str]) -> None:
    """What the driver is told, one after the other; a program may end at each."""
    for line in lines:
        try:
            run.tell(line)
        except Trouble:
            if not run.until(CLOSE_S, run.ended):
                raise
            return
        if line.endswith(" 1"):
            time.sleep(0.12 if run.program.still else 0.4)  # games look at the keys once a frame


def send(run: Run, steps: tuple[str, ...]) -> None:
    """"key NAME" or "key ctrl+NAME", "click X Y" (of the window), "wait SECONDS"."""
    for step in steps:
        kind, *words = step.split()
        if kind == "wait":
            time.sleep(float(words[0]))
            continue
        if kind == "click":
            run.tell("motion {} {}".format(*words))
            time.sleep(0.15)
            held = ["button 1"]
        else:
            held = [f"key {ord(name) if len(name) == 1 else KEYSYMS[name]:x}" for name in words[0].split("+")]
        press(run, [f"{line} 1" for line in held] + [f"{line} 0" for line in reversed(held)])
        time.sleep(0.1)


class Motion:
    """How a picture moves by itself: which of its pixels within two seconds, and how many others in the next ones.

    Letters that stand still before a ground that moves are looked at on their own, else a menu that changes is lost in
    it.
    """

    def __init__(self, run: Run, before: np.ndarray) -> None:
        self.run, self.before = run, before
        self.restless = np.zeros(before.shape[:2], bool)
        self.restless = self.watch(2.0)
        self.letters = ~self.restless & look.moved(before, np.broadcast_to(look.ground(before), before.shape))
        later = self.watch(WATCH_S)
        self.drift, self.loss = self.others(later), self.lost(later)

    def watch(self, seconds: float) -> np.ndarray:
        """(height, width) bool: pixels that were seen to differ from the first picture, within this time."""
        seen, end = np.zeros_like(self.restless), time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(0.2)
            if (now := self.run.picture()) is not None:
                seen |= look.moved(now, self.before) if now.shape == self.before.shape else True
        return seen

    def others(self, seen: np.ndarray) -> float:
        return float((seen & ~self.restless).mean())

    def lost(self, seen: np.ndarray) -> float:
        return float(seen[self.letters].mean()) if self.letters.any() else 0.0

    def answered(self) -> bool:
        """Did clearly more change, in the same time, than does by itself?"""
        seen = self.watch(WATCH_S)
        return self.others(seen) > 2 * self.drift + self.run.program.moves or self.lost(seen) > 2 * self.loss + 0.3


def react(run: Run, before: np.ndarray, motion: Motion | None) -> tuple[bool, np.ndarray | None]:
    """Was what was sent answered? And the picture then. motion: of a picture that does not stand still."""
    if motion is not None:
        return motion.answered(), run.picture()
    run.until(REACT_S, lambda: not look.same(run.picture(), before))
    after = run.still()
    return after is not None and not look.same(after, before), after


def resize(run: Run) -> tuple[bool, np.ndarray | None]:
    _, _, width, height = run.place
    room = width + 64 <= SCREEN_PX[0] and height + 48 <= SCREEN_PX[1]  # few programs grow smaller than they want to be
    width, height = (width + 64, height + 48) if room else (width - 64, height - 48)

    def fits() -> bool:
        now = run.picture()
        return now is not None and now.shape[:2] == (height, width) and not look.is_blank(now)

    run.tell(f"resize {width} {height}")
    done = run.until(REACT_S, fits)
    return done, run.still() if run.program.still else run.picture()


def close(run: Run, outcome: Outcome) -> None:
    program = run.program
    if program.close.startswith("key"):
        send(run, (program.close,))
    else:
        try:
            if run.tell("close") == "none":
                outcome.note = "does not know WM_DELETE_WINDOW"
                return
        except Trouble:  # it was gone before it could answer
            if not run.until(CLOSE_S, run.ended):
                raise
    outcome.closes = run.until(CLOSE_S, run.ended)
    outcome.status = run.process.poll()


def go_through(run: Run, outcome: Outcome) -> None:
    program = run.program
    if not run.until(START_S, run.find_window):
        raise Trouble(f"no window, status {run.process.poll()}")
    if program.wait_s:
        run.until(program.wait_s, lambda: False)
        run.find_window()
    run.settle_in()
    if not run.until(START_S, lambda: not look.is_blank(run.picture())):
        raise Trouble("no picture" if run.picture() is None else "a picture of one colour")
    before = run.still() if program.still else run.picture()
    run.find_window()
    run.settle_in()
    outcome.runs = True
    outcome.pictures["first"] = before
    if program.send and program.reaction != "ends":
        motion = None if program.still else Motion(run, before)
        send(run, program.send)
        outcome.reacts, after = react(run, before, motion)
        if after is not None:
            outcome.pictures["reaction"] = after
    if program.resize:
        run.find_window()
        outcome.resizes, after = resize(run)
        if after is not None:
            outcome.pictures["resized"] = after
    if program.send and program.reaction == "ends":
        send(run, program.send)
        outcome.reacts = outcome.closes = run.until(CLOSE_S, run.ended)
        outcome.status = run.process.poll()
    elif program.close:
        run.find_window()
        send(run, program.leave)
        close(run, outcome)


def play(run: Run) -> Outcome:
    outcome = Outcome()
    with run:
        try:
            go_through(run, outcome)
        except Trouble as trouble:
            outcome.note = str(trouble)
        if run.ended() and outcome.status is None:
            outcome.status = run.process.poll()
        outcome.said = run.said()[-2000:]
    return outcome
