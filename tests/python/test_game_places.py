"""Several games on one channel: places, rows, spares. What GameVectorEnv is made of."""

from __future__ import annotations

import time

import numpy as np
import offstage
import pytest
from game_rig import ACT, ACTIONS, LEFT, QUICK, RIGHT, STAY, dot, place, private_copy, processes, wait_until
from offstage._games import Games

BUSY, DONE, LOST = 0, 1, 2


def games_of(n, *words, command=None, **options):
    options = {"actions": ACTIONS, "observation": {"size": (48, 64), "stack": 1}, "environment": QUICK, **options}
    return Games(command or dot("say=report", *words), n, **{"spares": 0, "timeout": 20.0, **options})


def begin_all(games, first_seed=1):
    for i in range(games.count):
        games.begin(i, first_seed + i)
    assert games.wait(range(games.count)) == [DONE] * games.count
    return [games.result(i) for i in range(games.count)]


def step_all(games, actions, rows=None):
    for i, action in enumerate(actions):
        games.act(i, action, None if rows is None else rows[i])
    assert games.wait(range(games.count)) == [DONE] * games.count
    return [games.result(i) for i in range(games.count)]


def test_places_play_apart():
    games, alone = games_of(5), games_of(1)
    firsts = begin_all(games)
    xs = [place(games.rows[i]) for i in range(5)]
    assert len(set(xs)) > 1 and [first.info["x"] for first in firsts] == xs
    results = step_all(games, [STAY, RIGHT, LEFT, RIGHT, STAY])
    assert [result.reward for result in results] == [0, 4, max(-4, -xs[2]), 4, 0]
    for i in range(5):
        alone.begin(0, 1 + i)
        alone.wait([0])
        assert alone.result(0) == firsts[i]
    games.close()
    alone.close()


def test_rows():
    """Which row a place fills is said each time; others stay as they are."""
    games = games_of(2, rows=4)
    begin_all(games)
    first = games.rows.copy()
    assert not first[2:].any()
    step_all(games, [RIGHT, RIGHT], rows=[2, 3])
    assert np.array_equal(games.rows[:2], first[:2]) and place(games.rows[3]) == place(first[1]) + 4
    step_all(games, [RIGHT, RIGHT], rows=[1, 0])
    assert place(games.rows[0]) == place(first[1]) + 8 and place(games.rows[1]) == place(first[0]) + 8
    games.act(0, RIGHT, 3, blind=True)
    games.wait([0])
    before = games.rows[3].copy()
    assert games.result(0).reward == 4 and np.array_equal(games.rows[3], before)
    games.close()


def test_some_of_many():
    games = games_of(4)
    begin_all(games)
    seen = [0] * 4
    free = [0, 1, 2, 3]
    for _ in range(60):
        for i in free:
            games.act(i, STAY)
        events = games.wait(range(4), 2)
        assert sum(event == DONE for event in events) >= 2
        free = [i for i, event in enumerate(events) if event == DONE]
        for i in free:
            assert games.result(i).info["frames"] == 4 * (seen[i] + 1)
            seen[i] += 1
    assert games.wait([], 0) == []
    games.close()


def test_looking_only():
    games = games_of(1)
    games.begin(0, 1)
    start = time.monotonic()
    events = games.wait([0], timeout=0)
    assert time.monotonic() - start < 5 and events in ([BUSY], [DONE])
    assert games.wait([0]) == [DONE]
    games.result(0)
    games.close()


def test_one_crashes_and_the_others_do_not_notice():
    games = games_of(3)
    begin_all(games)
    for i, action in enumerate([RIGHT, ACT["e"], RIGHT]):
        games.act(i, action)
    assert games.wait(range(3)) == [DONE, LOST, DONE]
    with pytest.raises(offstage.GameCrashed, match="I cannot go on"):
        games.result(1)
    assert [games.result(i).reward for i in (0, 2)] == [4, 4]
    with pytest.raises(offstage.ResetNeeded):
        games.act(1, STAY)
    games.begin(1, 77)
    for k in range(200):  # the others go on meanwhile
        for i in (0, 2):
            games.act(i, STAY)
        assert games.wait([0, 2]) == [DONE, DONE]
        assert [games.result(i).info["frames"] for i in (0, 2)] == [8 + 4 * k] * 2
        if games.wait([1], timeout=0) == [DONE]:
            break
    assert games.wait([1]) == [DONE] and games.result(1).info["frames"] == 0
    games.close()


