"""Observations in CUDA memory, over a stand-in for libcuda (tests/channel/fake_cuda.c): its device memory is shared
memory, and it ends the learner with status 66 if that is freed while a living game has it open. Games fill it by the
processor, and by a stand-in for the module for CUDA (tests/interop/fake_cuda.c)."""

from __future__ import annotations

import ctypes
import gc
import os
import shutil
import signal
import subprocess
import sys

import numpy as np
import offstage
import pytest
from game_rig import ACT, ACTIONS, BUILD, LEFT, QUICK, RIGHT, STAY, descriptors, dot, private_copy, processes, wait_until

FAKE = BUILD / "tests/channel/fake/libcuda.so.1"
MODULE = BUILD / "tests/interop/with/offstage/liboffstage_cuda.so"

pytestmark = pytest.mark.skipif(not FAKE.exists(), reason="the stand-in for libcuda was not built")


@pytest.fixture(scope="module")
def with_module(tmp_path_factory):
    """The library beside the stand-in for the module."""
    if not MODULE.exists():
        pytest.skip("the stand-in for the module was not built")
    folder = tmp_path_factory.mktemp("lib")
    (folder / "offstage").mkdir()
    shutil.copy(BUILD / "lib/liboffstage.so", folder)
    for file in (*(BUILD / "lib/offstage").glob("*.so"), MODULE):
        shutil.copy(file, folder / "offstage")
    return str(folder / "liboffstage.so")


@pytest.fixture(params=["processor", "module"])
def way(request, monkeypatch):
    """How games make observations. The module of the build, if there is one, finds the stand-in to be no CUDA."""
    if request.param == "module":
        monkeypatch.setenv("OFFSTAGE_LIB", request.getfixturevalue("with_module"))
    return request.param


def options(device, **more):
    observation = {"size": (48, 64), "stack": 2, "device": device, **more.pop("observation", {})}
    return {"actions": ACTIONS, "observation": observation, "environment": QUICK, "spares": 0, "timeout": 20.0, **more}


def host(array, dtype=np.uint8):
    assert isinstance(array, offstage.DeviceArray)
    return np.frombuffer(array.tobytes(), dtype).reshape(array.shape)


def address(array):
    return array.__cuda_array_interface__["data"][0]


# -- one game ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("more", [{}, {"dtype": "float32", "max_frames": 2}, {"gray": False, "layout": "HWC"}])
def test_same_as_in_host_memory(way, more):
    dtype = np.dtype(more.get("dtype", "uint8"))
    on_host = offstage.GameEnv(dot(), **options("cpu", observation=more))
    on_cuda = offstage.GameEnv(dot(), **options("cuda:1", observation=more))
    assert on_cuda.observation_space == on_host.observation_space
    random = np.random.default_rng(1)
    for _ in range(2):
        expected, actual = on_host.reset(seed=3)[0], on_cuda.reset(seed=3)[0]
        for _ in range(12):
            assert (actual.shape, actual.dtype, actual.device) == (expected.shape, expected.dtype.name, "cuda:1")
            assert np.array_equal(host(actual, dtype), expected) and expected.any()
            action = int(random.integers(0, 3))
            last, before = expected, actual
            left, right = on_host.step(action), on_cuda.step(action)
            assert left[1:] == right[1:]
            expected, actual = left[0], right[0]
            assert address(actual) != address(before) and np.array_equal(host(before, dtype), last)  # for one step more
    on_host.close()
    on_cuda.close()


def test_the_module_is_used(monkeypatch, with_module):
    monkeypatch.setenv("OFFSTAGE_LIB", with_module)
    env = offstage.GameEnv(dot(), **options("cuda", environment={**QUICK, "FAKE_CUDA": "memory"}))
    with pytest.raises(offstage.OffstageError, match="memory"):
        env.reset(seed=1)
    env.close()


def test_end_in_order_keeps_the_last_observation(way):
    env = offstage.GameEnv(dot(), **options("cuda"))
    env.reset(seed=1)
    before = env.step(LEFT)[0]
    picture = host(before)
    after, _, terminated, _, info = env.step(ACT["q"])
    assert terminated and info["closed"] and address(after) == address(before)
    assert np.array_equal(host(after), picture)
    first = host(env.reset()[0])
    assert np.array_equal(first[0], first[1]) and first.any()
    env.close()


