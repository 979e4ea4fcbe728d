"""Small programs, one per toolkit, that draw the same few shapes until they are closed: toolkits.py pyglet|pygame|glfw."""

from __future__ import annotations

import sys

SIZE = (320, 240)


def with_pyglet() -> None:
    import pyglet

    window = pyglet.window.Window(*SIZE, caption="pyglet", vsync=False)
    batch = pyglet.graphics.Batch()
    kept = [
        pyglet.shapes.Rectangle(20, 30, 120, 80, color=(220, 60, 40), batch=batch),
        pyglet.shapes.Circle(220, 130, 70, segments=60, color=(50, 160, 230), batch=batch),
        pyglet.shapes.Triangle(40, 140, 140, 150, 90, 225, color=(90, 200, 90), batch=batch),
    ]

    @window.event
    def on_draw() -> None:
        window.clear()
        batch.draw()

    pyglet.app.run(0)
    del kept


def old_style(gl) -> None:
    gl.glClearColor(0.1, 0.15, 0.3, 1)
    gl.glClear(gl.GL_COLOR_BUFFER_BIT)
    gl.glBegin(gl.GL_TRIANGLES)
    for x, y, color in ((-0.8, -0.7, (1, 0, 0)), (0.8, -0.6, (0, 1, 0)), (0.1, 0.9, (0, 0, 1))):
        gl.glColor3f(*color)
        gl.glVertex2f(x, y)
    gl.glEnd()
    gl.glColor3f(1, 1, 0)
    gl.glRectf(-0.9, 0.5, -0.5, 0.9)


def with_pygame() -> None:
    import pygame
    from OpenGL import GL

    pygame.display.init()
    pygame.display.set_mode(SIZE, pygame.OPENGL | pygame.DOUBLEBUF)
    while not any(event.type == pygame.QUIT for event in pygame.event.get()):
        old_style(GL)
        pygame.display.flip()
    pygame.quit()


def with_glfw() -> None:
    import glfw
    from OpenGL import GL

    if not glfw.init():
        sys.exit("glfw.init failed")
    window = glfw.create_window(*SIZE, "glfw", None, None)
    glfw.make_context_current(window)
    while not glfw.window_should_close(window):
        old_style(GL)
        glfw.swap_buffers(window)
        glfw.poll_events()
    glfw.terminate()


if __name__ == "__main__":
    {"pyglet": with_pyglet, "pygame": with_pygame, "glfw": with_glfw}[sys.argv[1]]()
