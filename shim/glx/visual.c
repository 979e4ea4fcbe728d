/* Visuals and configs. Our server offers one visual per depth while many configs share it, so a visual id alone stands for
 * the best double-buffered config of its depth. glXChooseVisual can ask for others (single-buffered, multisampled, without
 * depth): which one it chose travels in the four unused bytes of the XVisualInfo that it returns, after a mark that says
 * so, and survives when the program copies the structure. */
#include <X11/Xutil.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "glx/configs.h"
#include "glx/glxerr.h"

#define MARK 0x4F460000u
#define MARK_MASK 0xFFFF0000u

/* `class` is followed by padding before the 8-byte red_mask. */
#define MARK_OFFSET (offsetof(XVisualInfo, class) + sizeof(int))
_Static_assert(offsetof(XVisualInfo, red_mask) == MARK_OFFSET + 4, "XVisualInfo has no room for the mark");

const struct ofs_fbconfig *ofs_glx_visual_default(unsigned visual_id)
{
    unsigned count;
    const struct ofs_fbconfig *configs = ofs_glx_configs(&count), *best = NULL;

    for (unsigned i = 0; i < count; i++) {
        const struct ofs_fbconfig *config = &configs[i];

        if (config->visual_id != (int)visual_id || !config->double_buffer || config->srgb || config->samples ||
            config->caveat_rank)
            continue;
        /* Depth 24 with stencil 8 and alpha 8 is what most programs hope for. */
        if (config->depth_size == 24 && config->stencil_size == 8 && config->alpha_size == 8)
            return config;
        if (!best || config->depth_size + config->stencil_size > best->depth_size + best->stencil_size)
            best = config;
    }
    return best;
}

const struct ofs_fbconfig *ofs_glx_visual_config(const XVisualInfo *visual)
{
    const struct ofs_fbconfig *config;
    unsigned mark;

    memcpy(&mark, (const char *)visual + MARK_OFFSET, sizeof(mark));
    if ((mark & MARK_MASK) == MARK) {
        config = ofs_glx_config_by_id((int)(mark & ~MARK_MASK));
        if (config && (unsigned)config->visual_id == visual->visualid)
            return config;
    }
    return ofs_glx_visual_default((unsigned)visual->visualid);
}

static XVisualInfo *marked_visual(Display *dpy, const struct ofs_fbconfig *config)
{
    XVisualInfo *visual = config->visual_id ? ofs_glx_visual_info(dpy, (unsigned)config->visual_id) : NULL;
    unsigned mark = MARK | (unsigned)config->id;

    if (visual)
        memcpy((char *)visual + MARK_OFFSET, &mark, sizeof(mark));
    return visual;
}

OFS_EXPORT XVisualInfo *glXGetVisualFromFBConfig(Display *dpy, GLXFBConfig handle)
{
    const struct ofs_fbconfig *config;

    if (!ofs_glx_is_ours(dpy))
        return OFS_FOREIGN(glXGetVisualFromFBConfig, NULL, dpy, handle);
    config = ofs_glx_config(handle);
    return config ? marked_visual(dpy, config) : NULL;
}

/* The attribute list of glXChooseVisual, in which booleans have no value, as a wish. False if it is malformed. There is no
 * colour-index rendering: without GLX_RGBA a program gets RGBA all the same, as from Mesa. */
static bool parse_visual_list(const int *list, struct ofs_config_wish *wish)
{
    ofs_config_wish_init(wish);
    (void)ofs_config_wish_set(wish, GLX_DOUBLEBUFFER, False);
    (void)ofs_config_wish_set(wish, GLX_FRAMEBUFFER_SRGB_CAPABLE_ARB, False);
    while (list && *list != None) {
        int name = *list++;

        switch (name) {
        case GLX_USE_GL:
        case GLX_RGBA:
            break;
        case GLX_DOUBLEBUFFER:
        case GLX_STEREO:
            (void)ofs_config_wish_set(wish, name, True);
            break;
        default:
            if (!ofs_config_wish_set(wish, name, *list++))
                return false;
        }
    }
    return true;
}

