"""offstage.vector.make() over environments that draw: their windows are the batch. No display, no `offstage run`."""

from __future__ import annotations

import functools
import os

import gymnasium
import numpy as np
import offstage
import pytest
from gymnasium import spaces
from offstage import vector
from vector_checks import same

make = functools.partial(vector.make, gpu="software")
SIZE = (24, 32)


class Shade(gymnasium.Env):
    """A window of one shade of gray, and its own observation says which."""

    metadata = {"render_modes": ["rgb_array"], "render_fps": 60}
    observation_space = spaces.Box(0, 255, (1,), np.int64)
    action_space = spaces.Discrete(200)

    def __init__(self, render_mode=None, draws=True):
        import pyglet

        pyglet.options["shadow_window"] = False
        self.window = pyglet.window.Window(SIZE[1], SIZE[0], vsync=False)
        self.render_mode = render_mode
        self.draws = draws

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.shade, self.steps = int(self.np_random.integers(50)), 0
        return self.show(), {"shade": self.shade}

    def step(self, action):
        self.steps += 1
        self.shade = (self.shade + int(action)) % 256
        return self.show(), float(self.shade), self.steps == 5, False, {"shade": self.shade}

    def show(self):
        from pyglet import gl

        self.window.switch_to()
        gl.glClearColor(*[self.shade / 255] * 3, 1)
        gl.glClear(gl.GL_COLOR_BUFFER_BIT)
        if self.draws:
            self.window.flip()
        return np.array([self.shade])

    def render(self):
        return np.full((*SIZE, 3), self.shade, np.uint8)

    def die(self):
        os._exit(9)


def shades(frames):
    """(n,) of frames of one shade each; of the newest of a stack."""
    newest = frames[:, -1]
    first = newest.reshape(len(frames), -1)[:, 0]
    assert (newest == first[:, None, None]).all()
    return first.astype(int)


@pytest.mark.parametrize("mode", ["NextStep", "SameStep"])
def test_frames_are_the_batch(mode):
    env = make(Shade, 2, autoreset_mode=mode)
    assert env.single_observation_space == spaces.Box(0, 255, (4, 84, 84), np.uint8)
    frames, infos = env.reset(seed=8)
    assert frames.shape == (2, 4, 84, 84) and frames.dtype == np.uint8
    assert (frames[:, 0] == frames[:, 3]).all()  # the first one fills the stack
    same(shades(frames), infos["shade"])
    for step in range(12):
        before = frames
        frames, rewards, terminations, _, infos = env.step(np.array([3, 40]))
        assert shades(frames).tolist() == infos["shade"].tolist()
        began = (frames[:, 0] == frames[:, 3]).reshape(2, -1).all(1)
        assert began.all() == (step % 6 == 5 if mode == "NextStep" else step % 5 == 4)
        if not began.any():
            same(before[:, 1:], frames[:, :3])
        if mode == "SameStep" and terminations.any():
            finals = np.stack(list(infos["final_obs"]))
            assert shades(finals).tolist() == infos["final_info"]["shade"].tolist()
            same(before[:, 1:], finals[:, :3])
    env.close()


def test_options_of_the_observation():
    options = dict(size=SIZE, gray=False, stack=1, layout="HWC", key="pixels")
    env = make(Shade, 2, observation=options, copy=False)
    found, infos = env.reset(seed=3)
    assert found in env.observation_space
    assert found["pixels"].shape == (2, *SIZE, 3) and not found["pixels"].flags.owndata
    same(found["state"][:, 0], infos["shade"])
    assert (found["pixels"] == infos["shade"][:, None, None, None]).all()
    found = env.step(np.array([1, 2]))[0]
    assert (found["pixels"] == found["state"][:, :, None, None]).all()
    env.close()
    for wrong in (dict(device="cuda"), dict(copy=False), dict(slots="many"), dict(size=None)):
        with pytest.raises((ValueError, TypeError)):
            make(Shade, 1, observation=wrong).reset()


def test_a_crash_keeps_the_last_frame():
    env = make(Shade, 2, observation=dict(size=SIZE, stack=1))
    before = env.reset(seed=3)[0]
    with pytest.raises(offstage.errors.GameCrashed, match="status 9"):
        env.call("die")
    frames, _, _, truncations, infos = env.step(np.array([7, 7]))
    assert truncations.tolist() == [True, True] and infos["_crashed"].all()
    same(before, frames)
    frames, _, _, _, infos = env.step(np.array([7, 7]))
    same(shades(frames), infos["shade"])
    env.close()


def test_an_environment_that_draws_nothing():
    env = make(functools.partial(Shade, draws=False), 1, observation=dict(timeout=0.3))
    with pytest.raises(offstage.FrameTimeout, match="drew no frame"):
        env.reset()
    env.close()


def test_own_observations_and_pictures():
    env = make(Shade, 2, observation="own", render_mode="rgb_array")
    found, infos = env.reset(seed=3)
    same(found[:, 0], infos["shade"])
    assert [picture[0, 0, 0] for picture in env.render()] == infos["shade"].tolist()
    env.close()


def test_virtual_time():
    """With hz the environments' clock goes by frames."""
    env = make(Clock, 2, observation="own", hz=50)
    env.reset()
    times = [env.step(np.zeros(2, np.int64))[0][:, 0] for _ in range(5)]
    np.testing.assert_allclose(np.diff(times, axis=0), 1 / 50, atol=2e-3)
    env.close()


class Clock(Shade):
    """Observes what time it is."""

    observation_space = spaces.Box(0, np.inf, (1,), np.float64)

    def show(self):
        import time

        super().show()
        return np.array([time.monotonic()])
