/* What the animations in C draw with OpenGL: frame n, of any version. Include a GL header first. */
#ifndef FRAMES_ANIM_H
#define FRAMES_ANIM_H

#include <math.h>
#include <stdbool.h>

#include "../probe.h"

#define WIDTH  240
#define HEIGHT 180

static void anim_box(int x, int y, int width, int height, float red, float green, float blue)
{
    glScissor(x, y, width, height);
    glClearColor(red, green, blue, 1.0f);
    glClear(GL_COLOR_BUFFER_BIT);
}

/* fixed: the context has OpenGL's fixed functions, and a depth buffer. */
static void anim_draw(int n, bool fixed)
{
    glViewport(0, 0, WIDTH, HEIGHT);
    glEnable(GL_SCISSOR_TEST);
    anim_box(0, 0, WIDTH, HEIGHT, 0.1f, 0.2f, 0.3f + (float)n / 200);
    anim_box(3 * n, 20 + n % 7, 40, 30, 0.9f, 0.8f, 0.2f);
    anim_box(WIDTH - 2 * n, 90, 1 + n, 1 + n / 2, 0.2f, (float)n / 60, 0.5f);
    glDisable(GL_SCISSOR_TEST);
#ifdef GL_QUADS
    if (!fixed)
        return;
    glEnable(GL_DEPTH_TEST);
    glClear(GL_DEPTH_BUFFER_BIT);
    for (int k = 0; k < 2; k++) {
        glBegin(GL_TRIANGLES);
        for (int i = 0; i < 3; i++) {
            float angle = (float)(k ? -n : n) * 0.13f + (float)i * 2.0943951f;

            glColor3f(i == 0, i == 1, (float)k);
            glVertex3f(0.8f * cosf(angle), 0.8f * sinf(angle), k ? 0.1f : 0.4f * (float)(i - 1));
        }
        glEnd();
    }
    glDisable(GL_DEPTH_TEST);
#else
    (void)fixed;
#endif
}

#endif
