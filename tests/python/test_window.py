"""Captures of real windows: pixels, stacks, sizes, ends."""

from __future__ import annotations

import gc
import threading
import time

import numpy as np
import offstage
import pytest
from offstage import Capture


def luma(red: int, green: int, blue: int) -> int:
    return (4899 * red + 9617 * green + 1868 * blue + 8192) >> 14


def test_info(scene):
    before = offstage.info()
    assert before.loaded and before.version
    with Capture() as capture:
        scene.show()
        capture.next()
    after = offstage.info()
    assert after.renderer and after.gl and after.device and after.reason
    assert after.frames == before.frames + 1
    assert after.readback
    found = {window.window: window for window in offstage.windows()}
    assert found[scene.id][1:3] == (64, 32)


def test_pixels_top_row_first(scene):
    with Capture(size=None, gray=False, stack=1, layout="HWC") as capture:
        scene.clear(10, 20, 30)
        scene.box(4, 2, 8, 6, 200, 100, 50)
        scene.window.flip()
        picture = np.asarray(capture.next())
    want = np.full((32, 64, 3), (10, 20, 30), np.uint8)
    want[2:8, 4:12] = (200, 100, 50)
    np.testing.assert_array_equal(picture, want)


def test_channels_first(scene):
    with Capture(size=None, gray=False, stack=1) as capture:
        scene.show(1, 2, 3)
        assert np.asarray(capture.next()).reshape(3, -1).tolist() == [[1] * 2048, [2] * 2048, [3] * 2048]


def test_gray(scene):
    with Capture(size=(4, 4), stack=1) as capture:
        for colour in [(255, 0, 0), (0, 255, 0), (0, 0, 255), (10, 200, 77)]:
            scene.show(*colour)
            assert np.unique(np.asarray(capture.next())).tolist() == [luma(*colour)]


def test_crop_size_flip(scene):
    scene.gray(0)
    with Capture(size=(2, 3), crop=(10, 4, 30, 20), stack=1, flip="vertical") as capture:
        scene.clear(0, 0, 0)
        scene.box(10, 4, 10, 10, 90, 90, 90)
        scene.window.flip()
        assert np.asarray(capture.next()).tolist() == [[[0, 0, 0], [90, 0, 0]]]


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_floats(scene, dtype):
    with Capture(size=(2, 2), stack=1, dtype=dtype, scale=1 / 255, offset=-0.5) as capture:
        scene.gray(51)
        array = np.asarray(capture.next())
        assert array.dtype == dtype
        np.testing.assert_allclose(array, 51 / 255 - 0.5, atol=1e-3)


def test_stack_and_reset(scene):
    with Capture(size=(2, 2), stack=3) as capture:

        def levels(frame):
            return np.asarray(frame)[:, 0, 0].tolist()

        scene.gray(10)
        assert levels(capture.next()) == [10, 10, 10]
        scene.gray(20)
        assert levels(capture.next()) == [10, 10, 20]
        scene.gray(30)  # nobody asks for this one
        scene.gray(40)
        frame = capture.next()
        assert levels(frame) == [10, 20, 40] and frame.skipped == 1
        capture.reset()
        assert levels(capture.latest()) == [40, 40, 40]
        scene.gray(50)
        assert levels(capture.next()) == [40, 40, 50]


def test_max_of_two_frames(scene):
    with Capture(size=(2, 2), stack=1, max_frames=2) as capture:
        scene.gray(200)
        capture.next().release()
        scene.gray(100)
        assert np.asarray(capture.next()).max() == 200
        scene.gray(50)
        assert np.asarray(capture.next()).max() == 100


def test_latest(scene):
    with Capture(stack=1) as capture:
        with pytest.raises(offstage.NoFrameYet):
            capture.latest()
        scene.gray(5)
        first = capture.latest()
        again = capture.latest()
        assert first.sequence == again.sequence
        assert np.asarray(first).__array_interface__["data"] == np.asarray(again).__array_interface__["data"]


def test_time_outs(scene):
    with Capture(timeout=0.2) as capture:
        with pytest.raises(offstage.FrameTimeout):
            capture.next()
        scene.show()
        capture.next()
        # This thread draws: no frame can come while it waits, and so it does not.
        with pytest.raises(offstage.FrameTimeout, match="this thread draws"):
            capture.next(timeout=None)
        with pytest.raises(offstage.FrameTimeout):
            capture.next(timeout=float("inf"))


def test_back_pressure(scene):
    with Capture(slots=3) as capture:
        held = []
        for level in (1, 2, 3):
            scene.gray(level)
            held.append(np.asarray(capture.next()))
        scene.gray(4)
        with pytest.raises(offstage.BackPressure):
            capture.next()
        assert [int(array[-1, 0, 0]) for array in held] == [1, 2, 3]
        del held[0]
        gc.collect()
        scene.gray(5)
        assert np.asarray(capture.next())[-1, 0, 0] == 5


def test_window_destroyed(scene):
    with Capture(timeout=0.5) as capture:
        scene.gray(9)
        frame = capture.next()
        scene.close()
        end = time.monotonic() + 10  # X requests are not waited for
        with pytest.raises(offstage.WindowGone):
            while time.monotonic() < end:
                try:
                    capture.next()
                except offstage.FrameTimeout:
                    time.sleep(0.01)
        assert scene.id not in {window.window for window in offstage.windows()}
        assert np.asarray(frame)[0, 0, 0] == 9


def test_no_such_window(scene):
    with Capture(window=0x7FFFFFF, timeout=0.1) as capture:
        scene.show()
        with pytest.raises(offstage.OffstageError):
            capture.next()


