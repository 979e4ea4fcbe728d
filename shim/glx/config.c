/* FBConfigs: the driver's EGL configs that can make pbuffers, each in the forms that a GLX program may ask for. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "glx/configs.h"
#include "glx/private.h"

#define OFS_LOG_MODULE OFS_MOD_GLX
#include "util/log.h"

#define FIRST_ID 0x100
#define MAX_EGL_CONFIGS 1024
#define MAX_FORMS 8

struct ofs_config_list {
    unsigned count;
    struct ofs_fbconfig config[];
};

#define FIELD(name) (int)offsetof(struct ofs_fbconfig, name)
static const struct ofs_config_attribute attributes[] = {
    {GLX_FBCONFIG_ID, FIELD(id), OFS_MATCH_EXACT, OFS_ANY},
    {GLX_BUFFER_SIZE, FIELD(buffer_size), OFS_MATCH_AT_LEAST, 0},
    {GLX_LEVEL, FIELD(zero), OFS_MATCH_EXACT, 0},
    {GLX_DOUBLEBUFFER, FIELD(double_buffer), OFS_MATCH_EXACT, OFS_ANY},
    {GLX_STEREO, FIELD(zero), OFS_MATCH_EXACT, 0},
    {GLX_AUX_BUFFERS, FIELD(zero), OFS_MATCH_AT_LEAST, 0},
    {GLX_RED_SIZE, FIELD(red_size), OFS_MATCH_AT_LEAST, 0},
    {GLX_GREEN_SIZE, FIELD(green_size), OFS_MATCH_AT_LEAST, 0},
    {GLX_BLUE_SIZE, FIELD(blue_size), OFS_MATCH_AT_LEAST, 0},
    {GLX_ALPHA_SIZE, FIELD(alpha_size), OFS_MATCH_AT_LEAST, 0},
    {GLX_DEPTH_SIZE, FIELD(depth_size), OFS_MATCH_AT_LEAST, 0},
    {GLX_STENCIL_SIZE, FIELD(stencil_size), OFS_MATCH_AT_LEAST, 0},
    {GLX_ACCUM_RED_SIZE, FIELD(zero), OFS_MATCH_AT_LEAST, 0},
    {GLX_ACCUM_GREEN_SIZE, FIELD(zero), OFS_MATCH_AT_LEAST, 0},
    {GLX_ACCUM_BLUE_SIZE, FIELD(zero), OFS_MATCH_AT_LEAST, 0},
    {GLX_ACCUM_ALPHA_SIZE, FIELD(zero), OFS_MATCH_AT_LEAST, 0},
    {GLX_SAMPLE_BUFFERS, FIELD(sample_buffers), OFS_MATCH_AT_LEAST, 0},
    {GLX_SAMPLES, FIELD(samples), OFS_MATCH_AT_LEAST, 0},
    {GLX_RENDER_TYPE, FIELD(render_type), OFS_MATCH_MASK, GLX_RGBA_BIT},
    {GLX_DRAWABLE_TYPE, FIELD(drawable_type), OFS_MATCH_MASK, GLX_WINDOW_BIT},
    {GLX_X_RENDERABLE, FIELD(x_renderable), OFS_MATCH_EXACT, OFS_ANY},
    {GLX_X_VISUAL_TYPE, FIELD(visual_type), OFS_MATCH_EXACT, OFS_ANY},
    {GLX_CONFIG_CAVEAT, FIELD(caveat), OFS_MATCH_EXACT, OFS_ANY},
    {GLX_TRANSPARENT_TYPE, FIELD(none), OFS_MATCH_EXACT, GLX_NONE},
    {GLX_TRANSPARENT_INDEX_VALUE, FIELD(zero), OFS_MATCH_NEVER, 0}, /* these four count only for transparent configs */
    {GLX_TRANSPARENT_RED_VALUE, FIELD(zero), OFS_MATCH_NEVER, 0},
    {GLX_TRANSPARENT_GREEN_VALUE, FIELD(zero), OFS_MATCH_NEVER, 0},
    {GLX_TRANSPARENT_BLUE_VALUE, FIELD(zero), OFS_MATCH_NEVER, 0},
    {GLX_TRANSPARENT_ALPHA_VALUE, FIELD(zero), OFS_MATCH_NEVER, 0},
    {GLX_VISUAL_ID, FIELD(visual_id), OFS_MATCH_NEVER, 0},
    {GLX_MAX_PBUFFER_WIDTH, FIELD(max_width), OFS_MATCH_NEVER, 0},
    {GLX_MAX_PBUFFER_HEIGHT, FIELD(max_height), OFS_MATCH_NEVER, 0},
    {GLX_MAX_PBUFFER_PIXELS, FIELD(max_pixels), OFS_MATCH_NEVER, 0},
    {GLX_SCREEN, FIELD(screen), OFS_MATCH_NEVER, 0},
    {GLX_VISUAL_SELECT_GROUP_SGIX, FIELD(zero), OFS_MATCH_EXACT, OFS_ANY},
    {GLX_SWAP_METHOD_OML, FIELD(swap_method), OFS_MATCH_EXACT, OFS_ANY},
    {GLX_FRAMEBUFFER_SRGB_CAPABLE_ARB, FIELD(srgb), OFS_MATCH_EXACT, OFS_ANY},
    {GLX_OPTIMAL_PBUFFER_WIDTH_SGIX, FIELD(zero), OFS_MATCH_NEVER, 0},
    {GLX_OPTIMAL_PBUFFER_HEIGHT_SGIX, FIELD(zero), OFS_MATCH_NEVER, 0},
    {GLX_BIND_TO_TEXTURE_RGB_EXT, FIELD(bind_rgb), OFS_MATCH_EXACT, OFS_ANY},
    {GLX_BIND_TO_TEXTURE_RGBA_EXT, FIELD(bind_rgba), OFS_MATCH_EXACT, OFS_ANY},
    {GLX_BIND_TO_MIPMAP_TEXTURE_EXT, FIELD(zero), OFS_MATCH_EXACT, OFS_ANY},
    {GLX_BIND_TO_TEXTURE_TARGETS_EXT, FIELD(bind_targets), OFS_MATCH_MASK, OFS_ANY},
    {GLX_Y_INVERTED_EXT, FIELD(y_inverted), OFS_MATCH_EXACT, OFS_ANY},
};

