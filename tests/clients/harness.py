"""What the client tests share: skip and fail, an Xvfb of their own, a driven program, and runs under Offstage."""

from __future__ import annotations

import os
import queue
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

TIMEOUT_S = 60
# The only line that a run may leave on stderr: rendering fell back to software, and why.
SOFTWARE_LINE = re.compile(r"offstage: .*software")


def skip(reason: str) -> None:
    print(f"skipped: {reason}")
    sys.exit(77)


class Failure(Exception):
    """A check did not hold; the text says which."""


def clean_environment(**extra: str) -> dict[str, str]:
    """The environment without what would choose a display, a GL library or an Offstage option for the program."""
    dropped = ("DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "LD_PRELOAD", "SDL_VIDEODRIVER")
    kept = {k: v for k, v in os.environ.items() if k not in dropped and not k.startswith("OFFSTAGE_")}
    kept["PYTHONUNBUFFERED"] = "1"
    kept["PYGAME_HIDE_SUPPORT_PROMPT"] = "1"
    kept["ALSOFT_DRIVERS"] = "null"  # OpenAL, where it is there, says on stderr that there is no sound card
    kept.update(extra)
    return kept


def python_needs(interpreter: str, modules: list[str]) -> None:
    """Skip unless the interpreter exists and can find these modules."""
    if not Path(interpreter).exists():
        skip(f"{interpreter} is missing (scripts/setup makes it)")
    code = "import importlib.util as u, sys; print(*[m for m in sys.argv[1:] if u.find_spec(m) is None])"
    found = subprocess.run([interpreter, "-c", code, *modules], capture_output=True, text=True, timeout=TIMEOUT_S)
    if found.returncode != 0 or found.stdout.strip():
        skip(f"{interpreter} has no {found.stdout.strip() or modules} ({found.stderr.strip()[-200:]})")


class Program:
    """A running command whose stdout lines can be waited for."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, errors="replace")
        self.lines: list[str] = []
        self.errors: list[str] = []
        self._queue: queue.Queue[str | None] = queue.Queue()
        self._readers = [threading.Thread(target=self._read_stdout), threading.Thread(target=self._read_stderr)]
        for reader in self._readers:
            reader.start()

    def _read_stdout(self) -> None:
        for line in self.process.stdout:
            self._queue.put(line.rstrip("\n"))
        self._queue.put(None)

    def _read_stderr(self) -> None:
        self.errors.extend(line.rstrip("\n") for line in self.process.stderr)

    def wait_line(self, wanted: str) -> None:
        """Collect lines up to one that starts with this text."""
        end = time.monotonic() + TIMEOUT_S
        while True:
            try:
                line = self._queue.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                raise Failure(f"waited {TIMEOUT_S} s for {wanted!r}; so far {self.lines}") from None
            if line is None:
                raise Failure(f"ended before {wanted!r}; lines {self.lines}, stderr {self.errors}")
            self.lines.append(line)
            if line.startswith(wanted):
                return

    def finish(self) -> int:
        """Collect the rest; the exit status."""
        try:
            status = self.process.wait(TIMEOUT_S)
        except subprocess.TimeoutExpired:
            raise Failure(f"still runs after {TIMEOUT_S} s; lines {self.lines}") from None
        for reader in self._readers:
            reader.join(TIMEOUT_S)
        while (line := self._queue.get()) is not None:
            self.lines.append(line)
        return status

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


class Xvfb:
    """An X server with Mesa's GL, for the time of a with block."""

    def __init__(self, size: str = "1920x1080") -> None:
        if shutil.which("Xvfb") is None:
            skip("Xvfb is not installed")
        self.size = size

    def __enter__(self) -> Xvfb:
        read_end, write_end = os.pipe()
        command = ["Xvfb", "-displayfd", str(write_end), "-screen", "0", f"{self.size}x24", "-nolisten", "tcp",
                   "+extension", "GLX", "-noreset"]
        self.server = subprocess.Popen(command, pass_fds=[write_end], stdin=subprocess.DEVNULL,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write_end)
        with os.fdopen(read_end) as reader:
            number = reader.readline().strip()
        if not number:
            self.server.wait()
            raise Failure("Xvfb did not start")
        self.display = f":{number}"
        return self

    def __exit__(self, *_: object) -> None:
        self.server.terminate()
        self.server.wait()


def offstage_command(build: Path, options: list[str], command: list[str]) -> list[str]:
    launcher = build / "bin" / "offstage"
    if not launcher.exists():
        raise Failure(f"{launcher} is not built")
    return [str(launcher), "run", *options, "--", *command]


def check_stderr(lines: list[str]) -> None:
    """At most one software line, and nothing else."""
    rest = [line for line in lines if line.strip()]
    if len([line for line in rest if SOFTWARE_LINE.match(line)]) > 1:
        raise Failure(f"more than one line about software rendering: {rest}")
    rest = [line for line in rest if not SOFTWARE_LINE.match(line)]
    if rest:
        raise Failure("stderr holds " + " / ".join(rest))


def report(name: str, failures: list[str]) -> int:
    for failure in failures:
        print(f"FAIL {name}: {failure}")
    if not failures:
        print(f"ok {name}")
    return 1 if failures else 0
