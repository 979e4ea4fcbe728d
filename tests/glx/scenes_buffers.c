/* Front and back. Scenes marked `own` assert what GL says: Xvfb keeps no front buffer that can be read back. */
#include <X11/Xlib.h>

#include "one_window.h"

static void say_integer(const char *what, GLenum name)
{
    GLint integer = -1;
    GLfloat real = -1;
    GLboolean boolean = 77;
    GLdouble twice = -1;
    GLint64 big = -1;

    glGetIntegerv(name, &integer);
    glGetFloatv(name, &real);
    glGetBooleanv(name, &boolean);
    glGetDoublev(name, &twice);
    glGetInteger64v(name, &big);
    say("%s: %x %g %d %g %llx", what, (unsigned)integer, (double)real, boolean, twice, (unsigned long long)big);
}

static void double_buffer(void)
{
    GLint type = -1, encoding = -1;

    begin(true, 60, 40);
    say_integer("double buffer", GL_DOUBLEBUFFER);
    say_integer("stereo", GL_STEREO);
    say_integer("draw buffer", GL_DRAW_BUFFER);
    say_integer("read buffer", GL_READ_BUFFER);
    glGetFramebufferAttachmentParameteriv(GL_FRAMEBUFFER, GL_BACK_LEFT, GL_FRAMEBUFFER_ATTACHMENT_OBJECT_TYPE, &type);
    glGetFramebufferAttachmentParameteriv(GL_FRAMEBUFFER, GL_BACK_LEFT, GL_FRAMEBUFFER_ATTACHMENT_COLOR_ENCODING,
                                          &encoding);
    say("back attachment: %x, encoding %x", type, encoding);
    glDrawBuffer(GL_FRONT);
    say_integer("draw buffer", GL_DRAW_BUFFER);
    glReadBuffer(GL_FRONT_LEFT);
    say_integer("read buffer", GL_READ_BUFFER);
    glDrawBuffer(GL_NONE);
    say_integer("draw buffer", GL_DRAW_BUFFER);
    glDrawBuffer(GL_BACK_RIGHT);
    say_gl_error("no right back");
    glDrawBuffer(GL_COLOR_ATTACHMENT0);
    say_gl_error("no attachment");
    glDrawBuffer(0x1234);
    say_gl_error("no such buffer");
    glDrawBuffer(GL_BACK);
    end();
}

/* The back survives a swap; a copy does, too. */
static void swap_behaviour(void)
{
    begin(true, 32, 32);
    fill(1, 0, 0);
    say("drawn %06x", pixel_at(3, 3));
    glXSwapBuffers(dpy, window.id);
    say("after the swap %06x", pixel_at(3, 3));
    glEnable(GL_SCISSOR_TEST);
    glScissor(0, 0, 16, 32);
    fill(0, 1, 0);
    glXSwapBuffers(dpy, window.id);
    say("half: %06x %06x", pixel_at(3, 3), pixel_at(20, 3));
    end();
}

static void front_read(void)
{
    begin(true, 32, 32);
    fill(1, 0, 0);
    glXSwapBuffers(dpy, window.id);
    glReadBuffer(GL_FRONT);
    CHECK(pixel_at(3, 3) == RED); /* right after the swap both are equal */
    fill(0, 1, 0);
    CHECK(pixel_at(3, 3) == RED); /* drawn to the back only */
    glReadBuffer(GL_BACK);
    CHECK(pixel_at(3, 3) == GREEN);
    glXSwapBuffers(dpy, window.id);
    CHECK(pixel_at(3, 3) == GREEN);
    glReadBuffer(GL_FRONT);
    CHECK(pixel_at(3, 3) == GREEN);
    fill(0, 0, 1);
    CHECK(pixel_at(3, 3) == GREEN);
    glXSwapBuffers(dpy, window.id);
    CHECK(pixel_at(3, 3) == BLUE);
    glReadBuffer(GL_BACK);
    CHECK(pixel_at(3, 3) == BLUE);
    /* Without any flush between drawing and reading. */
    fill(1, 1, 1);
    glReadBuffer(GL_FRONT);
    CHECK(pixel_at(3, 3) == BLUE);
    /* The front is still kept after a resize. */
    window_resize(&window, 50, 40);
    glReadBuffer(GL_BACK);
    glViewport(0, 0, 50, 40);
    fill(1, 0, 0);
    glXSwapBuffers(dpy, window.id);
    fill(0, 1, 0);
    glReadBuffer(GL_FRONT);
    CHECK(pixel_at(45, 35) == RED);
    CHECK(glGetError() == GL_NO_ERROR);
    end();
}

