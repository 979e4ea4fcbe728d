/* Visuals and configs. Many configs share a visual; each visual stands for one of them, which is what glXGetConfig and
 * glXCreateContext take it for. Every depth's first visual stands for what most programs hope for; the others stand for
 * what glXChooseVisual may be asked for: a single buffer, multisampling, no depth buffer. */
#include <X11/Xutil.h>
#include <stdlib.h>
#include <string.h>

#include "glx/configs.h"
#include "glx/glxerr.h"

/* How far a config is from the one that most programs hope for. */
static int distance(const struct ofs_fbconfig *config)
{
    int buffers = config->depth_size == 24 && config->stencil_size == 8 ? 0
                  : config->depth_size == 0 && config->stencil_size == 0 ? 1
                  : config->depth_size == 24 ? 2 : config->depth_size == 16 ? 3 : 4;
    int samples = config->samples == 0 ? 0 : config->samples == 4 ? 1 : config->samples <= 8 ? 2 : 3;

    return 2 * (buffers + samples + 3 * (config->alpha_size == 0) + 5 * config->srgb + 8 * config->caveat_rank) +
           !config->double_buffer;
}

static struct ofs_fbconfig *nearest_without_visual(struct ofs_fbconfig *configs, unsigned count, int depth)
{
    struct ofs_fbconfig *best = NULL;

    for (unsigned i = 0; i < count; i++)
        if (configs[i].visual_depth == depth && !configs[i].visual_id &&
            (!best || distance(&configs[i]) < distance(best)))
            best = &configs[i];
    return best;
}

void ofs_visuals_assign(struct ofs_fbconfig *configs, unsigned count)
{
    unsigned visual_count;
    const struct ofs_visual *visuals = ofs_xview_visuals(&visual_count);

    for (unsigned i = 0; i < visual_count; i++) {
        struct ofs_fbconfig *config = nearest_without_visual(configs, count, visuals[i].depth);

        if (!config)
            continue;
        config->visual_id = (int)visuals[i].id;
        config->stands_for_visual = 1;
    }
    /* The rest goes with the first visual of its depth. */
    for (unsigned i = 0; i < count; i++)
        for (unsigned k = 0; k < visual_count && !configs[i].visual_id; k++)
            if (visuals[k].depth == configs[i].visual_depth)
                configs[i].visual_id = (int)visuals[k].id;
}

const struct ofs_fbconfig *ofs_glx_visual_config(unsigned visual_id)
{
    unsigned count;
    const struct ofs_fbconfig *configs = ofs_glx_configs(&count);

    for (unsigned i = 0; i < count; i++)
        if (configs[i].stands_for_visual && (unsigned)configs[i].visual_id == visual_id)
            return &configs[i];
    return NULL;
}

OFS_EXPORT XVisualInfo *glXGetVisualFromFBConfig(Display *dpy, GLXFBConfig handle)
{
    const struct ofs_fbconfig *config;

    if (!ofs_glx_is_ours(dpy))
        return OFS_FOREIGN(glXGetVisualFromFBConfig, NULL, dpy, handle);
    config = ofs_glx_config(handle);
    return config && config->visual_id ? ofs_glx_visual_info(dpy, (unsigned)config->visual_id) : NULL;
}

/* The attribute list of glXChooseVisual, in which booleans have no value, as a wish. False if it is malformed. There is no
 * colour-index rendering: without GLX_RGBA a program gets RGBA all the same, as from Mesa. */
static bool parse_visual_list(const int *list, struct ofs_config_wish *wish)
{
    ofs_config_wish_init(wish);
    (void)ofs_config_wish_set(wish, GLX_DOUBLEBUFFER, False);
    (void)ofs_config_wish_set(wish, GLX_FRAMEBUFFER_SRGB_CAPABLE_ARB, False);
    for (int count = 0; list && *list != None; count++) {
        int name = *list++;

        if (count >= OFS_GLX_MAX_PAIRS)
            return false;
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
    for (unsigned i = 0; i < found; i++) {
        const struct ofs_fbconfig *candidate = &configs[order[i]];

        if (!candidate->stands_for_visual)
            continue;
        if (!config)
            config = candidate;
        /* The first visual of the depth, where it will do: programs compare it with the default visual. */
        if (candidate->visual_depth == config->visual_depth && distance(candidate) == 0)
            config = candidate;
    }
    visual = config ? ofs_glx_visual_info(dpy, (unsigned)config->visual_id) : NULL;
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
    config = ofs_glx_visual_config((unsigned)visual->visualid);
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
