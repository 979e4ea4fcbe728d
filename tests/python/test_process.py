"""Processes of games: what they are given, how their end is told, and that nothing is left of them. Needs no window."""

from __future__ import annotations

import gc
import os
import random
import resource
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from offstage import _native, _process
from offstage._process import Process, parse_report
from offstage.errors import StartFailed

PATIENCE = 20


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    before = len(os.listdir("/proc/self/fd"))
    yield
    gc.collect()
    end = time.monotonic() + PATIENCE
    while _process._ending and time.monotonic() < end:
        _process._collect()
        time.sleep(0.01)
    assert len(os.listdir("/proc/self/fd")) == before
    own = os.getpid()
    assert Path(f"/proc/{own}/task/{own}/children").read_text() == ""


def start(*command: Any, place: str = "0:0:1", descriptors: tuple[int, ...] = (), **options: Any) -> Process:
    return Process(command, place=place, descriptors=descriptors, **options)


def shell(script: str, **options: Any) -> Process:
    return start("sh", "-c", script, **options)


def prints(script: str, **options: Any) -> str:
    process = shell(script, **options)
    assert process.wait(PATIENCE) == 0, process.story()
    text = process.printed()
    process.close()
    return text


def running(token: str) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and token.encode() in (folder / "cmdline").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:
            pass
    return found


@pytest.fixture
def token() -> Iterator[str]:
    """Seconds of a sleep that nobody else sleeps."""
    number = f"32{os.getpid()}{random.randrange(10**6):06d}"
    yield number
    end = time.monotonic() + PATIENCE
    while running(number) and time.monotonic() < end:
        time.sleep(0.01)
    left = running(number)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert left == []


def await_running(token: str, count: int = 1) -> None:
    end = time.monotonic() + PATIENCE
    while len(running(token)) < count:
        assert time.monotonic() < end, "it did not start"
        time.sleep(0.005)


# -- what it is given --------------------------------------------------------------------------------------------------


def test_variables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("CHANNEL", "FRAMES", "SHOT", "INPUT", "SESSION", "LOCKSTEP", "SEED", "HOOK", "REPORT", "FPS"):
        monkeypatch.setenv(f"OFFSTAGE_{name}", "old")
    monkeypatch.setenv("OFFSTAGE_LOG", "warn")
    monkeypatch.setenv("PYTHONPATH", "/old")
    monkeypatch.delenv("LP_NUM_THREADS", raising=False)
    monkeypatch.setenv("GONE", "1")
    show = "env | grep -E '^(OFFSTAGE|PYTHONPATH|LP_|GONE|NEW)' | grep -v OFFSTAGE_LIB | sort"
    assert prints(show, place="7:8:9", environment={"GONE": None, "NEW": "n"}) == textwrap.dedent("""\
        NEW=n
        OFFSTAGE_CHANNEL=7:8:9
        OFFSTAGE_LOG=warn
        PYTHONPATH=/old
        """)
    site = Path(_process.__file__).parent / "_site"
    monkeypatch.chdir(tmp_path)
    assert prints(show, hz=59.94, seed=2**64 - 1, hook="h.py", gpu="software", screen=(640, 480), threads=0) == textwrap.dedent(f"""\
        GONE=1
        LP_NUM_THREADS=0
        OFFSTAGE_CHANNEL=0:0:1
        OFFSTAGE_GPU=software
        OFFSTAGE_HOOK={tmp_path}/h.py
        OFFSTAGE_LOCKSTEP=59.94
        OFFSTAGE_LOG=warn
        OFFSTAGE_SEED=18446744073709551615
        OFFSTAGE_SIZE=640x480
        PYTHONPATH={site}:/old
        """)
    monkeypatch.setenv("LP_NUM_THREADS", "3")
    assert "LP_NUM_THREADS=3\n" in prints(show, threads=0)
    assert "LP_NUM_THREADS=5\n" in prints(show, threads=0, environment={"LP_NUM_THREADS": "5"})
    assert prints("echo $OFFSTAGE_LOCKSTEP", hz=60) == "60\n"


def test_descriptors_and_streams(tmp_path: Path) -> None:
    with _native.Channel(seats=1, rows=1) as channel:
        stray = os.open("/dev/null", os.O_RDONLY)
        os.set_inheritable(stray, True)
        script = f"ls -l /proc/self/fd | grep -c memfd:offstage; test -e /proc/self/fd/{stray} && echo stray; cat; pwd"
        assert prints(script, descriptors=(channel.descriptor,), cwd=tmp_path) == f"1\n{tmp_path}\n"
        os.close(stray)


