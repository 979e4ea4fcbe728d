/* Contexts, pbuffers and configs, as their specifications have them. Xvfb lacks some of it. */
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/Xrender.h>
#include <stdlib.h>

#include "one_window.h"

/* -- contexts ----------------------------------------------------------------------------------------------------- */

static void import_context(void)
{
    Display *other = XOpenDisplay(NULL);
    GLXContext sharing, imported;
    int value = -1;

    CHECK(offered("GLX_EXT_import_context"));
    begin(true, 32, 32);
    sharing = glXCreateNewContext(dpy, window.config, GLX_RGBA_TYPE, context, True);
    CHECK(glXGetContextIDEXT(sharing) != None && glXGetContextIDEXT(sharing) != glXGetContextIDEXT(context));
    CHECK(glXQueryContextInfoEXT(dpy, sharing, GLX_SHARE_CONTEXT_EXT, &value) == Success);
    CHECK((GLXContextID)value == glXGetContextIDEXT(context));
    CHECK(glXQueryContextInfoEXT(dpy, context, GLX_SHARE_CONTEXT_EXT, &value) == Success && value == 0);
    imported = glXImportContextEXT(other, glXGetContextIDEXT(sharing));
    CHECK(imported != NULL && glXGetContextIDEXT(imported) == glXGetContextIDEXT(sharing));
    CHECK(glXQueryContextInfoEXT(other, imported, GLX_SCREEN_EXT, &value) == Success && value == 0);
    glXMakeCurrent(dpy, None, NULL);
    CHECK(glXMakeCurrent(other, window.id, imported));
    CHECK(glXGetCurrentDisplayEXT() == other);
    fill(0, 1, 0);
    CHECK(pixel_at(3, 3) == GREEN);
    CHECK(glXMakeCurrent(other, None, NULL));
    glXFreeContextEXT(other, imported); /* it is the other one's still */
    CHECK(glXMakeCurrent(dpy, window.id, sharing));
    CHECK(pixel_at(3, 3) == GREEN);
    CHECK(glXMakeCurrent(dpy, window.id, context));
    glXDestroyContext(dpy, sharing);
    CHECK(glXGetContextIDEXT(sharing) == None);
    CHECK(!glXImportContextEXT(dpy, None));
    say_errors("import of nothing");
    CHECK(!glXImportContextEXT(dpy, window.id));
    say_errors("import of a window");
    XCloseDisplay(other);
    end();
}

static GLXFBConfig config_with(int depth, int samples, bool double_buffer, int visual_depth)
{
    int attribs[] = {GLX_DRAWABLE_TYPE, GLX_WINDOW_BIT | GLX_PBUFFER_BIT, GLX_DOUBLEBUFFER, double_buffer, GLX_RED_SIZE, 8,
                     GLX_GREEN_SIZE, 8, GLX_BLUE_SIZE, 8, GLX_ALPHA_SIZE, visual_depth == 32 ? 8 : 0, GLX_DEPTH_SIZE, depth,
                     GLX_SAMPLES, samples, None};
    GLXFBConfig found = NULL, *configs;
    int count = 0;

    configs = glXChooseFBConfig(dpy, 0, attribs, &count);
    for (int i = 0; i < count && !found; i++) {
        XVisualInfo *visual = glXGetVisualFromFBConfig(dpy, configs[i]);

        if (visual && visual->depth == visual_depth)
            found = configs[i];
        if (visual)
            XFree(visual);
    }
    if (configs)
        XFree(configs);
    return found;
}

