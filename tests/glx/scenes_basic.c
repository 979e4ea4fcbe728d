#include <X11/Xutil.h>
#include <string.h>

#include "scene.h"

static GLXContext context_for(GLXFBConfig config, const int *attribs)
{
    return attribs ? glXCreateContextAttribsARB(dpy, config, NULL, True, attribs)
                   : glXCreateNewContext(dpy, config, GLX_RGBA_TYPE, NULL, True);
}

static void frames(const int *attribs, void (*draw)(int, int, int), int samples)
{
    struct window window;
    GLXContext context;

    window_open(&window, choose(true, samples, false), 200, 150);
    context = context_for(window.config, attribs);
    say("made current: %d", glXMakeCurrent(dpy, window.id, context));
    say_viewport("initial");
    for (int step = 0; step < 4; step++) {
        draw(window.width, window.height, step);
        if (!samples) /* Mesa on Xvfb reads single samples: see scenes_samples.c */
            say_pixels("before the swap", window.width, window.height);
        glXSwapBuffers(dpy, window.id);
        if (samples)
            say("seen: %08x", image_hash(window.id, window.width, window.height));
    }
    say_gl_error("frames");
    glXMakeCurrent(dpy, None, NULL);
    glXDestroyContext(dpy, context);
    window_close(&window);
}

static void compat(void)
{
    frames(NULL, draw_compat, 0);
}

static void core(void)
{
    static const int attribs[] = {GLX_CONTEXT_MAJOR_VERSION_ARB, 3, GLX_CONTEXT_MINOR_VERSION_ARB, 3,
                                  GLX_CONTEXT_PROFILE_MASK_ARB, GLX_CONTEXT_CORE_PROFILE_BIT_ARB, None};

    frames(attribs, draw_core, 0);
}

static void multisample(void)
{
    frames(NULL, draw_compat, 4);
}

static void multisample_core(void)
{
    static const int attribs[] = {GLX_CONTEXT_MAJOR_VERSION_ARB, 4, GLX_CONTEXT_MINOR_VERSION_ARB, 1,
                                  GLX_CONTEXT_PROFILE_MASK_ARB, GLX_CONTEXT_CORE_PROFILE_BIT_ARB, None};

    frames(attribs, draw_core, 4);
}

static void srgb(void)
{
    struct window window;
    GLXContext context;

    window_open(&window, choose(true, 0, true), 64, 64);
    context = context_for(window.config, NULL);
    glXMakeCurrent(dpy, window.id, context);
    fill(0.5f, 0.25f, 0.75f);
    say_pixels("linear", 64, 64);
    glEnable(GL_FRAMEBUFFER_SRGB);
    fill(0.5f, 0.25f, 0.75f);
    say_pixels("encoded", 64, 64);
    glDisable(GL_FRAMEBUFFER_SRGB);
    glXMakeCurrent(dpy, None, NULL);
    glXDestroyContext(dpy, context);
    window_close(&window);
}

static void resize(void)
{
    static const int sizes[][2] = {{300, 100}, {64, 64}, {400, 300}, {401, 299}};
    struct window window;
    GLXContext context;

    window_open(&window, choose(true, 0, false), 200, 150);
    context = context_for(window.config, NULL);
    glXMakeCurrent(dpy, window.id, context);
    draw_compat(200, 150, 0);
    glXSwapBuffers(dpy, window.id);
    for (int i = 0; i < 4; i++) {
        unsigned width = 0, height = 0;

        window_resize(&window, sizes[i][0], sizes[i][1]);
        say_viewport("after the resize");
        glXQueryDrawable(dpy, window.id, GLX_WIDTH, &width);
        glXQueryDrawable(dpy, window.id, GLX_HEIGHT, &height);
        say("drawable %ux%u", width, height);
        draw_compat(window.width, window.height, i + 1);
        say_pixels("resized", window.width, window.height);
        glXSwapBuffers(dpy, window.id);
    }
    /* A swap alone notices, too: the size of the next frame is the window's. */
    window_resize(&window, 120, 90);
    glXSwapBuffers(dpy, window.id);
    draw_compat(120, 90, 9);
    say_pixels("resized by a swap", 120, 90);
    glXMakeCurrent(dpy, None, NULL);
    glXDestroyContext(dpy, context);
    window_close(&window);
}

