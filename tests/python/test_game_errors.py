"""What can go wrong with a game: each has an exception of its own or a clear sentence, and nothing hangs."""

from __future__ import annotations

import os
import re
import signal
import struct
import sys
import threading
import time

import numpy as np
import offstage
import pytest
from game_rig import ACT, QUICK, RIGHT, STAY, dot, make, place, private_copy, processes, wait_until


def env_of(command, **options):
    return offstage.GameEnv(command, **{"actions": [None], "environment": QUICK, "timeout": 20.0, **options})


# -- games that do not start -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["/no/such/game"], "(?s)ended before it showed a frame.*/no/such/game.*not found"),
        (["no-such-game"], "no-such-game.*not found"),
        ([__file__], "(?s)test_game_errors.*(denied|executable|executed)"),
        (["/tmp"], "/tmp"),
        (["true"], "ended before it showed a frame.*status 0"),
        (["sh", "-c", "echo what a pity >&2; exit 7"], "(?s)status 7.*what a pity"),
        (["sh", "-c", "kill -SEGV $$"], "SIGSEGV"),
        (dot("window=never"), "(?s)status 4.*there is nothing to see"),
        (dot("what"), "(?s)status 2.*what is what?"),
    ],
)
@pytest.mark.parametrize("spares", [0, 1])
def test_games_that_end_at_once(command, said, spares):
    env = env_of(command, spares=spares)
    for _ in range(2):
        with pytest.raises(offstage.StartFailed, match=said):
            env.reset(seed=1)
    with pytest.raises(offstage.ResetNeeded, match="did not succeed"):
        env.step(0)
    env.close()


def test_a_game_without_a_window():
    env = env_of(dot("window=none"), timeout=1.0)
    with pytest.raises(offstage.StartFailed, match=r"no frame of a window within 1 s.*\(dot\) waits in pause\(\)"):
        env.reset(seed=1)
    env.close()


# What the shell does first; the game then has a place that is none.
@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("nowhere", "not descriptor:seat:life: nowhere"),
        ("700:0:1", "OFFSTAGE_CHANNEL=700:0:1: the descriptor is closed"),
        ("0:0:1", "OFFSTAGE_CHANNEL=0:0:1: it is no sealed memory"),
    ],
)
@pytest.mark.parametrize("spares", [0, 1])
def test_a_channel_that_cannot_be_had(place, said, spares):
    """The game says why and ends; the learner does not wait for the rest of its time."""
    env = env_of(["sh", "-c", f'OFFSTAGE_CHANNEL={place} exec "$0"', dot()[0]], spares=spares, timeout=200.0)
    with pytest.raises(offstage.StartFailed, match=f"(?s)no learner can play this process: .*{said}"):
        env.reset(seed=1)
    env.close()


@pytest.mark.parametrize(
    ("at", "value", "said"), [(4, 99, "a channel of another version"), (0, 99, "not a channel"), (8, 99, "its size")]
)
def test_a_channel_of_another_kind(at, value, said):
    env = make(timeout=200.0)
    os.pwrite(env._games.channel.descriptor, struct.pack("=I", value), at)
    with pytest.raises(offstage.StartFailed, match=f"(?s)no learner can play this process: .*{said}"):
        env.reset(seed=1)
    env.close()


def test_a_launcher_that_closes_descriptors():
    """As Python's subprocess does. Who started it has the channel still."""
    launcher = "import subprocess, sys; sys.exit(subprocess.run(sys.argv[1:]).returncode)"
    env = env_of([sys.executable, "-c", launcher, *dot("say=report")], actions=[None, "Right"], spares=0)
    env.reset(seed=1)
    assert env.step(1)[1] == 4.0
    env.close()


def test_a_window_that_shows_no_frame():
    """Which ones do is in the sentence, and can be asked for."""
    env = make("window=two", observation={"size": (48, 64), "stack": 1, "window": 5}, timeout=1.5)
    with pytest.raises(offstage.StartFailed, match="no frame of the window that is to be played") as caught:
        env.reset(seed=1)
    env.close()
    assert "window 5" in str(caught.value)
    seen = re.findall(r"(\d+) \((\d+)x(\d+)\)", str(caught.value))
    assert len(seen) == 2 and seen[0][1:] == ("64", "48"), caught.value
    for window, width, height in seen:
        observation = {"size": (24, 32), "stack": 1, "window": int(window)}
        env = make("window=two", observation=observation, render_mode="rgb_array")
        env.reset(seed=1)
        env.step(RIGHT)
        assert env.render().shape == (int(height), int(width), 3)
        env.close()


def test_a_slow_start_is_no_failure():
    env = make("slow=1500", hz=None)
    env.reset(seed=1)
    env.close()


def test_no_folder(tmp_path):
    env = env_of(dot(), cwd=tmp_path / "nowhere")
    with pytest.raises(offstage.StartFailed, match="nowhere"):
        env.reset()
    env.close()


