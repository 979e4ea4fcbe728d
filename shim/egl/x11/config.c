/* EGLConfigs for X11: the real display's, in the forms that windows and pixmaps of X may have. */
#include <stdlib.h>
#include <string.h>

#include "egl/x11/eglx.h"

#define MAX_REAL_CONFIGS 1024
#define X_TRUE_COLOR     4
/* What surfaces of ours can do, whatever the real display says. */
#define OWN_SURFACE_BITS (EGL_WINDOW_BIT | EGL_PIXMAP_BIT | EGL_SWAP_BEHAVIOR_PRESERVED_BIT)
#define COMPONENT_TYPE   0x3339 /* EGL_COLOR_COMPONENT_TYPE_EXT */
#define COMPONENT_FLOAT  0x333B

struct config_list {
    unsigned count;
    struct ofs_egl_config config[];
};

/* Built at the first call and then constant. */
static _Atomic(struct config_list *) known;

void ofs_eglx_configs_fork_child(void)
{
    atomic_store(&known, NULL);
}

static EGLint real_attrib(const struct ofs_egl *egl, EGLConfig config, EGLint attribute)
{
    EGLint value = 0;

    return egl->fn.eglGetConfigAttrib(egl->display, config, attribute, &value) ? value : 0;
}

static unsigned visual_of_depth(unsigned depth)
{
    unsigned count;
    const struct ofs_visual *visuals = ofs_xview_visuals(&count);

    for (unsigned i = 0; i < count; i++)
        if (visuals[i].depth == depth)
            return visuals[i].id;
    return 0;
}

static bool fits_visuals(const struct ofs_egl *egl, EGLConfig config)
{
    EGLint alpha = real_attrib(egl, config, EGL_ALPHA_SIZE);

    return (real_attrib(egl, config, EGL_SURFACE_TYPE) & EGL_PBUFFER_BIT) &&
           real_attrib(egl, config, EGL_COLOR_BUFFER_TYPE) == EGL_RGB_BUFFER &&
           real_attrib(egl, config, COMPONENT_TYPE) != COMPONENT_FLOAT &&
           real_attrib(egl, config, EGL_RED_SIZE) == 8 && real_attrib(egl, config, EGL_GREEN_SIZE) == 8 &&
           real_attrib(egl, config, EGL_BLUE_SIZE) == 8 && (alpha == 0 || alpha == 8);
}

static void add(const struct ofs_egl *egl, struct config_list *list, EGLConfig real, unsigned depth, EGLint id)
{
    struct ofs_egl_config *config = &list->config[list->count];

    config->visual = visual_of_depth(depth);
    if (!config->visual)
        return;
    config->egl = real;
    config->id = id;
    config->depth = depth;
    config->surface_type = real_attrib(egl, real, EGL_SURFACE_TYPE) | OWN_SURFACE_BITS;
    list->count++;
}

static struct config_list *build(const struct ofs_egl *egl)
{
    EGLConfig handles[MAX_REAL_CONFIGS];
    struct config_list *list;
    EGLint count = 0, last_id = 0;

    if (!egl->fn.eglGetConfigs(egl->display, handles, MAX_REAL_CONFIGS, &count) || count <= 0)
        return NULL;
    list = calloc(1, sizeof(*list) + 2 * (size_t)count * sizeof(list->config[0]));
    if (!list)
        return NULL;
    for (EGLint i = 0; i < count; i++) {
        EGLint id = real_attrib(egl, handles[i], EGL_CONFIG_ID);

        if (id > last_id)
            last_id = id;
        if (fits_visuals(egl, handles[i]))
            add(egl, list, handles[i], 24, id);
    }
    for (EGLint i = 0; i < count; i++)
        if (fits_visuals(egl, handles[i]) && real_attrib(egl, handles[i], EGL_ALPHA_SIZE) == 8)
            add(egl, list, handles[i], 32, ++last_id);
    return list;
}

static const struct config_list *get_list(void)
{
    struct config_list *list = atomic_load_explicit(&known, memory_order_acquire), *expected = NULL;
    const struct ofs_egl *egl = ofs_egl_opened();

    if (list || !egl)
        return list;
    list = build(egl);
    if (list && !atomic_compare_exchange_strong(&known, &expected, list)) {
        free(list); /* another thread was first; the lists are the same */
        list = expected;
    }
    return list;
}

