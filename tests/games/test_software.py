"""A game whose window is drawn without OpenGL: its frames are shown, and its learner waited for, by the thread that asks X."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable

import offstage
import pytest

from conftest import EXAMPLES, ROOT

GAME = [sys.executable, str(EXAMPLES / "catch_pygame.py"), "--seed", "3"]
PLAIN = {"SDL_AUDIODRIVER": "dummy", "PYGAME_HIDE_SUPPORT_PROMPT": "1", "SDL_FRAMEBUFFER_ACCELERATION": "0"}


def python_of(env: offstage.GameEnv) -> int:
    """The process that plays: the one among the environment's that is Python."""
    children, found = [os.getpid()], 0
    while children:
        pid = children.pop()
        try:
            for task in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{task}/children") as file:
                    children += [int(word) for word in file.read().split()]
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                words = file.read().split(b"\0")  # one empty word of a process that has ended and was not waited for
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended since it was named
        if pid != os.getpid() and any(b"catch_pygame" in word for word in words[1:2]):
            found = pid
    return found


def test_the_key_counts_in_the_frame_after_it(play: Callable) -> None:
    settings = dict(actions=["Left", None, "Right"], frame_skip=1, environment=PLAIN)
    runs = []
    for _ in range(2):
        env = play(GAME, **settings)
        env.reset(seed=1)
        runs.append([env.step(action)[0][-1].tobytes() for action in (1, 2, 2, 2, 0, 0, 1, 2)])
        env.close()
    assert runs[0] == runs[1] and len(set(runs[0])) > 4


def blocked_signals(pid: int) -> int:
    """The mask of the main thread."""
    with open(f"/proc/{pid}/task/{pid}/status") as file:
        return next(int(line.split()[1], 16) for line in file if line.startswith("SigBlk"))


def test_a_signal_ends_it_while_it_waits(play: Callable) -> None:
    # SDL would make an event of the signal.
    env = play(GAME, actions=["Left", None, "Right"], environment={**PLAIN, "SDL_NO_SIGNAL_HANDLERS": "1"})
    env.reset(seed=1)
    env.step(1)
    pid = python_of(env)
    time.sleep(0.1)
    assert blocked_signals(pid) == 0
    os.kill(pid, signal.SIGTERM)
    with pytest.raises(offstage.GameCrashed, match="SIGTERM"):
        env.step(1)


def test_one_that_asks_for_nothing_rests(play: Callable, python_with: Callable) -> None:
    game = [python_with("/usr/bin/python3", "tkinter"), str(ROOT / "tests" / "softwin" / "rests.py"), "tk"]
    runs = []
    for actions in ((0, 0, 1, 0, 0, 0, 1, 0), (0, 0, 1, 0, 0, 0, 1, 0), (0, 0, 0, 0, 0, 0, 0, 0)):
        env = play(game, actions=[None, "space"], frame_skip=2, observation={"size": (227, 300), "gray": True})
        env.reset(seed=1)
        runs.append([env.step(action)[0][-1].tobytes() for action in actions])
        env.close()
    assert runs[0] == runs[1] and len(set(runs[0])) == 8
    # The second step's frames are drawn before it; what is typed is told within four frames.
    assert runs[2][:2] == runs[0][:2] and runs[2][5] != runs[0][5]