def test_a_folder_of_its_own(tmp_path):
    (tmp_path / "game").symlink_to(dot()[0])
    env = env_of(["./game"], cwd=tmp_path)
    env.reset(seed=1)
    env.close()


# -- games that do something else --------------------------------------------------------------------------------------


def test_two_windows():
    env, plain = make("window=two"), make()
    left, right = env.reset(seed=1)[0], plain.reset(seed=1)[0]
    assert np.array_equal(left, right)
    for _ in range(5):
        left, right = env.step(RIGHT), plain.step(RIGHT)
        assert np.array_equal(left[0], right[0]) and left[4]["frames"] == right[4]["frames"]
    env.close()
    plain.close()


def test_ignored_keys():
    env = make("say=report")
    env.reset(seed=1)
    assert all(env.step(ACT["Up"])[1:4] == (0.0, False, False) for _ in range(5))
    env.close()


@pytest.mark.parametrize(
    ("key", "does"), [("h", r"\(dot\) waits in pause\(\)"), ("n", r"waits in recv.*network \(udp\)")]
)
def test_games_that_stop_drawing(key, does):
    env = make("say=report", timeout=1.0)
    env.reset(seed=1)
    env.step(RIGHT)
    start = time.monotonic()
    with pytest.raises(offstage.GameTimeout, match=rf"no answer from the game within 1 s.*{does}") as caught:
        env.step(ACT[key])
    assert time.monotonic() - start < 15  # and not for ever
    assert isinstance(caught.value, (offstage.FrameTimeout, TimeoutError))
    with pytest.raises(offstage.ResetNeeded, match="the last step failed"):
        env.step(STAY)
    env.reset()
    assert env.step(RIGHT)[1] == 4.0
    env.close()


def test_a_game_that_looks_at_the_clock_for_ever():
    env = make("say=report")
    _, info = env.reset(seed=1)
    later = env.step(ACT["l"])[4]
    assert later["ms"] - info["ms"] >= 1000
    env.close()


@pytest.mark.parametrize(("key", "said"), [("e", "(?s)status 3.*dot: I cannot go on"), ("c", "(?s)killed by SIGABRT")])
def test_crashes(key, said):
    env = make("say=report")
    env.reset(seed=1)
    with pytest.raises(offstage.GameCrashed, match=said):
        env.step(ACT[key])
    with pytest.raises(offstage.ResetNeeded, match="the last step failed"):
        env.step(STAY)
    env.reset()
    assert env.step(RIGHT)[1] == 4.0
    env.close()


@pytest.mark.parametrize("key", ["q", "w"])
def test_games_that_end_in_order(key):
    env = make("say=report")
    env.reset(seed=1)
    before = env.step(RIGHT)
    observation, reward, terminated, truncated, info = env.step(ACT[key])
    assert (reward, terminated, truncated) == (0.0, True, False)
    assert info == {"frames": 4, "time": before[4]["time"], "closed": True}
    assert np.array_equal(observation, before[0])
    with pytest.raises(offstage.ResetNeeded):
        env.step(STAY)
    env.reset()
    env.close()


def test_a_game_that_ends_in_order_on_its_way():
    """Between two commands, and in the first frames."""
    env = make("end=2,q", frame_skip=1)
    env.reset(seed=1)
    env.step(STAY)
    assert env.step(STAY)[4]["closed"]
    env.close()
    env = make("end=2,q", start_frames=10)
    with pytest.raises(offstage.GameCrashed, match="status 0"):
        env.reset(seed=1)
    env.close()


def test_a_game_that_crashes_while_it_waits_as_a_spare():
    env = make("end=3,e", spares=1, start_frames=10)
    for _ in range(3):
        with pytest.raises(offstage.GameCrashed, match="I cannot go on"):
            env.reset()
        time.sleep(0.1)
    env.close()


def test_killed(tmp_path):
    path = private_copy(tmp_path)
    env = env_of([path, "seed={seed}"], spares=0, frame_skip=4, actions=[None])
    for delay in (0.0, 0.002, 0.01, 0.05):
        env.reset(seed=1)
        (game,) = processes(path, games=True)
        killer = threading.Timer(delay, os.kill, (game, signal.SIGKILL))
        killer.start()
        with pytest.raises(offstage.GameCrashed, match="killed by SIGKILL"):
            for _ in range(100000):
                env.step(0)
        killer.join()
    env.close()


def test_stopped(tmp_path):
    path = private_copy(tmp_path)
    env = env_of([path, "seed={seed}"], spares=0, timeout=1.0)
    env.reset(seed=1)
    (game,) = processes(path, games=True)
    os.kill(game, signal.SIGSTOP)
    with pytest.raises(offstage.GameTimeout, match="is stopped"):
        env.step(0)
    env.reset()
    env.close()
    assert wait_until(lambda: not processes(path))


