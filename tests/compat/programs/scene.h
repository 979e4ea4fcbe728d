/* What the small programs draw: a square on a ground, both of other colours after a key or a click. Clears with a
 * scissor only, so that every version of OpenGL and OpenGL ES draws it alike. Include a GL header first. */
#ifndef COMPAT_SCENE_H
#define COMPAT_SCENE_H

static void scene_box(int x, int y, int width, int height, const float *color)
{
    glScissor(x, y, width, height);
    glClearColor(color[0], color[1], color[2], 1.0f);
    glClear(GL_COLOR_BUFFER_BIT);
}

static void scene_draw(int width, int height, int state)
{
    static const float grounds[2][3] = { { 0.1f, 0.2f, 0.4f }, { 0.4f, 0.3f, 0.1f } };
    static const float squares[2][3] = { { 0.9f, 0.8f, 0.2f }, { 0.2f, 0.8f, 0.5f } };
    glViewport(0, 0, width, height);
    glEnable(GL_SCISSOR_TEST);
    scene_box(0, 0, width, height, grounds[state]);
    scene_box(width / 4, height / 5, width / 3, height / 2, squares[state]);
    glDisable(GL_SCISSOR_TEST);
}

#endif