/* One context on drawables of every kind. */
static void no_config(void)
{
    static const int attribs[] = {GLX_SCREEN, 0, GLX_CONTEXT_MAJOR_VERSION_ARB, 3, GLX_CONTEXT_MINOR_VERSION_ARB, 0, None};
    static const int size[] = {GLX_PBUFFER_WIDTH, 16, GLX_PBUFFER_HEIGHT, 16, None};
    static const struct { int depth, samples; bool twice; int visual; } kinds[] = {
        {24, 0, true, 24}, {0, 0, true, 24}, {24, 0, false, 24}, {24, 4, true, 24}, {24, 0, true, 32}, {0, 0, false, 32},
    };
    int value = 77;

    CHECK(offered("GLX_EXT_no_config_context"));
    context = glXCreateContextAttribsARB(dpy, NULL, NULL, True, attribs);
    CHECK(context != NULL);
    CHECK(glXQueryContext(dpy, context, GLX_FBCONFIG_ID, &value) == Success && value == 0);
    CHECK(glXQueryContext(dpy, context, GLX_RENDER_TYPE, &value) == Success && value == GLX_RGBA_TYPE);
    CHECK(glXQueryContext(dpy, context, GLX_VISUAL_ID_EXT, &value) == Success && value == 0);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        GLXFBConfig config = config_with(kinds[i].depth, kinds[i].samples, kinds[i].twice, kinds[i].visual);
        GLXPbuffer pbuffer;
        GLXWindow id;
        GLint twice = -1;

        CHECK(config != NULL);
        if (!config)
            continue;
        window_open(&window, config, 20, 20);
        id = glXCreateWindow(dpy, config, window.id, NULL); /* the visual alone may stand for another config */
        CHECK(glXMakeCurrent(dpy, id, context));
        glGetIntegerv(GL_DOUBLEBUFFER, &twice);
        CHECK(twice == kinds[i].twice);
        fill(1, 0, (float)(i & 1));
        CHECK(pixel_at(3, 3) == (i & 1 ? 0xff00ffu : RED));
        glXSwapBuffers(dpy, id);
        pbuffer = glXCreatePbuffer(dpy, config, size);
        CHECK(glXMakeContextCurrent(dpy, pbuffer, id, context));
        glBlitFramebuffer(0, 0, 16, 16, 0, 0, 16, 16, GL_COLOR_BUFFER_BIT, GL_NEAREST);
        CHECK(glXMakeContextCurrent(dpy, pbuffer, pbuffer, context));
        CHECK(pixel_at(3, 3) == (i & 1 ? 0xff00ffu : RED));
        CHECK(glGetError() == GL_NO_ERROR);
        glXMakeCurrent(dpy, None, NULL);
        glXDestroyPbuffer(dpy, pbuffer);
        glXDestroyWindow(dpy, id);
        window_close(&window);
    }
    glXDestroyContext(dpy, context);
    say_errors("end");
}

/* Without a drawable, across drawables of several kinds, and on a window of another config. (Mesa on Xvfb loses what the
 * first holds.) */
static void make_current(void)
{
    static const int attribs[] = {GLX_CONTEXT_MAJOR_VERSION_ARB, 3, GLX_CONTEXT_MINOR_VERSION_ARB, 3,
                                  GLX_CONTEXT_PROFILE_MASK_ARB, GLX_CONTEXT_CORE_PROFILE_BIT_ARB, None};
    static const int size[] = {GLX_PBUFFER_WIDTH, 16, GLX_PBUFFER_HEIGHT, 16, None};
    GLXFBConfig config = config_with(24, 0, true, 24), flat = config_with(0, 0, true, 24), deep = config_with(24, 0, true, 32);
    GLXPbuffer pbuffer = glXCreatePbuffer(dpy, config, size);
    struct window other, transparent;
    GLuint framebuffer, buffer;
    GLint value = -1;

    context = glXCreateContextAttribsARB(dpy, config, NULL, True, attribs);
    CHECK(glXMakeContextCurrent(dpy, None, None, context));
    CHECK(glXGetCurrentContext() == context && glXGetCurrentDrawable() == None);
    glGenFramebuffers(1, &framebuffer);
    glGenRenderbuffers(1, &buffer);
    glBindRenderbuffer(GL_RENDERBUFFER, buffer);
    glRenderbufferStorage(GL_RENDERBUFFER, GL_RGBA8, 16, 16);
    glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
    glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, buffer);
    fill(1, 0, 0);
    CHECK(pixel_at(3, 3) == RED);
    glXSwapBuffers(dpy, None);
    say_errors("swap of nothing");
    /* With the framebuffer object bound. */
    window_open(&window, config, 20, 20);
    CHECK(glXMakeCurrent(dpy, window.id, context));
    CHECK(pixel_at(3, 3) == RED);
    glBindFramebuffer(GL_FRAMEBUFFER, 0);
    glGetIntegerv(GL_DRAW_BUFFER, &value);
    CHECK(value == GL_BACK);
    fill(0, 1, 0);
    CHECK(pixel_at(3, 3) == GREEN);
    CHECK(glXMakeContextCurrent(dpy, pbuffer, window.id, context));
    CHECK(pixel_at(3, 3) == GREEN);
    fill(0, 0, 1);
    CHECK(pixel_at(3, 3) == GREEN);
    CHECK(glXMakeContextCurrent(dpy, window.id, pbuffer, context));
    CHECK(pixel_at(3, 3) == BLUE);
    /* Of the same depth: no matter what else. */
    window_open(&other, flat, 20, 20);
    CHECK(glXMakeCurrent(dpy, other.id, context));
    fill(1, 0, 0);
    CHECK(pixel_at(3, 3) == RED);
    CHECK(glXMakeCurrent(dpy, window.id, context));
    CHECK(pixel_at(3, 3) == GREEN);
    /* Of another depth: it cannot be, and what was stays. */
    window_open(&transparent, deep, 20, 20);
    CHECK(!glXMakeCurrent(dpy, transparent.id, context));
    say_errors("another depth");
    CHECK(!glXMakeContextCurrent(dpy, window.id, transparent.id, context));
    say_errors("to read from another depth");
    CHECK(!glXMakeContextCurrent(dpy, window.id, 0x1ffffe, context));
    say_errors("to read from nothing");
    CHECK(glXGetCurrentDrawable() == window.id && pixel_at(3, 3) == GREEN);
    CHECK(glXMakeContextCurrent(dpy, None, None, context));
    CHECK(glGetError() == GL_NO_ERROR);
    glXMakeCurrent(dpy, None, NULL);
    glXDestroyContext(dpy, context);
    glXDestroyPbuffer(dpy, pbuffer);
    window_close(&window);
    window_close(&other);
    window_close(&transparent);
    say_errors("end");
}

