/* GLFW: "glx", "egl" (OpenGL) or "es" (OpenGL ES 2, by EGL). */
#include <GLFW/glfw3.h>
#include <string.h>

#include "anim.h"

int main(int argc, char **argv)
{
    const char *kind = argc > 1 ? argv[1] : "glx";
    GLFWwindow *window;

    if (!glfwInit())
        return 1;
    if (strcmp(kind, "glx") != 0)
        glfwWindowHint(GLFW_CONTEXT_CREATION_API, GLFW_EGL_CONTEXT_API);
    if (strcmp(kind, "es") == 0) {
        glfwWindowHint(GLFW_CLIENT_API, GLFW_OPENGL_ES_API);
        glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 2);
    }
    window = glfwCreateWindow(WIDTH, HEIGHT, "GLFW", NULL, NULL);
    if (!window)
        return 1;
    glfwMakeContextCurrent(window);
    for (int n = 0; n < FRAMES; n++) {
        glfwPollEvents();
        anim_draw(n, strcmp(kind, "es") != 0);
        probe_drawn();
        glfwSwapBuffers(window);
        probe_shown();
    }
    glfwTerminate();
    return 0;
}
