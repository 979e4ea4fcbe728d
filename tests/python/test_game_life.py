"""Nothing is left of games: no process, no descriptor, no memory; whoever ends, and however."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import offstage
import pytest
from game_rig import ACTIONS, QUICK, RIGHT, STAY, descriptors, make, mappings, place, private_copy, processes
from game_rig import wait_until


def game_of(path, **options):
    options = {"actions": [None, "Right"], "observation": {"size": (48, 64), "stack": 1}, "timeout": 20.0, **options}
    return offstage.GameEnv([path, "seed={seed}"], environment=QUICK, **options)


def test_nothing_is_left_after_close(tmp_path):
    """Not even a guard that has ended and was not waited for."""
    own = os.getpid()
    env = game_of(private_copy(tmp_path), spares=2)
    env.reset(seed=1)
    env.reset()
    env.close()
    with open(f"/proc/{own}/task/{own}/children") as file:
        assert file.read() == ""


@pytest.mark.parametrize("spares", [0, 2])
def test_many_restarts_leave_nothing(tmp_path, spares):
    path = private_copy(tmp_path)
    env = game_of(path, spares=spares)
    env.reset(seed=1)
    counts = []
    for k in range(100):
        env.reset()
        env.step(1)
        if k in (9, 99):
            assert wait_until(lambda: len(processes(path, games=True)) == 1 + spares), processes(path)
            counts.append((descriptors(), mappings(), len(os.listdir("/proc/self/task"))))
    assert counts[1][0] <= counts[0][0] + 3 * spares and counts[1][1:] == counts[0][1:]
    env.close()
    assert wait_until(lambda: not processes(path))


def test_many_environments_leave_nothing(tmp_path):
    path = private_copy(tmp_path)
    counts = []
    for k in range(20):
        env = game_of(path, spares=1)
        env.reset(seed=1)
        env.step(0)
        if k % 2:
            env.close()
        del env
        gc.collect()
        if k in (4, 19):
            assert wait_until(lambda: not processes(path))
            counts.append((descriptors(), mappings()))
    assert counts[0] == counts[1]


def test_memory_does_not_grow():
    def resident() -> int:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    env = make("say=report", frame_skip=1)
    env.reset(seed=1)
    sizes = []
    for k in range(4000):
        env.step(k % 3)
        if k in (1000, 3999):
            gc.collect()
            sizes.append(resident())
    assert sizes[1] - sizes[0] < 1 << 20
    env.close()


def learner(tmp_path, body: str, path: str) -> subprocess.Popen[str]:
    """A process that learns; `env` is there, and after what it does first it says so."""
    code = f"""
import os, sys, signal, time
import offstage
env = offstage.GameEnv([{path!r}, "seed={{seed}}"], actions=[None], environment={QUICK!r}, spares=1)
env.reset(seed=1)
env.step(0)
print("ready", flush=True)
{textwrap.dedent(body)}
"""
    return subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("pass", 0),
        ("sys.exit(3)", 3),
        ("os._exit(4)", 4),
        ("raise RuntimeError('oh')", 1),
        ("keep = [env]; keep.append(keep); del env", 0),
        ("os.kill(os.getpid(), signal.SIGKILL)", -9),
        ("os.kill(os.getpid(), signal.SIGTERM)", -15),
        ("os.abort()", -6),
        ("os.execv('/bin/true', ['true'])", 0),
    ],
)
def test_a_learner_that_forgets_to_close(tmp_path, body, status):
    path = private_copy(tmp_path)
    process = learner(tmp_path, body, path)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == status, errors
    assert status == 1 or not errors
    assert wait_until(lambda: not processes(path)), processes(path)


def test_a_learner_that_is_killed_in_a_step(tmp_path):
    path = private_copy(tmp_path)
    process = learner(tmp_path, "while True: env.step(0)", path)
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.2)
    process.kill()
    process.wait()
    assert wait_until(lambda: not processes(path)), processes(path)


def test_ctrl_c_in_a_step(tmp_path):
    """The step is given up at once; the environment can be closed, or go on."""
    path = private_copy(tmp_path)
    env = offstage.GameEnv([path, "seed=1"], actions=ACTIONS, environment=QUICK, timeout=60.0, spares=0)
    for go_on in (True, False):
        env.reset(seed=1)
        (game,) = processes(path, games=True)
        os.kill(game, signal.SIGSTOP)
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        start = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            env.step(RIGHT)
        assert time.monotonic() - start < 30
        if go_on:
            os.kill(game, signal.SIGCONT)
            assert env.step(STAY)[4]["frames"] == 8  # both were done
            env.reset()
    env.close()
    assert wait_until(lambda: not processes(path))


def test_ctrl_c_in_a_reset():
    env = make("window=none", timeout=60.0)
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        env.reset(seed=1)
    with pytest.raises(offstage.ResetNeeded):
        env.step(0)
    env.close()


def test_forked_children_leave_the_games_alone(tmp_path):
    path = private_copy(tmp_path)
    env = game_of(path, spares=1)
    env.reset(seed=1)
    for ending in ("exit", "close", "collect"):
        child = os.fork()
        if child == 0:
            status = 1
            try:
                try:
                    env.step(0)
                except offstage.OffstageError as error:
                    status = 0 if "fork" in str(error) else 2
                if ending == "close":
                    env.close()
                elif ending == "collect":
                    del env
                    gc.collect()
            except BaseException:
                status = 3
            os._exit(status)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        env.step(1)
    env.reset()
    env.step(1)
    env.close()
    assert wait_until(lambda: not processes(path))


def test_environments_side_by_side_in_threads():
    """Each in a thread of its own."""
    seen: dict[int, list[int]] = {}

    def run(index: int) -> None:
        env = make("say=report")
        observation, _ = env.reset(seed=3)
        seen[index] = [place(observation)]
        for k in range(50):
            seen[index].append(place(env.step(k % 3)[0]))
        env.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 3 and seen[0] == seen[1] == seen[2]


def test_one_environment_in_two_threads():
    env = make(timeout=30.0)
    env.reset(seed=1)
    wrong: list[BaseException] = []

    def run() -> None:
        try:
            for _ in range(300):
                env.step(0)
        except (RuntimeError, offstage.OffstageError) as error:
            wrong.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    env.reset()
    assert np.isfinite(env.step(0)[1])
    env.close()


def test_spares_are_thrown_away_with_their_seeds(tmp_path):
    path = private_copy(tmp_path)
    env = game_of(path, spares=2)
    for seed in (1, 2, 3):
        env.reset(seed=seed)
    assert wait_until(lambda: len(processes(path, games=True)) == 3), processes(path)
    # And the next episodes are theirs.
    before = set(processes(path, games=True))
    env.reset()
    env.reset()
    assert wait_until(lambda: len(processes(path, games=True)) == 3)
    assert len(before & set(processes(path, games=True))) == 1
    env.close()
    assert wait_until(lambda: not processes(path))
