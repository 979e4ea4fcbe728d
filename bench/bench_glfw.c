/* The bare GLFW game as a program: bench_glfw SCENE. It draws as fast as it may until its window is closed. */
#include "scene_glfw.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    int direction = 0;

    if (argc != 2) {
        fprintf(stderr, "usage: bench_glfw triangle-84|gears-300|gears-600\n");
        return 2;
    }
    if (bench_glfw_open(argv[1]) != 0)
        return 1;
    while (direction != 2) {
        bench_glfw_tick(direction);
        bench_glfw_draw();
        bench_glfw_show();
        direction = bench_glfw_events();
    }
    bench_glfw_close();
    return 0;
}
