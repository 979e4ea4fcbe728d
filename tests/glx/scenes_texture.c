/* Pixmaps as textures: GLX_EXT_texture_from_pixmap. */
#include <stdlib.h>
#include <string.h>

#include "one_window.h"

static PFNGLXBINDTEXIMAGEEXTPROC bind_image;
static PFNGLXRELEASETEXIMAGEEXTPROC release_image;

enum { WIDTH = 5, HEIGHT = 3 };

/* A config for pixmaps of this depth that can be textures. */
static GLXFBConfig config_for(int depth)
{
    const int wish[] = {GLX_DRAWABLE_TYPE, GLX_PIXMAP_BIT, GLX_DOUBLEBUFFER, False, GLX_ALPHA_SIZE, depth == 32 ? 8 : 0,
                        depth == 32 ? GLX_BIND_TO_TEXTURE_RGBA_EXT : GLX_BIND_TO_TEXTURE_RGB_EXT, True,
                        GLX_BIND_TO_TEXTURE_TARGETS_EXT, GLX_TEXTURE_2D_BIT_EXT | GLX_TEXTURE_RECTANGLE_BIT_EXT, None};
    GLXFBConfig *configs, found = NULL;
    int count = 0;

    bind_image = (PFNGLXBINDTEXIMAGEEXTPROC)proc("glXBindTexImageEXT");
    release_image = (PFNGLXRELEASETEXIMAGEEXTPROC)proc("glXReleaseTexImageEXT");
    configs = glXChooseFBConfig(dpy, 0, wish, &count);
    for (int i = 0; i < count && !found; i++) {
        XVisualInfo *visual = glXGetVisualFromFBConfig(dpy, configs[i]);

        if (visual && visual->depth == depth)
            found = configs[i];
        if (visual)
            XFree(visual);
    }
    if (configs)
        XFree(configs);
    CHECK(found != NULL);
    return found;
}

static GLXPixmap glx_pixmap(GLXFBConfig config, Pixmap pixmap, int target, int format)
{
    const int list[] = {GLX_TEXTURE_TARGET_EXT, target, GLX_TEXTURE_FORMAT_EXT, format, None};

    return glXCreatePixmap(dpy, config, pixmap, list);
}

static void say_texture(const char *what, GLenum target)
{
    GLint width = -1, height = -1;
    uint32_t px[64];

    memset(px, 0x77, sizeof(px));
    glGetTexLevelParameteriv(target, 0, GL_TEXTURE_WIDTH, &width);
    glGetTexLevelParameteriv(target, 0, GL_TEXTURE_HEIGHT, &height);
    if (width == WIDTH && height == HEIGHT)
        glGetTexImage(target, 0, GL_BGRA, GL_UNSIGNED_BYTE, px);
    say("%s: %dx%d:", what, width, height);
    for (int y = 0; y < HEIGHT; y++)
        say("  %08x %08x %08x %08x %08x", px[y * WIDTH], px[y * WIDTH + 1], px[y * WIDTH + 2], px[y * WIDTH + 3],
            px[y * WIDTH + 4]);
    say_gl_error(what);
}

static void draw_with_x(Pixmap pixmap, GC gc, unsigned long color, int width, int height)
{
    XSetForeground(dpy, gc, color);
    XFillRectangle(dpy, pixmap, gc, 0, 0, (unsigned)width, (unsigned)height);
}

