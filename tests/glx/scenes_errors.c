#include <X11/Xlib.h>
#include <stdio.h>

#include "scene.h"

static void try_attribs(const char *what, GLXFBConfig config, GLXContext share, const int *attribs)
{
    GLXContext context = glXCreateContextAttribsARB(dpy, config, share, True, attribs);

    say("%s: context %d", what, context != NULL);
    say_errors(what);
    if (context)
        glXDestroyContext(dpy, context);
}

#define MAJOR GLX_CONTEXT_MAJOR_VERSION_ARB
#define MINOR GLX_CONTEXT_MINOR_VERSION_ARB
#define FLAGS GLX_CONTEXT_FLAGS_ARB
#define PROFILE GLX_CONTEXT_PROFILE_MASK_ARB
#define CORE GLX_CONTEXT_CORE_PROFILE_BIT_ARB
#define COMPATIBILITY GLX_CONTEXT_COMPATIBILITY_PROFILE_BIT_ARB
#define ES GLX_CONTEXT_ES2_PROFILE_BIT_EXT

static void create_context(void)
{
    static const struct {
        const char *what;
        int attribs[12];
    } rows[] = {
        {"nothing", {None}},
        {"1.0", {MAJOR, 1, MINOR, 0, None}},
        {"1.6", {MAJOR, 1, MINOR, 6, None}},
        {"2.1", {MAJOR, 2, MINOR, 1, None}},
        {"2.2", {MAJOR, 2, MINOR, 2, None}},
        {"3.0", {MAJOR, 3, MINOR, 0, None}},
        {"3.1", {MAJOR, 3, MINOR, 1, None}},
        {"3.2", {MAJOR, 3, MINOR, 2, None}},
        {"3.3 core", {MAJOR, 3, MINOR, 3, PROFILE, CORE, None}},
        {"3.3 compatibility", {MAJOR, 3, MINOR, 3, PROFILE, COMPATIBILITY, None}},
        {"3.4", {MAJOR, 3, MINOR, 4, None}},
        {"4.5 core", {MAJOR, 4, MINOR, 5, PROFILE, CORE, None}},
        {"0.0", {MAJOR, 0, MINOR, 0, None}},
        {"-1", {MAJOR, -1, None}},
        {"both profiles", {MAJOR, 3, MINOR, 3, PROFILE, CORE | COMPATIBILITY, None}},
        {"no profile", {MAJOR, 3, MINOR, 3, PROFILE, 0, None}},
        {"no profile, 3.1", {MAJOR, 3, MINOR, 1, PROFILE, 0, None}},
        {"unknown profile", {MAJOR, 3, MINOR, 3, PROFILE, 0x80, None}},
        {"unknown flag", {FLAGS, 0x100, None}},
        {"debug", {FLAGS, GLX_CONTEXT_DEBUG_BIT_ARB, None}},
        {"forward 3.0", {MAJOR, 3, MINOR, 0, FLAGS, GLX_CONTEXT_FORWARD_COMPATIBLE_BIT_ARB, None}},
        {"forward 2.1", {MAJOR, 2, MINOR, 1, FLAGS, GLX_CONTEXT_FORWARD_COMPATIBLE_BIT_ARB, None}},
        {"ES 2.0", {MAJOR, 2, MINOR, 0, PROFILE, ES, None}},
        {"ES 3.0", {MAJOR, 3, MINOR, 0, PROFILE, ES, None}},
        {"ES 1.1", {MAJOR, 1, MINOR, 1, PROFILE, ES, None}},
        {"unknown attribute", {0x7777, 1, None}},
        {"colour index", {GLX_RENDER_TYPE, GLX_COLOR_INDEX_TYPE, None}},
        {"unknown render type", {GLX_RENDER_TYPE, 0x1234, None}},
        {"robust", {FLAGS, GLX_CONTEXT_ROBUST_ACCESS_BIT_ARB, GLX_CONTEXT_RESET_NOTIFICATION_STRATEGY_ARB,
                    GLX_LOSE_CONTEXT_ON_RESET_ARB, None}},
        {"unknown strategy", {GLX_CONTEXT_RESET_NOTIFICATION_STRATEGY_ARB, 5, None}},
        {"no flush", {GLX_CONTEXT_RELEASE_BEHAVIOR_ARB, GLX_CONTEXT_RELEASE_BEHAVIOR_NONE_ARB, None}},
        {"unknown release", {GLX_CONTEXT_RELEASE_BEHAVIOR_ARB, 9, None}},
    };
    GLXFBConfig config = choose(true, 0, false);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        try_attribs(rows[i].what, config, NULL, rows[i].attribs);
    try_attribs("no list", config, NULL, NULL);
    try_attribs("no config", NULL, NULL, rows[8].attribs);
}

