#define GL_GLEXT_PROTOTYPES 1
#include "scenes.h"

#include <GL/gl.h>
#include <stddef.h>
#include <string.h>

static void triangle_init(int width_px, int height_px)
{
    glViewport(0, 0, width_px, height_px);
    glClearColor(0.1f, 0.1f, 0.2f, 1.0f);
    glDisable(GL_DEPTH_TEST);
}

static void triangle_draw(unsigned frame)
{
    /* A colour that changes, so that no layer can mistake one frame for the last. */
    float t = (float)(frame & 255u) / 255.0f;

    glClear(GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT);
    glBegin(GL_TRIANGLES);
    glColor3f(1.0f, t, 0.0f);
    glVertex2f(-0.8f, -0.8f);
    glColor3f(0.0f, 1.0f, t);
    glVertex2f(0.8f, -0.8f);
    glColor3f(t, 0.0f, 1.0f);
    glVertex2f(0.0f, 0.8f);
    glEnd();
}

static const struct bench_scene scenes[] = {
    {"triangle-84", 84, 84, triangle_init, triangle_draw},
    {"gears-300", 300, 300, bench_gears_init, bench_gears_draw},
    {"gears-600", 600, 600, bench_gears_init, bench_gears_draw},
};

const struct bench_scene *bench_scene_find(const char *name)
{
    for (size_t i = 0; i < sizeof scenes / sizeof scenes[0]; i++)
        if (strcmp(scenes[i].name, name) == 0)
            return &scenes[i];
    return NULL;
}
