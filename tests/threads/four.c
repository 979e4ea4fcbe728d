/* One program that uses X from four threads at once: a Display that they share, and one for each. All of them draw, read
 * pixels back, wait for events and use properties on both; two draw with GLX and EGL besides. Windows and Displays come and
 * go meanwhile, and everybody looks at what OpenGL shows.
 *
 * Under the thread sanitizer with the library inside, which reports by itself and exits with 66; under the preloaded
 * library as it is; and on any X server.
 *
 *     threads_four [LIVES]          so many windows of each thread on each Display (default 12) */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "work.h"

enum { THREADS = 4, PRIVATE_LIVES = 3 };

static unsigned lives = 12;
static pthread_barrier_t together;

static Display *open_display(void)
{
    Display *display = XOpenDisplay(NULL);

    CHECK(display != NULL);
    return display;
}

static bool draws(int thread)
{
    return thread < 2;
}

static void one_life(int thread, Display *own, unsigned number)
{
    Display *display = number & 1 ? own : dpy, *other = number & 1 ? dpy : own;

    x_life(display, other, 2 * thread, number);
    x_life(other, display, 2 * thread + 1, number + 1);
    if (draws(thread)) /* one with GLX, one with EGL, in turn */
        gl_life((thread + number / PRIVATE_LIVES) % 2 ? WITH_EGL : WITH_GLX, display, other, thread, number);
    look_at_others(own); /* on the other one, libX11 loses an error that another thread reads, and takes that for the end */
}

static void storm(int thread)
{
    Display *own = open_display();

    if (!own)
        return;
    gl_storm(thread % 2 ? WITH_EGL : WITH_GLX, own, &together);
    gl_forget(own);
    XCloseDisplay(own);
}

static void *work(void *argument)
{
    int thread = (int)(intptr_t)argument;

    pthread_barrier_wait(&together);
    for (unsigned number = 0; number < lives;) {
        Display *own = open_display(); /* the first time, four make the program's first connection */

        if (number == 0 && thread == THREADS - 1)
            dpy = open_display();
        if (number == 0)
            pthread_barrier_wait(&together);
        if (!own || !dpy)
            return NULL;
        for (int i = 0; i < PRIVATE_LIVES; i++)
            one_life(thread, own, number++);
        if (draws(thread))
            gl_forget(own);
        XCloseDisplay(own);
    }
    storm(thread);
    return NULL;
}

int main(int count, char **arguments)
{
    pthread_t threads[THREADS];

    if (count > 1)
        lives = (unsigned)atoi(arguments[1]);
    XInitThreads();
    XSetErrorHandler(on_error);
    pthread_barrier_init(&together, NULL, THREADS);
    for (intptr_t i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, work, (void *)i);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    if (dpy) {
        gl_forget(dpy);
        XCloseDisplay(dpy);
    }
    printf("%u lives of %d threads\n", lives, THREADS);
    return all_held() ? 0 : 1;
}