static void versions(void)
{
    static const struct {
        const char *what;
        int attribs[12];
    } rows[] = {
        {"legacy", {None}},
        {"2.1", {MAJOR, 2, MINOR, 1, None}},
        {"3.0 forward", {MAJOR, 3, MINOR, 0, FLAGS, GLX_CONTEXT_FORWARD_COMPATIBLE_BIT_ARB, None}},
        {"3.2 core", {MAJOR, 3, MINOR, 2, PROFILE, CORE, None}},
        {"3.3 debug", {MAJOR, 3, MINOR, 3, FLAGS, GLX_CONTEXT_DEBUG_BIT_ARB, None}},
        {"4.5 compatibility", {MAJOR, 4, MINOR, 5, PROFILE, COMPATIBILITY, None}},
        {"ES 2", {MAJOR, 2, MINOR, 0, PROFILE, ES, None}},
        {"ES 3.1", {MAJOR, 3, MINOR, 1, PROFILE, ES, None}},
        {"ES 1", {MAJOR, 1, MINOR, 1, PROFILE, ES, None}},
        {"robust 3.2", {MAJOR, 3, MINOR, 2, FLAGS, GLX_CONTEXT_ROBUST_ACCESS_BIT_ARB,
                        GLX_CONTEXT_RESET_NOTIFICATION_STRATEGY_ARB, GLX_LOSE_CONTEXT_ON_RESET_ARB, None}},
    };
    struct window window;

    window_open(&window, choose(true, 0, false), 40, 40);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        GLXContext context = glXCreateContextAttribsARB(dpy, window.config, NULL, True, rows[i].attribs);
        GLint flags = 0, profile = 0, strategy = 0;

        if (!context || !glXMakeCurrent(dpy, window.id, context)) {
            say("%s: none", rows[i].what);
            say_errors(rows[i].what);
            continue;
        }
        say("%s: %s", rows[i].what, (const char *)glGetString(GL_VERSION));
        glGetIntegerv(GL_CONTEXT_FLAGS, &flags);
        glGetIntegerv(GL_CONTEXT_PROFILE_MASK, &profile);
        glGetIntegerv(GL_RESET_NOTIFICATION_STRATEGY, &strategy);
        while (glGetError() != GL_NO_ERROR)
            ;
        say("flags %x, profile %x, strategy %x", flags, profile, strategy);
        fill(0, 0.5f, 1);
        say("pixel %06x", pixel_at(3, 3));
        say_gl_error("used");
        glXMakeCurrent(dpy, None, NULL);
        glXDestroyContext(dpy, context);
    }
    window_close(&window);
}

static void bad_handles(void)
{
    GLXFBConfig config = choose(true, 0, false);
    GLXContext context = glXCreateNewContext(dpy, config, GLX_RGBA_TYPE, NULL, True), other;
    struct window window;
    unsigned value;
    GLXPbuffer pbuffer_id;
    int attribs[] = {GLX_PBUFFER_WIDTH, 8, GLX_PBUFFER_HEIGHT, 8, None};
    GLXWindow glx_window;

    window_open(&window, config, 20, 20);
    say("current without a drawable and a context: %d", glXMakeCurrent(dpy, None, NULL));
    say_errors("none of both");
    say("no context: %d", glXMakeCurrent(dpy, window.id, NULL));
    say_errors("no context");
    say("one drawable: %d", glXMakeContextCurrent(dpy, window.id, None, context));
    say_errors("one drawable");
    pbuffer_id = glXCreatePbuffer(dpy, config, attribs);
    glXDestroyPbuffer(dpy, pbuffer_id);
    say_errors("pbuffer");
    glXDestroyPbuffer(dpy, pbuffer_id);
    say_errors("destroyed twice");
    glx_window = glXCreateWindow(dpy, config, window.id, NULL);
    say_errors("window");
    glXDestroyWindow(dpy, glx_window);
    say_errors("window");
    glXDestroyWindow(dpy, glx_window);
    say_errors("window destroyed twice");
    glXQueryDrawable(dpy, 0x1ffffe, GLX_WIDTH, &value);
    say_errors("query of nothing");
    other = glXCreateNewContext(dpy, config, GLX_COLOR_INDEX_TYPE, NULL, True);
    say("colour index context: %d", other != NULL);
    say_errors("colour index context");
    glXDestroyContext(dpy, context);
    window_close(&window);
}