OFS_EXPORT XVisualInfo *glXChooseVisual(Display *dpy, int screen, int *list)
{
    struct ofs_config_wish wish;
    const struct ofs_fbconfig *configs, *config = NULL;
    XVisualInfo *visual;
    unsigned count, found, *order;

    if (!ofs_glx_is_ours(dpy))
        return OFS_FOREIGN(glXChooseVisual, NULL, dpy, screen, list);
    configs = ofs_glx_configs(&count);
    if (screen != 0 || !configs || !parse_visual_list(list, &wish))
        return NULL;
    order = malloc(count * sizeof(*order));
    if (!order)
        return NULL;
    found = ofs_config_select(&wish, order);
    /* Where it satisfies the wish, the config that the visual id stands for: it stays right if the program comes back
     * with the id alone. */
    for (unsigned i = 0; i < found && !config; i++)
        if (&configs[order[i]] == ofs_glx_visual_default((unsigned)configs[order[0]].visual_id))
            config = &configs[order[i]];
    if (!config && found)
        config = &configs[order[0]];
    visual = config ? marked_visual(dpy, config) : NULL;
    free(order);
    return visual;
}

OFS_EXPORT int glXGetConfig(Display *dpy, XVisualInfo *visual, int attribute, int *value)
{
    const struct ofs_fbconfig *config;

    if (!ofs_glx_is_ours(dpy))
        return OFS_FOREIGN(glXGetConfig, GLX_NO_EXTENSION, dpy, visual, attribute, value);
    if (!visual || visual->screen != 0)
        return GLX_BAD_SCREEN;
    config = ofs_glx_visual_config(visual);
    if (attribute == GLX_USE_GL) {
        *value = config != NULL;
        return 0;
    }
    if (!config)
        return GLX_BAD_VISUAL;
    if (attribute == GLX_RGBA) {
        *value = True;
        return 0;
    }
    return ofs_glx_config_get(config, attribute, value) ? 0 : GLX_BAD_ATTRIBUTE;
}

OFS_EXPORT GLXFBConfig *glXChooseFBConfig(Display *dpy, int screen, const int *list, int *count_out)
{
    const struct ofs_fbconfig *configs;
    unsigned count, found, *order;
    GLXFBConfig *result = NULL;

    if (!ofs_glx_is_ours(dpy))
        return OFS_FOREIGN(glXChooseFBConfig, NULL, dpy, screen, list, count_out);
    *count_out = 0;
    configs = ofs_glx_configs(&count);
    order = screen == 0 && configs ? malloc(count * sizeof(*order)) : NULL;
    if (!order)
        return NULL;
    found = ofs_glx_choose(list, order);
    if (found)
        result = malloc(found * sizeof(*result));
    for (unsigned i = 0; result && i < found; i++)
        result[i] = (GLXFBConfig)&configs[order[i]];
    free(order);
    if (result)
        *count_out = (int)found;
    return result;
}

OFS_EXPORT GLXFBConfig *glXGetFBConfigs(Display *dpy, int screen, int *count_out)
{
    const struct ofs_fbconfig *configs;
    GLXFBConfig *result;
    unsigned count;

    if (!ofs_glx_is_ours(dpy))
        return OFS_FOREIGN(glXGetFBConfigs, NULL, dpy, screen, count_out);
    *count_out = 0;
    configs = ofs_glx_configs(&count);
    result = screen == 0 && configs ? malloc(count * sizeof(*result)) : NULL;
    if (!result)
        return NULL;
    for (unsigned i = 0; i < count; i++)
        result[i] = (GLXFBConfig)&configs[i];
    *count_out = (int)count;
    return result;
}

OFS_EXPORT int glXGetFBConfigAttrib(Display *dpy, GLXFBConfig handle, int attribute, int *value)
{
    const struct ofs_fbconfig *config;

    if (!ofs_glx_is_ours(dpy))
        return OFS_FOREIGN(glXGetFBConfigAttrib, GLX_NO_EXTENSION, dpy, handle, attribute, value);
    config = ofs_glx_config(handle);
    if (!config)
        return GLXBadFBConfig;
    return ofs_glx_config_get(config, attribute, value) ? 0 : GLX_BAD_ATTRIBUTE;
}
