"""offstage.vector.make() over environments that draw nothing: the same as Gymnasium's own vector of them."""

from __future__ import annotations

import copy
import functools
import gc
import os
import pickle
import signal
import subprocess
import sys
import threading
import warnings

import gymnasium
import numpy as np
import offstage
import pytest
from gymnasium import vector as gymnasium_vector
from gymnasium.error import AlreadyPendingCallError, ClosedEnvironmentError, NoAsyncCallError
from offstage import vector
from vector_checks import children, same, wait_for
from vector_envs import Naughty, Walk

MODES = ["NextStep", "SameStep", "Disabled"]
OLD = not hasattr(gymnasium_vector, "AutoresetMode")  # Gymnasium 1.0 has NextStep only


@pytest.fixture(autouse=True)
def nothing_stays():
    descriptors, processes = len(os.listdir("/proc/self/fd")), set(children())
    yield
    gc.collect()
    wait_for(lambda: set(children()) <= processes, "processes stay")
    assert len(os.listdir("/proc/self/fd")) <= descriptors


def own(fn, n=3, **options):
    return vector.make(fn, n, observation="own", **options)


def play_both(theirs, ours, mode, steps=40, seed=11):
    """The same seeds and actions in both; everything that they give must be equal."""
    same(theirs.reset(seed=seed), ours.reset(seed=seed))
    theirs.action_space.seed(seed)
    for _ in range(steps):
        actions = theirs.action_space.sample()
        result = theirs.step(actions)
        same(result, ours.step(actions))
        ended = result[2] | result[3]
        if mode == "Disabled" and ended.any():
            options = {"reset_mask": ended, "start": 2}
            same(theirs.reset(seed=None, options=dict(options)), ours.reset(seed=None, options=dict(options)))


@pytest.mark.parametrize(
    "mode, observation, action",
    [(mode, kind, "dict" if kind == "dict" else "discrete") for mode in MODES for kind in ("box", "dict", "loose")]
    + [
        ("NextStep", *kinds)
        for kinds in (("discrete", "box"), ("bytes", "binary"), ("dict", "multi"), ("loose", "loose"))
    ],
)
def test_the_same_as_gymnasiums_own(mode, observation, action):
    if OLD and mode != "NextStep":
        pytest.skip("this Gymnasium has NextStep only")
    fn = functools.partial(Walk, observation=observation, action=action)
    theirs = gymnasium_vector.SyncVectorEnv([fn] * 2, **({} if OLD else {"autoreset_mode": mode}))
    ours = own(fn, n=2, autoreset_mode=mode)
    for name in ("single_observation_space", "single_action_space", "observation_space", "action_space", "render_mode"):
        assert getattr(ours, name) == getattr(theirs, name), name
    assert ours.num_envs == 2
    if not OLD:
        assert ours.metadata["autoreset_mode"] is theirs.metadata["autoreset_mode"]
    play_both(theirs, ours, mode)
    ours.close()


@pytest.mark.parametrize("mode", MODES)
def test_without_gymnasiums_modes(mode):
    """The rules of the modes themselves, for a Gymnasium that has one of them only."""
    ours = own(functools.partial(Walk, length=3), autoreset_mode=mode)
    ours.reset(seed=4)
    alone = [Walk(length=3) for _ in range(3)]
    newest = [env.reset(seed=4 + index)[0] for index, env in enumerate(alone)]
    over = np.zeros(3, bool)
    for _ in range(12):
        observations, rewards, terminations, truncations, infos = ours.step(np.zeros(3, np.int64))
        for index, env in enumerate(alone):
            if mode == "NextStep" and over[index]:
                newest[index] = env.reset()[0]
                assert rewards[index] == 0 and not terminations[index] and not truncations[index]
                over[index] = False
            else:
                newest[index], reward, terminated, truncated, _ = env.step(0)
                assert (rewards[index], terminations[index], truncations[index]) == (reward, terminated, truncated)
                over[index] = terminated or truncated
            if mode == "SameStep" and over[index]:
                same(newest[index], infos["final_obs"][index])
                assert infos["final_info"]["steps"][index] == env.steps
                newest[index] = env.reset()[0]
        same(np.stack(newest), observations)
        if mode == "Disabled" and over.any():
            observations, infos = ours.reset(options={"reset_mask": over})
            for index in np.flatnonzero(over):
                newest[index] = alone[index].reset()[0]
            same(np.stack(newest), observations)
            assert infos["_began"].tolist() == over.tolist()
            over[:] = False
    ours.close()


