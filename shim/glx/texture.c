/* GLX_EXT_texture_from_pixmap: pixels of a pixmap become a texture. They are those that X has at the moment of
 * glXBindTexImageEXT; they come as an image by the program's own connection, in order with what it asks for itself, and are
 * handed to GL as a texture image. A copy, as Mesa's software renderer makes one too; the extension lets textures follow
 * what X draws only at the next binding.
 * Source: GLX_EXT_texture_from_pixmap. */
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <errno.h>

#include "glx/glx.h"
#include "glx/glxerr.h"
#include "glx/texture.h"
#include "glx/unpack.h"

bool ofs_texture_parse(struct ofs_drawable *pixmap, const int *attributes)
{
    int pairs = 0;

    for (const int *at = attributes; at && at[0] != None; at += 2) {
        if (++pairs > OFS_GLX_MAX_PAIRS)
            return false;
        if (at[0] == GLX_TEXTURE_TARGET_EXT)
            pixmap->texture_target = at[1];
        else if (at[0] == GLX_TEXTURE_FORMAT_EXT)
            pixmap->texture_format = at[1];
        /* GLX_MIPMAP_TEXTURE_EXT is a wish, and no config says that it is granted. Others do no harm, as in Mesa. */
    }
    if (!pixmap->texture_target)
        pixmap->texture_target = GLX_TEXTURE_2D_EXT;
    if (!pixmap->texture_format)
        pixmap->texture_format = GLX_TEXTURE_FORMAT_NONE_EXT;
    return (pixmap->texture_target == GLX_TEXTURE_2D_EXT || pixmap->texture_target == GLX_TEXTURE_RECTANGLE_EXT) &&
           (pixmap->texture_format == GLX_TEXTURE_FORMAT_NONE_EXT ||
            pixmap->texture_format == GLX_TEXTURE_FORMAT_RGB_EXT ||
            pixmap->texture_format == GLX_TEXTURE_FORMAT_RGBA_EXT);
}

bool ofs_texture_query(const struct ofs_drawable *drawable, int attribute, unsigned int *value_out)
{
    switch (attribute) {
    case GLX_TEXTURE_TARGET_EXT:
        *value_out = (unsigned)drawable->texture_target;
        return true;
    case GLX_TEXTURE_FORMAT_EXT:
        *value_out = (unsigned)drawable->texture_format;
        return true;
    case GLX_MIPMAP_TEXTURE_EXT:
        *value_out = False;
        return true;
    case GLX_Y_INVERTED_EXT:
        *value_out = drawable->kind == OFS_GLX_PIXMAP; /* the first row of the texture is the highest */
        return true;
    default:
        return false;
    }
}

/* B, G, R, A to R, G, B, A, which all versions of GL and GL ES take; without alpha: all of it is seen. */
static void convert(XImage *image, bool alpha)
{
    for (int y = 0; y < image->height; y++) {
        unsigned char *row = (unsigned char *)image->data + (size_t)y * (size_t)image->bytes_per_line;

        for (int x = 0; x < image->width; x++, row += 4) {
            unsigned char blue = row[0];

            row[0] = row[2];
            row[2] = blue;
            row[3] = alpha ? row[3] : 255;
        }
    }
}

typedef void tex_image_fn(GLenum, GLint, GLint, GLsizei, GLsizei, GLint, GLenum, GLenum, const void *);

static void define_image(const struct ofs_drawable *pixmap, XImage *image)
{
    tex_image_fn *tex_image = (tex_image_fn *)ofs_glx_gl_function("glTexImage2D");
    bool es = ofs_current.context->api == OFS_API_ES;
    bool alpha = pixmap->texture_format == GLX_TEXTURE_FORMAT_RGBA_EXT && image->depth == 32;
    GLenum target = pixmap->texture_target == GLX_TEXTURE_2D_EXT ? GL_TEXTURE_2D : GL_TEXTURE_RECTANGLE;
    struct ofs_unpack before;

    if (!tex_image || image->bits_per_pixel != 32 || image->bytes_per_line != image->width * 4)
        return;
    convert(image, alpha);
    if (!ofs_unpack_begin(&before, es))
        return;
    tex_image(target, 0, alpha || es ? GL_RGBA : GL_RGB, image->width, image->height, 0, GL_RGBA, GL_UNSIGNED_BYTE,
              image->data);
    ofs_unpack_end(&before);
}

static void bind(Display *dpy, const struct ofs_drawable *pixmap)
{
    __typeof__(&XGetImage) get_image = (__typeof__(&XGetImage))ofs_glx_xlib_function(dpy, "XGetImage");
    uint64_t size_px = ofs_drawable_size(pixmap);
    XImage *image;

    ofs_glx_sync(dpy);
    if (!get_image || !atomic_load(&pixmap->x->alive))
        return; /* the pixmap's id is gone, and with it the pixels that X had */
    image = get_image(dpy, pixmap->xid, 0, 0, ofs_size_width(size_px), ofs_size_height(size_px), AllPlanes, ZPixmap);
    if (!image)
        return; /* with an X error */
    define_image(pixmap, image);
    (void)XDestroyImage(image);
}

/* The GLXPixmap of a call, with a reference; NULL: it is none, and the error has been raised. */
static struct ofs_drawable *find_pixmap(Display *dpy, GLXDrawable xid, int buffer)
{
    struct ofs_drawable *drawable = ofs_drawable_find(xid);

    if (drawable && drawable->kind == OFS_GLX_PIXMAP && buffer == GLX_FRONT_LEFT_EXT)
        return drawable;
    if (drawable && drawable->kind == OFS_GLX_PIXMAP)
        ofs_glx_raise(dpy, OFS_GLX_CORE_ERROR, BadValue, X_GLXVendorPrivate, (uint32_t)buffer);
    else
        ofs_glx_raise(dpy, OFS_GLX_EXT_ERROR, GLXBadPixmap, X_GLXVendorPrivate, (uint32_t)xid);
    ofs_drawable_release(drawable);
    return NULL;
}

OFS_EXPORT void glXBindTexImageEXT(Display *dpy, GLXDrawable xid, int buffer, const int *attributes)
{
    struct ofs_drawable *pixmap;
    int saved_errno = errno;

    if (!ofs_glx_is_ours(dpy)) {
        OFS_FOREIGN_VOID(glXBindTexImageEXT, dpy, xid, buffer, attributes);
        return;
    }
    pixmap = find_pixmap(dpy, xid, buffer);
    if (pixmap && pixmap->texture_format == GLX_TEXTURE_FORMAT_NONE_EXT)
        ofs_glx_raise(dpy, OFS_GLX_CORE_ERROR, BadMatch, X_GLXVendorPrivate, (uint32_t)xid);
    else if (pixmap && ofs_glx_is_current())
        bind(dpy, pixmap);
    ofs_drawable_release(pixmap);
    errno = saved_errno;
}

OFS_EXPORT void glXReleaseTexImageEXT(Display *dpy, GLXDrawable xid, int buffer)
{
    if (!ofs_glx_is_ours(dpy))
        OFS_FOREIGN_VOID(glXReleaseTexImageEXT, dpy, xid, buffer);
    else
        ofs_drawable_release(find_pixmap(dpy, xid, buffer)); /* the texture's image is its own */
}