/* Handles that Mesa would follow into freed memory. */
static void stale_handles(void)
{
    GLXFBConfig config = choose(true, 0, false);
    GLXContext context = glXCreateNewContext(dpy, config, GLX_RGBA_TYPE, NULL, True);
    struct window window;
    int value = 0;

    window_open(&window, config, 20, 20);
    glXDestroyContext(dpy, context);
    say_errors("destroyed");
    CHECK(!glXMakeCurrent(dpy, window.id, context));
    say_errors("current after it was destroyed");
    glXDestroyContext(dpy, context);
    say_errors("destroyed twice");
    CHECK(!glXCreateNewContext(dpy, config, GLX_RGBA_TYPE, context, True));
    say_errors("shared with it");
    CHECK(!glXCreateNewContext(dpy, (GLXFBConfig)0x1234, GLX_RGBA_TYPE, NULL, True));
    say_errors("no config");
    CHECK(glXGetFBConfigAttrib(dpy, (GLXFBConfig)0x1234, GLX_RED_SIZE, &value) != Success);
    CHECK(!glXMakeCurrent(dpy, 0x1ffffe, context));
    say_errors("no such drawable");
    glXSwapBuffers(dpy, 0x1ffffe);
    say_errors("swap of nothing");
    window_close(&window);
    context = glXCreateNewContext(dpy, config, GLX_RGBA_TYPE, NULL, True);
    CHECK(!glXMakeCurrent(dpy, window.id, context));
    say_errors("a window that is gone");
    glXDestroyContext(dpy, context);
}

/* Errors that Mesa on Xvfb reports otherwise: with request number 0, as plain X errors, twice, or not at all. The expected
 * lines are in expected/strict.txt. */
static void strict(void)
{
    static const struct {
        const char *what;
        int attribs[12];
    } rows[] = {
        {"4.9", {MAJOR, 4, MINOR, 9, None}},
        {"5.0", {MAJOR, 5, MINOR, 0, None}},
        {"ES 2.1", {MAJOR, 2, MINOR, 1, PROFILE, ES, None}},
        {"ES 4.0", {MAJOR, 4, MINOR, 0, PROFILE, ES, None}},
        {"no error", {GLX_CONTEXT_OPENGL_NO_ERROR_ARB, True, None}},
        {"no error and debug", {GLX_CONTEXT_OPENGL_NO_ERROR_ARB, True, FLAGS, GLX_CONTEXT_DEBUG_BIT_ARB, None}},
    };
    static const int screen[] = {GLX_SCREEN, 0, None}, no_screen[] = {GLX_SCREEN, 3, None};
    GLXFBConfig config = choose(true, 0, false);
    GLXContext context = glXCreateNewContext(dpy, config, GLX_RGBA_TYPE, NULL, True);
    struct window window, other;
    GLXWindow id;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        try_attribs(rows[i].what, config, NULL, rows[i].attribs);
    try_attribs("no config, but a screen", NULL, NULL, screen);
    try_attribs("no config, no such screen", NULL, NULL, no_screen);
    say("a window that is none: %d", glXCreateWindow(dpy, config, 0x1ffffe, NULL) != None);
    say_errors("a window that is none");
    say("a pixmap that is none: %d", glXCreatePixmap(dpy, config, 0x1ffffe, NULL) != None);
    say_errors("a pixmap that is none");
    window_open(&window, config, 20, 20);
    id = glXCreateWindow(dpy, config, window.id, NULL);
    say("a second GLX window: %d", glXCreateWindow(dpy, config, window.id, NULL) != None);
    say_errors("a second GLX window");
    glXDestroyWindow(dpy, id);
    say("after the first is gone: %d", glXCreateWindow(dpy, config, window.id, NULL) != None);
    say("the root: %d", glXMakeCurrent(dpy, 0x1ffffe, context));
    say_errors("no such drawable");
    window_open(&other, choose(true, 0, false), 20, 20);
    say("copy: %d", (glXCopyContext(dpy, context, context, GL_ALL_ATTRIB_BITS), 1));
    say_errors("copy");
    glXImportContextEXT(dpy, glXGetContextIDEXT(context));
    say_errors("import");
    glXDestroyContext(dpy, context);
    window_close(&window);
    window_close(&other);
}