/* Attribute lists without end. */
static void endless(void)
{
    enum { INTS = 1 << 16 };
    static const int names[] = {GLX_RED_SIZE, GLX_CONTEXT_MAJOR_VERSION_ARB, GLX_PBUFFER_WIDTH, GLX_SAMPLES, 0x7777};
    int *list = malloc(INTS * sizeof(*list)), count = 77;
    GLXFBConfig config = choose(true, 0, false);

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        for (int k = 0; k < INTS; k += 2) {
            list[k] = names[i];
            list[k + 1] = 1;
        }
        CHECK(!glXChooseFBConfig(dpy, 0, list, &count) && count == 0);
        CHECK(!glXChooseVisual(dpy, 0, list));
        CHECK(!glXCreateContextAttribsARB(dpy, config, NULL, True, list));
        say_errors("a context");
        CHECK(!glXCreateContextAttribsARB(dpy, NULL, NULL, True, list));
        say_errors("a context without a config");
        CHECK(!glXCreatePbuffer(dpy, config, list));
        say_errors("a pbuffer");
    }
    free(list);
}

/* -- pbuffers ----------------------------------------------------------------------------------------------------- */

static void swap_pbuffer(void)
{
    static const int size[] = {GLX_PBUFFER_WIDTH, 24, GLX_PBUFFER_HEIGHT, 24, None};
    static const int largest[] = {GLX_PBUFFER_WIDTH, 0x7fffffff, GLX_PBUFFER_HEIGHT, 1, GLX_LARGEST_PBUFFER, True, None};
    static const int too_large[] = {GLX_PBUFFER_WIDTH, 0x7fffffff, GLX_PBUFFER_HEIGHT, 1, None};
    GLXFBConfig config = choose(true, 0, false);
    GLXPbuffer first = glXCreatePbuffer(dpy, config, size), second = glXCreatePbuffer(dpy, config, size), third;
    int64_t ust, msc, sbc = 0;
    unsigned width = 0;

    context = glXCreateNewContext(dpy, config, GLX_RGBA_TYPE, NULL, True);
    CHECK(glXMakeContextCurrent(dpy, first, first, context));
    CHECK(age_of(first) == 0);
    fill(1, 0, 0);
    glXSwapBuffers(dpy, first);
    CHECK(age_of(first) == 1);
    glReadBuffer(GL_FRONT);
    fill(0, 1, 0);
    CHECK(pixel_at(3, 3) == RED);
    glXSwapBuffers(dpy, first);
    CHECK(pixel_at(3, 3) == GREEN);
    CHECK(glXGetSyncValuesOML(dpy, first, &ust, &msc, &sbc) && sbc == 2);
    glDrawBuffer(GL_FRONT);
    fill(0, 0, 1);
    glReadBuffer(GL_BACK);
    CHECK(pixel_at(3, 3) == GREEN);
    glReadBuffer(GL_FRONT);
    CHECK(pixel_at(3, 3) == BLUE);
    glDrawBuffer(GL_BACK);
    glReadBuffer(GL_BACK);
    CHECK(glXMakeContextCurrent(dpy, second, first, context));
    glXSwapBuffers(dpy, first); /* not drawn to */
    glXSwapBuffers(dpy, second);
    CHECK(glXGetSyncValuesOML(dpy, second, &ust, &msc, &sbc) && sbc == 1);
    CHECK(glXMakeContextCurrent(dpy, None, None, NULL));
    glXDestroyPbuffer(dpy, first);
    glXDestroyPbuffer(dpy, second);
    glXSwapBuffers(dpy, first);
    say_errors("a pbuffer that is gone");
    third = glXCreatePbuffer(dpy, config, largest);
    glXQueryDrawable(dpy, third, GLX_WIDTH, &width);
    CHECK(third != None && width > 24);
    glXDestroyPbuffer(dpy, third);
    CHECK(glXCreatePbuffer(dpy, config, too_large) == None);
    say_errors("too large");
    glXDestroyContext(dpy, context);
    say_errors("end");
}

