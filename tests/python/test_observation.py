"""FrameObservation over environments that draw real windows."""

from __future__ import annotations

import warnings

import gymnasium
import numpy as np
import offstage
import pytest
from gymnasium.spaces import Box, Dict, Discrete
from gymnasium.utils.env_checker import check_env
from offstage import FrameObservation


class Dots(gymnasium.Env):
    """A dot that moves left and right. Draws `draws` frames in each reset and step, or one in render()."""

    metadata = {"render_modes": ["human", "rgb_array"], "render_fps": 60}
    observation_space = Box(0, 63, (1,), np.int64)
    action_space = Discrete(2)

    def __init__(self, scene, draws=1, draws_in_reset=None, render_mode=None):
        self.scene = scene
        self.draws = draws
        self.draws_in_reset = draws if draws_in_reset is None else draws_in_reset
        self.render_mode = render_mode
        self.rendered = 0
        self.place = 0

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.place = int(self.np_random.integers(64))
        self.draw(self.draws_in_reset)
        return self.own(), {"reset": True}

    def step(self, action):
        self.place = int(np.clip(self.place + (1 if action else -1), 0, 63))
        self.draw(self.draws)
        return self.own(), float(self.place), self.place == 63, False, {"place": self.place}

    def render(self):
        self.rendered += 1
        self.draw(1)
        return np.zeros((32, 64, 3), np.uint8) if self.render_mode == "rgb_array" else None

    def own(self):
        return np.array([self.place])

    def draw(self, count):
        for left in reversed(range(count)):
            self.scene.clear(0, 0, 0)
            # Frames before the last one of a step are green all over.
            if left:
                self.scene.clear(0, 255, 0)
            else:
                self.scene.box(self.place, 0, 1, 32, 255, 255, 255)
            self.scene.window.flip()


def place_of(picture):
    """Where the dot is, in an observation of the window's own size."""
    row = picture[-1, 0]
    assert np.count_nonzero(row) == 1
    return int(row.argmax())


def whole(env, **options):
    return FrameObservation(env, size=(32, 64), **options)


def check(env):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # The wrapper is what is to be checked, and the environment has no spec to be made again from.
        warnings.filterwarnings("ignore", message=".*different from the unwrapped version.*")
        warnings.filterwarnings("ignore", message=".*not able to test alternative render modes.*")
        warnings.filterwarnings("ignore", message=".*spec.*")
        check_env(env, skip_render_check=env.render_mode is None)


@pytest.mark.parametrize("mode", [None, "human", "rgb_array"])
@pytest.mark.parametrize(
    "options",
    [
        dict(),
        dict(gray=False, stack=1, layout="HWC"),
        dict(dtype="float32", scale=1 / 255),
        dict(dtype="float16", scale=-2 / 255, offset=1.0),
        dict(key="pixels"),
        dict(copy=False, slots=64),
        dict(max_frames=2),
    ],
)
def test_check_env(scene, mode, options):
    env = FrameObservation(Dots(scene, draws=0 if mode else 1, render_mode=mode), **options)
    check(env)
    env.close()


def test_spaces(scene):
    env = Dots(scene)
    assert FrameObservation(env).observation_space == Box(0, 255, (4, 84, 84), np.uint8)
    assert FrameObservation(env, size=(3, 5), gray=False, stack=2, layout="HWC").observation_space == Box(
        0, 255, (3, 5, 6), np.uint8
    )
    space = FrameObservation(env, dtype="float32", scale=2 / 255, offset=-1).observation_space
    assert space.dtype == np.float32
    np.testing.assert_allclose([space.low.min(), space.high.max()], [-1, 1], atol=1e-6)
    space = FrameObservation(env, dtype="float16", scale=-1 / 255).observation_space
    np.testing.assert_allclose([space.low.min(), space.high.max()], [-1, 0], atol=1e-3)
    space = FrameObservation(env, key="pixels").observation_space
    assert space == Dict(state=env.observation_space, pixels=Box(0, 255, (4, 84, 84), np.uint8))


