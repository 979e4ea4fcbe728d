"""The process of one game: started through ``offstage guard``, which ends it when this process ends.

Between the two is a pair of sockets. What this end says by being closed, or shut down, is that the game is to be killed;
what the guard says, by sending the game's wait status, is that nothing of it is left.
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import json
import math
import os
import select
import shlex
import signal
import socket
import struct
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Literal

from .errors import StartFailed
from .info import launcher

_RING_START = 16
_RING_BYTES = 16384
_STORY_LINES = 5
_REPORT_LINE_MAX = 65536

# Of `offstage run`, under which the learner itself may have been started: its games are not its frames.
_NOT_INHERITED = (
    "OFFSTAGE_CHANNEL",
    "OFFSTAGE_FPS",
    "OFFSTAGE_FRAMES",
    "OFFSTAGE_HOOK",
    "OFFSTAGE_INPUT",
    "OFFSTAGE_LOCKSTEP",
    "OFFSTAGE_REPORT",
    "OFFSTAGE_SEED",
    "OFFSTAGE_SESSION",
    "OFFSTAGE_SHOT",
)

# Guards that were told to end, and were not waited for yet.
_ending: list[subprocess.Popen[bytes]] = []


def _collect() -> None:
    """Wait for those that have ended, so that they do not stay as zombies."""
    for guard in _ending[:]:
        if guard.poll() is not None:
            with contextlib.suppress(ValueError):  # another thread was first
                _ending.remove(guard)


def await_ending(seconds: float) -> None:
    """Wait until those have ended, so long at most: nothing of them is left then, and no zombie stays."""
    end = time.monotonic() + seconds
    for guard in _ending[:]:
        with contextlib.suppress(Exception):
            guard.wait(max(0.0, end - time.monotonic()))
    _collect()


atexit.register(await_ending, 2.0)  # without a trace when Python ends, too


def fill_standard_streams() -> None:
    """Descriptors 0 to 2 that are closed become /dev/null. Otherwise what is made next would get these numbers, and no
    game could inherit it: they are its own standard streams."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free


