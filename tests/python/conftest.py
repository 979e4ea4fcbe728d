"""What the tests with real windows share. They run under `offstage run`; CTest sees to that."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


class Scene:
    """A pyglet window whose pictures are known."""

    def __init__(self, width: int = 64, height: int = 32, **options):
        import pyglet

        pyglet.options["shadow_window"] = False
        self.window = pyglet.window.Window(width, height, vsync=False, **options)
        self.window.dispatch_events()
        self.open = True

    def clear(self, red: float, green: float, blue: float) -> None:
        from pyglet import gl

        self.window.switch_to()
        gl.glDisable(gl.GL_SCISSOR_TEST)
        gl.glClearColor(red / 255, green / 255, blue / 255, 1)
        gl.glClear(gl.GL_COLOR_BUFFER_BIT)

    def box(self, x: int, y: int, width: int, height: int, red: float, green: float, blue: float) -> None:
        """A filled rectangle; y from the top."""
        from pyglet import gl

        gl.glEnable(gl.GL_SCISSOR_TEST)
        gl.glScissor(x, self.window.height - y - height, width, height)
        gl.glClearColor(red / 255, green / 255, blue / 255, 1)
        gl.glClear(gl.GL_COLOR_BUFFER_BIT)
        gl.glDisable(gl.GL_SCISSOR_TEST)

    def show(self, red: float = 0, green: float = 0, blue: float = 0) -> None:
        """One frame of one colour."""
        self.clear(red, green, blue)
        self.window.flip()

    def gray(self, level: float) -> None:
        self.show(level, level, level)

    @property
    def id(self) -> int:
        """The window that is drawn to: pyglet has one inside the window."""
        return self.window._view

    def close(self) -> None:
        if self.open:
            self.window.close()
            self.open = False


@pytest.fixture
def scene() -> Iterator[Scene]:
    made = Scene()
    yield made
    made.close()


@pytest.fixture
def scenes() -> Iterator[type[Scene]]:
    """A maker of further windows, which are closed in the end."""
    made: list[Scene] = []

    def make(*args, **options) -> Scene:
        made.append(Scene(*args, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()
