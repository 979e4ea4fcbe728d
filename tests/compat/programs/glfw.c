/* GLFW; with the argument "egl" its context comes from EGL, with "es" it is OpenGL ES 2 by EGL. */
#include <GLFW/glfw3.h>
#include <string.h>

#include "scene.h"

static int state;

static void on_key(GLFWwindow *window, int key, int code, int action, int modifiers)
{
    (void)window, (void)key, (void)code, (void)modifiers;
    state ^= action == GLFW_PRESS;
}

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
    window = glfwCreateWindow(400, 300, "GLFW", NULL, NULL);
    if (!window)
        return 1;
    glfwMakeContextCurrent(window);
    glfwSetKeyCallback(window, on_key);
    while (!glfwWindowShouldClose(window)) {
        int width, height;
        glfwGetFramebufferSize(window, &width, &height);
        scene_draw(width, height, state);
        glfwSwapBuffers(window);
        glfwWaitEventsTimeout(0.03);
    }
    glfwTerminate();
    return 0;
}