@pytest.mark.parametrize("n", [1, 8])
def test_numbers_of_environments(n):
    theirs, ours = gymnasium_vector.SyncVectorEnv([Walk] * n), own(Walk, n)
    play_both(theirs, ours, "NextStep", steps=12)
    ours.close()


def test_seeds():
    ours = own(Walk)
    first = ours.reset(seed=3)[0]
    same(first, ours.reset(seed=[3, 4, 5])[0])
    other = ours.reset(seed=[5, None, 3])[0]
    same(first[2], other[0])
    same(first[0], other[2])
    assert ours.np_random_seed[0] == 5
    assert not np.array_equal(ours.reset(seed=np.int64(9))[0], first)
    with pytest.raises(ValueError, match="2 seeds for 3"):
        ours.reset(seed=[1, 2])
    same(ours.reset(seed=3, options={"start": 100})[0], first + 100)
    ours.close()


def test_views_without_copy():
    theirs, ours = gymnasium_vector.SyncVectorEnv([Walk] * 3), own(Walk, copy=False)
    theirs.reset(seed=1)
    before, kept = ours.reset(seed=1)[0], None
    for _ in range(9):
        kept = before.copy()
        now = ours.step(np.zeros(3, np.int64))[0]
        same(kept, before)  # the batch before is still what it was
        same(theirs.step(np.zeros(3, np.int64))[0], now)
        assert now.base is not None and not np.shares_memory(now, before)
        before = now
    ours.close()
    same(before.copy(), before)  # memory stays as long as somebody looks at it


def test_copies_are_kept():
    ours = own(functools.partial(Walk, observation="dict"))
    seen = [ours.reset(seed=1)[0]] + [ours.step(np.zeros(3, np.int64))[0] for _ in range(5)]
    again = [ours.reset(seed=1)[0]] + [ours.step(np.zeros(3, np.int64))[0] for _ in range(5)]
    same(seen, again)
    ours.close()


def test_calls_and_attributes():
    ours = own(Walk, render_mode="rgb_array")
    ours.reset(seed=1)
    ours.step(np.zeros(3, np.int64))
    assert ours.call("add", 3, second=4) == (8, 8, 8)
    assert ours.get_attr("steps") == (1, 1, 1)
    ours.set_attr("steps", [5, 6, 7])
    ours.set_attr("word", "same")
    assert ours.get_attr("steps") == (5, 6, 7) and ours.get_attr("word") == ("same",) * 3
    assert [frame.shape for frame in ours.render()] == [(40, 60, 3)] * 3
    large = bytes(range(256)) * 5000  # larger than its place, both ways
    assert ours.call("echo", large) == (large,) * 3
    with pytest.raises(AttributeError, match="nothing_like_it"):
        ours.call("nothing_like_it")
    assert ours.call("add", 1) == (6, 7, 8)
    with pytest.raises(ValueError, match="2 values for 3"):
        ours.set_attr("steps", [1, 2])
    with pytest.raises(ValueError, match="use step"):
        ours.call("step", 1)
    ours.close()


def test_close_reaches_the_environments(tmp_path):
    ours = own(Walk)
    ours.reset(seed=1)
    ours.call("close_to", str(tmp_path / "closed"))
    ours.close()
    assert (tmp_path / "closed").read_text() == "closed\n" * 3
    ours.close()
    for wrong in (ours.reset, lambda: ours.step(np.zeros(3, np.int64)), lambda: ours.call("add", 1), ours.recv):
        with pytest.raises(ClosedEnvironmentError):
            wrong()


