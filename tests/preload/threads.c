/* Sixteen threads make the process's first connection, and its first load of GL, at the same moment. */
#include <dlfcn.h>
#include <pthread.h>

#include <X11/Xlib.h>

#include "check.h"

#define THREADS 16

static pthread_barrier_t start;
static void *handles[THREADS];

static void *one(void *argument)
{
    void **handle = argument;
    Display *display;

    pthread_barrier_wait(&start);
    if ((handle - handles) % 2)
        *handle = dlopen("libGL.so.1", RTLD_LAZY);
    for (int i = 0; i < 20; i++) {
        display = XOpenDisplay(NULL);
        CHECK(display != NULL);
        CHECK(XInternAtom(display, "OFS_THREADS", False) > 68);
        XCloseDisplay(display);
    }
    if (!*handle)
        *handle = dlopen("libGL.so.1", RTLD_LAZY);
    return NULL;
}

int main(void)
{
    pthread_t threads[THREADS];

    XInitThreads();
    pthread_barrier_init(&start, NULL, THREADS);
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, one, &handles[i]) == 0);
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    for (int i = 0; i < THREADS; i++)
        CHECK(handles[i] != NULL && handles[i] == handles[0]);
    return 0;
}