/* The program resizes its window and draws on without waiting. (Mesa on Xvfb draws that frame at the old size.) */
static void resize_unseen(void)
{
    struct window window;
    GLXContext context;
    uint32_t hash;

    window_open(&window, choose(true, 0, false), 90, 60);
    context = context_for(window.config, NULL);
    glXMakeCurrent(dpy, window.id, context);
    draw_compat(90, 60, 1);
    XResizeWindow(dpy, window.id, 150, 130);
    draw_compat(150, 130, 1);
    hash = pixel_hash(150, 130);
    glXSwapBuffers(dpy, window.id);
    XSync(dpy, False);
    draw_compat(150, 130, 1);
    CHECK(hash == pixel_hash(150, 130));
    /* Read buffer and viewport are the program's, whatever happens to the size. */
    glReadBuffer(GL_NONE);
    glDrawBuffer(GL_NONE);
    glScissor(1, 2, 3, 4);
    window_resize(&window, 70, 80);
    glViewport(5, 6, 7, 8);
    fill(1, 0, 0);
    glDrawBuffer(GL_BACK);
    glReadBuffer(GL_BACK);
    CHECK(pixel_at(3, 3) != 0xff0000);
    say_viewport("after");
    say_gl_error("after");
    glXMakeCurrent(dpy, None, NULL);
    glXDestroyContext(dpy, context);
    window_close(&window);
}

static void two_windows(void)
{
    struct window first, second;
    GLXContext context;

    window_open(&first, choose(true, 0, false), 200, 150);
    window_open(&second, first.config, 100, 220);
    context = context_for(first.config, NULL);
    for (int step = 0; step < 3; step++) {
        glXMakeCurrent(dpy, first.id, context);
        say_viewport("first");
        draw_compat(first.width, first.height, step);
        glXMakeCurrent(dpy, second.id, context);
        say_viewport("second");
        draw_compat(second.width, second.height, 10 - step);
        say_pixels("second", second.width, second.height);
        glXSwapBuffers(dpy, second.id);
        glXMakeCurrent(dpy, first.id, context);
        draw_compat(first.width, first.height, step);
        say_pixels("first", first.width, first.height);
        glXSwapBuffers(dpy, first.id);
    }
    glXMakeCurrent(dpy, None, NULL);
    glXDestroyContext(dpy, context);
    window_close(&first);
    window_close(&second);
}

/* A window keeps its back buffer while another one is drawn to, and can be swapped meanwhile. (Mesa on Xvfb forgets the one
 * and refuses the other.) */
static void back_is_kept(void)
{
    struct window first, second;
    GLXContext context;
    uint32_t hash;

    window_open(&first, choose(true, 0, false), 200, 150);
    window_open(&second, first.config, 100, 220);
    context = context_for(first.config, NULL);
    glXMakeCurrent(dpy, first.id, context);
    draw_compat(200, 150, 0);
    hash = pixel_hash(200, 150);
    glXMakeCurrent(dpy, second.id, context);
    draw_compat(100, 220, 1);
    glXSwapBuffers(dpy, first.id);
    glXMakeCurrent(dpy, first.id, context);
    CHECK(hash == pixel_hash(200, 150));
    glXMakeCurrent(dpy, None, NULL);
    glXSwapBuffers(dpy, first.id);
    glXDestroyContext(dpy, context);
    window_close(&first);
    window_close(&second);
}

static void two_contexts(void)
{
    struct window window;
    GLXContext first, second;
    GLuint texture;
    GLint width = 0;

    window_open(&window, choose(true, 0, false), 120, 120);
    first = context_for(window.config, NULL);
    second = glXCreateNewContext(dpy, window.config, GLX_RGBA_TYPE, first, True);
    glXMakeCurrent(dpy, window.id, first);
    fill(1, 0, 0);
    glGenTextures(1, &texture);
    glBindTexture(GL_TEXTURE_2D, texture);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, 16, 16, 0, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
    glXMakeCurrent(dpy, window.id, second);
    say_pixels("what the other context drew", 120, 120);
    glBindTexture(GL_TEXTURE_2D, texture);
    glGetTexLevelParameteriv(GL_TEXTURE_2D, 0, GL_TEXTURE_WIDTH, &width);
    say("shared texture: %d wide, is texture %d", width, glIsTexture(texture));
    glClearColor(0, 0, 1, 1);
    glEnable(GL_SCISSOR_TEST);
    glScissor(10, 10, 30, 30);
    glClear(GL_COLOR_BUFFER_BIT);
    glXMakeCurrent(dpy, window.id, first);
    say_pixels("both", 120, 120);
    say("scissor is per context: %d", glIsEnabled(GL_SCISSOR_TEST));
    glXDestroyContext(dpy, second);
    glXMakeCurrent(dpy, None, NULL);
    glXDestroyContext(dpy, first);
    window_close(&window);
}