def test_it_has_a_session_of_its_own(token: str) -> None:
    """Ctrl-C at the terminal is for the learner."""
    process = start("sleep", token)
    await_running(token)
    assert os.getsid(running(token)[0]) == process.pid != os.getsid(0)
    process.close()


def test_inherited_streams() -> None:
    script = "from offstage._process import Process; p = Process(['sh', '-c', 'echo out; echo err >&2; exit 3'], place='0:0:1', descriptors=[], output='inherit'); print(p.wait(20)); print(p.story())"  # fmt: skip
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("out\n3\nsh -c 'echo out; echo err >&2; exit 3' ended with status 3\n", "err\n")


# -- its end -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "status", "how"),
    [
        ("exit 0", 0, "ended with status 0"),
        ("exit 5", 5, "ended with status 5"),
        ("kill -SEGV $$", -11, "was killed by SIGSEGV"),
        ("kill -KILL $$", -9, "was killed by SIGKILL"),
        ("exec no-such-command", 127, "ended with status 127; it printed last:\n  sh:"),
    ],
)
def test_statuses(script: str, status: int, how: str) -> None:
    process = shell(f"ulimit -c 0; {script}")
    assert process.wait(PATIENCE) == status
    assert process.poll() == status
    assert process.story().startswith(f"sh -c 'ulimit -c 0; {script}' {how}")
    process.kill()
    assert process.poll() == status
    process.close()
    assert process.poll() == status
    process.close()


def test_what_cannot_be_run(tmp_path: Path) -> None:
    process = start("no-such-command", "x")
    assert process.wait(PATIENCE) == 127
    assert process.story() == (
        "no-such-command x ended with status 127; it printed last:\n  offstage: no-such-command: command not found in PATH"
    )
    process.close()
    with pytest.raises(StartFailed, match="empty"):
        start()
    with pytest.raises(StartFailed, match=r"true cannot be started: /nonexistent: No such file"):
        start("true", cwd="/nonexistent")
    with pytest.raises(TypeError):
        start("true", 5)
    with pytest.raises(ValueError, match="null"):
        start("true", environment={"A": "b\0c"})


def test_no_command_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_process, "launcher", lambda: None)
    with pytest.raises(StartFailed, match="neither beside this package nor in PATH"):
        start("true")


def test_the_end_can_be_waited_for(token: str) -> None:
    process = start("sleep", token)
    assert process.poll() is None
    assert process.wait(0.02) is None
    assert not _process.select_fd(process.gone_fd, 0)
    assert process.story() == f"sleep {token} is running"
    process.kill()
    assert _process.select_fd(process.gone_fd, PATIENCE)
    assert process.wait(PATIENCE) == -9
    assert process.story() == f"sleep {token} was killed by SIGKILL"
    process.close()


def test_the_guard_is_killed(token: str) -> None:
    process = shell(f"sleep {token} & sleep {token}")
    await_running(token, 2)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait(PATIENCE) == -9
    process.close()


def test_a_learner_that_ignores_the_end_of_children() -> None:
    script = "import signal; signal.signal(signal.SIGCHLD, signal.SIG_IGN); from offstage._process import Process; p = Process(['sh', '-c', 'exit 4'], place='0:0:1', descriptors=[]); print(p.wait(20))"  # fmt: skip
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout == "4\n"


@pytest.mark.parametrize(
    "end", ["pass", "1 / 0", "os._exit(0)", "os.kill(os.getpid(), 9)", "del p", "p.kill(); time.sleep(0.3)", "os.execv('/bin/true', ['true'])"]
)
def test_a_learner_that_forgets(token: str, end: str) -> None:
    script = f"import os, time; from offstage._process import Process; p = Process(['sh', '-c', 'sleep {token} & (setsid sleep {token} &); sleep {token}'], place='0:0:1', descriptors=[]); time.sleep(0.1); {end}"  # fmt: skip
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert ("ZeroDivisionError" in done.stderr) if "1 / 0" in end else done.stderr == ""


def test_forks(token: str) -> None:
    """A forked child that drops, kills or closes what it has inherited does nothing to the parent's games."""
    process = start("sleep", token)
    await_running(token)
    for use in ("kill", "close", "__del__"):
        pid = os.fork()
        if pid == 0:
            getattr(process, use)()
            os._exit(0)
        os.waitpid(pid, 0)
    time.sleep(0.1)
    assert process.poll() is None
    assert running(token)
    stay = os.fork()
    if stay == 0:  # it holds the lifeline
        time.sleep(PATIENCE)
        os._exit(0)
    process.kill()
    assert process.wait(PATIENCE / 2) == -9
    os.kill(stay, signal.SIGKILL)
    os.waitpid(stay, 0)
    process.close()