static void front_draw(void)
{
    static const GLenum back = GL_BACK, front = GL_FRONT_LEFT;

    begin(true, 32, 32);
    fill(1, 0, 0);
    glXSwapBuffers(dpy, window.id);
    fill(0, 1, 0);
    glDrawBuffer(GL_FRONT);
    glEnable(GL_SCISSOR_TEST);
    glScissor(0, 0, 8, 32);
    fill(0, 0, 1);
    glReadBuffer(GL_FRONT);
    CHECK(pixel_at(3, 3) == BLUE);
    CHECK(pixel_at(20, 3) == GREEN || pixel_at(20, 3) == RED); /* RED in GL; the front is kept from now on only */
    glReadBuffer(GL_BACK);
    CHECK(pixel_at(3, 3) == GREEN);
    glDrawBuffer(GL_BACK);
    glXSwapBuffers(dpy, window.id);
    fill(1, 1, 1); /* left part of the back */
    glDrawBuffers(1, &front);
    glScissor(8, 0, 8, 32);
    fill(1, 0, 0);
    glReadBuffer(GL_FRONT);
    CHECK(pixel_at(3, 3) == GREEN);
    CHECK(pixel_at(10, 3) == RED);
    CHECK(pixel_at(20, 3) == GREEN);
    glDrawBuffers(1, &back);
    glReadBuffer(GL_BACK);
    CHECK(pixel_at(3, 3) == WHITE);
    CHECK(pixel_at(10, 3) == GREEN);
    /* To both. */
    glDrawBuffer(GL_FRONT_AND_BACK);
    glDisable(GL_SCISSOR_TEST);
    fill(0, 0, 1);
    glReadBuffer(GL_FRONT);
    CHECK(pixel_at(3, 3) == BLUE);
    glReadBuffer(GL_BACK);
    CHECK(pixel_at(3, 3) == BLUE);
    glDrawBuffer(GL_BACK);
    fill(1, 0, 0);
    glReadBuffer(GL_FRONT);
    CHECK(pixel_at(3, 3) == BLUE);
    CHECK(glGetError() == GL_NO_ERROR);
    end();
}

/* The depth buffer is one, whichever colour buffer is drawn to. */
static void front_depth(void)
{
    begin(true, 32, 32);
    glReadBuffer(GL_FRONT);
    glDrawBuffer(GL_BACK);
    glEnable(GL_DEPTH_TEST);
    glClearDepth(0.25);
    glClear(GL_DEPTH_BUFFER_BIT);
    fill(1, 0, 0);
    glXSwapBuffers(dpy, window.id);
    glDrawBuffer(GL_FRONT);
    glColor3f(0, 1, 0);
    glRectf(-1, -1, 1, 1); /* depth 0.5: hidden */
    CHECK(pixel_at(3, 3) == RED);
    glDepthFunc(GL_GREATER);
    glRectf(-1, -1, 1, 1);
    CHECK(pixel_at(3, 3) == GREEN);
    glDrawBuffer(GL_BACK);
    glReadBuffer(GL_BACK);
    glDepthFunc(GL_EQUAL); /* what drawing in front wrote */
    glColor3f(0, 0, 1);
    glRectf(-1, -1, 1, 1);
    CHECK(pixel_at(3, 3) == BLUE);
    CHECK(glGetError() == GL_NO_ERROR);
    end();
}

