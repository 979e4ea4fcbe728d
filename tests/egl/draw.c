#include "scene.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Two triangles that cut each other, each corner of another colour. */
static void scene_of(int step, float places[6][3], float colors[6][4])
{
    float turn = 0.3f * (float)step;

    for (int i = 0; i < 6; i++) {
        float angle = turn * (i < 3 ? 1 : -1) + (float)i * 2.0943951f;

        places[i][0] = 0.8f * cosf(angle);
        places[i][1] = 0.8f * sinf(angle);
        places[i][2] = i < 3 ? 0.5f * (float)(i - 1) : 0.1f;
        for (int k = 0; k < 4; k++)
            colors[i][k] = k == 3 || i % 3 == k ? 1 : 0.1f * (float)i;
    }
}

static void begin(int width, int height)
{
    glViewport(0, 0, width, height);
    glClearColor(0.2f, 0.3f, 0.4f, 1);
    glEnable(GL_DEPTH_TEST);
    glClear(GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT);
}

static GLuint program(const char *vertex, const char *fragment)
{
    GLuint id = glCreateProgram(), shader;
    GLint linked = 0;

    shader = glCreateShader(GL_VERTEX_SHADER);
    glShaderSource(shader, 1, &vertex, NULL);
    glCompileShader(shader);
    glAttachShader(id, shader);
    shader = glCreateShader(GL_FRAGMENT_SHADER);
    glShaderSource(shader, 1, &fragment, NULL);
    glCompileShader(shader);
    glAttachShader(id, shader);
    glBindAttribLocation(id, 0, "place");
    glBindAttribLocation(id, 1, "color");
    glLinkProgram(id);
    glGetProgramiv(id, GL_LINK_STATUS, &linked);
    if (!linked) {
        fprintf(stderr, "the shaders do not link\n");
        exit(1);
    }
    return id;
}

void draw_es2(int width, int height, int step)
{
    static const char vertex[] = "attribute vec3 place; attribute vec4 color; varying vec4 shade;\n"
                                 "void main() { gl_Position = vec4(place, 1.0); shade = color; }\n";
    static const char fragment[] = "#ifdef GL_ES\nprecision mediump float;\n#endif\n"
                                   "varying vec4 shade; void main() { gl_FragColor = shade; }\n";
    float places[6][3], colors[6][4];
    GLuint id = program(vertex, fragment);

    scene_of(step, places, colors);
    begin(width, height);
    glUseProgram(id);
    glVertexAttribPointer(0, 3, GL_FLOAT, GL_FALSE, 0, places);
    glVertexAttribPointer(1, 4, GL_FLOAT, GL_FALSE, 0, colors);
    glEnableVertexAttribArray(0);
    glEnableVertexAttribArray(1);
    glDrawArrays(GL_TRIANGLES, 0, 6);
    glUseProgram(0);
    glDeleteProgram(id);
}

void draw_fixed(int width, int height, int step)
{
    float places[6][3], colors[6][4];

    scene_of(step, places, colors);
    begin(width, height);
    glMatrixMode(GL_MODELVIEW);
    glLoadIdentity();
    glEnableClientState(GL_VERTEX_ARRAY);
    glEnableClientState(GL_COLOR_ARRAY);
    glVertexPointer(3, GL_FLOAT, 0, places);
    glColorPointer(4, GL_FLOAT, 0, colors);
    glDrawArrays(GL_TRIANGLES, 0, 6);
}

void draw_core(int width, int height, int step)
{
    static const char vertex[] = "#version 150\nin vec3 place; in vec4 color; out vec4 shade;\n"
                                 "void main() { gl_Position = vec4(place, 1.0); shade = color; }\n";
    static const char fragment[] = "#version 150\nin vec4 shade; out vec4 pixel; void main() { pixel = shade; }\n";
    float places[6][3], colors[6][4];
    GLuint id = program(vertex, fragment), array, buffer;

    scene_of(step, places, colors);
    begin(width, height);
    glUseProgram(id);
    glGenVertexArrays(1, &array);
    glBindVertexArray(array);
    glGenBuffers(1, &buffer);
    glBindBuffer(GL_ARRAY_BUFFER, buffer);
    glBufferData(GL_ARRAY_BUFFER, sizeof(places) + sizeof(colors), NULL, GL_STATIC_DRAW);
    glBufferSubData(GL_ARRAY_BUFFER, 0, sizeof(places), places);
    glBufferSubData(GL_ARRAY_BUFFER, sizeof(places), sizeof(colors), colors);
    glVertexAttribPointer(0, 3, GL_FLOAT, GL_FALSE, 0, NULL);
    glVertexAttribPointer(1, 4, GL_FLOAT, GL_FALSE, 0, (const void *)(uintptr_t)sizeof(places));
    glEnableVertexAttribArray(0);
    glEnableVertexAttribArray(1);
    glDrawArrays(GL_TRIANGLES, 0, 6);
    glDeleteBuffers(1, &buffer);
    glDeleteVertexArrays(1, &array);
    glDeleteProgram(id);
}

/* -- pixels ------------------------------------------------------------------------------------------------------- */

void say_pixels(const char *what, int width, int height)
{
    say("%s: %dx%d pixels %08x, corner %06x, middle %06x, GL error 0x%x", what, width, height,
        pixel_hash(width, height), pixel_at(0, 0), pixel_at(width / 2, height / 2), glGetError());
}