/* Of both depths, formats and targets, as on Xvfb. */
static void texture(void)
{
    static const int formats[] = {GLX_TEXTURE_FORMAT_RGB_EXT, GLX_TEXTURE_FORMAT_RGBA_EXT};
    static const struct { int glx; GLenum gl; } targets[] = {
        {GLX_TEXTURE_2D_EXT, GL_TEXTURE_2D}, {GLX_TEXTURE_RECTANGLE_EXT, GL_TEXTURE_RECTANGLE},
    };
    GLuint name;

    say("offered: %d", offered("GLX_EXT_texture_from_pixmap"));
    begin(true, 40, 40);
    for (int i = 0; i < 8; i++) {
        int depth = i & 1 ? 32 : 24;
        Pixmap pixmap = XCreatePixmap(dpy, window.id, WIDTH, HEIGHT, (unsigned)depth);
        GC gc = XCreateGC(dpy, pixmap, 0, NULL);
        GLXPixmap id = glx_pixmap(config_for(depth), pixmap, targets[i >> 2].glx, formats[i >> 1 & 1]);
        GLenum target = targets[i >> 2].gl;

        glGenTextures(1, &name);
        glBindTexture(target, name);
        draw_with_x(pixmap, gc, 0x80402010, WIDTH, HEIGHT);
        draw_with_x(pixmap, gc, 0xff112233, 2, 1);
        bind_image(dpy, id, GLX_FRONT_LEFT_EXT, NULL);
        say_texture("bound", target);
        release_image(dpy, id, GLX_FRONT_LEFT_EXT);
        draw_with_x(pixmap, gc, 0x40ff00ff, 1, 2);
        bind_image(dpy, id, GLX_FRONT_LEFT_EXT, NULL);
        say_texture("bound again", target);
        release_image(dpy, id, GLX_FRONT_LEFT_EXT);
        glXDestroyPixmap(dpy, id);
        XFreeGC(dpy, gc);
        XFreePixmap(dpy, pixmap);
        glDeleteTextures(1, &name);
    }
    end();
}

/* The program's state of GL stays, and is not heeded. */
static void texture_state(void)
{
    GLXFBConfig config = config_for(24);
    Pixmap pixmap = XCreatePixmap(dpy, DefaultRootWindow(dpy), WIDTH, HEIGHT, 24);
    GC gc = XCreateGC(dpy, pixmap, 0, NULL);
    GLXPixmap id = glx_pixmap(config, pixmap, GLX_TEXTURE_2D_EXT, GLX_TEXTURE_FORMAT_RGB_EXT);
    GLXContext drawer;
    GLint value = 0;
    GLuint buffer, name;
    uint32_t px[WIDTH * HEIGHT];

    begin(true, 40, 40);
    draw_with_x(pixmap, gc, RED, WIDTH, HEIGHT);
    draw_with_x(pixmap, gc, GREEN, 1, 1);
    glGenTextures(1, &name);
    glBindTexture(GL_TEXTURE_2D, name);
    glPixelStorei(GL_UNPACK_ROW_LENGTH, 2);
    glPixelStorei(GL_UNPACK_SKIP_ROWS, 1);
    glPixelStorei(GL_UNPACK_SWAP_BYTES, True);
    glPixelStorei(GL_UNPACK_ALIGNMENT, 8);
    glGenBuffers(1, &buffer);
    glBindBuffer(GL_PIXEL_UNPACK_BUFFER, buffer);
    glBufferData(GL_PIXEL_UNPACK_BUFFER, 16, NULL, GL_STATIC_DRAW);
    bind_image(dpy, id, GLX_FRONT_LEFT_EXT, NULL);
    CHECK(glGetError() == GL_NO_ERROR);
    glGetTexImage(GL_TEXTURE_2D, 0, GL_BGRA, GL_UNSIGNED_BYTE, px);
    CHECK(px[0] == (0xff000000 | GREEN) && px[1] == (0xff000000 | RED) && px[14] == (0xff000000 | RED));
    glGetIntegerv(GL_UNPACK_ROW_LENGTH, &value);
    CHECK(value == 2);
    glGetIntegerv(GL_UNPACK_SKIP_ROWS, &value);
    CHECK(value == 1);
    glGetIntegerv(GL_UNPACK_SWAP_BYTES, &value);
    CHECK(value == True);
    glGetIntegerv(GL_UNPACK_ALIGNMENT, &value);
    CHECK(value == 8);
    glGetIntegerv(GL_PIXEL_UNPACK_BUFFER_BINDING, &value);
    CHECK((GLuint)value == buffer);
    glBindBuffer(GL_PIXEL_UNPACK_BUFFER, 0);
    /* What GL drew in the pixmap is in it, too. */
    drawer = glXCreateNewContext(dpy, config, GLX_RGBA_TYPE, context, True);
    CHECK(glXMakeCurrent(dpy, id, drawer));
    glBindTexture(GL_TEXTURE_2D, name);
    fill(0, 0, 1);
    glXWaitGL();
    bind_image(dpy, id, GLX_FRONT_LEFT_EXT, NULL);
    glGetTexImage(GL_TEXTURE_2D, 0, GL_BGRA, GL_UNSIGNED_BYTE, px);
    CHECK(px[0] == (0xff000000 | BLUE) && px[14] == (0xff000000 | BLUE));
    CHECK(glXGetCurrentDrawable() == id && pixel_at(0, 0) == BLUE);
    /* Without its pixmap there are no pixels, and nothing happens. */
    XFreePixmap(dpy, pixmap);
    bind_image(dpy, id, GLX_FRONT_LEFT_EXT, NULL);
    CHECK(glGetError() == GL_NO_ERROR);
    glXDestroyPixmap(dpy, id);
    glXDestroyContext(dpy, drawer);
    end();
    XFreeGC(dpy, gc);
}