def test_functions_of_the_observation():
    seen = []
    env = offstage.GameEnv(dot(), **options("cuda", reward=lambda observation, info: seen.append(observation) or 2.5))
    env.reset(seed=1)
    observation, reward, *_ = env.step(RIGHT)
    assert reward == 2.5 and address(seen[-1]) == address(observation)
    env.close()


# -- the array ---------------------------------------------------------------------------------------------------------


class _Tensor(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p), ("device", ctypes.c_int32), ("number", ctypes.c_int32), ("ndim", ctypes.c_int32),
        ("code", ctypes.c_uint8), ("bits", ctypes.c_uint8), ("lanes", ctypes.c_uint16),
        ("shape", ctypes.POINTER(ctypes.c_int64)), ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("offset", ctypes.c_uint64),
    ]  # fmt: skip


def test_array_is_what_others_can_take():
    env = offstage.GameVectorEnv(dot(), 3, **options("cuda"))
    batch = env.reset(seed=1)[0]
    assert (batch.shape, batch.ndim, len(batch), batch.nbytes) == ((3, 2, 48, 64), 4, 3, 3 * 2 * 48 * 64)
    assert batch.__dlpack_device__() == (2, 0)
    assert repr(batch) == "<offstage.DeviceArray (3, 2, 48, 64), uint8 on cuda:0>"
    interface = batch[1].__cuda_array_interface__
    assert interface == {"shape": (2, 48, 64), "typestr": "|u1", "data": (address(batch) + 2 * 48 * 64, False),
                         "strides": None, "stream": None, "version": 3}  # fmt: skip
    assert batch[-1].shape == (2, 48, 64) and batch[1:].shape == (2, 2, 48, 64) and batch[5:].shape[0] == 0
    for wrong in (3, -4):
        with pytest.raises(IndexError):
            batch[wrong]
    for wrong in (slice(None, None, 2), None, "0", (0, 1)):
        with pytest.raises(TypeError, match="from_dlpack"):
            batch[wrong]
    with pytest.raises(TypeError, match="from_dlpack"):
        batch[0][0]
    with pytest.raises(TypeError, match="NumPy cannot look"):
        np.asarray(batch)
    with pytest.raises(TypeError):
        offstage.DeviceArray()
    with pytest.raises(IndexError):
        batch.take([0, 3])
    for asked in ({"copy": True}, {"dl_device": (1, 0)}):
        with pytest.raises(BufferError):
            batch.__dlpack__(**asked)
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, (ctypes.py_object, ctypes.c_char_p)
    for name, start, capsule in (
        (b"dltensor", 0, batch[1:].__dlpack__(stream=2)),
        (b"dltensor_versioned", 32, batch[1:].__dlpack__(max_version=(1, 0), dl_device=(2, 0))),
    ):
        tensor = _Tensor.from_address(pointer(capsule, name) + start)
        assert (tensor.data, tensor.device, tensor.number, tensor.ndim) == (address(batch[1]), 2, 0, 4)
        assert (tensor.code, tensor.bits, tensor.lanes, tensor.offset) == (1, 8, 1, 0)
        assert tensor.shape[:4] == [2, 2, 48, 64] and tensor.strides[:4] == [2 * 48 * 64, 48 * 64, 64, 1]
    copied = batch.copy()
    assert address(copied) != address(batch) and np.array_equal(host(copied), host(batch))
    env.close()


def test_memory_lives_as_long_as_it_is_looked_at():
    gc.collect()
    before = descriptors()
    env = offstage.GameVectorEnv(dot(), 2, **options("cuda"))
    row = env.reset(seed=1)[0][1]
    capsule = row.__dlpack__()
    picture = host(row)
    env.close()
    del env
    gc.collect()
    assert descriptors() == before + 1  # of the stand-in's memory
    assert np.array_equal(host(row), picture) and picture.any()
    start, size = address(row), row.nbytes
    del row
    gc.collect()
    assert ctypes.string_at(start, size) == picture.tobytes()  # the capsule holds it
    del capsule
    gc.collect()
    assert descriptors() == before