def test_close_with_steps_pending(tmp_path):
    ours = own(Naughty)
    ours.reset(seed=1)
    ours.call("close_to", str(tmp_path / "closed"))
    ours.step_async(np.array([4, 0, 4]))
    ours.close()
    assert (tmp_path / "closed").read_text() == "closed\n" * 3
    ours = own(Naughty)
    ours.reset(seed=1)
    ours.step_async(np.array([4, 0, 4]))
    ours.close(terminate=True)


def test_forgotten():
    ours = own(Walk)
    ours.reset(seed=1)
    del ours
    program = "import offstage.vector as v, vector_envs as e; env = v.make(e.Walk, 3, observation='own'); env.reset()"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


# -- what goes wrong -------------------------------------------------------------------------------------------------


def test_an_exception_arrives_with_its_traceback():
    ours = own(Naughty)
    ours.reset(seed=1)
    with pytest.raises(KeyError, match="not there") as caught:
        ours.step(np.array([0, 1, 0]))
    assert "vector_envs.py" in str(caught.value.__cause__) and "in step" in str(caught.value.__cause__)
    with pytest.raises(offstage.errors.ResetNeeded, match="environment 1"):
        ours.step(np.zeros(3, np.int64))
    theirs = gymnasium_vector.SyncVectorEnv([Naughty] * 3)
    same(theirs.reset(seed=7), ours.reset(seed=7))
    same(theirs.step(np.zeros(3, np.int64)), ours.step(np.zeros(3, np.int64)))
    ours.close()


@pytest.mark.parametrize(
    "action, error, text",
    [
        (5, ValueError, r"observation has the shape \(1, 3\)"),
        (6, TypeError, r"info\['lock'\]"),
        (8, RuntimeError, "Unpicklable"),
    ],
)
def test_what_cannot_be_sent_is_named(action, error, text):
    ours = own(Naughty)
    ours.reset(seed=1)
    with pytest.raises(error, match=text):
        ours.step(np.array([0, 0, action]))
    ours.reset(seed=1)
    ours.close()


def test_a_large_info():
    ours = own(Naughty)
    ours.reset(seed=1)
    infos = ours.step(np.array([0, 7, 0]))[4]
    assert len(infos["large"][1]) == 1_000_000 and infos["_large"].tolist() == [False, True, False]
    ours.close()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("action, how", [(2, "SIGKILL"), (3, "status 5"), (10, "status 7")])
def test_a_crash_is_told_and_survived(mode, action, how):
    theirs = [Naughty() for _ in range(3)]
    ours = own(Naughty, autoreset_mode=mode)
    first = ours.reset(seed=20)[0]
    for index, env in enumerate(theirs):
        env.reset(seed=20 + index)
    observations, rewards, terminations, truncations, infos = ours.step(np.array([0, action, 0]))
    assert how in infos["crashed"][1] and infos["_crashed"].tolist() == [False, True, False]
    assert rewards[1] == 0 and not terminations[1] and truncations[1]
    for index in (0, 2):
        expected = theirs[index].step(0)
        same(expected[0], observations[index])
        assert rewards[index] == expected[1]
    if mode == "SameStep":
        same(first[1], infos["final_obs"][1])
        assert how in infos["final_info"]["crashed"][1]
    else:
        same(first[1], observations[1])  # the last one that there was
    if mode == "Disabled":
        observations, infos = ours.reset(options={"reset_mask": np.array([False, True, False])})
    elif mode == "NextStep":
        observations, *_, infos = ours.step(np.zeros(3, np.int64))
    if mode != "SameStep":
        assert "crashed" not in infos
        assert infos["_began"].tolist() == [False, True, False]
    assert not np.array_equal(observations[1], first[1])  # another seed
    for _ in range(3):
        if mode == "Disabled":
            ours.reset()
        assert "crashed" not in ours.step(np.zeros(3, np.int64))[4]
    ours.close()


def test_seeds_after_a_crash():
    """A seed that was given is followed by others that depend on it alone."""
    began = []
    for _ in range(2):
        ours = own(Naughty, n=2, autoreset_mode="SameStep")
        ours.reset(seed=20)
        began.append([ours.step(np.array([2, 0]))[4]["began"][0] for _ in range(2)])
        ours.close()
    assert began[0] == began[1] and began[0][0] != began[0][1]