class Process:
    """A game that runs, or has run.

    Args:
        command: the words of it.
        place: value of OFFSTAGE_CHANNEL, from :meth:`_native.Channel.open_seat`.
        descriptors: those that the game inherits, beside the standard ones: the channel's.
        hz: rate of its virtual clock; None: real time.
        seed: of what it draws from the system's randomness, 0 to 2**64 - 1; only with ``hz``.
        hook: a Python file that is to run in it.
        cwd: folder to start in.
        environment: variables to set; one that is None is removed.
        report: make a pipe for lines of :meth:`reports`; its descriptor is in OFFSTAGE_REPORT.
        gpu, screen: values of OFFSTAGE_GPU and OFFSTAGE_SIZE.
        output: "keep" the end of what it prints, for :meth:`story`; or "inherit" this process's standard streams.
        threads: of the software renderer, unless the environment has LP_NUM_THREADS; 0: those of the game itself only,
            which is best when more games run than there are processor cores. None: let it choose.

    Raises:
        StartFailed: the ``offstage`` command is not there, or cannot be executed. That the game's own command cannot is
            told by :meth:`story` when it has ended.
        OSError: descriptors or processes are out.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        place: str,
        descriptors: Sequence[int],
        hz: float | None = None,
        seed: int | None = None,
        hook: str | os.PathLike[str] | None = None,
        cwd: str | os.PathLike[str] | None = None,
        environment: Mapping[str, str | None] | None = None,
        report: bool = False,
        gpu: str | None = None,
        screen: tuple[int, int] | None = None,
        output: Literal["inherit", "keep"] = "keep",
        threads: int | None = None,
    ) -> None:
        _collect()
        self.command = [os.fspath(word) for word in command]
        self._owner = os.getpid()
        self._output: IO[bytes] | None = None
        self.report_fd = -1  #: where reports() reads; -1: there is no pipe
        self._reported = b""
        self._status: int | None = None
        self._killed = False
        path = launcher()
        if not self.command:
            raise StartFailed("the game's command is empty")
        if path is None:
            raise StartFailed("the offstage command is neither beside this package nor in PATH: install it, or add it there")
        variables = _variables(environment, place, hz, seed, hook, gpu, screen, threads)
        self._lifeline, guard_end = socket.socketpair()
        try:
            self._lifeline.setblocking(False)
            self.gone_fd = self._lifeline.fileno()  #: readable when nothing of the game is left; open until close()
            words = [path, "guard", "--lifeline", str(guard_end.fileno())]
            inherited = [guard_end.fileno(), *descriptors]
            report_end = -1
            if output == "keep":
                self._output = _ring()
                words += ["--output", str(self._output.fileno())]
                inherited.append(self._output.fileno())
            if report:
                self.report_fd, report_end = os.pipe()
                os.set_blocking(self.report_fd, False)
                variables["OFFSTAGE_REPORT"] = str(report_end)
                inherited.append(report_end)
            try:
                self._guard = _start([*words, "--", *self.command], output == "keep", inherited, cwd, variables)
            except OSError as error:
                if error.errno in (errno.EMFILE, errno.ENFILE, errno.EAGAIN, errno.ENOMEM):
                    raise
                raise StartFailed(f"{self._words()} cannot be started: {error.filename}: {error.strerror}") from error
            finally:
                if report_end >= 0:
                    os.close(report_end)
        except BaseException:
            self._close_files()
            raise
        finally:
            guard_end.close()
        self.pid = self._guard.pid  #: of the guard

    # -- its end ------------------------------------------------------------------------------------------------------

    def poll(self) -> int | None:
        """The game's exit status, -N when signal N ended it; None while something of it runs. 125 to 127 are the
        guard's, as those of ``offstage run``: the command is not there, or nothing can be preloaded into it."""
        if self._status is None and self._lifeline.fileno() >= 0:
            try:
                data = self._lifeline.recv(4)
            except BlockingIOError:
                return None
            except OSError:
                data = b""
            if len(data) == 4:
                (status,) = struct.unpack("=i", data)
                self._status = os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)
            elif not self._killed:
                self._status = -signal.SIGKILL  # the guard was killed, and the game with it
        if self._status is None and self._guard.poll() is not None:
            self._status = -signal.SIGKILL
        return self._status

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait until nothing of the game is left, `timeout` seconds at most. Returns as :meth:`poll`."""
        end = None if timeout is None else time.monotonic() + timeout
        if not self._killed:
            select_fd(self.gone_fd, timeout)
        while self.poll() is None and (end is None or time.monotonic() < end):
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._guard.wait(0.05 if end is None else max(0.0, min(0.05, end - time.monotonic())))
        return self.poll()

    def drain(self) -> None:
        """Of a game that has ended: wait until all that it printed is kept for :meth:`story`, a second at most. The guard
        ends with that, a moment after the game's end is known."""
        end = time.monotonic() + 1.0
        with contextlib.suppress(OSError):  # it was waited for
            while os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None and time.monotonic() < end:
                time.sleep(0.001)

    def kill(self) -> None:
        """Have everything that the game has started killed; does not wait."""
        if self._killed or os.getpid() != self._owner:  # the games of a forked child's parent are the parent's
            return
        self.poll()  # the status of one that has ended by itself
        self._killed = True
        with contextlib.suppress(OSError):  # it has ended
            self._lifeline.shutdown(socket.SHUT_RDWR)  # also when a forked child holds this end, too
        if self._guard.poll() is None:
            _ending.append(self._guard)

    def close(self) -> None:
        """Kill it, and close the descriptors: gone_fd must not be watched any more."""
        self.kill()
        self._close_files()

    def _close_files(self) -> None:
        self._lifeline.close()
        if self._output is not None:
            self._output.close()
        if self.report_fd >= 0:
            os.close(self.report_fd)
            self.report_fd = -1

    def __del__(self) -> None:
        if hasattr(self, "pid"):
            self.close()

    # -- what it says -------------------------------------------------------------------------------------------------

    def _words(self) -> str:
        text = shlex.join(self.command)
        return text if len(text) <= 120 else text[:117] + "..."

    def printed(self) -> str:
        """The end of what it has printed, to stdout or stderr."""
        if self._output is None or self._output.closed:
            return ""
        data = os.pread(self._output.fileno(), _RING_START + _RING_BYTES, 0)
        (count,) = struct.unpack_from("=Q", data)
        ring, at = data[_RING_START:], count % _RING_BYTES
        kept = ring[:at] if count < _RING_BYTES else ring[at:] + ring[:at]
        return kept.decode("utf-8", "replace")

    def story(self) -> str:
        """What became of it, for a person: how it ended, and the last lines that it printed."""
        if not self._killed:
            select_fd(self.gone_fd, 0)
        status = self.poll()
        if status is None:
            how = f"{self._words()} is running"
        elif status < 0:
            how = f"{self._words()} was killed by {_signal_name(-status)}"
        else:
            how = f"{self._words()} ended with status {status}"
        lines = [line.rstrip() for line in self.printed().splitlines() if line.strip()]
        if not lines:
            return how
        # What we said is often why; a traceback that follows from it must not push it out.
        ours = [line for line in lines[:-_STORY_LINES] if line.startswith("offstage: ") and "in software" not in line]
        kept = [line[:400] for line in (*ours[-2:], *lines[-_STORY_LINES:])]
        return f"{how}; it printed last:\n  " + "\n  ".join(kept)

    def reports(self) -> list[dict[str, Any]]:
        """What came on the report pipe since the last call: dicts with any of "reward" (float), "terminated", "truncated"
        (bool), "info" (dict); or with "error" only, a sentence about a line that is none."""
        if self.report_fd < 0:
            return []
        while True:
            try:
                data = os.read(self.report_fd, 65536)
            except BlockingIOError:
                break
            if not data:
                break
            self._reported += data
        if b"\n" not in self._reported:
            if len(self._reported) > _REPORT_LINE_MAX:
                self._reported = b""
                return [{"error": f"a reported line is longer than {_REPORT_LINE_MAX} bytes"}]
            return []
        *lines, self._reported = self._reported.split(b"\n")
        return [parse_report(line) for line in lines if line.strip()]


