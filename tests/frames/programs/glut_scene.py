"""PyOpenGL and its GLUT."""

from OpenGL import GL, GLUT

from probe import FRAMES, drawn, shown

there = False


def display():
    global there
    there = True


GLUT.glutInit()
GLUT.glutInitDisplayMode(GLUT.GLUT_DOUBLE | GLUT.GLUT_RGBA | GLUT.GLUT_DEPTH)
GLUT.glutInitWindowSize(240, 180)
GLUT.glutInitWindowPosition(10, 10)
GLUT.glutCreateWindow("PyOpenGL")
GLUT.glutDisplayFunc(display)
while not there:
    GLUT.glutMainLoopEvent()
GL.glEnable(GL.GL_DEPTH_TEST)
GL.glEnable(GL.GL_LIGHTING)
GL.glEnable(GL.GL_LIGHT0)
GL.glViewport(0, 0, 240, 180)
for n in range(FRAMES):
    GLUT.glutMainLoopEvent()
    GL.glClearColor(0.1, 0.2, 0.3 + n / 200, 1)
    GL.glClear(GL.GL_COLOR_BUFFER_BIT | GL.GL_DEPTH_BUFFER_BIT)
    GL.glLoadIdentity()
    GL.glRotatef(6.0 * n, 0.3, 1.0, 0.2)
    GLUT.glutSolidTorus(0.2, 0.5, 12, 24)
    drawn()
    GLUT.glutSwapBuffers()
    shown()
