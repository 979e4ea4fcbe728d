/* A bare GLFW game: one of the scenes in a window, turned by the arrow keys. It is a program (bench_glfw) for those who
 * play it from outside, and a library (libbench_scene.so) for those who step it in their own process. */
#ifndef BENCH_SCENE_GLFW_H
#define BENCH_SCENE_GLFW_H

/* Opens the window and its context. 0, or -1 after a message on stderr. */
__attribute__((visibility("default"))) int bench_glfw_open(const char *scene);
/* What is drawn from now on: the scene from its start. */
__attribute__((visibility("default"))) void bench_glfw_begin(void);
/* One tick: direction -1 turns it back, 0 on, 1 on at twice the speed. */
__attribute__((visibility("default"))) void bench_glfw_tick(int direction);
__attribute__((visibility("default"))) void bench_glfw_draw(void);
__attribute__((visibility("default"))) void bench_glfw_show(void);
__attribute__((visibility("default"))) int bench_glfw_events(void); /* -1, 0 or 1: the keys that are down; 2: close */
__attribute__((visibility("default"))) void bench_glfw_size(int *width_px, int *height_px);
__attribute__((visibility("default"))) void bench_glfw_close(void);

#endif