def test_one_hangs():
    games = games_of(2, timeout=1.0)
    begin_all(games)
    games.act(0, ACT["h"])
    games.act(1, RIGHT)
    assert games.wait([0, 1], 1)[1] == DONE
    assert games.result(1).reward == 4
    assert games.wait([0]) == [LOST]
    with pytest.raises(offstage.GameTimeout):
        games.result(0)
    games.close()


def test_spares_take_over(tmp_path):
    path = private_copy(tmp_path)
    games = games_of(2, command=[path, "seed={seed}", "say=report"], spares=2)
    begin_all(games)
    games.prepare([50, 51, 52])
    assert wait_until(lambda: len(processes(path, games=True)) == 4)
    spares = set(processes(path, games=True))
    while games._unsettled:  # they have shown their first frames
        step_all(games, [STAY, STAY])
    games.begin(0, 50)
    games.begin(1, 51)
    games.prepare([52])
    assert games.wait([0, 1]) == [DONE, DONE]
    firsts = [games.result(i) for i in range(2)]
    assert wait_until(lambda: len(processes(path, games=True)) == 3)
    assert len(spares & set(processes(path, games=True))) == 2
    plain = games_of(2, command=[path, "seed={seed}", "say=report"])
    assert begin_all(plain, 50) == firsts and np.array_equal(plain.rows, games.rows)
    plain.close()
    # Seeds that are not wanted any more.
    games.prepare([])
    assert wait_until(lambda: len(processes(path, games=True)) == 2)
    games.close()
    games.close()
    assert wait_until(lambda: not processes(path))


def test_a_new_episode_in_the_middle_of_a_command():
    games = games_of(2, timeout=20.0)
    begin_all(games)
    for _ in range(3):
        games.act(0, ACT["h"])
        games.begin(0, 9)
        games.begin(1, 9)
        games.begin(1, 9)
        assert games.wait([0, 1]) == [DONE, DONE]
        assert games.result(0) == games.result(1) and np.array_equal(*games.rows)
    games.close()


def test_starts_are_few_at_a_time(monkeypatch, tmp_path):
    """However many places there are, only as many games as processors are being started at once."""
    path = private_copy(tmp_path)
    games = games_of(8, command=[path, "seed={seed}"], spares=4)
    games._crew.start_limit = 2
    for i in range(8):
        games.begin(i, i)
    games.prepare([100, 101, 102, 103])
    assert len(processes(path, games=True)) <= 2
    while games.wait(range(8), timeout=0.0) != [DONE] * 8:
        assert sum(p.process is not None and not p.ready for p in games._unsettled) <= 2
    assert [games.result(i).reward for i in range(8)] == [0.0] * 8
    games.close()
    assert wait_until(lambda: not processes(path))


def test_bad_actions_and_places():
    games = games_of(2)
    with pytest.raises(offstage.ResetNeeded):
        games.act(0, STAY)
    with pytest.raises(offstage.ResetNeeded):
        games.wait([1])
    begin_all(games)
    with pytest.raises(ValueError):
        games.act(0, 99)
    assert [result.info["frames"] for result in step_all(games, [STAY, STAY])] == [4, 4]
    games.close()


def test_pictures():
    games = games_of(2)
    with pytest.raises(offstage.ResetNeeded):
        games.picture(0)
    begin_all(games)
    for i in range(2):
        assert np.array_equal(games.picture(i)[:, :, 0], games.rows[i][0])
    games.act(0, STAY)
    with pytest.raises((offstage.ResetNeeded, offstage.BackPressure)):
        games.picture(0)
    games.wait([0])
    games.close()
