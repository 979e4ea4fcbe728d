"""pygame: pygame_window.py plain|gl. Surfaces, or OpenGL by PyOpenGL."""

import sys

import pygame

gl = sys.argv[1] == "gl"
pygame.init()
screen = pygame.display.set_mode((400, 300), pygame.RESIZABLE | (pygame.OPENGL | pygame.DOUBLEBUF if gl else 0))
font = None if gl else pygame.font.Font(None, 40)
other, running, clock = False, True, pygame.time.Clock()
while running:
    for event in pygame.event.get():
        if event.type == pygame.QUIT:
            running = False
        elif event.type == pygame.KEYDOWN:
            other = not other
    width, height = pygame.display.get_window_size()
    if gl:
        from OpenGL import GL
        GL.glViewport(0, 0, width, height)
        GL.glClearColor(*((0.4, 0.3, 0.1, 1) if other else (0.1, 0.2, 0.4, 1)))
        GL.glClear(GL.GL_COLOR_BUFFER_BIT)
        GL.glBegin(GL.GL_TRIANGLES)
        for color, corner in (((1, 0, 0), (-0.7, -0.7)), ((0, 1, 0), (0.7, -0.7)), ((0, 0, 1), (0, 0.7))):
            GL.glColor3f(*color)
            GL.glVertex2f(*corner)
        GL.glEnd()
    else:
        screen = pygame.display.get_surface()
        screen.fill((100, 60, 26) if other else (26, 60, 100))
        pygame.draw.circle(screen, (230, 200, 60), (width // 2, height // 2), 70)
        screen.blit(font.render("pressed" if other else "pygame", True, "white"), (20, 20))
    pygame.display.flip()
    clock.tick(40)
pygame.quit()
