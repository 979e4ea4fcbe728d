/* freeglut, with its bitmap font. */
#include <GL/freeglut.h>

#include "scene.h"

static int state, width = 400, height = 300;

static void draw(void)
{
    scene_draw(width, height, state);
    glColor3f(1, 1, 1);
    glRasterPos2f(-0.9f, 0.8f);
    glutBitmapString(GLUT_BITMAP_HELVETICA_18, (const unsigned char *)(state ? "another" : "freeglut"));
    glutSwapBuffers();
}

static void on_key(unsigned char key, int x, int y)
{
    (void)key, (void)x, (void)y;
    state ^= 1;
    glutPostRedisplay();
}

static void on_size(int w, int h)
{
    width = w;
    height = h;
}

int main(int argc, char **argv)
{
    glutInit(&argc, argv);
    glutInitDisplayMode(GLUT_DOUBLE | GLUT_RGBA | GLUT_DEPTH);
    glutInitWindowSize(width, height);
    glutCreateWindow("freeglut");
    glutSetOption(GLUT_ACTION_ON_WINDOW_CLOSE, GLUT_ACTION_GLUTMAINLOOP_RETURNS);
    glutDisplayFunc(draw);
    glutKeyboardFunc(on_key);
    glutReshapeFunc(on_size);
    glutMainLoop();
    return 0;
}
