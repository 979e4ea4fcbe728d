"""PyOpenGL with GLUT."""

from OpenGL import GL, GLUT

state = {"other": False}


def draw():
    GL.glClearColor(*((0.4, 0.3, 0.1, 1) if state["other"] else (0.1, 0.2, 0.4, 1)))
    GL.glClear(GL.GL_COLOR_BUFFER_BIT | GL.GL_DEPTH_BUFFER_BIT)
    GL.glColor3f(0.9, 0.8, 0.2)
    GLUT.glutWireTeapot(0.5)
    GLUT.glutSwapBuffers()


def key(symbol, x, y):
    state["other"] = not state["other"]
    GLUT.glutPostRedisplay()


GLUT.glutInit()
GLUT.glutInitDisplayMode(GLUT.GLUT_DOUBLE | GLUT.GLUT_RGB | GLUT.GLUT_DEPTH)
GLUT.glutInitWindowSize(400, 300)
GLUT.glutCreateWindow(b"PyOpenGL")
GLUT.glutDisplayFunc(draw)
GLUT.glutKeyboardFunc(key)
GLUT.glutMainLoop()