def test_the_extremes_are_in_the_space(scene):
    class Flat(Dots):
        def draw(self, count):
            self.scene.gray(255 * (self.place % 2))

    for options in (dict(dtype="float32", scale=1 / 255, offset=0.1), dict(dtype="float16", scale=-0.3, offset=7.7)):
        env = FrameObservation(Flat(scene), **options)
        seen = [env.reset(seed=1)[0], *(env.step(1)[0] for _ in range(8))]
        assert all(observation in env.observation_space for observation in seen)
        assert env.observation_space.high.max() in np.concatenate(seen)
        env.close()


@pytest.mark.parametrize("draws", [1, 3])
def test_one_observation_a_step(scene, draws):
    env = whole(Dots(scene, draws=draws))
    observation, info = env.reset(seed=3)
    place = env.unwrapped.place
    assert info == {"reset": True}
    assert [int(row.argmax()) for row in observation[:, 0]] == [place] * 4
    for count in range(1, 4):
        observation, reward, terminated, truncated, info = env.step(0)
        assert place_of(observation) == info["place"]
        places = [int(row.argmax()) for row in observation[:, 0]]
        assert places == [max(0, place - step) for step in [0] * (3 - count) + list(range(count + 1))][-4:]
    assert isinstance(reward, float) and terminated is False and truncated is False
    env.close()


def test_what_was_drawn_before_an_episode_is_not_in_it(scene):
    env = whole(Dots(scene))
    env.reset(seed=1)
    scene.gray(200)
    observation, _ = env.reset(seed=2)
    assert [int(row.argmax()) for row in observation[:, 0]] == [env.unwrapped.place] * 4
    assert [np.count_nonzero(row) for row in observation[:, 0]] == [1] * 4
    silent = whole(Dots(scene, draws=0, draws_in_reset=1))
    silent.reset()
    silent.unwrapped.draws_in_reset = 0
    scene.gray(200)
    with pytest.raises(offstage.FrameTimeout):
        silent.reset()
    env.close()
    silent.close()


def test_copies_are_the_callers(scene):
    env = whole(Dots(scene))
    kept = [env.reset(seed=1)[0]]
    for _ in range(30):
        kept.append(env.step(0)[0])
    places = [place_of(observation) for observation in kept]
    assert places == sorted(places, reverse=True) and len(set(places)) > 1
    assert all(observation.flags.writeable and observation.flags.owndata for observation in kept)
    env.close()


def test_views_pin_slots(scene):
    env = whole(Dots(scene), copy=False, slots=4)
    kept = [env.reset(seed=1)[0]]
    assert not kept[0].flags.writeable
    with pytest.raises(offstage.BackPressure):
        for _ in range(10):
            kept.append(env.step(1)[0])
    assert len(kept) == 4
    places = [place_of(observation) for observation in kept]
    assert places == list(range(places[0], places[0] + 4))
    kept.clear()
    env.reset()
    env.close()


def test_environments_that_draw_in_render(scene):
    env = whole(Dots(scene, draws=0, render_mode="rgb_array"))
    observation, _ = env.reset(seed=1)
    assert env.unwrapped.rendered == 1
    observation = env.step(0)[0]
    assert (env.unwrapped.rendered, place_of(observation)) == (2, env.unwrapped.place)
    # One that draws by itself is not asked to.
    env = whole(Dots(scene, render_mode="human"))
    env.reset()
    env.step(1)
    assert env.unwrapped.rendered == 0
    env.close()


def test_environments_that_draw_nothing(scene):
    env = whole(Dots(scene, draws=0, draws_in_reset=1))
    env.reset(seed=1)
    with pytest.raises(offstage.FrameTimeout, match="step.. drew no frame.*stale"):
        env.step(0)
    env.close()
    env = whole(Dots(scene, draws=0, draws_in_reset=1), stale="repeat")
    first, _ = env.reset(seed=1)
    np.testing.assert_array_equal(env.step(0)[0], first)
    env.unwrapped.draws_in_reset = 0
    again, _ = env.reset(seed=2)
    np.testing.assert_array_equal(again, first)
    env.close()
    env = whole(Dots(scene, draws=0), stale="repeat", timeout=0.1)
    with pytest.raises(offstage.FrameTimeout):
        env.reset()
    env.close()