const struct ofs_egl_config *ofs_eglx_config(EGLConfig handle)
{
    const struct config_list *list = get_list();
    uintptr_t offset = list ? (uintptr_t)handle - (uintptr_t)list->config : 0;

    if (!list || offset >= list->count * sizeof(list->config[0]) || offset % sizeof(list->config[0]) != 0)
        return NULL;
    return &list->config[offset / sizeof(list->config[0])];
}

/* -- what the program asks ---------------------------------------------------------------------------------------- */

OFS_EXPORT EGLBoolean eglGetConfigAttrib(EGLDisplay handle, EGLConfig config_handle, EGLint attribute, EGLint *value)
{
    const struct ofs_egl_display *display = ofs_eglx_display(handle);
    const struct ofs_egl_config *config;
    EGLint own;

    if (!display)
        return OFS_EGLX_PASS(eglGetConfigAttrib, handle, config_handle, attribute, value);
    if (!ofs_eglx_ready(display))
        return EGL_FALSE;
    config = ofs_eglx_config(config_handle);
    if (!config)
        return OFS_EGLX_FAIL(EGL_BAD_CONFIG);
    if (!value)
        return OFS_EGLX_FAIL(EGL_BAD_PARAMETER);
    switch (attribute) {
    case EGL_CONFIG_ID:
        own = config->id;
        break;
    case EGL_SURFACE_TYPE:
        own = config->surface_type;
        break;
    case EGL_NATIVE_RENDERABLE:
        own = EGL_TRUE;
        break;
    case EGL_NATIVE_VISUAL_ID:
        own = (EGLint)config->visual;
        break;
    case EGL_NATIVE_VISUAL_TYPE:
        own = X_TRUE_COLOR;
        break;
    default:
        return OFS_EGLX_PASS(eglGetConfigAttrib, ofs_egl_opened()->display, config->egl, attribute, value);
    }
    *value = own;
    return OFS_EGLX_DONE();
}

OFS_EXPORT EGLBoolean eglGetConfigs(EGLDisplay handle, EGLConfig *configs, EGLint size, EGLint *count_out)
{
    const struct ofs_egl_display *display = ofs_eglx_display(handle);
    const struct config_list *list;
    EGLint count;

    if (!display)
        return OFS_EGLX_PASS(eglGetConfigs, handle, configs, size, count_out);
    if (!ofs_eglx_ready(display))
        return EGL_FALSE;
    if (!count_out)
        return OFS_EGLX_FAIL(EGL_BAD_PARAMETER);
    list = get_list();
    count = list ? (EGLint)list->count : 0;
    if (configs && size < count)
        count = size > 0 ? size : 0;
    for (EGLint i = 0; configs && i < count; i++)
        configs[i] = (EGLConfig)&list->config[i];
    *count_out = count;
    return OFS_EGLX_DONE();
}

/* -- choosing ----------------------------------------------------------------------------------------------------- */

/* What eglChooseConfig's list asks of us; the rest is the real display's to judge and to sort. */
struct wish {
    EGLint id;                    /* EGL_CONFIG_ID, which stands for all else; EGL_DONT_CARE: not given */
    bool renderable_unwanted;     /* EGL_NATIVE_RENDERABLE is to be false, which it never is */
    EGLint visual_type;
    unsigned depth;               /* of EGL_MATCH_NATIVE_PIXMAP's pixmap, 0 = not given */
    EGLint real[2 * OFS_EGLX_MAX_PAIRS + 3];
};

static void put(EGLint **at, EGLAttrib name, EGLAttrib value)
{
    *(*at)++ = (EGLint)name;
    *(*at)++ = (EGLint)value;
}