def _start(
    words: list[str], keep: bool, inherited: list[int], cwd: str | os.PathLike[str] | None, variables: dict[str, str]
) -> subprocess.Popen[bytes]:
    stream = subprocess.DEVNULL if keep else None
    # A session of its own: Ctrl-C at the terminal is for the learner, which ends its games.
    return subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=stream,
        stderr=stream,
        pass_fds=inherited,
        cwd=cwd,
        env=variables,
        start_new_session=True,
    )


def select_fd(fd: int, timeout: float | None) -> bool:
    """Wait until it is readable, also when its number is too large for select()."""
    waiter = select.poll()
    waiter.register(fd, select.POLLIN)
    return bool(waiter.poll(None if timeout is None else timeout * 1000))


def parse_report(line: bytes) -> dict[str, Any]:
    """One reported line: ``reward=1.5 terminated=1 truncated=0 {"json": ...}``, any of these, in this order or another;
    the JSON object last."""
    text = line.decode("utf-8", "replace").strip()
    words, brace, rest = text.partition("{")
    found: dict[str, Any] = {}
    try:
        for word in words.split():
            name, sign, value = word.partition("=")
            if name == "reward" and sign:
                found["reward"] = float(value)
                if not math.isfinite(found["reward"]):
                    raise ValueError("the reward is not a finite number")
            elif name in ("terminated", "truncated") and value in ("0", "1"):
                found[name] = value == "1"
            else:
                raise ValueError(f"{word} is none of reward=NUMBER, terminated=0, terminated=1, truncated=0, truncated=1")
        if brace:
            found["info"] = json.loads(brace + rest)
    except ValueError as error:
        return {"error": f"the reported line {text[:120]!r} makes no sense: {error}"}
    return found


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _ring() -> IO[bytes]:
    """A file without a name that keeps the end of what is printed; the guard writes it."""
    try:
        file: IO[bytes] = os.fdopen(os.memfd_create("offstage-output", os.MFD_CLOEXEC), "r+b", buffering=0)
    except OSError as error:
        if error.errno not in (errno.ENOSYS, errno.EPERM):  # a sandbox that does not know it
            raise
        file = tempfile.TemporaryFile(buffering=0)
    os.truncate(file.fileno(), _RING_START + _RING_BYTES)
    return file


def _variables(
    environment: Mapping[str, str | None] | None,
    place: str,
    hz: float | None,
    seed: int | None,
    hook: str | os.PathLike[str] | None,
    gpu: str | None,
    screen: tuple[int, int] | None,
    threads: int | None,
) -> dict[str, str]:
    """The game's environment: this process's, what the caller sets, and what makes it a game."""
    variables = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
    for name, value in (environment or {}).items():
        if value is None:
            variables.pop(name, None)
        else:
            variables[name] = value
    if threads is not None:
        variables.setdefault("LP_NUM_THREADS", str(threads))
    variables["OFFSTAGE_CHANNEL"] = place
    if hz is not None:
        variables["OFFSTAGE_LOCKSTEP"] = f"{hz:.12g}"
        if seed is not None:
            variables["OFFSTAGE_SEED"] = str(seed)
    if gpu is not None:
        variables["OFFSTAGE_GPU"] = gpu
    if screen is not None:
        variables["OFFSTAGE_SIZE"] = f"{screen[0]}x{screen[1]}"
    if hook is not None:
        variables["OFFSTAGE_HOOK"] = os.path.abspath(hook)
        site = str(Path(__file__).resolve().parent / "_site")
        variables["PYTHONPATH"] = os.pathsep.join(filter(None, [site, variables.get("PYTHONPATH")]))
    return variables