def test_killed_from_outside():
    ours = own(Walk, n=2)
    ours.reset(seed=1)
    for _ in range(3):
        pids = ours.call("pid")
        os.kill(pids[0], signal.SIGKILL)
        *_, truncations, infos = ours.step(np.zeros(2, np.int64))
        assert truncations[0] and "SIGKILL" in infos["crashed"][0] and "_crashed" in infos
        infos = ours.step(np.zeros(2, np.int64))[4]
        assert "began" in infos
    ours.close()


def test_too_many_crashes(tmp_path):
    place = str(tmp_path / "doomed")
    ours = own(functools.partial(Doomed, place), n=2, max_crashes=2)
    ours.reset(seed=1)
    ours.step(np.zeros(2, np.int64))
    open(place, "w").close()  # from now on its resets kill it
    assert "crashed" in ours.step(np.array([2, 0]))[4]
    with pytest.raises(offstage.errors.GameCrashed, match="environment 0 crashed 3 times .*status 3"):
        ours.step(np.zeros(2, np.int64))
    os.unlink(place)
    ours.reset(seed=1)
    assert "crashed" not in ours.step(np.zeros(2, np.int64))[4]
    ours.close()


def test_a_hang_is_ended():
    ours = own(functools.partial(Naughty, length=90), n=2, timeout=6)
    ours.reset(seed=1)
    *_, truncations, infos = ours.step(np.array([9, 0]))
    assert truncations.tolist() == [True, False] and "within 6 s" in infos["crashed"][0]
    ours.close()


def test_making_fails():
    with pytest.raises(ZeroDivisionError) as caught:
        own(lambda: 1 / 0)
    assert "<lambda>" in str(caught.value.__cause__)
    with pytest.raises(offstage.errors.GameCrashed, match="status 4"):
        own(lambda: os._exit(4))
    with pytest.raises(gymnasium.error.NameNotFound):
        own("NoSuchEnvironment-v0")
    with pytest.raises(offstage.errors.FrameTimeout, match="not made in time"):
        own(lambda: threading.Event().wait(), timeout=0.5)
    lock = threading.Lock()
    with pytest.raises(ValueError, match="cannot be sent"):
        own(lambda: lock)
    with pytest.raises(ValueError, match="environment 1 has the observation_space"):
        own([Walk, functools.partial(Walk, observation="dict")], None)
    for wrong in (dict(n=0), dict(n=None), dict(autoreset_mode="Never")):
        with pytest.raises(ValueError):
            own(Walk, **wrong)
    with pytest.raises(ValueError, match="observation"):
        vector.make(Walk, 1, observation="mine")


def test_names_and_arguments():
    ours = own("CartPole-v1", 2, max_episode_steps=4)
    theirs = gymnasium_vector.SyncVectorEnv([lambda: gymnasium.make("CartPole-v1", max_episode_steps=4)] * 2)
    play_both(theirs, ours, "NextStep")
    ours.close()
    ours = own(Walk, 2, length=2)
    assert ours.get_attr("length") == (2, 2)
    ours.close()
    ours = own([functools.partial(Walk, length=length) for length in (2, 3, 4)], None)
    assert ours.get_attr("length") == (2, 3, 4)
    ours.close()


def test_actions_are_checked():
    ours = own(Walk)
    with pytest.raises(offstage.errors.ResetNeeded):
        ours.step(np.zeros(3, np.int64))
    before = ours.reset(seed=1)[0]
    for wrong in (np.zeros(2, np.int64), np.zeros((3, 1), np.int64), np.zeros(3, np.float32), ["a", "b", "c"]):
        with pytest.raises(ValueError, match="actions"):
            ours.step(wrong)
    ours.step([0, 0, 0])
    same(before, ours.reset(seed=1)[0])
    ours.close()