def test_frames_outlive_capture_and_window(scene):
    capture = Capture(stack=1)
    scene.gray(77)
    frame = capture.next()
    array = np.asarray(frame)
    capture.close()
    scene.close()
    del frame, capture
    gc.collect()
    assert (array == 77).all()


def test_resize(scenes):
    scene = scenes(64, 32, resizable=True)
    with Capture(size=(4, 4), stack=1) as fixed, Capture(size=None, stack=1) as own:
        scene.gray(10)
        assert fixed.next().source_size == (32, 64)
        assert own.next().shape == (1, 32, 64)
        scene.window.set_size(100, 50)
        scene.window.dispatch_events()
        for level in (20, 30):
            scene.gray(level)
        frame = fixed.next()
        assert (frame.source_size, frame.shape) == ((50, 100), (1, 4, 4))
        assert (np.asarray(frame) == 30).all()
        assert own.next().shape == (1, 50, 100)
        assert own.shape == (1, 50, 100)


def test_crop_that_no_longer_fits(scenes):
    scene = scenes(64, 64, resizable=True)
    with Capture(size=(4, 4), crop=(40, 40, 20, 20), stack=1) as capture:
        scene.show()
        capture.next()
        scene.window.set_size(50, 50)
        scene.window.dispatch_events()
        scene.show()
        scene.show()
        with pytest.raises(offstage.PlanError):
            capture.next()
        scene.window.set_size(64, 64)
        scene.window.dispatch_events()
        scene.show()
        scene.gray(7)
        assert (np.asarray(capture.next()) == 7).all()


def test_two_captures_of_one_window(scene):
    with Capture(size=(4, 4), stack=1) as small, Capture(size=None, gray=False, stack=2, layout="HWC") as large:
        scene.gray(10)
        scene.gray(20)
        first, second = small.next(), large.next()
        assert first.sequence == second.sequence
        assert (np.asarray(first) == 20).all() and (np.asarray(second) == 20).all()
        small.close()
        scene.gray(30)
        assert np.asarray(large.next())[0, 0].tolist() == [20] * 3 + [30] * 3


def test_two_windows(scenes):
    large, small = scenes(80, 80), scenes(20, 20)
    with Capture(size=(2, 2), stack=1) as largest, Capture(size=(2, 2), stack=1, window=small.id) as chosen:
        large.gray(100)
        small.gray(50)
        assert np.asarray(largest.next()).max() == 100
        assert np.asarray(chosen.next()).max() == 50
        assert [window.width for window in offstage.windows()][:2] == [80, 20]


def test_read(scene):
    with Capture(size=(8, 8), stack=2) as capture:
        out = np.zeros(capture.shape, np.uint8)
        for level in (10, 20):
            scene.gray(level)
            number = capture.read(out)
        assert out[:, 0, 0].tolist() == [10, 20]
        assert number == capture.latest().sequence
        with pytest.raises(offstage.PlanError):
            scene.gray(30)
            capture.read(np.zeros((2, 8, 9), np.uint8))
        assert np.asarray(capture.next())[1, 0, 0] == 30
        with pytest.raises(offstage.FrameTimeout):
            capture.read(out, timeout=0)
        assert out[:, 0, 0].tolist() == [10, 20]


def test_cuda_is_there_or_says_why():
    try:
        with Capture(device="cuda") as capture:
            assert capture.device.startswith("cuda:")
    except (offstage.NotSupported, offstage.NoSuchDevice, offstage.DeviceError) as error:
        assert str(error)
    with pytest.raises((offstage.NotSupported, offstage.NoSuchDevice)):
        Capture(device="cuda:999")


@pytest.mark.parametrize(
    "options", [dict(crop=(0, 0, 20000, 1)), dict(crop=(1 << 14, 0, 1, 1)), dict(size=None, crop=(0, 0, 9000, 9000))]
)
def test_plans_that_make_no_sense(scene, options):
    with pytest.raises(offstage.PlanError):
        with Capture(**options) as capture:
            scene.show()
            capture.next()


def test_discard(scene):
    with Capture(size=(4, 4), stack=2) as capture:
        scene.gray(10)
        capture.next().release()
        scene.gray(20)
        capture.discard()
        with pytest.raises(offstage.FrameTimeout):
            capture.next(timeout=0)
        scene.gray(30)
        frame = capture.next()
        assert np.asarray(frame)[:, 0, 0].tolist() == [10, 30]
        assert frame.skipped == 1


def test_first_window(scenes):
    small, large = scenes(40, 40), scenes(80, 80)
    with Capture(size=(4, 4), stack=1, window="first") as first, Capture(size=(4, 4), stack=1) as largest:
        small.gray(1)
        large.gray(2)
        assert [np.asarray(capture.next())[0, 0, 0] for capture in (first, largest)] == [1, 2]
        small.close()
        large.gray(3)
        assert np.asarray(first.next())[0, 0, 0] == 3
    with pytest.raises(offstage.PlanError, match="first"):
        Capture(window="last")


def test_reset_after_a_resize(scenes):
    """The maximum of two frames whose pixels are gone stays what it is."""
    scene = scenes(60, 60, resizable=True)
    with Capture(size=(64, 64), stack=1, max_frames=2) as capture:
        scene.gray(50)
        scene.gray(40)
        scene.window.set_size(900, 700)
        for _ in range(4):
            scene.window.dispatch_events()
        scene.gray(30)
        capture.reset()
        taken = []
        thread = threading.Thread(target=lambda: taken.append(np.asarray(capture.next(timeout=1)).max()))
        thread.start()
        thread.join()
        assert taken in ([50], [30])