# -- use that makes no sense -------------------------------------------------------------------------------------------


def test_a_step_before_the_first_reset():
    env = make()
    with pytest.raises(offstage.ResetNeeded, match=r"call reset\(\) first"):
        env.step(0)
    env.close()


def test_the_observation_does_not_fit():
    env = make(observation={"crop": (60, 0, 32, 32)})
    with pytest.raises(offstage.PlanError, match="crop"):
        env.reset(seed=1)
    with pytest.raises(offstage.ResetNeeded):
        env.step(0)
    env.close()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (dict(observation={"sise": (3, 3)}), "no option 'sise'; there are size"),
        (dict(observation={"slots": 3}), "slots"),
        (dict(observation={"size": None}), "size"),
        (dict(observation={"size": (0, 3)}), "size"),
        (dict(observation={"stack": 0}), "stack"),
        (dict(observation={"layout": "WHC"}), "layout"),
        (dict(observation={"dtype": "bfloat16"}), "bfloat16"),
        (dict(observation={"dtype": "int3"}), "dtype"),
        (dict(observation={"filter": "best"}), "filter"),
        (dict(observation={"crop": (1, 2, 3)}), "crop"),
        (dict(hz=0), "hz"),
        (dict(hz=10000), "hz"),
        (dict(hz=float("nan")), "hz"),
        (dict(frame_skip=0), "frame_skip"),
        (dict(frame_skip=1.5), "frame_skip"),
        (dict(start_frames=-1), "start_frames"),
        (dict(spares=-1), "spares"),
        (dict(timeout=0), "timeout"),
        (dict(timeout=float("inf")), "timeout"),
        (dict(hook="/no/such/hook.py"), "no file /no/such/hook.py"),
        (dict(reset="hook"), "needs a hook file"),
        (dict(reset="again"), 'expected "restart", "hook", or a list of keys'),
        (dict(reset=["spce"]), "did you mean 'space'"),
        (dict(start=["return"]), "did you mean 'Return'"),
        (dict(start="Return"), "start: expected a list"),
        (dict(actions=[None, "left"]), "did you mean 'Left'"),
        (dict(actions="Left"), "actions: expected a list"),
    ],
)
def test_bad_arguments(options, said):
    with pytest.raises((ValueError, TypeError), match=said):  # PlanError and UnknownKey are ValueErrors, too
        make(**options)


@pytest.mark.parametrize("command", ["python game.py", [], [1], None])
def test_bad_commands(command):
    with pytest.raises((offstage.PlanError, TypeError), match="command|iterable"):
        offstage.GameEnv(command, actions=[None])


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("reward=lots\\n", "OFFSTAGE_REPORT: .*lots"),
        ("reward=nan\\n", "OFFSTAGE_REPORT: .*not a finite number"),
        ("reward=1e308\\nreward=1e308\\n", "the sum of the rewards that were reported is inf"),
    ],
)
def test_reports_that_make_no_sense(lines, said):
    script = f'printf "{lines}" >&$OFFSTAGE_REPORT; exec "$0" seed=1'
    env = env_of(["bash", "-c", script, dot()[0]])
    with pytest.raises(offstage.ReportFailed, match=rf"^step 0 of the episode \(frame 0\): {said}"):
        env.reset()
    env.close()


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), -float("inf"), np.float32("nan")])
def test_rewards_that_are_no_numbers(wrong):
    env = make(reward=lambda observation, info: wrong if info["frames"] == 12 else 0.5)
    env.reset(seed=1)
    assert [env.step(STAY)[1] for _ in range(2)] == [0.5, 0.5]
    with pytest.raises(offstage.ReportFailed, match=rf"^step 3 .*frame 12\): what the function reward gave is {wrong}"):
        env.step(STAY)
    env.reset()
    env.close()


def test_rewards_of_a_vector_that_are_no_numbers():
    wrong = lambda observation, info: float("nan") if info["frames"] == 8 else 0.0  # noqa: E731
    envs = offstage.GameVectorEnv(dot(), 3, actions=[None, "Right"], environment=QUICK, spares=0, reward=wrong)
    envs.reset(seed=1)
    envs.step(np.array([0, 0, 0]))
    with pytest.raises(offstage.ReportFailed, match=r"^game 0, step 2 of the episode .*reward gave is nan"):
        envs.step(np.array([0, 0, 0]))
    envs.close()


def test_where_the_learner_is_under_offstage(monkeypatch):
    """What `offstage run` sets for the learner is not for its games."""
    monkeypatch.setenv("OFFSTAGE_FRAMES", "3")
    monkeypatch.setenv("OFFSTAGE_SHOT", "/no/such/folder/x.png")
    env = make()
    env.reset(seed=1)
    for _ in range(5):
        env.step(0)
    assert place(env.reset(seed=1)[0]) < 32
    env.close()