/* EGL_SUCCESS, or the error of the list. */
static EGLint read_wish(const struct ofs_egl_display *display, const struct ofs_eglx_list *list, struct wish *wish)
{
    EGLint *at = wish->real;
    bool surface_type_given = false;
    struct ofs_xdrawable *x;

    wish->id = wish->visual_type = EGL_DONT_CARE;
    wish->renderable_unwanted = false;
    wish->depth = 0;
    for (unsigned i = 0; i < list->count; i++) {
        EGLAttrib name = list->pair[i].name, value = list->pair[i].value;

        switch (name) {
        case EGL_CONFIG_ID:
            wish->id = (EGLint)value;
            break;
        case EGL_SURFACE_TYPE:
            surface_type_given = true;
            if (value != EGL_DONT_CARE)
                value = (value & ~(EGLAttrib)OWN_SURFACE_BITS) | EGL_PBUFFER_BIT;
            put(&at, name, value);
            break;
        case EGL_NATIVE_RENDERABLE:
            if (value != EGL_TRUE && value != EGL_FALSE && value != EGL_DONT_CARE)
                return EGL_BAD_ATTRIBUTE;
            wish->renderable_unwanted = value == EGL_FALSE;
            break;
        case EGL_NATIVE_VISUAL_TYPE:
            wish->visual_type = (EGLint)value;
            break;
        case EGL_NATIVE_VISUAL_ID:
            break; /* EGL 1.5 section 3.4.1.2: ignored */
        case EGL_MATCH_NATIVE_PIXMAP:
            if (value == EGL_NONE || value == EGL_DONT_CARE)
                break;
            x = ofs_native_drawable(display, (uint32_t)value, OFS_XDRAWABLE_PIXMAP);
            if (!x)
                return EGL_BAD_NATIVE_PIXMAP;
            wish->depth = x->depth;
            ofs_xview_release(x);
            break;
        default:
            put(&at, name, value);
        }
    }
    if (!surface_type_given)
        put(&at, EGL_SURFACE_TYPE, EGL_PBUFFER_BIT); /* for EGL_WINDOW_BIT, which would be the default */
    *at = EGL_NONE;
    return EGL_SUCCESS;
}

static bool matches(const struct wish *wish, const struct ofs_egl_config *config)
{
    if (wish->id != EGL_DONT_CARE)
        return config->id == wish->id;
    return !wish->renderable_unwanted && (!wish->depth || config->depth == wish->depth) &&
           (wish->visual_type == EGL_DONT_CARE || wish->visual_type == X_TRUE_COLOR);
}

struct choice {
    EGLConfig *configs;
    EGLint size, count;
};

static void choose(struct choice *choice, const struct config_list *list, const struct wish *wish, EGLConfig real)
{
    for (unsigned i = 0; i < list->count; i++) {
        const struct ofs_egl_config *config = &list->config[i];

        if ((real && config->egl != real) || !matches(wish, config))
            continue;
        if (choice->configs && choice->count >= choice->size)
            return;
        if (choice->configs)
            choice->configs[choice->count] = (EGLConfig)config;
        choice->count++;
    }
}

OFS_EXPORT EGLBoolean eglChooseConfig(EGLDisplay handle, const EGLint *attributes, EGLConfig *configs, EGLint size,
                                      EGLint *count_out)
{
    const struct ofs_egl_display *display = ofs_eglx_display(handle);
    const struct ofs_egl *egl;
    const struct config_list *own;
    EGLConfig real[MAX_REAL_CONFIGS];
    struct choice choice = {configs, size, 0};
    struct ofs_eglx_list list;
    struct wish wish;
    EGLint count = 0, error;

    if (!display)
        return OFS_EGLX_PASS(eglChooseConfig, handle, attributes, configs, size, count_out);
    if (!ofs_eglx_ready(display))
        return EGL_FALSE;
    if (!count_out)
        return OFS_EGLX_FAIL(EGL_BAD_PARAMETER);
    if (!ofs_eglx_list_read(&list, attributes))
        return OFS_EGLX_FAIL(EGL_BAD_ATTRIBUTE);
    error = read_wish(display, &list, &wish);
    if (error != EGL_SUCCESS)
        return OFS_EGLX_FAIL(error);
    egl = ofs_egl_opened();
    own = get_list();
    if (!egl->fn.eglChooseConfig(egl->display, wish.real, real, MAX_REAL_CONFIGS, &count))
        return OFS_EGLX_FAIL(egl->fn.eglGetError());
    if (own && wish.id != EGL_DONT_CARE)
        choose(&choice, own, &wish, NULL);
    else
        for (EGLint i = 0; own && i < count; i++)
            choose(&choice, own, &wish, real[i]);
    *count_out = choice.count;
    return OFS_EGLX_DONE();
}