static void attrib_stack(void)
{
    begin(true, 32, 32);
    glReadBuffer(GL_FRONT); /* from here on the front is kept */
    glReadBuffer(GL_BACK);
    fill(1, 0, 0);
    glXSwapBuffers(dpy, window.id);
    glPushAttrib(GL_COLOR_BUFFER_BIT | GL_PIXEL_MODE_BIT);
    glDrawBuffer(GL_FRONT);
    glReadBuffer(GL_FRONT);
    fill(0, 1, 0);
    CHECK(pixel_at(3, 3) == GREEN);
    glPopAttrib();
    CHECK(pixel_at(3, 3) == RED);
    fill(0, 0, 1);
    CHECK(pixel_at(3, 3) == BLUE);
    glReadBuffer(GL_FRONT);
    CHECK(pixel_at(3, 3) == GREEN);
    CHECK(glGetError() == GL_NO_ERROR);
    end();
}

/* A framebuffer object is not the window: its draw and read buffers are its own. */
static void with_fbo(void)
{
    GLuint framebuffer, texture;

    begin(true, 32, 32);
    glReadBuffer(GL_FRONT);
    glReadBuffer(GL_BACK);
    fill(1, 0, 0);
    glXSwapBuffers(dpy, window.id);
    fill(0, 1, 0);
    glGenTextures(1, &texture);
    glBindTexture(GL_TEXTURE_2D, texture);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, 32, 32, 0, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
    glGenFramebuffers(1, &framebuffer);
    glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
    glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture, 0);
    glDrawBuffer(GL_COLOR_ATTACHMENT0);
    glReadBuffer(GL_COLOR_ATTACHMENT0);
    fill(0, 0, 1);
    CHECK(pixel_at(3, 3) == BLUE);
    glReadBuffer(GL_FRONT);
    CHECK(glGetError() == GL_INVALID_OPERATION);
    glBindFramebuffer(GL_FRAMEBUFFER, 0);
    CHECK(pixel_at(3, 3) == GREEN);
    glNamedFramebufferReadBuffer(0, GL_FRONT);
    CHECK(pixel_at(3, 3) == RED);
    /* A swap while it is bound shows the window's back, and leaves the binding alone. */
    glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
    glXSwapBuffers(dpy, window.id);
    CHECK(pixel_at(3, 3) == BLUE);
    glBindFramebuffer(GL_FRAMEBUFFER, 0);
    CHECK(pixel_at(3, 3) == GREEN);
    CHECK(glGetError() == GL_NO_ERROR);
    end();
}

static void copy_sub_buffer(void)
{
    void (*copy)(Display *, GLXDrawable, int, int, int, int) =
        (void (*)(Display *, GLXDrawable, int, int, int, int))proc("glXCopySubBufferMESA");

    begin(true, 32, 32);
    CHECK(offered("GLX_MESA_copy_sub_buffer"));
    glReadBuffer(GL_FRONT);
    fill(1, 0, 0);
    glXSwapBuffers(dpy, window.id);
    fill(0, 1, 0);
    copy(dpy, window.id, 0, 0, 16, 16); /* the origin is the lower left */
    CHECK(pixel_at(3, 3) == GREEN);
    CHECK(pixel_at(20, 3) == RED);
    CHECK(pixel_at(3, 20) == RED);
    glReadBuffer(GL_BACK);
    CHECK(pixel_at(20, 20) == GREEN);
    CHECK(glGetError() == GL_NO_ERROR);
    end();
}

static void buffer_age(void)
{
    begin(true, 32, 32);
    CHECK(offered("GLX_EXT_buffer_age"));
    CHECK(age_of(window.id) == 0);
    fill(1, 0, 0);
    glXSwapBuffers(dpy, window.id);
    CHECK(age_of(window.id) == 1);
    CHECK(pixel_at(3, 3) == RED); /* and so it is what the last frame was */
    window_resize(&window, 48, 40);
    glViewport(0, 0, 48, 40);
    CHECK(age_of(window.id) == 0);
    end();
}

