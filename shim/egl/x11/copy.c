/* eglCopyBuffers: pixels of a surface go to a pixmap. */
#include <errno.h>
#include <stdlib.h>
#include <X11/Xlib.h>
#include <X11/Xutil.h>

#include "egl/x11/eglx.h"

struct picture {
    int width, height;
    uint32_t *px;                 /* the lowest row first */
};

static void read_picture(const struct ofs_gl *gl, void *arg)
{
    const struct picture *picture = arg;

    gl->glReadPixels(0, 0, picture->width, picture->height, GL_BGRA, GL_UNSIGNED_BYTE, picture->px);
}

static void turn_upside_down(struct picture *picture)
{
    size_t width = (size_t)picture->width;

    for (size_t low = 0, high = (size_t)picture->height - 1; low < high; low++, high--)
        for (size_t i = 0; i < width; i++) {
            uint32_t px = picture->px[low * width + i];

            picture->px[low * width + i] = picture->px[high * width + i];
            picture->px[high * width + i] = px;
        }
}

/* Puts the rows into the pixmap through the client's own libX11, so that they come in order with what it asks for
 * itself. */
static bool put_picture(Display *dpy, const struct ofs_xdrawable *x, const struct picture *picture)
{
    __typeof__(&XInitImage) init_image = (__typeof__(&XInitImage))ofs_glx_xlib_function(dpy, "XInitImage");
    __typeof__(&XCreateGC) create_gc = (__typeof__(&XCreateGC))ofs_glx_xlib_function(dpy, "XCreateGC");
    __typeof__(&XPutImage) put_image = (__typeof__(&XPutImage))ofs_glx_xlib_function(dpy, "XPutImage");
    __typeof__(&XFreeGC) free_gc = (__typeof__(&XFreeGC))ofs_glx_xlib_function(dpy, "XFreeGC");
    uint64_t size_px = atomic_load(&x->size_px);
    unsigned width = ofs_size_width(size_px), height = ofs_size_height(size_px);
    XImage image = {
        .width = picture->width, .height = picture->height, .format = ZPixmap, .data = (char *)picture->px,
        .byte_order = LSBFirst, .bitmap_unit = 32, .bitmap_bit_order = LSBFirst, .bitmap_pad = 32, .depth = x->depth,
        .bytes_per_line = picture->width * 4, .bits_per_pixel = 32,
    };
    GC gc;

    if (!init_image || !create_gc || !put_image || !free_gc || !init_image(&image))
        return false;
    gc = create_gc(dpy, x->xid, 0, NULL);
    if (!gc)
        return false;
    if (width > (unsigned)picture->width)
        width = (unsigned)picture->width;
    if (height > (unsigned)picture->height)
        height = (unsigned)picture->height;
    (void)put_image(dpy, x->xid, gc, &image, 0, 0, 0, 0, width, height);
    (void)free_gc(dpy, gc);
    return true;
}

/* The colours of the surface's buffer, the part that both have, become the pixmap's. */
static EGLint copy_to_pixmap(struct ofs_egl_surface *surface, struct ofs_xdrawable *x)
{
    Display *dpy = ofs_native_xlib(surface->display);
    struct ofs_surface *buffers;
    struct picture picture;
    EGLint error = EGL_BAD_ALLOC;
    uint64_t size_px = ofs_drawable_size(&surface->drawable);

    if (!ofs_size_width(size_px) || !ofs_size_height(size_px))
        return EGL_SUCCESS; /* a pbuffer may have no pixels */
    /* What this thread draws to is what it has drawn, also if the window has another size since. */
    if (ofs_current.draw == &surface->drawable && ofs_current.draw_surface) {
        buffers = ofs_current.draw_surface;
        atomic_fetch_add(&buffers->refs, 1);
    } else {
        buffers = ofs_surface_for(&surface->drawable);
    }
    if (!buffers)
        return EGL_BAD_ALLOC;
    size_px = buffers->size_px;
    picture.width = (int)ofs_size_width(size_px);
    picture.height = (int)ofs_size_height(size_px);
    picture.px = malloc((size_t)picture.width * (size_t)picture.height * 4);
    if (picture.px && ofs_with_copier(buffers->back, buffers->back, read_picture, &picture)) {
        turn_upside_down(&picture);
        error = dpy && put_picture(dpy, x, &picture) ? EGL_SUCCESS : EGL_BAD_NATIVE_PIXMAP;
    }
    free(picture.px);
    ofs_surface_unused(buffers);
    ofs_surface_release(buffers);
    return error;
}

/* EGL 1.5 section 3.10.2. The pixels travel by the program's own connection, which only an Xlib display lends. */
OFS_EXPORT EGLBoolean eglCopyBuffers(EGLDisplay handle, EGLSurface surface_handle, EGLNativePixmapType target)
{
    const struct ofs_egl_display *display = ofs_eglx_display(handle);
    struct ofs_egl_surface *surface;
    struct ofs_xdrawable *x;
    int saved_errno = errno;
    EGLint error;

    if (!display)
        return OFS_EGLX_PASS(eglCopyBuffers, handle, surface_handle, target);
    if (!ofs_eglx_ready(display))
        return EGL_FALSE;
    surface = ofs_eglx_surface_acquire(display, surface_handle);
    if (!surface)
        return OFS_EGLX_FAIL(EGL_BAD_SURFACE);
    x = ofs_native_drawable(display, target, OFS_XDRAWABLE_PIXMAP);
    if (!x)
        error = EGL_BAD_NATIVE_PIXMAP;
    else if (x->depth != surface->config->depth)
        error = EGL_BAD_MATCH;
    else if (ofs_surface_is_busy(&surface->drawable))
        error = EGL_BAD_SURFACE;
    else
        error = copy_to_pixmap(surface, x);
    ofs_xview_release(x);
    ofs_eglx_surface_release(surface);
    errno = saved_errno;
    return error == EGL_SUCCESS ? OFS_EGLX_DONE() : OFS_EGLX_FAIL(error);
}
