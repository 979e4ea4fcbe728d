"""pygame: pygame_scene.py plain|gl. Surfaces and text, or OpenGL by PyOpenGL."""

import math
import sys

import pygame

from probe import FRAMES, drawn, shown

gl = sys.argv[1] == "gl"
pygame.init()
screen = pygame.display.set_mode((240, 180), pygame.OPENGL | pygame.DOUBLEBUF if gl else 0)
font = None if gl else pygame.font.Font(None, 30)


def draw_gl(n):
    from OpenGL import GL
    GL.glViewport(0, 0, 240, 180)
    GL.glClearColor(0.1, 0.2, 0.3 + n / 200, 1)
    GL.glClear(GL.GL_COLOR_BUFFER_BIT)
    GL.glBegin(GL.GL_TRIANGLES)
    for i, color in enumerate(((1, 0, 0), (0, 1, 0), (0, 0, 1))):
        angle = 0.1 * n + i * 2.0943951
        GL.glColor3f(*color)
        GL.glVertex2f(0.8 * math.cos(angle), 0.8 * math.sin(angle))
    GL.glEnd()


def draw_plain(n):
    screen.fill((26, 60, 100 + n))
    pygame.draw.circle(screen, (230, 200, 60), (40 + 3 * n, 90), 20 + n // 2)
    pygame.draw.aaline(screen, "white", (0, 3 * n), (239, 179 - n))
    screen.blit(font.render(f"Frame {n}", True, "white"), (10 + n, 10))
    if n % 2:  # only where something changed, as many games do
        pygame.display.update([pygame.Rect(0, 0, 240, 60), pygame.Rect(0, 60, 240, 120)])
    else:
        pygame.display.flip()


for n in range(FRAMES):
    pygame.event.pump()
    if gl:
        draw_gl(n)
        drawn()
        pygame.display.flip()
    else:
        draw_plain(n)
    shown()
pygame.quit()