static void pbuffer(void)
{
    GLXFBConfig config = choose(true, 0, false);
    int attribs[] = {GLX_PBUFFER_WIDTH, 77, GLX_PBUFFER_HEIGHT, 33, GLX_PRESERVED_CONTENTS, True, None};
    GLXPbuffer id = glXCreatePbuffer(dpy, config, attribs);
    GLXContext context = context_for(config, NULL);
    unsigned value = 0;
    int config_id = 0;

    say("made current: %d", glXMakeContextCurrent(dpy, id, id, context));
    say_viewport("pbuffer");
    glXQueryDrawable(dpy, id, GLX_WIDTH, &value);
    say("width %u", value);
    glXQueryDrawable(dpy, id, GLX_HEIGHT, &value);
    say("height %u", value);
    glXQueryDrawable(dpy, id, GLX_PRESERVED_CONTENTS, &value);
    say("preserved %u", value);
    glXQueryDrawable(dpy, id, GLX_LARGEST_PBUFFER, &value);
    say("largest %u", value);
    glXQueryDrawable(dpy, id, GLX_FBCONFIG_ID, &value);
    glXGetFBConfigAttrib(dpy, config, GLX_FBCONFIG_ID, &config_id);
    say("config id agrees: %d", (int)value == config_id);
    draw_compat(77, 33, 3);
    say_pixels("pbuffer", 77, 33);
    say("current drawable is it: %d", glXGetCurrentDrawable() == id);
    glXMakeContextCurrent(dpy, None, None, NULL);
    glXDestroyPbuffer(dpy, id);
    say_errors("destroyed once");
    glXDestroyContext(dpy, context);
}

static void glx_window(void)
{
    struct window window;
    GLXContext context;
    GLXWindow id;

    window_open(&window, choose(true, 0, false), 90, 60);
    id = glXCreateWindow(dpy, window.config, window.id, NULL);
    say("has an id of its own: %d", id != window.id);
    context = context_for(window.config, NULL);
    say("made current: %d", glXMakeContextCurrent(dpy, id, id, context));
    draw_compat(90, 60, 5);
    say_pixels("through the GLX window", 90, 60);
    glXSwapBuffers(dpy, id);
    say("current drawable is it: %d, read %d", glXGetCurrentDrawable() == id, glXGetCurrentReadDrawable() == id);
    window_resize(&window, 110, 70);
    draw_compat(110, 70, 6);
    say_pixels("resized", 110, 70);
    glXMakeContextCurrent(dpy, None, None, NULL);
    glXDestroyWindow(dpy, id);
    say_errors("destroyed once");
    glXDestroyContext(dpy, context);
    window_close(&window);
}

static void pixmap(void)
{
    GLXFBConfig config = choose(false, 0, false);
    Pixmap pixmap_id = XCreatePixmap(dpy, DefaultRootWindow(dpy), 40, 30, 24);
    GLXPixmap id = glXCreatePixmap(dpy, config, pixmap_id, NULL);
    GLXContext context = context_for(config, NULL);

    say("made current: %d", glXMakeCurrent(dpy, id, context));
    say_viewport("pixmap");
    draw_compat(40, 30, 2);
    glFinish();
    say_pixels("pixmap", 40, 30);
    glXMakeCurrent(dpy, None, NULL);
    glXDestroyPixmap(dpy, id);
    XFreePixmap(dpy, pixmap_id);
    glXDestroyContext(dpy, context);
    say_errors("freed");
}

/* What glXChooseVisual gives is consistent with glXGetConfig and with what is drawn to. */
static void visuals(void)
{
    static int lists[][16] = {
        {GLX_RGBA, GLX_DOUBLEBUFFER, GLX_RED_SIZE, 1, GLX_GREEN_SIZE, 1, GLX_BLUE_SIZE, 1, GLX_DEPTH_SIZE, 1, None},
        {GLX_RGBA, GLX_RED_SIZE, 8, GLX_GREEN_SIZE, 8, GLX_BLUE_SIZE, 8, None},
        {GLX_RGBA, GLX_DOUBLEBUFFER, GLX_DEPTH_SIZE, 24, GLX_STENCIL_SIZE, 8, None},
        {GLX_RGBA, GLX_DOUBLEBUFFER, GLX_DEPTH_SIZE, 24, GLX_SAMPLE_BUFFERS, 1, GLX_SAMPLES, 4, None},
        {GLX_RGBA, GLX_STEREO, None},
        {GLX_DOUBLEBUFFER, None},
    };

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        XVisualInfo *visual = glXChooseVisual(dpy, 0, lists[i]);
        int use = -1, rgba = -1, twice = -1, depth = -1, stencil = -1, samples = -1, stereo = -1, level = -1;

        if (!visual) {
            say("list %zu: none", i);
            continue;
        }
        glXGetConfig(dpy, visual, GLX_USE_GL, &use);
        glXGetConfig(dpy, visual, GLX_RGBA, &rgba);
        glXGetConfig(dpy, visual, GLX_DOUBLEBUFFER, &twice);
        glXGetConfig(dpy, visual, GLX_DEPTH_SIZE, &depth);
        glXGetConfig(dpy, visual, GLX_STENCIL_SIZE, &stencil);
        glXGetConfig(dpy, visual, GLX_SAMPLES, &samples);
        glXGetConfig(dpy, visual, GLX_STEREO, &stereo);
        glXGetConfig(dpy, visual, GLX_LEVEL, &level);
        say("list %zu: class %d, use %d, rgba %d, double %d, depth enough %d, stencil enough %d, samples %d, stereo %d, "
            "level %d", i, visual->class, use, rgba, twice, depth >= (i == 1 || i == 5 ? 0 : 1), stencil >= (i == 2 ? 8 : 0),
            samples, stereo, level);
        XFree(visual);
    }
}

