#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "scene.h"

void draw_compat(int width, int height, int step)
{
    float light[] = {0.3f, 0.5f, 0.8f, 0};

    glViewport(0, 0, width, height);
    glClearColor(0.1f, 0.2f, 0.3f, 1);
    glClear(GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT | GL_STENCIL_BUFFER_BIT);
    glMatrixMode(GL_PROJECTION);
    glLoadIdentity();
    glFrustum(-1, 1, -1, 1, 2, 20);
    glMatrixMode(GL_MODELVIEW);
    glLoadIdentity();
    glTranslatef(0, 0, -6);
    glRotatef(20.0f + 7.0f * (float)step, 0.3f, 1, 0.2f);
    glEnable(GL_DEPTH_TEST);
    glEnable(GL_LIGHTING);
    glEnable(GL_LIGHT0);
    glEnable(GL_COLOR_MATERIAL);
    glEnable(GL_NORMALIZE);
    glLightfv(GL_LIGHT0, GL_POSITION, light);
    for (int ring = 0; ring < 3; ring++) {
        glColor3f(ring == 0, ring == 1, 0.5f + 0.5f * (float)(ring == 2));
        glBegin(GL_QUAD_STRIP);
        for (int i = 0; i <= 24; i++) {
            float angle = (float)i * 6.2831853f / 24.0f, radius = 1.0f + 0.6f * (float)ring;

            glNormal3f(cosf(angle), sinf(angle), 0.2f * (float)ring);
            glVertex3f(radius * cosf(angle), radius * sinf(angle), -0.4f);
            glVertex3f(radius * cosf(angle), radius * sinf(angle), 0.4f + 0.3f * (float)ring);
        }
        glEnd();
    }
    glDisable(GL_LIGHTING);
    glDisable(GL_DEPTH_TEST);
}

static GLuint compile(GLenum kind, const char *text)
{
    GLuint shader = glCreateShader(kind);
    GLint ok = 0;
    char log[512];

    glShaderSource(shader, 1, &text, NULL);
    glCompileShader(shader);
    glGetShaderiv(shader, GL_COMPILE_STATUS, &ok);
    if (!ok) {
        glGetShaderInfoLog(shader, sizeof(log), NULL, log);
        fprintf(stderr, "shader: %s\n", log);
        exit(1);
    }
    return shader;
}

void draw_core(int width, int height, int step)
{
    static const char vertex[] =
        "#version 150\n"
        "in vec3 position; in vec3 color; out vec3 shade; uniform float angle;\n"
        "void main() { float c = cos(angle), s = sin(angle); shade = color;\n"
        "  gl_Position = vec4(mat2(c, s, -s, c) * position.xy, position.z, 1.0); }\n";
    static const char fragment[] =
        "#version 150\n"
        "in vec3 shade; out vec4 pixel; void main() { pixel = vec4(shade, 1.0); }\n";
    static const float corners[] = {-0.8f, -0.7f, 0.1f, 1, 0, 0, 0.8f, -0.7f, 0.2f, 0, 1, 0, 0, 0.9f, 0.3f, 0, 0, 1,
                                    -0.9f, 0.6f,  0.5f, 1, 1, 0, 0.9f, 0.5f,  0.4f, 0, 1, 1, 0, -0.9f, 0, 1, 0, 1};
    GLuint program = glCreateProgram(), buffer, array;

    glAttachShader(program, compile(GL_VERTEX_SHADER, vertex));
    glAttachShader(program, compile(GL_FRAGMENT_SHADER, fragment));
    glBindAttribLocation(program, 0, "position");
    glBindAttribLocation(program, 1, "color");
    glLinkProgram(program);
    glUseProgram(program);
    glGenVertexArrays(1, &array);
    glBindVertexArray(array);
    glGenBuffers(1, &buffer);
    glBindBuffer(GL_ARRAY_BUFFER, buffer);
    glBufferData(GL_ARRAY_BUFFER, sizeof(corners), corners, GL_STATIC_DRAW);
    glVertexAttribPointer(0, 3, GL_FLOAT, GL_FALSE, 24, NULL);
    glVertexAttribPointer(1, 3, GL_FLOAT, GL_FALSE, 24, (const void *)12);
    glEnableVertexAttribArray(0);
    glEnableVertexAttribArray(1);
    glViewport(0, 0, width, height);
    glEnable(GL_DEPTH_TEST);
    glClearColor(0.2f, 0.1f, 0.4f, 1);
    glClear(GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT);
    glUniform1f(glGetUniformLocation(program, "angle"), 0.1f * (float)step);
    glDrawArrays(GL_TRIANGLES, 0, 6);
    glDisable(GL_DEPTH_TEST);
    glDeleteBuffers(1, &buffer);
    glDeleteVertexArrays(1, &array);
    glUseProgram(0);
    glDeleteProgram(program);
}