def test_own_observations_are_kept(scene):
    env = whole(Dots(scene), key="pixels")
    observation, _ = env.reset(seed=1)
    assert int(observation["state"][0]) == place_of(observation["pixels"])
    twice = FrameObservation(env, size=(4, 4), key="small")
    observation, _ = twice.reset(seed=1)
    assert list(observation) == ["state", "pixels", "small"]
    assert observation in twice.observation_space
    with pytest.raises(offstage.PlanError, match="pixels"):
        FrameObservation(env, key="pixels")
    twice.close()


@pytest.mark.parametrize(
    "options",
    [
        dict(size=None),
        dict(size=(0, 5)),
        dict(size=84),
        dict(stack=0),
        dict(layout="WHC"),
        dict(dtype="float64"),
        dict(dtype="bfloat16"),
        dict(stale="sometimes"),
    ],
)
def test_bad_arguments(scene, options):
    with pytest.raises(offstage.PlanError):
        FrameObservation(Dots(scene), **options)


def test_bad_arguments_at_the_first_reset(scene):
    for options in (dict(filter="best"), dict(slots=0), dict(crop=(0, 0, 99999, 1))):
        env = FrameObservation(Dots(scene), **options)
        with pytest.raises(offstage.PlanError):
            env.reset()


def test_arguments_are_recorded(scene):
    env = FrameObservation(Dots(scene), size=(5, 6), key="pixels")
    kwargs = env._saved_kwargs
    assert kwargs["size"] == (5, 6) and kwargs["key"] == "pixels" and kwargs["stale"] == "error"
    FrameObservation(Dots(scene), **kwargs)


def test_made_by_gymnasium(scene):
    gymnasium.register("OffstageDots-v0", lambda: Dots(scene))
    wrapped = whole(gymnasium.make("OffstageDots-v0"))
    wrapped.reset(seed=1)
    assert place_of(wrapped.step(0)[0]) == wrapped.unwrapped.place
    assert wrapped.spec.additional_wrappers[-1].name == "FrameObservation"
    again = gymnasium.make(wrapped.spec)
    assert isinstance(again, FrameObservation) and again.observation_space == wrapped.observation_space
    wrapped.close()
    again.close()


def test_a_new_window_for_each_episode(scenes):
    class Reopening(Dots):
        def reset(self, **arguments):
            if self.scene:
                self.scene.close()
            self.scene = scenes()
            return super().reset(**arguments)

    env = whole(Reopening(None))
    for seed in range(4):
        observation, _ = env.reset(seed=seed)
        assert [int(row.argmax()) for row in observation[:, 0]] == [env.unwrapped.place] * 4
        assert place_of(env.step(0)[0]) == env.unwrapped.place
    env.close()


def test_synchronous_vectors(scenes):
    """Windows of one process, each environment with its own."""

    def maker(scene):
        return lambda: whole(Dots(scene), window=offstage_window(scene))

    def offstage_window(scene):
        with offstage.Capture():
            before = {window.window for window in offstage.windows()}
            scene.show()
            after = {window.window for window in offstage.windows()}
        return (after - before).pop()

    envs = gymnasium.vector.SyncVectorEnv([maker(scenes()) for _ in range(3)])
    envs.reset(seed=5)
    for _ in range(5):
        observations = envs.step(np.array([0, 1, 0]))[0]
        places = [env.unwrapped.place for env in envs.envs]
        assert [place_of(observation) for observation in observations] == places
    envs.close()


def test_render_between_steps_is_passed_over(scene):
    """What a caller's render() drew before a step is not what the step led to."""
    env = whole(Dots(scene, draws=0, render_mode="human"), stack=2)
    first, _ = env.reset(seed=1)
    env.render()
    env.render()
    second, *_ = env.step(1)
    assert place_of(second) == env.unwrapped.place
    assert np.array_equal(second[0], first[1])  # and it is in no stack


def test_environments_beside_each_other(scenes):
    """Each sees its own window, though another one is larger and draws meanwhile."""
    a, b = (whole(Dots(scenes(64 + 16 * i, 32)), stack=1) for i in range(2))
    a.reset(seed=1)
    b.reset(seed=2)
    for _ in range(3):
        for env in (a, b, a):
            picture, *_ = env.step(1)
            width = env.unwrapped.scene.window.width
            assert abs(int(picture[0, 0].argmax()) - env.unwrapped.place * 64 / width) <= 1
            assert env.capture.latest().source_size == (32, width)
