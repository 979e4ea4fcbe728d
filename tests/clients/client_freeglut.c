/* freeglut with the context it makes by default: compatibility, functions called through the linked libGL. */
#include <GL/freeglut.h>

#include "client.h"

static const char *ascii_name(unsigned char key)
{
    return key == ' ' ? "space" : key == 'a' ? "a" : "other";
}

static void on_key(unsigned char key, int x, int y) { client_key(ascii_name(key), true); }
static void on_key_up(unsigned char key, int x, int y) { client_key(ascii_name(key), false); }
static void on_special(int key, int x, int y) { client_key(key == GLUT_KEY_LEFT ? "Left" : "other", true); }
static void on_special_up(int key, int x, int y) { client_key(key == GLUT_KEY_LEFT ? "Left" : "other", false); }
static void on_motion(int x, int y) { client_motion(x, y); }
static void on_mouse(int button, int state, int x, int y) { client_button(button + 1, state == GLUT_DOWN); }
static void on_reshape(int width, int height) { client_resize(width, height); }
static void on_close(void) { client_close(); }

static void on_display(void)
{
    client_draw();
    glutSwapBuffers();
    client_swapped();
}

static void on_idle(void)
{
    if (client_running())
        glutPostRedisplay();
}

int main(int argc, char **argv)
{
    glutInit(&argc, argv);
    glutInitDisplayMode(GLUT_DOUBLE | GLUT_RGB | GLUT_DEPTH);
    glutInitWindowSize(CLIENT_WIDTH, CLIENT_HEIGHT);
    glutSetOption(GLUT_ACTION_ON_WINDOW_CLOSE, GLUT_ACTION_CONTINUE_EXECUTION);
    glutCreateWindow("client_freeglut");
    glutIgnoreKeyRepeat(1);
    glutKeyboardFunc(on_key);
    glutKeyboardUpFunc(on_key_up);
    glutSpecialFunc(on_special);
    glutSpecialUpFunc(on_special_up);
    glutMotionFunc(on_motion);
    glutPassiveMotionFunc(on_motion);
    glutMouseFunc(on_mouse);
    glutReshapeFunc(on_reshape);
    glutDisplayFunc(on_display);
    glutIdleFunc(on_idle);
    glutCloseFunc(on_close);
    if (!client_start((client_get_proc)glutGetProcAddress, CLIENT_COMPATIBILITY))
        return 1;
    glutMainLoop();
    return client_finish();
}
