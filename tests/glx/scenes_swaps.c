/* Swaps, and what counts and tells of them, as the extensions' specifications have it. Xvfb lacks most of it. */
#include <X11/Xlib.h>
#include <pthread.h>

#include "one_window.h"

/* -- swap events -------------------------------------------------------------------------------------------------- */

static void expect_swap(GLXDrawable drawable, int64_t sbc)
{
    int error_base, event_base = 0;
    XEvent event;
    const GLXBufferSwapComplete *swap = (const GLXBufferSwapComplete *)&event;
    int64_t ust = 0, msc = 0, swaps = 0;

    glXQueryExtension(dpy, &error_base, &event_base);
    XNextEvent(dpy, &event);
    CHECK(event.type == event_base + GLX_BufferSwapComplete);
    CHECK(swap->display == dpy && !swap->send_event && swap->serial > 0);
    CHECK(swap->drawable == drawable);
    CHECK(swap->event_type == GLX_COPY_COMPLETE_INTEL);
    CHECK(swap->sbc == sbc);
    CHECK(glXGetSyncValuesOML(dpy, drawable, &ust, &msc, &swaps));
    CHECK(swap->ust > 0 && swap->ust <= ust && swap->msc > 0 && swap->msc <= msc);
}

static void swap_event(void)
{
    unsigned long mask = 0;
    unsigned value = 0;
    Display *other;
    GLXWindow id;

    CHECK(offered("GLX_INTEL_swap_event"));
    begin(true, 32, 32);
    glXSwapBuffers(dpy, window.id);
    XSync(dpy, True);
    glXSelectEvent(dpy, window.id, GLX_BUFFER_SWAP_COMPLETE_INTEL_MASK | 1);
    glXGetSelectedEvent(dpy, window.id, &mask);
    CHECK(mask == GLX_BUFFER_SWAP_COMPLETE_INTEL_MASK);
    glXQueryDrawable(dpy, window.id, GLX_EVENT_MASK, &value);
    CHECK(value == GLX_BUFFER_SWAP_COMPLETE_INTEL_MASK);
    for (int i = 2; i < 6; i++) {
        glXSwapBuffers(dpy, window.id);
        expect_swap(window.id, i);
    }
    CHECK(glXSwapBuffersMscOML(dpy, window.id, 0, 0, 0) == 6);
    expect_swap(window.id, 6);
    XSync(dpy, False);
    CHECK(XPending(dpy) == 0);
    glXSelectEvent(dpy, window.id, 0);
    glXSwapBuffers(dpy, window.id);
    XSync(dpy, False);
    CHECK(XPending(dpy) == 0);
    id = glXCreateWindow(dpy, window.config, window.id, NULL);
    glXSelectEvent(dpy, id, GLX_BUFFER_SWAP_COMPLETE_INTEL_MASK);
    glXSwapBuffers(dpy, window.id);
    expect_swap(id, 8);
    glXDestroyWindow(dpy, id);
    /* A client that closes its connection asks for no more. */
    other = XOpenDisplay(NULL);
    glXSelectEvent(other, window.id, GLX_BUFFER_SWAP_COMPLETE_INTEL_MASK);
    XCloseDisplay(other);
    glXGetSelectedEvent(dpy, window.id, &mask);
    CHECK(mask == 0);
    glXSelectEvent(dpy, 0x1ffffe, GLX_BUFFER_SWAP_COMPLETE_INTEL_MASK);
    say_errors("nothing");
    end();
}

/* -- counters ----------------------------------------------------------------------------------------------------- */

static void *swap_later(void *argument)
{
    GLXContext other = glXCreateNewContext(dpy, window.config, GLX_RGBA_TYPE, NULL, True);

    (void)argument;
    CHECK(glXMakeCurrent(dpy, window.id, other));
    for (int i = 0; i < 5; i++) {
        fill(1, 0, 0);
        glXSwapBuffers(dpy, window.id);
    }
    glXMakeCurrent(dpy, None, NULL);
    glXDestroyContext(dpy, other);
    return NULL;
}

