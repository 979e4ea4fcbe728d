/* GLFW with a core 3.3 context, of GLX or, with the argument "egl", of EGL. */
#include <GLFW/glfw3.h>
#include <stdio.h>
#include <string.h>

#include "client.h"

static const char *key_name(int key)
{
    switch (key) {
    case GLFW_KEY_SPACE: return "space";
    case GLFW_KEY_LEFT: return "Left";
    case GLFW_KEY_A: return "a";
    default: return "other";
    }
}

static void on_key(GLFWwindow *window, int key, int scancode, int action, int mods)
{
    if (action != GLFW_REPEAT)
        client_key(key_name(key), action == GLFW_PRESS);
}

static void on_motion(GLFWwindow *window, double x, double y)
{
    client_motion((int)x, (int)y);
}

static void on_button(GLFWwindow *window, int button, int action, int mods)
{
    static const int x11[] = {1, 3, 2}; /* GLFW counts left, right, middle */
    client_button(button < 3 ? x11[button] : button + 1, action == GLFW_PRESS);
}

static void on_size(GLFWwindow *window, int width, int height)
{
    client_resize(width, height);
}

static void on_close(GLFWwindow *window)
{
    client_close();
}

static void on_error(int code, const char *text)
{
    fprintf(stderr, "client: GLFW error 0x%x: %s\n", code, text);
}

int main(int count, char **arguments)
{
    glfwSetErrorCallback(on_error);
    if (!glfwInit())
        return 1;
    glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
    glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
    glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
    if (count > 1 && strcmp(arguments[1], "egl") == 0)
        glfwWindowHint(GLFW_CONTEXT_CREATION_API, GLFW_EGL_CONTEXT_API);
    GLFWwindow *window = glfwCreateWindow(CLIENT_WIDTH, CLIENT_HEIGHT, "client_glfw", NULL, NULL);
    if (!window)
        return 1;
    glfwMakeContextCurrent(window);
    glfwSwapInterval(1);
    glfwSetKeyCallback(window, on_key);
    glfwSetCursorPosCallback(window, on_motion);
    glfwSetMouseButtonCallback(window, on_button);
    glfwSetFramebufferSizeCallback(window, on_size);
    glfwSetWindowCloseCallback(window, on_close);
    if (!client_start((client_get_proc)glfwGetProcAddress, CLIENT_CORE))
        return 1;
    while (client_running()) {
        client_draw();
        glfwSwapBuffers(window);
        client_swapped();
        glfwPollEvents();
    }
    int status = client_finish();
    glfwDestroyWindow(window);
    glfwTerminate();
    return status;
}