def test_many(token: str) -> None:
    """From several threads, at random moments; the fixtures see what is left."""

    def play(seed: int) -> None:
        luck = random.Random(seed)
        for _ in range(25):
            process = shell(f"sleep {token} & (setsid sleep {token} &); sleep {token}", report=luck.random() < 0.5)
            time.sleep(luck.random() * 0.01)
            if luck.random() < 0.5:
                os.kill(process.pid, signal.SIGKILL)
            process.kill()
            if luck.random() < 0.5:
                process.wait(PATIENCE)
            process.close()

    threads = [threading.Thread(target=play, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_descriptors_are_out() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    used = len(os.listdir("/proc/self/fd"))
    try:
        for room in range(8):
            resource.setrlimit(resource.RLIMIT_NOFILE, (used + room, hard))
            try:
                start("true", report=True).close()
            except OSError as error:
                assert "Too many open files" in str(error)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


# -- what it says ------------------------------------------------------------------------------------------------------


def test_the_last_lines() -> None:
    process = shell("seq 100000; echo; printf 'caf\\303\\251 \\377\\n' >&2; exit 1")
    process.wait(PATIENCE)
    assert process.story().split("\n")[1:] == ["  99997", "  99998", "  99999", "  100000", "  café \ufffd"]
    assert process.printed().endswith("99999\n100000\n\ncafé \ufffd\n")
    process.close()
    assert process.printed() == ""


def test_one_that_prints_without_end() -> None:
    """It is not held up by a learner that never reads."""
    process = shell("head -c 100000000 /dev/zero; echo done")
    assert process.wait(PATIENCE) == 0
    assert process.printed().endswith("done\n")
    assert len(process.printed()) == _process._RING_BYTES
    process.close()


def test_reports() -> None:
    script = 'echo reward=1.5 terminated=1 >&$OFFSTAGE_REPORT; sleep 0.2; printf \'truncated=0 {"a": [1]}\\nrew\' >&$OFFSTAGE_REPORT; sleep 0.2; echo ard=2 >&$OFFSTAGE_REPORT'  # fmt: skip
    process = start("bash", "-c", script, report=True)
    found = []
    end = time.monotonic() + PATIENCE
    while len(found) < 3 and time.monotonic() < end:
        found += process.reports()
    assert found == [{"reward": 1.5, "terminated": True}, {"truncated": False, "info": {"a": [1]}}, {"reward": 2.0}]
    process.wait(PATIENCE)
    assert process.reports() == []
    process.close()
    assert process.reports() == []


def test_reports_without_end() -> None:
    process = start("bash", "-c", "head -c 1000000 /dev/zero | tr '\\0' x >&$OFFSTAGE_REPORT", report=True)
    found: list[dict[str, Any]] = []
    while process.poll() is None:
        found += process.reports()
    assert found[0] == {"error": "a reported line is longer than 65536 bytes"}
    process.close()


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (b"reward=-1e3", {"reward": -1000.0}),
        (b"terminated=0 truncated=1", {"terminated": False, "truncated": True}),
        (b'{"a": {"b": "c d=1"}}', {"info": {"a": {"b": "c d=1"}}}),
        (b" reward=1   {}\r", {"reward": 1.0, "info": {}}),
    ],
)
def test_lines(line: bytes, found: dict[str, Any]) -> None:
    assert parse_report(line) == found


@pytest.mark.parametrize("line", [b"reward", b"reward=", b"reward=x", b"reward=nan", b"terminated=yes", b"score=1", b"{", b"{} x", b"\xff", b"reward=inf"])
def test_lines_that_are_none(line: bytes) -> None:
    assert "makes no sense" in parse_report(line)["error"]


def test_a_learner_without_standard_streams() -> None:
    script = (
        "import os; [os.close(number) for number in range(3)]; from offstage import _process as p; p.fill_standard_streams(); "
        "game = p.Process(['sh', '-c', 'echo out; echo reward=2 > /dev/fd/$OFFSTAGE_REPORT'], place='0:0:1', descriptors=[], "
        "report=True); status = game.wait(20); game._guard.wait(20); assert game.printed() == 'out\\n', game.printed(); "
        "assert game.reports() == [{'reward': 2.0}]; os._exit(40 + status)"
    )
    assert subprocess.run([sys.executable, "-c", script], timeout=60, check=False).returncode == 40


def test_what_we_said_before_a_traceback_is_kept() -> None:
    process = shell("echo 'offstage: it is our fault' >&2; seq 9")
    assert process.wait(PATIENCE) == 0
    process._guard.wait(PATIENCE)  # it has kept all then
    assert process.story().splitlines()[1:] == ["  offstage: it is our fault", *(f"  {n}" for n in range(5, 10))]
