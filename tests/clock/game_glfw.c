/* Circling squares by GLFW: time from glfwGetTime, luck from rand() seeded by time(), a worker thread that sleeps in
 * a loop and moves one of them, a frame limiter of its own, and a clock at the window's edge. */
#include <GLFW/glfw3.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

static atomic_int steps;
static atomic_bool stop;

static void *work(void *unused)
{
    struct timespec pause = { 0, 7000000 };
    while (!stop) {
        steps++;
        nanosleep(&pause, NULL);
    }
    return NULL;
}

static void square(double x, double y, double side, double red, double green, double blue)
{
    glColor3d(red, green, blue);
    glRectd(x - side, y - side, x + side, y + side);
}

int main(void)
{
    double limit = 0;
    pthread_t worker;
    GLFWwindow *window;
    if (!glfwInit() || !(window = glfwCreateWindow(200, 150, "circles", NULL, NULL)))
        return 77;
    glfwMakeContextCurrent(window);
    srand((unsigned)time(NULL));
    pthread_create(&worker, NULL, work, NULL);
    while (!glfwWindowShouldClose(window)) {
        double now = glfwGetTime();
        struct timespec wall;
        glClear(GL_COLOR_BUFFER_BIT);
        square(0.5 * cos(now * 2), 0.5 * sin(now * 2), 0.1, 1, 0.5, 0);
        square(0.9 * cos(steps / 50.0), 0.9 * sin(steps / 50.0), 0.05, 0, 1, 0.5);
        square(rand() % 100 / 50.0 - 1, 0.9, 0.04, 0.2, 0.4, 1);
        clock_gettime(CLOCK_REALTIME, &wall);
        square(-0.95, (double)wall.tv_nsec / 5e8 - 1, 0.05, 1, 1, 1);
        glfwSwapBuffers(window);
        glfwPollEvents();
        while (glfwGetTime() < limit) /* at most 50 frames per second */
            if (limit - glfwGetTime() > 0.005)
                glfwWaitEventsTimeout(0.002);
        limit = glfwGetTime() + 0.02;
    }
    stop = true;
    pthread_join(worker, NULL);
    glfwTerminate();
    return 0;
}
