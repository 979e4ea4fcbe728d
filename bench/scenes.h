/* The scenes that every contestant draws, with the same GL calls: fixed-function OpenGL in a compatibility context. */
#ifndef BENCH_SCENES_H
#define BENCH_SCENES_H

struct bench_scene {
    const char *name;
    int width_px, height_px;
    void (*init)(int width_px, int height_px);
    void (*draw)(unsigned frame);
};

/* The scene of that name, or NULL. */
const struct bench_scene *bench_scene_find(const char *name);

/* gears.c */
void bench_gears_init(int width_px, int height_px);
void bench_gears_draw(unsigned frame);

#endif
