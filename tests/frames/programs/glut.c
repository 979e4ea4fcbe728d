/* freeglut, with its bitmap font. */
#include <GL/freeglut.h>
#include <stdio.h>

#include "anim.h"

static bool there;

static void on_display(void) { there = true; }

int main(int argc, char **argv)
{
    glutInit(&argc, argv);
    glutInitDisplayMode(GLUT_DOUBLE | GLUT_RGBA | GLUT_DEPTH);
    glutInitWindowSize(WIDTH, HEIGHT);
    glutInitWindowPosition(10, 10); /* without, its border is beyond the screen's edge, and GetImage fails */
    glutCreateWindow("freeglut");
    glutDisplayFunc(on_display);
    while (!there)
        glutMainLoopEvent();
    for (int n = 0; n < FRAMES; n++) {
        char text[32];

        glutMainLoopEvent();
        anim_draw(n, true);
        snprintf(text, sizeof(text), "freeglut, %d", n);
        glColor3f(1, 1, 1);
        glRasterPos2f(-0.9f, 0.8f);
        glutBitmapString(GLUT_BITMAP_HELVETICA_18, (const unsigned char *)text);
        probe_drawn();
        glutSwapBuffers();
        probe_shown();
    }
    return 0;
}