const struct ofs_config_attribute *ofs_config_attributes(unsigned *count_out)
{
    *count_out = OFS_ARRAY_LEN(attributes);
    return attributes;
}

int ofs_config_value(const struct ofs_fbconfig *config, const struct ofs_config_attribute *attribute)
{
    int value;

    memcpy(&value, (const char *)config + attribute->offset, sizeof(value));
    return value;
}

static int egl_attrib(const struct ofs_egl *egl, EGLConfig config, EGLint attribute)
{
    EGLint value = 0;

    return egl->fn.eglGetConfigAttrib(egl->display, config, attribute, &value) ? value : 0;
}

/* Reads what does not differ between the forms. False if the config is of no use to GLX. */
static bool read_config(const struct ofs_egl *egl, EGLConfig config, struct ofs_fbconfig *out)
{
    int caveat = egl_attrib(egl, config, EGL_CONFIG_CAVEAT);

    memset(out, 0, sizeof(*out));
    if (!(egl_attrib(egl, config, EGL_SURFACE_TYPE) & EGL_PBUFFER_BIT) ||
        !(egl_attrib(egl, config, EGL_RENDERABLE_TYPE) & EGL_OPENGL_BIT) ||
        egl_attrib(egl, config, EGL_COLOR_BUFFER_TYPE) != EGL_RGB_BUFFER ||
        egl_attrib(egl, config, 0x3339 /* EGL_COLOR_COMPONENT_TYPE_EXT */) == 0x333B /* float */)
        return false;
    out->egl = config;
    out->buffer_size = egl_attrib(egl, config, EGL_BUFFER_SIZE);
    out->red_size = egl_attrib(egl, config, EGL_RED_SIZE);
    out->green_size = egl_attrib(egl, config, EGL_GREEN_SIZE);
    out->blue_size = egl_attrib(egl, config, EGL_BLUE_SIZE);
    out->alpha_size = egl_attrib(egl, config, EGL_ALPHA_SIZE);
    out->depth_size = egl_attrib(egl, config, EGL_DEPTH_SIZE);
    out->stencil_size = egl_attrib(egl, config, EGL_STENCIL_SIZE);
    out->sample_buffers = egl_attrib(egl, config, EGL_SAMPLE_BUFFERS);
    out->samples = egl_attrib(egl, config, EGL_SAMPLES);
    out->max_width = egl_attrib(egl, config, EGL_MAX_PBUFFER_WIDTH);
    out->max_height = egl_attrib(egl, config, EGL_MAX_PBUFFER_HEIGHT);
    out->max_pixels = egl_attrib(egl, config, EGL_MAX_PBUFFER_PIXELS);
    out->caveat = caveat == EGL_SLOW_CONFIG ? GLX_SLOW_CONFIG
                  : caveat == EGL_NON_CONFORMANT_CONFIG ? GLX_NON_CONFORMANT_CONFIG : GLX_NONE;
    out->caveat_rank = caveat == EGL_SLOW_CONFIG ? 1 : caveat == EGL_NON_CONFORMANT_CONFIG ? 2 : 0;
    out->none = GLX_NONE;
    out->swap_method = GLX_SWAP_UNDEFINED_OML;
    out->render_type = GLX_RGBA_BIT;
    out->drawable_type = GLX_PBUFFER_BIT;
    return true;
}

/* Some drivers list the colour space extension and then refuse the surfaces. */
static bool srgb_works(const struct ofs_egl *egl, EGLConfig config)
{
    static const EGLint attribs[] = {EGL_WIDTH, 1, EGL_HEIGHT, 1, EGL_GL_COLORSPACE_KHR, EGL_GL_COLORSPACE_SRGB_KHR,
                                     EGL_NONE};
    EGLSurface surface;

    if (!egl->gl_colorspace)
        return false;
    surface = egl->fn.eglCreatePbufferSurface(egl->display, config, attribs);
    if (surface == EGL_NO_SURFACE)
        return false;
    (void)egl->fn.eglDestroySurface(egl->display, surface);
    return true;
}

