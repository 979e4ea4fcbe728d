/* Three meshing gear wheels, lit, in one vertex buffer.
 *
 * A wheel is built from cells around its axis, four per tooth (valley, rising flank, top, falling flank): each cell has a
 * front and a back face, an outer wall at the cell's two radii, and a wall of the bore. Flat normals, triangles only. */
#define GL_GLEXT_PROTOTYPES 1
#include "scenes.h"

#include <GL/gl.h>
#include <GL/glext.h>
#include <math.h>
#include <stddef.h>

#define PI 3.14159265358979323846f
#define CELLS_PER_TOOTH 4
#define VERTICES_PER_CELL 24 /* four quads of two triangles */
#define MAX_TEETH 24

struct vertex {
    float position[3], normal[3];
};

struct wheel {
    float bore, root, tip, half_width;  /* radii of the hole, the valleys and the tops */
    int teeth;
    float x, y, speed, phase_deg;
    float colour[4];
    int first, count;                   /* in the vertex buffer */
};

/* Two wheels mesh when speed * teeth is opposite, and the centres lie root + tip apart. */
static struct wheel wheels[] = {
    {0.9f, 3.2f, 4.0f, 0.6f, 24, -2.6f, -1.6f, 1.0f, 0.0f, {0.85f, 0.25f, 0.2f, 1.0f}, 0, 0},
    {0.5f, 1.4f, 2.2f, 0.9f, 12, 2.8f, -1.6f, -2.0f, 7.5f, {0.2f, 0.7f, 0.3f, 1.0f}, 0, 0},
    {1.2f, 1.6f, 2.4f, 0.3f, 12, -2.6f, 4.0f, -2.0f, 20.0f, {0.25f, 0.4f, 0.9f, 1.0f}, 0, 0},
};
enum { WHEELS = sizeof wheels / sizeof wheels[0] };

static struct vertex mesh[WHEELS * MAX_TEETH * CELLS_PER_TOOTH * VERTICES_PER_CELL];

static int put_quad(int n, float corners[4][3], const float normal[3])
{
    static const int order[6] = {0, 1, 2, 0, 2, 3};

    for (int i = 0; i < 6; i++) {
        for (int axis = 0; axis < 3; axis++) {
            mesh[n].position[axis] = corners[order[i]][axis];
            mesh[n].normal[axis] = normal[axis];
        }
        n++;
    }
    return n;
}

/* The strip of a cylinder-like wall between two points of the outline, facing away from or towards the axis. */
static int put_wall(int n, const float p[2], const float q[2], float half_width, float facing)
{
    float dx = q[0] - p[0], dy = q[1] - p[1], length = sqrtf(dx * dx + dy * dy);
    float normal[3] = {facing * dy / length, facing * -dx / length, 0.0f};
    float corners[4][3] = {{p[0], p[1], -half_width}, {q[0], q[1], -half_width},
                           {q[0], q[1], half_width}, {p[0], p[1], half_width}};

    return put_quad(n, corners, normal);
}

static int put_cell(int n, const struct wheel *w, int cell)
{
    static const int high_at[CELLS_PER_TOOTH + 1] = {0, 0, 1, 1, 0}; /* root or tip at each cell border */
    static const float front[3] = {0, 0, 1}, back[3] = {0, 0, -1};
    int cells = w->teeth * CELLS_PER_TOOTH, k = cell % CELLS_PER_TOOTH;
    float a = 2 * PI * (float)cell / (float)cells, b = 2 * PI * (float)(cell + 1) / (float)cells;
    float ra = high_at[k] ? w->tip : w->root, rb = high_at[k + 1] ? w->tip : w->root, h = w->half_width;
    float outer_a[2] = {ra * cosf(a), ra * sinf(a)}, outer_b[2] = {rb * cosf(b), rb * sinf(b)};
    float inner_a[2] = {w->bore * cosf(a), w->bore * sinf(a)}, inner_b[2] = {w->bore * cosf(b), w->bore * sinf(b)};
    float face[4][3] = {{inner_a[0], inner_a[1], h}, {outer_a[0], outer_a[1], h},
                        {outer_b[0], outer_b[1], h}, {inner_b[0], inner_b[1], h}};
    float rear[4][3] = {{inner_b[0], inner_b[1], -h}, {outer_b[0], outer_b[1], -h},
                        {outer_a[0], outer_a[1], -h}, {inner_a[0], inner_a[1], -h}};

    n = put_quad(n, face, front);
    n = put_quad(n, rear, back);
    n = put_wall(n, outer_a, outer_b, h, 1.0f);
    return put_wall(n, inner_a, inner_b, h, -1.0f);
}

void bench_gears_init(int width_px, int height_px)
{
    static const float light[4] = {0.4f, 0.5f, 0.8f, 0.0f};
    float aspect = (float)width_px / (float)height_px;
    GLuint buffer;
    int n = 0;

    for (int i = 0; i < WHEELS; i++) {
        wheels[i].first = n;
        for (int cell = 0; cell < wheels[i].teeth * CELLS_PER_TOOTH; cell++)
            n = put_cell(n, &wheels[i], cell);
        wheels[i].count = n - wheels[i].first;
    }
    glGenBuffers(1, &buffer);
    glBindBuffer(GL_ARRAY_BUFFER, buffer);
    glBufferData(GL_ARRAY_BUFFER, (GLsizeiptr)((size_t)n * sizeof mesh[0]), mesh, GL_STATIC_DRAW);
    glVertexPointer(3, GL_FLOAT, sizeof mesh[0], (const void *)offsetof(struct vertex, position));
    glNormalPointer(GL_FLOAT, sizeof mesh[0], (const void *)offsetof(struct vertex, normal));
    glEnableClientState(GL_VERTEX_ARRAY);
    glEnableClientState(GL_NORMAL_ARRAY);

    glViewport(0, 0, width_px, height_px);
    glMatrixMode(GL_PROJECTION);
    glLoadIdentity();
    glFrustum(-aspect, aspect, -1.0, 1.0, 4.0, 60.0);
    glMatrixMode(GL_MODELVIEW);
    glLoadIdentity();
    glLightfv(GL_LIGHT0, GL_POSITION, light);
    glEnable(GL_LIGHTING);
    glEnable(GL_LIGHT0);
    glEnable(GL_NORMALIZE);
    glEnable(GL_DEPTH_TEST);
    glClearColor(0.0f, 0.0f, 0.0f, 1.0f);
}

void bench_gears_draw(unsigned frame)
{
    float turn_deg = (float)(frame % 3600u) * 0.5f;

    glClear(GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT);
    glLoadIdentity();
    glTranslatef(0.6f, -1.0f, -28.0f); /* the three wheels fill the picture */
    glRotatef(25.0f, 1.0f, 0.0f, 0.0f);
    glRotatef(30.0f, 0.0f, 1.0f, 0.0f);
    for (int i = 0; i < WHEELS; i++) {
        const struct wheel *w = &wheels[i];

        glPushMatrix();
        glTranslatef(w->x, w->y, 0.0f);
        glRotatef(w->speed * turn_deg + w->phase_deg, 0.0f, 0.0f, 1.0f);
        glMaterialfv(GL_FRONT_AND_BACK, GL_AMBIENT_AND_DIFFUSE, w->colour);
        glDrawArrays(GL_TRIANGLES, w->first, w->count);
        glPopMatrix();
    }
}