static void window_dies(void)
{
    GLXFBConfig config = choose(true, 0, false);
    GLXContext context = glXCreateNewContext(dpy, config, GLX_RGBA_TYPE, NULL, True);
    struct window window;

    for (int round = 0; round < 3; round++) {
        window_open(&window, config, 20 + round, 20);
        CHECK(glXMakeCurrent(dpy, window.id, context));
        fill(1, 0, 0);
        window_close(&window);
        fill(0, 1, 0);
        CHECK(pixel_at(3, 3) == 0x00ff00);
        glXSwapBuffers(dpy, window.id);
    }
    CHECK(glXMakeCurrent(dpy, None, NULL));
    say_errors("released");
    glXDestroyContext(dpy, context);
}

static void config_queries(void)
{
    static const int names[] = {GLX_BUFFER_SIZE, GLX_LEVEL, GLX_DOUBLEBUFFER, GLX_STEREO, GLX_AUX_BUFFERS, GLX_RED_SIZE,
                                GLX_GREEN_SIZE, GLX_BLUE_SIZE, GLX_ALPHA_SIZE, GLX_DEPTH_SIZE, GLX_STENCIL_SIZE,
                                GLX_ACCUM_RED_SIZE, GLX_RENDER_TYPE, GLX_X_RENDERABLE, GLX_X_VISUAL_TYPE,
                                GLX_CONFIG_CAVEAT, GLX_TRANSPARENT_TYPE, GLX_SAMPLE_BUFFERS, GLX_SAMPLES,
                                GLX_FRAMEBUFFER_SRGB_CAPABLE_ARB};
    static const int lists[][24] = {
        {GLX_DOUBLEBUFFER, True, GLX_RED_SIZE, 8, GLX_GREEN_SIZE, 8, GLX_BLUE_SIZE, 8, GLX_DEPTH_SIZE, 24, None},
        {GLX_DOUBLEBUFFER, True, GLX_RED_SIZE, 8, GLX_GREEN_SIZE, 8, GLX_BLUE_SIZE, 8, GLX_ALPHA_SIZE, 8, GLX_DEPTH_SIZE,
         24, GLX_STENCIL_SIZE, 8, None},
        {GLX_X_RENDERABLE, True, GLX_X_VISUAL_TYPE, GLX_TRUE_COLOR, GLX_RED_SIZE, 1, GLX_GREEN_SIZE, 1, GLX_BLUE_SIZE, 1,
         GLX_DEPTH_SIZE, 1, GLX_DOUBLEBUFFER, True, None},
        {GLX_SAMPLE_BUFFERS, 1, GLX_SAMPLES, 4, GLX_DOUBLEBUFFER, True, GLX_RED_SIZE, 8, GLX_DEPTH_SIZE, 16, None},
        {GLX_DRAWABLE_TYPE, GLX_PBUFFER_BIT, GLX_RED_SIZE, 8, GLX_GREEN_SIZE, 8, GLX_BLUE_SIZE, 8, GLX_ALPHA_SIZE, 8,
         GLX_DOUBLEBUFFER, False, None},
        {GLX_SAMPLES, 64, None},
        {GLX_STEREO, True, None},
        {0x7777, 1, None},
    };

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        int count = -1, value;
        GLXFBConfig *configs = glXChooseFBConfig(dpy, 0, lists[i], &count);

        say("list %zu: some %d", i, configs != NULL && count > 0);
        if (!configs || count <= 0)
            continue;
        for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
            int result;

            value = -1;
            result = glXGetFBConfigAttrib(dpy, configs[0], names[k], &value);
            say("  %x: result %d, value %x", names[k], result, value);
        }
        say("  unknown attribute: %d", glXGetFBConfigAttrib(dpy, configs[0], 0x7777, &value));
        XFree(configs);
    }
}

const struct scene scenes_errors[] = {
    {"create_context", create_context, false},
    {"versions", versions, false},
    {"bad_handles", bad_handles, false},
    {"config_queries", config_queries, false},
    {"stale_handles", stale_handles, true},
    {"strict", strict, true},
    {"window_dies", window_dies, true},
    {NULL, NULL, false},
};