/* Appends the forms of one config for windows of one depth (0: none): with and without a back buffer, linear and sRGB. */
static void add_forms(struct ofs_config_list *list, const struct ofs_fbconfig *base, int depth, bool srgb)
{
    for (int form = 0; form < (srgb ? 4 : 2); form++) {
        struct ofs_fbconfig *config = &list->config[list->count];

        *config = *base;
        config->id = FIRST_ID + (int)list->count;
        config->double_buffer = !(form & 1);
        config->srgb = form >> 1;
        config->visual_depth = depth;
        if (depth)
            config->drawable_type |= GLX_WINDOW_BIT | GLX_PIXMAP_BIT;
        config->visual_type = depth ? GLX_TRUE_COLOR : GLX_NONE;
        config->x_renderable = depth != 0;
        config->bind_rgb = config->y_inverted = depth != 0;
        config->bind_rgba = depth == 32; /* the pixmaps of others have no alpha */
        config->bind_targets = depth ? GLX_TEXTURE_2D_BIT_EXT | GLX_TEXTURE_RECTANGLE_BIT_EXT : 0;
        list->count++;
    }
}

/* Windows of depth 24 first: where a program's wishes leave a tie, it gets the root's depth. Of the configs with
 * multisampling only those are for depth 24, as on other servers. */
static void add_config(struct ofs_config_list *list, const struct ofs_fbconfig *base, bool srgb, unsigned pass)
{
    bool bytes = base->red_size == 8 && base->green_size == 8 && base->blue_size == 8 &&
                 (base->alpha_size == 8 || base->alpha_size == 0);

    if (pass == 0 && bytes)
        add_forms(list, base, 24, srgb);
    else if (pass == 1 && bytes && base->alpha_size == 8 && !base->samples)
        add_forms(list, base, 32, srgb);
    else if (pass == 2 && !bytes)
        add_forms(list, base, 0, false);
}

static struct ofs_config_list *build(const struct ofs_egl *egl)
{
    EGLConfig handles[MAX_EGL_CONFIGS];
    struct ofs_fbconfig base;
    struct ofs_config_list *list;
    EGLint count = 0;
    int srgb = -1;

    if (!egl->fn.eglGetConfigs(egl->display, handles, MAX_EGL_CONFIGS, &count) || count <= 0)
        return NULL;
    list = calloc(1, sizeof(*list) + (size_t)count * MAX_FORMS * sizeof(list->config[0]));
    if (!list)
        return NULL;
    for (unsigned pass = 0; pass < 3; pass++)
        for (EGLint i = 0; i < count; i++) {
            if (!read_config(egl, handles[i], &base))
                continue;
            if (srgb < 0 && base.red_size == 8 && base.green_size == 8)
                srgb = srgb_works(egl, handles[i]);
            add_config(list, &base, srgb > 0, pass);
        }
    ofs_visuals_assign(list->config, list->count);
    return list;
}

static const struct ofs_config_list *get_list(void)
{
    struct ofs_config_list *list = atomic_load_explicit(&ofs_glx.configs, memory_order_acquire), *expected = NULL;
    const struct ofs_egl *egl;

    if (list)
        return list;
    egl = ofs_egl_open();
    list = egl ? build(egl) : NULL;
    if (!list)
        return NULL;
    if (!atomic_compare_exchange_strong(&ofs_glx.configs, &expected, list)) {
        free(list); /* another thread was first; the lists are the same */
        list = expected;
    } else {
        ofs_debug("%u configs", list->count);
    }
    return list;
}

const struct ofs_fbconfig *ofs_glx_configs(unsigned *count_out)
{
    const struct ofs_config_list *list = get_list();

    *count_out = list ? list->count : 0;
    return list ? list->config : NULL;
}

const struct ofs_fbconfig *ofs_glx_config(GLXFBConfig handle)
{
    unsigned count;
    const struct ofs_fbconfig *configs = ofs_glx_configs(&count);
    uintptr_t offset = (uintptr_t)handle - (uintptr_t)configs;

    if (!configs || offset >= count * sizeof(*configs) || offset % sizeof(*configs) != 0)
        return NULL;
    return &configs[offset / sizeof(*configs)];
}

const struct ofs_fbconfig *ofs_glx_config_by_id(int id)
{
    unsigned count;
    const struct ofs_fbconfig *configs = ofs_glx_configs(&count);

    return configs && id >= FIRST_ID && (unsigned)(id - FIRST_ID) < count ? &configs[id - FIRST_ID] : NULL;
}

bool ofs_glx_config_get(const struct ofs_fbconfig *config, int attribute, int *value_out)
{
    for (size_t i = 0; i < OFS_ARRAY_LEN(attributes); i++)
        if (attributes[i].name == attribute) {
            *value_out = ofs_config_value(config, &attributes[i]);
            return true;
        }
    return false;
}
