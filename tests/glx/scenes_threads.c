#include <X11/Xlib.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "scene.h"

struct work {
    struct window window;
    GLXContext context;
    uint32_t hashes[8];
    int made, step;
    _Atomic int phase;
};

static void wait_for(struct work *work, int phase)
{
    while (atomic_load(&work->phase) < phase)
        ;
}

static void *draw_in_thread(void *argument)
{
    struct work *work = argument;

    work->made = glXMakeCurrent(dpy, work->window.id, work->context);
    for (int i = 0; i < 8; i++) {
        draw_compat(work->window.width, work->window.height, work->step + i);
        work->hashes[i] = pixel_hash(work->window.width, work->window.height);
        glXSwapBuffers(dpy, work->window.id);
    }
    glXMakeCurrent(dpy, None, NULL);
    return NULL;
}

static void two_threads(void)
{
    struct work work[2];
    pthread_t threads[2];

    memset(work, 0, sizeof(work));
    for (int i = 0; i < 2; i++) {
        window_open(&work[i].window, choose(true, 0, false), 150 + 30 * i, 100);
        work[i].context = glXCreateNewContext(dpy, work[i].window.config, GLX_RGBA_TYPE, i ? work[0].context : NULL, True);
        work[i].step = 10 * i;
    }
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, draw_in_thread, &work[i]);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < 2; i++) {
        say("thread %d: made current %d", i, work[i].made);
        for (int k = 0; k < 8; k++)
            say("frame %d: %08x", k, work[i].hashes[k]);
        glXDestroyContext(dpy, work[i].context);
        window_close(&work[i].window);
    }
}

static void *hold_context(void *argument)
{
    struct work *work = argument;

    work->made = glXMakeCurrent(dpy, work->window.id, work->context);
    atomic_store(&work->phase, 1);
    wait_for(work, 2);
    glXMakeCurrent(dpy, None, NULL);
    atomic_store(&work->phase, 3);
    return NULL;
}

/* A context that is current elsewhere cannot be taken; afterwards it can. */
static void taken(void)
{
    struct work work;
    pthread_t thread;

    memset(&work, 0, sizeof(work));
    window_open(&work.window, choose(true, 0, false), 40, 40);
    work.context = glXCreateNewContext(dpy, work.window.config, GLX_RGBA_TYPE, NULL, True);
    pthread_create(&thread, NULL, hold_context, &work);
    wait_for(&work, 1);
    CHECK(!glXMakeCurrent(dpy, work.window.id, work.context)); /* Mesa lets it be */
    say_errors("taken");
    atomic_store(&work.phase, 2);
    pthread_join(thread, NULL);
    CHECK(glXMakeCurrent(dpy, work.window.id, work.context));
    fill(0, 0, 1);
    CHECK(pixel_at(1, 1) == 0x0000ff);
    glXMakeCurrent(dpy, None, NULL);
    glXDestroyContext(dpy, work.context);
    window_close(&work.window);
}

static void *load_texture(void *argument)
{
    struct work *work = argument;
    GLuint texture;
    uint32_t pixels[64];

    for (int i = 0; i < 64; i++)
        pixels[i] = 0xff0000ffu + (uint32_t)i * 0x400;
    work->made = glXMakeCurrent(dpy, work->window.id, work->context); /* the window that the main thread draws to */
    glGenTextures(1, &texture);
    glBindTexture(GL_TEXTURE_2D, texture);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, 8, 8, 0, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
    glFinish();
    work->hashes[0] = texture;
    atomic_store(&work->phase, 1);
    wait_for(work, 2);
    return NULL; /* ends with the context current */
}

/* A loader thread with a shared context, current on the same window at the same time. */
static void loader_thread(void)
{
    struct work work;
    GLXContext context;
    pthread_t thread;

    memset(&work, 0, sizeof(work));
    window_open(&work.window, choose(true, 0, false), 64, 64);
    context = glXCreateNewContext(dpy, work.window.config, GLX_RGBA_TYPE, NULL, True);
    work.context = glXCreateNewContext(dpy, work.window.config, GLX_RGBA_TYPE, context, True);
    say("main: %d", glXMakeCurrent(dpy, work.window.id, context));
    fill(0, 0.5f, 0);
    pthread_create(&thread, NULL, load_texture, &work);
    wait_for(&work, 1);
    say("loader: %d", work.made);
    glBindTexture(GL_TEXTURE_2D, work.hashes[0]);
    glEnable(GL_TEXTURE_2D);
    glBegin(GL_QUADS);
    glTexCoord2f(0, 0);
    glVertex2f(-0.5f, -0.5f);
    glTexCoord2f(1, 0);
    glVertex2f(0.5f, -0.5f);
    glTexCoord2f(1, 1);
    glVertex2f(0.5f, 0.5f);
    glTexCoord2f(0, 1);
    glVertex2f(-0.5f, 0.5f);
    glEnd();
    say_pixels("textured", 64, 64);
    glXSwapBuffers(dpy, work.window.id);
    atomic_store(&work.phase, 2);
    pthread_join(thread, NULL);
    say_pixels("still", 64, 64);
    glXMakeCurrent(dpy, None, NULL);
    glXDestroyContext(dpy, context);
    window_close(&work.window);
}

static void *leave_current(void *argument)
{
    struct work *work = argument;

    work->made = glXMakeCurrent(dpy, work->window.id, work->context);
    return NULL;
}

/* A thread that ends gives its context back. */
static void thread_ends(void)
{
    struct work work;
    pthread_t thread;

    memset(&work, 0, sizeof(work));
    window_open(&work.window, choose(true, 0, false), 40, 40);
    work.context = glXCreateNewContext(dpy, work.window.config, GLX_RGBA_TYPE, NULL, True);
    for (int i = 0; i < 20; i++) {
        pthread_create(&thread, NULL, leave_current, &work);
        pthread_join(thread, NULL);
        CHECK(work.made);
    }
    CHECK(glXMakeCurrent(dpy, work.window.id, work.context));
    fill(1, 1, 0);
    CHECK(pixel_at(2, 2) == 0xffff00);
    glXMakeCurrent(dpy, None, NULL);
    glXDestroyContext(dpy, work.context);
    window_close(&work.window);
}

const struct scene scenes_threads[] = {
    {"two_threads", two_threads, false},
    {"taken", taken, true},
    {"loader_thread", loader_thread, false},
    {"thread_ends", thread_ends, true},
    {NULL, NULL, false},
};
