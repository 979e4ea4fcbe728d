/* Unusual moments: captures opened, closed and asked in the middle of things, contexts and threads that change hands. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "rig.h"

static struct ofs_frame next(struct ofs_capture *capture)
{
    struct ofs_frame frame = empty_frame();
    CHECK_STATUS(ofs_capture_next(capture, 0, &frame), OFS_OK, NULL);
    return frame;
}

/* -- a window that is handed from thread to thread ----------------------------------------------------------------- */

static struct {
    struct window window;
    struct ofs_capture *capture;
} shared;

static void *draw_once(void *argument)
{
    struct ofs_frame frame = empty_frame();
    int level = *(int *)argument;

    window_bind(&shared.window);
    show_level(&shared.window, level);
    frame = next(shared.capture);
    CHECK_LEVELS(&frame, level > 1 ? level - 1 : 1, level);
    ofs_frame_release(&frame, 0);
    CHECK_STATUS(ofs_capture_next(shared.capture, OFS_WAIT_FOREVER, &frame), OFS_ETIMEDOUT, "this thread draws");
    glXMakeCurrent(dpy, None, NULL);
    return NULL;
}

static void handed_over(void)
{
    window_open(&shared.window, CORE, true, 20, 20);
    shared.capture = open_levels(0, 2, 0);
    glXMakeCurrent(dpy, None, NULL);
    for (int level = 1; level <= 50; level++) {
        pthread_t thread;
        pthread_create(&thread, NULL, draw_once, &level);
        pthread_join(thread, NULL);
    }
    ofs_capture_close(shared.capture);
}

/* -- several contexts on one window -------------------------------------------------------------------------------- */

static void many_contexts(void)
{
    struct window window, other;
    struct ofs_capture *capture;
    GLXContext contexts[2];

    window_open(&window, COMPAT, true, 20, 20);
    window_open(&other, COMPAT, true, 10, 10);
    contexts[0] = window.context;
    contexts[1] = other.context;
    capture = open_levels((uint32_t)window.id, 2, 0);
    for (int i = 1; i <= 40; i++) {
        struct ofs_frame frame;
        window.context = contexts[i / 3 % 2];
        window_bind(&window);
        show_level(&window, i);
        if (i % 5 == 0) { /* made current elsewhere before it is asked for */
            window_bind(&other);
            window_show(&other);
        }
        if (i % 7 == 0)
            glXMakeCurrent(dpy, None, NULL);
        frame = next(capture);
        CHECK(frame.data && ((const unsigned char *)frame.data)[1] == i);
        ofs_frame_release(&frame, 0);
    }
    ofs_capture_close(capture);
}

/* The context of the last frame is destroyed before the frame is asked for. */
static void context_dies(void)
{
    struct window window;
    struct ofs_capture *capture;
    struct ofs_frame frame;

    for (int i = 1; i <= 5; i++) {
        window_open(&window, CORE, true, 20, 20);
        capture = open_levels((uint32_t)window.id, 1, 0);
        show_level(&window, i);
        show_level(&window, 10 + i);
        glXMakeCurrent(dpy, None, NULL);
        glXDestroyContext(dpy, window.context);
        frame = next(capture);
        CHECK(frame.sequence >= 1);
        ofs_frame_release(&frame, 0);
        XDestroyWindow(dpy, window.id);
        XSync(dpy, False);
        ofs_capture_close(capture);
    }
}

/* A crop of one pixel at each corner, which nothing may confuse with another. */
static void corners(void)
{
    struct window window;
    struct ofs_capture *captures[4];

    window_open(&window, COMPAT, true, 33, 17);
    for (uint32_t i = 0; i < 4; i++) {
        struct ofs_capture_desc desc = describe(1, 1);
        desc.plan.crop_x_px = i % 2 ? 32 : 0;
        desc.plan.crop_y_px = i / 2 ? 16 : 0;
        desc.plan.crop_width_px = desc.plan.crop_height_px = 1;
        captures[i] = open_capture(&desc);
    }
    fill(9);
    glEnable(GL_SCISSOR_TEST);
    for (int i = 0; i < 4; i++) {
        float level = (float)(10 * (i + 1)) / 255;
        glScissor(i % 2 ? 32 : 0, i / 2 ? 0 : 16, 1, 1);
        glClearColor(level, level, level, 0);
        glClear(GL_COLOR_BUFFER_BIT);
    }
    glDisable(GL_SCISSOR_TEST);
    window_show(&window);
    for (int i = 0; i < 4; i++) {
        struct ofs_frame frame = next(captures[i]);
        CHECK_LEVELS(&frame, 10 * (i + 1));
        ofs_frame_release(&frame, 0);
        ofs_capture_close(captures[i]);
    }
}

/* A pbuffer's swap is no frame of a window, and a frame of size 1 x 1 is one. */
static void pbuffers(void)
{
    struct window window;
    struct ofs_capture *capture;
    int wanted[] = { GLX_DRAWABLE_TYPE, GLX_PBUFFER_BIT | GLX_WINDOW_BIT, GLX_RENDER_TYPE, GLX_RGBA_BIT, GLX_DOUBLEBUFFER, 1,
                     GLX_RED_SIZE, 8, GLX_GREEN_SIZE, 8, GLX_BLUE_SIZE, 8, GLX_DEPTH_SIZE, 24, None };
    int size[] = { GLX_PBUFFER_WIDTH, 64, GLX_PBUFFER_HEIGHT, 64, None }, count = 0;
    GLXFBConfig *configs = glXChooseFBConfig(dpy, DefaultScreen(dpy), wanted, &count);
    GLXPbuffer pbuffer;
    struct ofs_frame frame = empty_frame();

    window_open(&window, COMPAT, true, 1, 1);
    pbuffer = glXCreatePbuffer(dpy, configs[0], size);
    capture = open_levels(0, 1, 0);
    CHECK(glXMakeCurrent(dpy, pbuffer, window.context));
    fill(50);
    glXSwapBuffers(dpy, pbuffer);
    CHECK_STATUS(ofs_capture_next(capture, 0, &frame), OFS_ETIMEDOUT, NULL);
    window_bind(&window);
    show_level(&window, 60);
    frame = next(capture);
    CHECK_LEVELS(&frame, 60);
    CHECK(frame.source_width_px == 1 && frame.source_height_px == 1);
    ofs_frame_release(&frame, 0);
    glXDestroyPbuffer(dpy, pbuffer);
    XFree(configs);
    ofs_capture_close(capture);
}

const struct scene scenes_attack[] = {
    { "handed_over", handed_over },
    { "many_contexts", many_contexts },
    { "context_dies", context_dies },
    { "corners", corners },
    { "pbuffers", pbuffers },
    { NULL, NULL },
};