static void texture_errors(void)
{
    GLXFBConfig config = config_for(24);
    Pixmap pixmap = XCreatePixmap(dpy, DefaultRootWindow(dpy), WIDTH, HEIGHT, 24);
    GLXPixmap plain, id = glx_pixmap(config, pixmap, GLX_TEXTURE_2D_EXT, GLX_TEXTURE_FORMAT_RGB_EXT);
    int *endless = malloc(4096 * sizeof(int));
    unsigned value = 7;

    bind_image(dpy, id, GLX_FRONT_LEFT_EXT, NULL); /* nothing current: nothing happens */
    say_errors("nothing current");
    begin(true, 20, 20);
    bind_image(dpy, window.id, GLX_FRONT_LEFT_EXT, NULL);
    say_errors("a window");
    bind_image(dpy, 0x1234567, GLX_FRONT_LEFT_EXT, NULL);
    say_errors("nothing");
    bind_image(dpy, id, 0x7777, NULL);
    say_errors("odd buffer");
    release_image(dpy, pixmap, GLX_FRONT_LEFT_EXT);
    say_errors("no GLX pixmap");
    glXQueryDrawable(dpy, id, GLX_TEXTURE_TARGET_EXT, &value);
    CHECK(value == GLX_TEXTURE_2D_EXT);
    glXQueryDrawable(dpy, id, GLX_TEXTURE_FORMAT_EXT, &value);
    CHECK(value == GLX_TEXTURE_FORMAT_RGB_EXT);
    glXQueryDrawable(dpy, id, GLX_Y_INVERTED_EXT, &value);
    CHECK(value == True);
    glXDestroyPixmap(dpy, id);
    bind_image(dpy, id, GLX_FRONT_LEFT_EXT, NULL);
    say_errors("destroyed");
    plain = glXCreatePixmap(dpy, config, pixmap, NULL);
    bind_image(dpy, plain, GLX_FRONT_LEFT_EXT, NULL);
    say_errors("without a format");
    glXDestroyPixmap(dpy, plain);
    CHECK(!glx_pixmap(config, pixmap, 0x7777, GLX_TEXTURE_FORMAT_RGB_EXT));
    say_errors("odd target");
    for (int i = 0; i < 4096; i++)
        endless[i] = GLX_TEXTURE_TARGET_EXT;
    CHECK(!glXCreatePixmap(dpy, config, pixmap, endless));
    say_errors("no end");
    end();
    free(endless);
    XFreePixmap(dpy, pixmap);
}

const struct scene scenes_texture[] = {
    {"texture", texture, false},
    {"texture_state", texture_state, true},
    {"texture_errors", texture_errors, true},
    {NULL, NULL, false},
};