def test_turns_are_kept():
    ours = own(Walk)
    with pytest.raises(NoAsyncCallError):
        ours.step_wait()
    with pytest.raises(NoAsyncCallError):
        ours.reset_wait()
    ours.reset_async(seed=1)
    with pytest.raises(AlreadyPendingCallError):
        ours.step_async(np.zeros(3, np.int64))
    with pytest.raises(AlreadyPendingCallError):
        ours.call("add", 1)
    with pytest.raises(NoAsyncCallError):
        ours.step_wait()
    ours.reset_wait()
    ours.step_async(np.zeros(3, np.int64))
    with pytest.raises(AlreadyPendingCallError):
        ours.reset()
    ours.step_wait()
    ours.close()


def test_timeouts_lose_nothing():
    theirs, ours = gymnasium_vector.SyncVectorEnv([Naughty] * 3), own(Naughty)
    theirs.reset(seed=1), ours.reset(seed=1)
    ours.step_async(np.array([4, 0, 4]))
    with pytest.raises(TimeoutError, match="of 3 environments were ready"):
        ours.step_wait(timeout=0.05)
    same(theirs.step(np.zeros(3, np.int64)), ours.step_wait())
    ours.close()


def test_interrupted():
    """Ctrl-C in the middle of a step: it can be waited for again, or closed."""
    theirs, ours = gymnasium_vector.SyncVectorEnv([Naughty] * 2), own(Naughty, n=2)
    theirs.reset(seed=1), ours.reset(seed=1)
    for _ in range(2):
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        before = signal.signal(signal.SIGALRM, signal.default_int_handler)
        with pytest.raises(KeyboardInterrupt):
            ours.step(np.array([4, 0]))
        signal.signal(signal.SIGALRM, before)
        same(theirs.step(np.zeros(2, np.int64)), ours.step_wait())
    ours.close()


def test_masks_are_checked():
    ours = own(Walk, autoreset_mode="Disabled")
    with pytest.raises(offstage.errors.ResetNeeded):
        ours.reset(options={"reset_mask": np.array([True, False, False])})
    ours.reset(seed=1)
    for wrong in ([1, 0, 1], np.zeros(3, bool), np.ones(2, bool)):
        with pytest.raises(ValueError, match="reset_mask"):
            ours.reset(options={"reset_mask": wrong})
    options = {"reset_mask": np.array([True, False, False])}
    ours.reset(options=options)
    assert "reset_mask" in options  # wrappers look for it afterwards
    with pytest.raises(offstage.errors.ResetNeeded, match="autoreset is disabled"):
        for _ in range(20):
            ours.step(np.zeros(3, np.int64))
    ours.close()


def test_no_copies_of_it():
    ours = own(Walk, n=1)
    for wrong in (copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="owns processes"):
            wrong(ours)
    ours.close()


def test_forked():
    ours = own(Walk, n=2)
    ours.reset(seed=1)
    child = os.fork()
    if child == 0:
        try:
            ours.step(np.zeros(2, np.int64))
        except RuntimeError:
            ours.close()
            os._exit(0)
        os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    ours.step(np.zeros(2, np.int64))
    ours.close()


def test_gymnasiums_wrappers():
    from gymnasium.wrappers.vector import ClipReward, NormalizeObservation, NormalizeReward, RecordEpisodeStatistics

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        theirs, ours = (
            NormalizeReward(ClipReward(NormalizeObservation(RecordEpisodeStatistics(env)), 0, 5))
            for env in (gymnasium_vector.SyncVectorEnv([Walk] * 3), own(Walk))
        )
        same(theirs.reset(seed=3), ours.reset(seed=3))
        for _ in range(30):
            one, other = theirs.step(np.zeros(3, np.int64)), ours.step(np.zeros(3, np.int64))
            for infos in (one[4], other[4]):
                if "episode" in infos:
                    del infos["episode"]["t"]
            same(one, other)
    ours.close()


class Doomed(Naughty):
    """While the file is there, the first environment that is reset dies of it."""

    def __init__(self, file):
        super().__init__()
        self.file = file

    def reset(self, **options):
        if os.path.exists(self.file) and self.steps == 0:
            os._exit(3)
        return super().reset(**options)
