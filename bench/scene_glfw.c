/* See scene_glfw.h. Nothing here knows a clock: a frame follows a frame. */
#include "scene_glfw.h"

#include "scenes.h"

#include <GLFW/glfw3.h>
#include <stdio.h>

static GLFWwindow *window;
static const struct bench_scene *scene;
static unsigned number;

int bench_glfw_open(const char *name)
{
    scene = bench_scene_find(name);
    if (!scene) {
        fprintf(stderr, "bench_glfw: no scene %s\n", name);
        return -1;
    }
    if (!glfwInit()) {
        fprintf(stderr, "bench_glfw: no display\n");
        return -1;
    }
    window = glfwCreateWindow(scene->width_px, scene->height_px, name, NULL, NULL);
    if (!window) {
        fprintf(stderr, "bench_glfw: no window\n");
        glfwTerminate();
        return -1;
    }
    glfwMakeContextCurrent(window);
    glfwSwapInterval(0);
    scene->init(scene->width_px, scene->height_px);
    return 0;
}

void bench_glfw_begin(void)
{
    number = 0;
}

void bench_glfw_tick(int direction)
{
    number += direction < 0 ? ~0u : (unsigned)direction + 1u;
}

void bench_glfw_draw(void)
{
    scene->draw(number);
}

void bench_glfw_show(void)
{
    glfwSwapBuffers(window);
}

int bench_glfw_events(void)
{
    glfwPollEvents();
    if (glfwWindowShouldClose(window))
        return 2;
    return (glfwGetKey(window, GLFW_KEY_RIGHT) == GLFW_PRESS) - (glfwGetKey(window, GLFW_KEY_LEFT) == GLFW_PRESS);
}

void bench_glfw_size(int *width_px, int *height_px)
{
    *width_px = scene->width_px;
    *height_px = scene->height_px;
}

void bench_glfw_close(void)
{
    glfwDestroyWindow(window);
    glfwTerminate();
}