static void sync_limits(void)
{
    int64_t ust, msc = 0, sbc = 0, last = 0;
    pthread_t thread;
    unsigned count = 0, later = 0;

    begin(true, 32, 32);
    glXMakeCurrent(dpy, None, NULL);
    pthread_create(&thread, NULL, swap_later, NULL);
    CHECK(glXWaitForSbcOML(dpy, window.id, 5, &ust, &msc, &sbc));
    CHECK(sbc == 5);
    pthread_join(thread, NULL);
    CHECK(glXWaitForSbcOML(dpy, window.id, 0, &ust, &msc, &sbc) && sbc == 5);
    CHECK(glXMakeCurrent(dpy, window.id, context));
    CHECK(!glXWaitForSbcOML(dpy, window.id, 6, &ust, &msc, &sbc)); /* nobody else swaps: it would be for ever */
    CHECK(!glXWaitForSbcOML(dpy, window.id, -1, &ust, &msc, &sbc));
    CHECK(glXWaitForMscOML(dpy, window.id, msc + 10, 0, 0, &ust, &last, &sbc) && last >= msc + 10);
    /* No count runs over. */
    CHECK(glXWaitForMscOML(dpy, window.id, 0, INT64_MAX, INT64_MAX - 1, &ust, &msc, &sbc) && msc >= last);
    CHECK(glXWaitForMscOML(dpy, window.id, INT64_MAX, 0, 0, &ust, &last, &sbc) && last >= msc);
    CHECK(glXWaitForMscOML(dpy, window.id, INT64_MAX, INT64_MAX, 5, &ust, &msc, &sbc) && msc >= last);
    CHECK(glXSwapBuffersMscOML(dpy, window.id, INT64_MAX, 0, 0) == 6);
    CHECK(glXGetSyncValuesOML(dpy, window.id, &ust, &last, &sbc) && last >= msc && sbc == 6);
    CHECK(glXGetVideoSyncSGI(&count) == 0 && glXWaitVideoSyncSGI(2, 1, &later) == 0 && later - count < 1000);
    CHECK(glXWaitVideoSyncSGI(0, 0, &later) == GLX_BAD_VALUE);
    CHECK(glXSwapBuffersMscOML(dpy, 0x1ffffe, 0, 0, 0) == -1);
    say_errors("nothing");
    end();
}

/* -- buffer age, copies of a part --------------------------------------------------------------------------------- */

static void buffer_ages(void)
{
    struct window other;

    begin(true, 32, 32);
    CHECK(age_of(window.id) == 0);
    fill(1, 0, 0);
    glXSwapBuffers(dpy, window.id);
    CHECK(age_of(window.id) == 1);
    window_open(&other, window.config, 16, 16);
    CHECK(age_of(other.id) == 77); /* not this thread's */
    say_errors("of another window");
    CHECK(glXMakeCurrent(dpy, other.id, context));
    CHECK(age_of(other.id) == 0);
    CHECK(age_of(window.id) == 77);
    say_errors("of the first window");
    /* A window that is swapped, and resized, while it is current nowhere. */
    glXSwapBuffers(dpy, window.id);
    CHECK(glXMakeCurrent(dpy, window.id, context));
    CHECK(age_of(window.id) == 1 && pixel_at(3, 3) == RED);
    CHECK(glXMakeCurrent(dpy, other.id, context));
    window_resize(&window, 40, 40);
    CHECK(glXMakeCurrent(dpy, window.id, context));
    CHECK(age_of(window.id) == 0);
    glXSwapBuffers(dpy, window.id);
    CHECK(age_of(window.id) == 1);
    window_resize(&window, 50, 40); /* and nothing has noticed yet */
    CHECK(age_of(window.id) == 0);
    glXMakeCurrent(dpy, None, NULL);
    CHECK(age_of(window.id) == 77);
    say_errors("without a context");
    CHECK(glXMakeCurrent(dpy, window.id, context));
    window_close(&other);
    end();
}

static void copy_parts(void)
{
    void (*copy)(Display *, GLXDrawable, int, int, int, int) =
        (void (*)(Display *, GLXDrawable, int, int, int, int))proc("glXCopySubBufferMESA");
    int64_t ust, msc, sbc, before;
    struct window other;

    begin(true, 32, 32);
    fill(1, 0, 0);
    glXSwapBuffers(dpy, window.id);
    glReadBuffer(GL_FRONT);
    fill(0, 1, 0);
    copy(dpy, window.id, -10, -10, 14, 14); /* what of it is in the window */
    CHECK(pixel_at(3, 3) == GREEN && pixel_at(5, 3) == RED && pixel_at(3, 5) == RED);
    copy(dpy, window.id, 30, 0, 0x7fffffff, 1);
    CHECK(pixel_at(31, 0) == GREEN && pixel_at(29, 0) == RED && pixel_at(31, 1) == RED);
    glXGetSyncValuesOML(dpy, window.id, &ust, &msc, &before);
    copy(dpy, window.id, 40, 0, 10, 10);
    copy(dpy, window.id, 0, 0, -5, 5);
    copy(dpy, window.id, 8, 8, 0, 0);
    copy(dpy, window.id, -0x7fffffff - 1, -0x7fffffff - 1, -0x7fffffff - 1, 1);
    glXGetSyncValuesOML(dpy, window.id, &ust, &msc, &sbc);
    CHECK(sbc == before);
    CHECK(pixel_at(8, 8) == RED && pixel_at(20, 20) == RED);
    /* A window that is not current. */
    window_open(&other, window.config, 16, 16);
    CHECK(glXMakeCurrent(dpy, other.id, context));
    copy(dpy, window.id, 16, 16, 8, 8);
    CHECK(glXMakeCurrent(dpy, window.id, context));
    CHECK(pixel_at(20, 20) == GREEN && pixel_at(26, 20) == RED);
    copy(dpy, 0x1ffffe, 0, 0, 1, 1);
    say_errors("nothing");
    window_close(&other);
    end();
}

const struct scene scenes_swaps[] = {
    {"swap_event", swap_event, true},
    {"sync_limits", sync_limits, true},
    {"buffer_ages", buffer_ages, true},
    {"copy_parts", copy_parts, true},
    {NULL, NULL, false},
};
