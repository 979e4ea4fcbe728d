/* The names under which parts of GLX 1.3 were extensions first. Old programs are linked to them. */
#include "glx/private.h"

OFS_EXPORT GLXFBConfigSGIX *glXChooseFBConfigSGIX(Display *dpy, int screen, int *list, int *count)
{
    return (GLXFBConfigSGIX *)glXChooseFBConfig(dpy, screen, list, count);
}

OFS_EXPORT int glXGetFBConfigAttribSGIX(Display *dpy, GLXFBConfigSGIX config, int attribute, int *value)
{
    return glXGetFBConfigAttrib(dpy, (GLXFBConfig)config, attribute, value);
}

OFS_EXPORT XVisualInfo *glXGetVisualFromFBConfigSGIX(Display *dpy, GLXFBConfigSGIX config)
{
    return glXGetVisualFromFBConfig(dpy, (GLXFBConfig)config);
}

OFS_EXPORT GLXFBConfigSGIX glXGetFBConfigFromVisualSGIX(Display *dpy, XVisualInfo *visual)
{
    if (!ofs_glx_is_ours(dpy))
        return OFS_FOREIGN(glXGetFBConfigFromVisualSGIX, NULL, dpy, visual);
    return visual ? (GLXFBConfigSGIX)ofs_glx_visual_config((unsigned)visual->visualid) : NULL;
}

OFS_EXPORT GLXContext glXCreateContextWithConfigSGIX(Display *dpy, GLXFBConfigSGIX config, int render_type,
                                                     GLXContext share, Bool direct)
{
    return glXCreateNewContext(dpy, (GLXFBConfig)config, render_type, share, direct);
}

OFS_EXPORT GLXPixmap glXCreateGLXPixmapWithConfigSGIX(Display *dpy, GLXFBConfigSGIX config, Pixmap pixmap)
{
    return glXCreatePixmap(dpy, (GLXFBConfig)config, pixmap, NULL);
}

OFS_EXPORT GLXPbufferSGIX glXCreateGLXPbufferSGIX(Display *dpy, GLXFBConfigSGIX config, unsigned int width,
                                                  unsigned int height, int *list)
{
    int attributes[] = {GLX_PBUFFER_WIDTH, (int)width, GLX_PBUFFER_HEIGHT, (int)height, GLX_PRESERVED_CONTENTS, False,
                        GLX_LARGEST_PBUFFER, False, None};

    /* The two attributes of the list have the numbers of GLX 1.3. */
    for (const int *at = list; at && at[0] != None && at < list + 2 * OFS_GLX_MAX_PAIRS; at += 2)
        for (int i = 4; i < 8; i += 2)
            if (at[0] == attributes[i])
                attributes[i + 1] = at[1];
    return glXCreatePbuffer(dpy, (GLXFBConfig)config, attributes);
}

OFS_EXPORT void glXDestroyGLXPbufferSGIX(Display *dpy, GLXPbufferSGIX pbuffer)
{
    glXDestroyPbuffer(dpy, pbuffer);
}

OFS_EXPORT void glXQueryGLXPbufferSGIX(Display *dpy, GLXPbufferSGIX pbuffer, int attribute, unsigned int *value)
{
    glXQueryDrawable(dpy, pbuffer, attribute, value);
}

OFS_EXPORT void glXSelectEventSGIX(Display *dpy, GLXDrawable drawable, unsigned long mask)
{
    glXSelectEvent(dpy, drawable, mask);
}

OFS_EXPORT void glXGetSelectedEventSGIX(Display *dpy, GLXDrawable drawable, unsigned long *mask)
{
    glXGetSelectedEvent(dpy, drawable, mask);
}

OFS_EXPORT Bool glXMakeCurrentReadSGI(Display *dpy, GLXDrawable draw, GLXDrawable read, GLXContext context)
{
    return glXMakeContextCurrent(dpy, draw, read, context);
}

OFS_EXPORT GLXDrawable glXGetCurrentReadDrawableSGI(void)
{
    return glXGetCurrentReadDrawable();
}
