"""pygame with an OPENGL window, drawn with PyOpenGL's fixed function calls."""

import pygame
from OpenGL import GL

from client import HEIGHT, WIDTH, Client

NAMES = {pygame.K_SPACE: "space", pygame.K_LEFT: "Left", pygame.K_a: "a"}


def read_rgb(width: int, height: int) -> bytes:
    GL.glPixelStorei(GL.GL_PACK_ALIGNMENT, 1)
    return GL.glReadPixels(0, 0, width, height, GL.GL_RGB, GL.GL_UNSIGNED_BYTE)


def draw(client: Client) -> None:
    GL.glViewport(0, 0, client.width, client.height)
    GL.glClearColor(*(c / 255 for c in client.background), 1)
    GL.glClear(GL.GL_COLOR_BUFFER_BIT)
    GL.glMatrixMode(GL.GL_PROJECTION)
    GL.glLoadIdentity()
    GL.glOrtho(0, client.width, client.height, 0, -1, 1)
    GL.glBegin(GL.GL_TRIANGLES)
    for points, color in client.triangles():
        GL.glColor3ub(*color)
        for x, y in points:
            GL.glVertex2i(x, y)
    GL.glEnd()
    client.drawn(read_rgb)


def handle(client: Client, event: pygame.event.Event) -> None:
    if event.type in (pygame.KEYDOWN, pygame.KEYUP):
        client.key(NAMES.get(event.key, "other"), event.type == pygame.KEYDOWN)
    elif event.type == pygame.MOUSEMOTION:
        client.motion(*event.pos)
    elif event.type in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
        client.button(event.button, event.type == pygame.MOUSEBUTTONDOWN)
    elif event.type == pygame.VIDEORESIZE:
        client.resize(event.w, event.h)
    elif event.type == pygame.QUIT:
        client.close()


def main() -> None:
    client = Client()
    pygame.display.init()
    pygame.display.set_mode((WIDTH, HEIGHT), pygame.OPENGL | pygame.DOUBLEBUF | pygame.RESIZABLE)
    client.started(*(GL.glGetString(name) for name in (GL.GL_VENDOR, GL.GL_RENDERER, GL.GL_VERSION)))
    while not client.closed:
        draw(client)
        pygame.display.flip()
        client.swapped()
        for event in pygame.event.get():
            handle(client, event)
    pygame.quit()
    client.finish()


if __name__ == "__main__":
    main()