static void single_buffer(void)
{
    static int list[] = {GLX_RGBA, GLX_RED_SIZE, 8, GLX_GREEN_SIZE, 8, GLX_BLUE_SIZE, 8, GLX_DEPTH_SIZE, 24, None};
    XVisualInfo *visual = glXChooseVisual(dpy, 0, list);
    struct window window;
    GLXContext context;
    GLint value = -1;

    window_open(&window, choose(false, 0, false), 80, 60);
    context = visual ? glXCreateContext(dpy, visual, NULL, True) : NULL;
    say("visual %d, context %d", visual != NULL, context != NULL);
    glXMakeCurrent(dpy, window.id, context);
    glGetIntegerv(GL_DOUBLEBUFFER, &value);
    say("double buffer %d", value);
    glGetIntegerv(GL_DRAW_BUFFER, &value);
    say("draw buffer %x", value);
    glGetIntegerv(GL_READ_BUFFER, &value);
    say("read buffer %x", value);
    draw_compat(80, 60, 1);
    glFlush();
    say_pixels("single", 80, 60);
    glXSwapBuffers(dpy, window.id);
    say_pixels("after a swap that does nothing", 80, 60);
    glDrawBuffer(GL_BACK);
    say_gl_error("draw to the back"); /* not an error with Mesa */
    glReadBuffer(GL_BACK);
    say_gl_error("read from the back");
    glXMakeCurrent(dpy, None, NULL);
    glXDestroyContext(dpy, context);
    window_close(&window);
    if (visual)
        XFree(visual);
}

static void current_state(void)
{
    struct window window;
    GLXContext context;

    say("at first: %d %d %d %d", glXGetCurrentContext() != NULL, glXGetCurrentDisplay() != NULL,
        glXGetCurrentDrawable() != None, glXGetCurrentReadDrawable() != None);
    window_open(&window, choose(true, 0, false), 50, 50);
    context = context_for(window.config, NULL);
    say("direct: %d", glXIsDirect(dpy, context));
    glXMakeCurrent(dpy, window.id, context);
    say("current: %d %d %d %d", glXGetCurrentContext() == context, glXGetCurrentDisplay() == dpy,
        glXGetCurrentDrawable() == window.id, glXGetCurrentReadDrawable() == window.id);
    fill(0, 1, 0);
    glXDestroyContext(dpy, context);
    say("destroyed while current: still %d, draws %06x", glXGetCurrentContext() == context, pixel_at(5, 5));
    fill(0, 0, 1);
    glXSwapBuffers(dpy, window.id);
    say("goes on: %06x", pixel_at(5, 5));
    say("released: %d", glXMakeCurrent(dpy, None, NULL));
    say("then: %d %d %d", glXGetCurrentContext() != NULL, glXGetCurrentDisplay() != NULL, glXGetCurrentDrawable() != None);
    say("released again: %d", glXMakeCurrent(dpy, None, NULL));
    window_close(&window);
}

static void proc_addresses(void)
{
    static const char *const names[] = {
        "glXCreateContextAttribsARB", "glXSwapBuffers", "glXGetProcAddress", "glClear", "glDrawArrays", "glCreateShader",
        "glViewport", "glReadBuffer", "glDispatchCompute", "glGenVertexArrays", "glXMakeContextCurrent",
        "glXQueryRendererIntegerMESA", "glXGetFBConfigAttribSGIX",
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        say("%s: %d %d", names[i], proc(names[i]) != NULL, glXGetProcAddress((const GLubyte *)names[i]) != NULL);
}

const struct scene scenes_basic[] = {
    {"compat", compat, false},
    {"core", core, false},
    {"multisample", multisample, false},
    {"multisample_core", multisample_core, false},
    {"srgb", srgb, false},
    {"resize", resize, false},
    {"resize_unseen", resize_unseen, true},
    {"two_windows", two_windows, false},
    {"back_is_kept", back_is_kept, true},
    {"two_contexts", two_contexts, false},
    {"pbuffer", pbuffer, false},
    {"glx_window", glx_window, false},
    {"pixmap", pixmap, false},
    {"visuals", visuals, false},
    {"single_buffer", single_buffer, false},
    {"current_state", current_state, false},
    {"proc_addresses", proc_addresses, false},
    {NULL, NULL, false},
};
