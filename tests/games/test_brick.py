"""examples/brick_dodge.py, which knows nothing of a learner, played through its keys and told of by brick_hook.py."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest

from conftest import EXAMPLES, assert_same, differ, moments

sys.path.insert(0, str(EXAMPLES))

import brick_dodge_game as rules  # noqa: E402
import brick_hook  # noqa: E402

LEFT, STAY, RIGHT = range(3)
FRAME_SKIP = 6


@pytest.fixture
def brick(play: Callable) -> Callable:
    def start(**options):
        settings = dict(actions=["Left", None, "Right"], observation={"size": (40, 30), "gray": True, "stack": 2},
                        frame_skip=FRAME_SKIP, hook=EXAMPLES / "brick_hook.py", reset="hook")
        return play([sys.executable, "-O", str(EXAMPLES / "brick_dodge.py")], **{**settings, **options})

    return start


def ship_column(picture: np.ndarray) -> float:
    """Where the ship is, in columns of the picture: it is the brightest there is at its height."""
    row = round((rules.HEIGHT - rules.SHIP_Y) / rules.HEIGHT * picture.shape[0])
    return float(picture[row - 1:row + 2].astype(int).sum(0).argmax()) + 0.5


def test_the_keys_move_the_ship(brick: Callable) -> None:
    env = brick()
    places = {}
    for action in (LEFT, STAY, RIGHT):
        places[action] = ship_column(moments(env, 0, [action] * 7)[-1][0][-1])
    assert places[LEFT] < 5 and 13 < places[STAY] < 17 and places[RIGHT] > 25, places


def test_rewards_end_score_and_ticks(brick: Callable) -> None:
    seen = moments(brick(), 1, [STAY] * 100)
    total, end, info = sum(moment[1] for moment in seen), seen[-1], seen[-1][4]
    assert end[2] and not end[3]
    assert total == info["score"] - 1
    ticks = [moment[4]["ticks"] for moment in seen[:-1]]
    assert set(np.diff(ticks)) == {FRAME_SKIP}, "one frame is not one tick of the game"


def test_a_game_that_draws_as_often_as_it_is_looked_at(brick: Callable) -> None:
    """A frame is then six ticks of the game, and the play is the same."""
    actions = np.random.default_rng(3).integers(3, size=15)
    seldom = moments(brick(frame_skip=1, environment={"BRICK_DRAWS": "10"}), 2, actions)
    always = moments(brick(), 2, actions)
    assert set(np.diff([moment[4]["ticks"] for moment in seldom])) == {FRAME_SKIP}
    assert [moment[1:4] for moment in seldom] == [moment[1:4] for moment in always]


def test_a_seed_and_actions_are_one_play(brick: Callable) -> None:
    actions = np.random.default_rng(0).integers(3, size=40)
    first, second = brick(), brick()
    plays = [moments(env, seed, actions) for env, seed in ((first, 5), (second, 5), (first, 6), (first, 5))]
    assert_same(plays[0], plays[1])
    assert_same(plays[0], plays[3])  # after other games in the same process
    assert differ(plays[0], plays[2])
    assert len({moment[0].tobytes() for moment in plays[0]}) == len(plays[0])


def test_every_pixel_of_a_play_is_the_same_again(brick: Callable) -> None:
    """After games that had other pictures on the screen, and a better score. Edges are smooth, and count too."""
    env = brick(observation={"size": (rules.HEIGHT, rules.WIDTH)})
    actions = np.random.default_rng(0).integers(3, size=40)
    first = moments(env, 5, actions)
    better = moments(env, 2, [STAY] * 60)[-1][4]
    assert better["score"] > first[-1][4]["score"]
    assert_same(first, moments(env, 5, actions))


def test_a_restarted_process_works_without_a_reset_function(brick: Callable) -> None:
    """The game has --seed; a new process for each episode plays what it says."""
    command = [sys.executable, "-O", str(EXAMPLES / "brick_dodge.py"), "--seed", "{seed}"]
    env = brick()
    env.close()
    import offstage

    with offstage.GameEnv(command, actions=["Left", None, "Right"], observation={"size": (40, 30), "gray": True},
                          frame_skip=FRAME_SKIP, hook=EXAMPLES / "brick_hook.py") as env:
        plays = [moments(env, seed, [STAY] * 5) for seed in (3, 4, 3)]
    assert_same(plays[0], plays[2])
    assert differ(plays[0], plays[1])


def test_the_hook_counts_and_cuts_a_long_game() -> None:
    looks = SimpleNamespace(seed=lambda seed: None)
    game = SimpleNamespace(game=rules.BrickDodge(0), looks=looks, sparks=[], stars=[], make_stars=lambda: None, shake=3)
    process = SimpleNamespace(find=lambda name: {"BrickDodgeWindow": game}[name])
    brick_hook.reset(process, 9)
    game.game.score = 3
    assert brick_hook.observe(process) == {"reward": 3.0, "terminated": False, "truncated": False,
                                           "info": {"score": 3, "ticks": 0}}
    game.game.ticks = brick_hook.TIME_LIMIT_TICKS
    told = brick_hook.observe(process)
    assert (told["reward"], told["terminated"], told["truncated"]) == (0.0, False, True)
    game.game.over = True
    told = brick_hook.observe(process)
    assert (told["reward"], told["terminated"], told["truncated"]) == (-1.0, True, False)