/* -- configs, visuals and picture formats ------------------------------------------------------------------------- */

static int attribute(GLXFBConfig config, int name)
{
    int value = -12345;

    CHECK(glXGetFBConfigAttrib(dpy, config, name, &value) == Success);
    return value;
}

static void check_config(GLXFBConfig config)
{
    bool windows = attribute(config, GLX_DRAWABLE_TYPE) & GLX_WINDOW_BIT;
    XVisualInfo *visual = glXGetVisualFromFBConfig(dpy, config);
    const XRenderPictFormat *format;

    CHECK(windows == (visual != NULL));
    CHECK(windows == (attribute(config, GLX_VISUAL_ID) != 0));
    CHECK(windows == (attribute(config, GLX_X_RENDERABLE) != False));
    CHECK(attribute(config, GLX_X_VISUAL_TYPE) == (windows ? GLX_TRUE_COLOR : GLX_NONE));
    CHECK(attribute(config, GLX_BUFFER_SIZE) == attribute(config, GLX_RED_SIZE) + attribute(config, GLX_GREEN_SIZE) +
                                                    attribute(config, GLX_BLUE_SIZE) + attribute(config, GLX_ALPHA_SIZE));
    CHECK((attribute(config, GLX_SAMPLES) > 0) == (attribute(config, GLX_SAMPLE_BUFFERS) > 0));
    if (!visual)
        return;
    CHECK((VisualID)attribute(config, GLX_VISUAL_ID) == visual->visualid);
    CHECK(visual->class == TrueColor && visual->bits_per_rgb == 8);
    CHECK(__builtin_popcountl(visual->red_mask) == attribute(config, GLX_RED_SIZE));
    CHECK(__builtin_popcountl(visual->green_mask) == attribute(config, GLX_GREEN_SIZE));
    CHECK(__builtin_popcountl(visual->blue_mask) == attribute(config, GLX_BLUE_SIZE));
    format = XRenderFindVisualFormat(dpy, visual->visual);
    CHECK(format && format->depth == visual->depth && format->type == PictTypeDirect);
    if (format && visual->depth == 32) /* alpha that RENDER and OpenGL agree on */
        CHECK(format->direct.alphaMask == 0xff && attribute(config, GLX_ALPHA_SIZE) == 8);
    else if (format)
        CHECK(format->direct.alphaMask == 0);
    XFree(visual);
}

static void configs_agree(void)
{
    static const int names[] = {GLX_DOUBLEBUFFER, GLX_RED_SIZE, GLX_ALPHA_SIZE, GLX_DEPTH_SIZE, GLX_STENCIL_SIZE,
                                GLX_SAMPLES, GLX_BUFFER_SIZE};
    int count = 0, visuals = 0, usable = 0;
    GLXFBConfig *configs = glXGetFBConfigs(dpy, 0, &count);
    XVisualInfo *all = XGetVisualInfo(dpy, 0, NULL, &visuals);

    CHECK(count > 0 && visuals > 0);
    for (int i = 0; i < count; i++)
        check_config(configs[i]);
    for (int i = 0; i < visuals; i++) {
        GLXFBConfig config = glXGetFBConfigFromVisualSGIX(dpy, &all[i]);
        int use = -1, value = -1;

        CHECK(glXGetConfig(dpy, &all[i], GLX_USE_GL, &use) == 0);
        CHECK(use == (config != NULL));
        if (!config)
            continue;
        usable++;
        CHECK((VisualID)attribute(config, GLX_VISUAL_ID) == all[i].visualid);
        for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++)
            CHECK(glXGetConfig(dpy, &all[i], names[k], &value) == 0 && value == attribute(config, names[k]));
    }
    CHECK(usable >= 2);
    XFree(configs);
    XFree(all);
}

const struct scene scenes_window[] = {
    {"import_context", import_context, true},
    {"no_config", no_config, true},
    {"make_current", make_current, true},
    {"endless", endless, true},
    {"swap_pbuffer", swap_pbuffer, true},
    {"configs_agree", configs_agree, true},
    {NULL, NULL, false},
};