static void sync_control(void)
{
    int64_t ust, msc, sbc, later_ust, later_msc, later_sbc;
    int32_t numerator = 0, denominator = 0;

    begin(true, 32, 32);
    CHECK(glXGetMscRateOML(dpy, window.id, &numerator, &denominator) && numerator > 0 && denominator > 0);
    CHECK(glXGetSyncValuesOML(dpy, window.id, &ust, &msc, &sbc));
    glXSwapBuffers(dpy, window.id);
    CHECK(glXSwapBuffersMscOML(dpy, window.id, 0, 0, 0) == sbc + 2);
    CHECK(glXGetSyncValuesOML(dpy, window.id, &later_ust, &later_msc, &later_sbc));
    CHECK(later_sbc == sbc + 2 && later_ust >= ust && later_msc >= msc);
    CHECK(glXWaitForMscOML(dpy, window.id, msc + 1000, 0, 0, &ust, &later_msc, &sbc)); /* at once */
    CHECK(later_msc >= msc + 1000);
    CHECK(glXWaitForMscOML(dpy, window.id, 0, 7, 3, &ust, &msc, &sbc));
    CHECK(msc >= later_msc);
    CHECK(!glXWaitForMscOML(dpy, window.id, 0, 4, 4, &ust, &msc, &sbc));
    CHECK(glXSwapBuffersMscOML(dpy, window.id, 0, -1, 0) == -1);
    end();
}

static void swap_intervals(void)
{
    unsigned value = 77;

    begin(true, 32, 32);
    glXQueryDrawable(dpy, window.id, GLX_SWAP_INTERVAL_EXT, &value);
    CHECK(value == 1);
    glXSwapIntervalEXT(dpy, window.id, 3);
    glXQueryDrawable(dpy, window.id, GLX_SWAP_INTERVAL_EXT, &value);
    CHECK(value == 3);
    CHECK(glXGetSwapIntervalMESA() == 3);
    glXSwapIntervalEXT(dpy, window.id, -2);
    glXQueryDrawable(dpy, window.id, GLX_SWAP_INTERVAL_EXT, &value);
    CHECK(value == 2);
    glXQueryDrawable(dpy, window.id, GLX_LATE_SWAPS_TEAR_EXT, &value);
    CHECK(value == 1);
    CHECK(glXSwapIntervalMESA(0) == 0);
    CHECK(glXGetSwapIntervalMESA() == 0);
    CHECK(glXSwapIntervalSGI(0) == GLX_BAD_VALUE);
    CHECK(glXSwapIntervalSGI(1) == 0);
    for (int i = 0; i < 500; i++) /* 8 seconds if a display were waited for */
        glXSwapBuffers(dpy, window.id);
    end();
    CHECK(glXSwapIntervalSGI(1) == GLX_BAD_CONTEXT);
    CHECK(glXSwapIntervalMESA(1) == GLX_BAD_CONTEXT);
}

/* (Mesa on Xvfb forgets what a window held that is not current.) */
static void separate_read(void)
{
    struct window other;

    begin(true, 60, 40);
    window_open(&other, window.config, 30, 30);
    fill(1, 0, 0);
    glXMakeCurrent(dpy, other.id, context);
    fill(0, 1, 0);
    CHECK(glXMakeContextCurrent(dpy, window.id, other.id, context));
    CHECK(pixel_at(5, 5) == GREEN);
    glRasterPos2f(-1, -1);
    glCopyPixels(0, 0, 10, 10, GL_COLOR);
    CHECK(glXGetCurrentDrawable() == window.id && glXGetCurrentReadDrawable() == other.id);
    glXSwapBuffers(dpy, window.id);
    CHECK(pixel_at(5, 5) == GREEN);
    glXMakeCurrent(dpy, window.id, context);
    CHECK(pixel_at(5, 5) == GREEN && pixel_at(20, 20) == RED);
    glXMakeContextCurrent(dpy, window.id, other.id, context);
    window_resize(&other, 50, 50);
    glViewport(0, 0, 60, 40);
    glXMakeCurrent(dpy, other.id, context);
    fill(0, 0, 1);
    CHECK(pixel_at(45, 45) == BLUE);
    end();
    window_close(&other);
}

const struct scene scenes_buffers[] = {
    {"double_buffer", double_buffer, false},
    {"swap_behaviour", swap_behaviour, false},
    {"separate_read", separate_read, true},
    {"front_read", front_read, true},
    {"front_draw", front_draw, true},
    {"front_depth", front_depth, true},
    {"attrib_stack", attrib_stack, true},
    {"with_fbo", with_fbo, true},
    {"copy_sub_buffer", copy_sub_buffer, true},
    {"buffer_age", buffer_age, true},
    {"sync_control", sync_control, true},
    {"swap_intervals", swap_intervals, true},
    {NULL, NULL, false},
};