# -- many games --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["NextStep", "SameStep"])
def test_vector_same_as_in_host_memory(way, mode):
    more = {"autoreset_mode": mode, "spares": 1}
    on_host = offstage.GameVectorEnv(dot(), 3, **options("cpu", **more))
    on_cuda = offstage.GameVectorEnv(dot(), 3, **options("cuda", **more))
    expected, actual = on_host.reset(seed=3)[0], on_cuda.reset(seed=3)[0]
    random = np.random.default_rng(2)
    finals = 0
    for count in range(14):
        assert np.array_equal(host(actual), expected)
        actions = random.integers(0, 3, 3)
        if count % 4 == 2:
            actions[count % 3] = ACT["e"] if count % 8 == 2 else ACT["c"]  # an end of the game's own; a crash
        last, before = expected, actual
        left, right = on_host.step(actions), on_cuda.step(actions)
        for place in (1, 2, 3):
            assert np.array_equal(left[place], right[place])
        assert left[4].keys() == right[4].keys()
        for index in np.flatnonzero(left[4].get("_final_obs", [])):
            finals += 1
            assert np.array_equal(host(right[4]["final_obs"][index]), left[4]["final_obs"][index])
        expected, actual = left[0], right[0]
        assert np.array_equal(host(before), last)
    assert finals >= 3 * (mode == "SameStep")
    on_host.close()
    on_cuda.close()


def test_whoever_is_ready(way):
    on_host, on_cuda = (offstage.GameVectorEnv(dot(), 4, **options(device)) for device in ("cpu", "cuda"))
    seen = []
    for env in (on_host, on_cuda):
        env.async_reset(seed=5)
        found: dict = {}
        for _ in range(10):
            observations, _, _, _, infos = env.recv(2)
            arrays = observations if env is on_host else host(observations)
            for index, array in zip(infos["env_id"].tolist(), arrays):
                found.setdefault(index, []).append(array.copy())
            env.send([LEFT if index % 2 else RIGHT for index in infos["env_id"]], infos["env_id"])
        seen.append(found)
        env.close()
    for index in range(4):
        for left, right in zip(seen[0].get(index, ()), seen[1].get(index, ())):
            assert np.array_equal(left, right)


def test_killed_games_and_close(tmp_path):
    gc.collect()
    path, before = private_copy(tmp_path), descriptors()
    env = offstage.GameVectorEnv([path, "seed={seed}"], 3, **options("cuda", spares=2, timeout=3.0))
    env.reset(seed=1)
    for count in range(12):
        if count % 3 == 0:
            game = processes(path, games=True)[0]
            # One that is stopped answers too late, or is a spare.
            os.kill(game, signal.SIGKILL if count % 2 else signal.SIGSTOP)
        env.step([STAY] * 3)
    env.close()
    del env
    gc.collect()
    assert wait_until(lambda: not processes(path)) and descriptors() == before


# -- what cannot be ----------------------------------------------------------------------------------------------------


def test_refusals(tmp_path):
    path = private_copy(tmp_path)
    for make in (offstage.GameEnv, offstage.GameVectorEnv):
        with pytest.raises(offstage.NoSuchDevice, match="device 2"):
            make([path], **options("cuda:2"))
        with pytest.raises(offstage.PlanError, match="device"):
            make([path], **options("gpu"))
    with pytest.raises(offstage.PlanError, match="copy"):
        offstage.GameVectorEnv([path], 2, **options("cuda", copy=True))
    assert not processes(path)


def test_game_that_does_not_see_the_device():
    env = offstage.GameEnv(dot(), **options("cuda", environment={**QUICK, "FAKE_CUDA_DEVICES": "1"}))
    with pytest.raises(offstage.OffstageError, match="CUDA_VISIBLE_DEVICES"):
        env.reset(seed=1)
    env.close()


def test_no_cuda_here():
    """NotSupported, at once: no game was started."""
    text = (
        "import offstage, game_rig, sys\n"
        "try:\n"
        "    getattr(offstage, sys.argv[1])(['/does/not/exist'], actions=[None], observation={'device': 'cuda'})\n"
        "except offstage.NotSupported as error:\n"
        "    print(error)\n"
    )
    environment = {name: value for name, value in os.environ.items() if name != "LD_LIBRARY_PATH"}
    for name in ("GameEnv", "GameVectorEnv"):
        done = subprocess.run([sys.executable, "-c", text, name], env=environment, capture_output=True, text=True)
        if done.returncode == 0 and not done.stdout:
            pytest.skip("here is an NVIDIA driver")
        assert done.returncode == 0 and "libcuda" in done.stdout, done.stderr


def test_forked_child_frees_nothing():
    env = offstage.GameEnv(dot(), **options("cuda"))
    observation = env.reset(seed=1)[0]
    child = os.fork()
    if child == 0:
        env.close()
        del env, observation
        gc.collect()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert host(env.step(LEFT)[0]).any()
    env.close()
