"""Real windows with threads, forks and a hundred thousand frames."""

from __future__ import annotations

import gc
import os
import sys
import threading
from pathlib import Path

import numpy as np
import offstage
import pytest
from offstage import Capture


def test_a_game_thread_and_a_learner(scenes):
    """The window belongs to a thread of its own; the learner waits in this one."""
    ready, stop, problems = threading.Event(), threading.Event(), []

    def play():
        try:
            scene = scenes(64, 64)
            ready.set()
            level = 0
            while not stop.is_set():
                level = (level + 1) % 256
                scene.gray(level)
            scene.close()
        except BaseException as error:
            problems.append(error)
            ready.set()

    game = threading.Thread(target=play)
    with Capture(size=(16, 16), stack=2) as capture:
        game.start()
        ready.wait()
        last = 0
        try:
            for _ in range(300):
                with capture.next(timeout=20) as frame:
                    array = np.asarray(frame)
                    assert frame.sequence > last
                    assert array.min(axis=(1, 2)).tolist() == array.max(axis=(1, 2)).tolist(), "half of another frame"
                    last = frame.sequence
        finally:
            stop.set()
            game.join()
    assert not problems


def test_learners_compete(scene):
    """Several threads take frames of one capture while this one draws."""
    taken, stop = [], threading.Event()

    def learn():
        while not stop.is_set():
            try:
                with capture.next(timeout=0.05) as frame:
                    taken.append((frame.sequence, int(np.asarray(frame)[0, 0, 0])))
            except (offstage.FrameTimeout, offstage.BackPressure):
                pass

    with Capture(size=(8, 8), stack=1) as capture:
        threads = [threading.Thread(target=learn) for _ in range(3)]
        for thread in threads:
            thread.start()
        first = None
        for number in range(500):
            scene.gray(number % 256)
            first = first or offstage.windows()[0].frames
        stop.set()
        for thread in threads:
            thread.join()
    numbers = [number for number, _ in taken]
    assert len(numbers) == len(set(numbers)) > 0
    assert all(level == (number - first) % 256 for number, level in taken)


def test_close_while_the_game_draws(scenes):
    stop = threading.Event()

    def play():
        scene = scenes(32, 32)
        while not stop.is_set():
            scene.show()
        scene.close()

    game = threading.Thread(target=play)
    game.start()
    try:
        for _ in range(200):
            with Capture(size=(8, 8), slots=2) as capture:
                frame = capture.next(timeout=20)
            assert np.asarray(frame).max() == 0
    finally:
        stop.set()
        game.join()


def test_fork(scene):
    with Capture(stack=1) as capture:
        scene.gray(3)
        frame = capture.next()
        child = os.fork()
        if child == 0:
            status = 1
            try:
                capture.next(timeout=0)
            except offstage.Closed:
                status = 0
            finally:
                frame.release()
                os._exit(status)
        assert os.waitpid(child, 0)[1] == 0
        assert (np.asarray(frame) == 3).all()
        scene.gray(4)
        assert (np.asarray(capture.next()) == 4).all()


def test_dlpack_consumers_numpy(scene):
    with Capture(size=(8, 8), stack=1, slots=1) as capture:
        scene.gray(3)
        array = np.from_dlpack(capture.next())
        assert (array == 3).all()
        scene.gray(4)
        with pytest.raises(offstage.BackPressure):
            capture.next()
        del array
        scene.gray(5)
        assert (np.from_dlpack(capture.next()) == 5).all()


def test_a_hundred_thousand_frames_grow_nothing(scenes):
    """Drawn, captured, seen as an array, copied and read."""

    def pages():
        return int(Path("/proc/self/statm").read_text().split()[1])

    def run(count):
        for _ in range(count // 2):
            window.flip()
            with capture.next() as frame:
                np.asarray(frame)
                frame.copy()
            window.flip()
            capture.read(out)

    scene = scenes(16, 16)
    window = scene.window
    with Capture(size=(8, 8)) as capture:
        scene.show()
        capture.next()
        out = np.empty(capture.shape, np.uint8)
        run(4000)
        gc.collect()
        objects, size, count = len(gc.get_objects()), pages(), sys.getrefcount(offstage.Frame)
        run(100000)
        gc.collect()
        assert len(gc.get_objects()) - objects < 100
        assert sys.getrefcount(offstage.Frame) - count < 10
        assert pages() - size < 256
