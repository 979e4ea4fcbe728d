"""Hook files inside games that show their frames in each of the ways that Python has, played through a channel."""

from __future__ import annotations

import json
import struct
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from offstage import _native
from offstage._process import Process

# What they have in common: an object that a hook can find, and a key that it counts.
LEVEL = """
import sys
class Level:
    def __init__(self): self.frames = self.keys = 0; self.seed = None
level = Level()
def draw():
    level.frames += 1
"""

GAMES = {
    # ctypes, which gives the GIL up
    "pyglet": """
        import pyglet
        pyglet.options["shadow_window"] = False
        window = pyglet.window.Window(200, 100, vsync=False)
        @window.event
        def on_key_press(key, modifiers): level.keys += 1
        while not window.has_exit:
            window.dispatch_events(); draw(); window.clear(); window.flip()
    """,
    # ctypes, but the swap is made by another thread than the main one
    "pyglet_thread": """
        import threading, pyglet
        pyglet.options["shadow_window"] = False
        def play():
            window = pyglet.window.Window(200, 100, vsync=False)
            @window.event
            def on_key_press(key, modifiers): level.keys += 1
            while not window.has_exit:
                window.dispatch_events(); draw(); window.clear(); window.flip()
        thread = threading.Thread(target=play); thread.start(); thread.join()
    """,
    # an extension, SDL's; the window is GL's
    "pygame_gl": """
        import pygame
        pygame.display.init()
        pygame.display.set_mode((200, 100), pygame.OPENGL | pygame.DOUBLEBUF)
        while not pygame.event.get(pygame.QUIT):
            level.keys += len(pygame.event.get(pygame.KEYDOWN)); draw(); pygame.display.flip()
    """,
    # no GL at all: the frame is shown by a thread of the library, which Python has never heard of
    "pygame": """
        import pygame
        pygame.display.init()
        screen = pygame.display.set_mode((200, 100))
        clock = pygame.time.Clock()
        while not pygame.event.get(pygame.QUIT):
            level.keys += len(pygame.event.get(pygame.KEYDOWN)); draw()
            screen.fill((level.frames % 256, 0, 0)); pygame.display.flip(); clock.tick(60)
    """,
    # the swap is called with the GIL held
    "glfw": """
        import ctypes, glfw
        glfw.init()
        window = glfw.create_window(200, 100, "game", None, None)
        glfw.make_context_current(window)
        def key(window, key, code, action, modifiers): level.keys += action == glfw.PRESS
        glfw.set_key_callback(window, key)
        swap = ctypes.PyDLL(glfw._glfw._name).glfwSwapBuffers
        while not glfw.window_should_close(window):
            glfw.poll_events(); draw(); swap(window)
    """,
}
NEEDS = {"pyglet": "pyglet", "pyglet_thread": "pyglet", "pygame_gl": "pygame", "pygame": "pygame", "glfw": "glfw"}

HOOK = """
    def reset(game, seed):
        game.find("Level").seed = seed
    def observe(game):
        level = game.find("Level")
        if level.seed == 13:
            raise KeyError("unlucky")
        return {"reward": 1, "info": {"keys": level.keys, "seed": level.seed, "frames": level.frames}}
"""


class Player:
    def __init__(self, folder: Path, name: str, **options: Any) -> None:
        game, hook = folder / "game.py", folder / "hook.py"
        game.write_text(LEVEL + textwrap.dedent(GAMES[name]))
        hook.write_text(textwrap.dedent(HOOK))
        self.channel = _native.Channel(seats=1, rows=1, observation={"size": (20, 20)})
        place = f"{self.channel.descriptor}:0:{self.channel.open_seat(0)}"
        self.process = Process(
            [sys.executable, str(game)], place=place, descriptors=[self.channel.descriptor], hook=hook, gpu="software",
            threads=0, hz=60, environment={"PYGAME_HIDE_SUPPORT_PROMPT": "1"}, **options,
        )  # fmt: skip
        self.channel.watch(0, self.process.gone_fd)
        assert self.channel.wait([0], 1, 60) == [1], self.process.wait(1) and self.process.story()

    def ask(self, *arguments: Any, **named: Any) -> _native.Answer:
        self.channel.command(0, *arguments, **named)
        assert self.channel.wait([0], 1, 60) == [1], self.process.wait(1) and self.process.story()
        return self.channel.answer(0)


@pytest.fixture(params=GAMES)
def player(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Player]:
    pytest.importorskip(NEEDS[request.param])
    player = Player(tmp_path, request.param)
    yield player
    player.process.close()
    player.channel.close()


def test_a_hook(player: Player) -> None:
    answer = player.ask(_native.COMMAND_OBSERVE)
    assert (answer.reward, answer.error) == (1.0, "")
    assert answer.flags & _native.ANSWER_INFO and answer.flags & _native.ANSWER_REWARD
    # GLFW shows a frame when it makes its window, before the game can listen to keys.
    first = json.loads(player.ask(_native.COMMAND_STEP, 2).info)
    assert (first["keys"], first["seed"]) == (0, None)
    key = struct.pack("=HHIii", _native.EVENT_KEY, 0, _native.keysyms()["Left"], 1, 0)
    player.ask(_native.COMMAND_STEP, 4, events=key)
    answer = player.ask(_native.COMMAND_STEP, 2)
    second = json.loads(answer.info)
    assert (second["keys"], answer.reward) == (1, 1.0)
    assert second["frames"] == first["frames"] + 6
    assert json.loads(player.ask(_native.COMMAND_RESET, 1, seed=2**63).info)["seed"] == 2**63
    for _ in range(50):
        assert player.ask(_native.COMMAND_STEP, 1, _native.COMMAND_BLIND).error == ""
    answer = player.ask(_native.COMMAND_RESET, 1, seed=13)
    assert answer.flags & _native.ANSWER_FAILED
    assert answer.error.startswith("hook: KeyError: 'unlucky' (") and answer.error.endswith("hook.py, line 7)")
    assert player.ask(_native.COMMAND_RESET, 1, seed=14).error == ""


def test_the_end_of_a_learner(player: Player) -> None:
    """The game is told, and ends by itself."""
    player.ask(_native.COMMAND_STEP, 1)
    player.channel.close()
    assert player.process.wait(60) in (0, -15), player.process.story()
