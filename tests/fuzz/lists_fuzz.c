/* libFuzzer target: attribute lists of GLX and EGL, through the functions that take them, on the machine's own EGL.
 *
 * An input is a row of calls: u8 function, u8 pairs (bit 7: the list does not end), then for each pair u8 name, u8 value: of
 * tables below, or, above them, three more bytes that are the number itself. No X connection is made: the GLX functions
 * take any display for ours, and what they would ask of it is answered here. */
#define EGL_EGLEXT_PROTOTYPES
#define GLX_GLXEXT_PROTOTYPES
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GL/glx.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "glx/private.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* ---- what is not here: a connection ---- */

bool __wrap_ofs_glx_is_ours(Display *dpy);
void __wrap_ofs_glx_sync(Display *dpy);
void __wrap_ofs_glx_raise(Display *dpy, enum ofs_glx_error_kind kind, int code, int minor, uint32_t value);
XID __wrap_ofs_glx_new_xid(Display *dpy);
XVisualInfo *__wrap_ofs_glx_visual_info(Display *dpy, unsigned visual_id);

static volatile uint32_t seen;

bool __wrap_ofs_glx_is_ours(Display *dpy) { return dpy != NULL; }
void __wrap_ofs_glx_sync(Display *dpy) { (void)dpy; }
void __wrap_ofs_glx_raise(Display *dpy, enum ofs_glx_error_kind kind, int code, int minor, uint32_t value)
{
    (void)dpy;
    seen += (uint32_t)kind + (uint32_t)code + (uint32_t)minor + value;
}
XID __wrap_ofs_glx_new_xid(Display *dpy)
{
    static XID last = 0x200000;
    (void)dpy;
    return ++last;
}
XVisualInfo *__wrap_ofs_glx_visual_info(Display *dpy, unsigned visual_id)
{
    (void)dpy;
    seen += visual_id;
    return NULL;
}

/* ---- lists ---- */

static const int names[] = {
    GLX_USE_GL,
    GLX_BUFFER_SIZE,
    GLX_RGBA,
    GLX_DOUBLEBUFFER,
    GLX_STEREO,
    GLX_RED_SIZE,
    GLX_ALPHA_SIZE,
    GLX_DEPTH_SIZE,
    GLX_STENCIL_SIZE,
    GLX_ACCUM_RED_SIZE,
    GLX_CONFIG_CAVEAT,
    GLX_X_VISUAL_TYPE,
    GLX_TRANSPARENT_TYPE,
    GLX_DRAWABLE_TYPE,
    GLX_RENDER_TYPE,
    GLX_X_RENDERABLE,
    GLX_FBCONFIG_ID,
    GLX_SAMPLES,
    GLX_SAMPLE_BUFFERS,
    GLX_FRAMEBUFFER_SRGB_CAPABLE_ARB,
    GLX_PBUFFER_WIDTH,
    GLX_PBUFFER_HEIGHT,
    GLX_PRESERVED_CONTENTS,
    GLX_LARGEST_PBUFFER,
    GLX_SCREEN,
    GLX_VISUAL_ID,
    GLX_CONTEXT_MAJOR_VERSION_ARB,
    GLX_CONTEXT_MINOR_VERSION_ARB,
    GLX_CONTEXT_FLAGS_ARB,
    GLX_CONTEXT_PROFILE_MASK_ARB,
    GLX_CONTEXT_RESET_NOTIFICATION_STRATEGY_ARB,
    GLX_CONTEXT_RELEASE_BEHAVIOR_ARB,
    GLX_CONTEXT_OPENGL_NO_ERROR_ARB,
    EGL_WIDTH,
    EGL_HEIGHT,
    EGL_RED_SIZE,
    EGL_ALPHA_SIZE,
    EGL_DEPTH_SIZE,
    EGL_SURFACE_TYPE,
    EGL_RENDERABLE_TYPE,
    EGL_CONFIG_ID,
    EGL_MATCH_NATIVE_PIXMAP,
    EGL_NATIVE_VISUAL_TYPE,
    EGL_NATIVE_VISUAL_ID,
    EGL_NATIVE_RENDERABLE,
    EGL_SAMPLES,
    EGL_CONTEXT_MAJOR_VERSION,
    EGL_CONTEXT_MINOR_VERSION,
    EGL_CONTEXT_OPENGL_PROFILE_MASK,
    EGL_CONTEXT_OPENGL_DEBUG,
    EGL_CONTEXT_OPENGL_FORWARD_COMPATIBLE,
    EGL_CONTEXT_OPENGL_ROBUST_ACCESS,
    EGL_CONTEXT_FLAGS_KHR,
    EGL_RENDER_BUFFER,
    EGL_GL_COLORSPACE,
    EGL_LARGEST_PBUFFER,
    EGL_TEXTURE_FORMAT,
    EGL_TEXTURE_TARGET,
    EGL_MIPMAP_TEXTURE,
    EGL_COLOR_BUFFER_TYPE,
    EGL_TRANSPARENT_TYPE,
    EGL_CONFORMANT,
    EGL_VG_COLORSPACE,
    EGL_VG_ALPHA_FORMAT,
    EGL_PROTECTED_CONTENT_EXT,
    EGL_PLATFORM_X11_SCREEN_KHR,
    EGL_TRACK_REFERENCES_KHR,
    EGL_SYNC_CONDITION,
    EGL_GL_TEXTURE_LEVEL,
    EGL_IMAGE_PRESERVED,
};
static const int values[] = { 0,      1,          2,         3,      4,      8,      16,     24,     32,     -1,
                              -2,     0x7FFFFFFF, INT32_MIN, 0x8000, 0x8001, 0x8002, 0x8014, 0x8191, 0x9126, 0x8252,
                              0x305C, 0x305E,     0x3038,    0x3084, 0x3085, 0x3089, 0x308A, 0x31BE, 0x31BF, 100 };

enum { MOST = 600, PAGE = 4096 };

struct reader {
    const uint8_t *at, *end;
};
static unsigned byte(struct reader *r) { return r->at < r->end ? *r->at++ : 0; }

static int number(struct reader *r, const int *table, unsigned count)
{
    unsigned pick = byte(r);
    if (pick < 2 * count && pick < 224)
        return table[pick % count];
    unsigned low = byte(r);
    return (int)(low | byte(r) << 8 | byte(r) << 24);
}

/* A list at the very end of the memory that can be read. */
struct list {
    uint8_t *pages;
    size_t page_bytes;
    int *narrow; /* of EGLint and int */
    EGLAttrib *wide;
    int own[2 * MOST + 1]; /* as read; a copy of the narrow one where that must end */
    unsigned count;
    bool endless;
};

static bool is_side(int name)
{
    return name == EGL_WIDTH || name == EGL_HEIGHT || name == GLX_PBUFFER_WIDTH || name == GLX_PBUFFER_HEIGHT;
}

static void read_list(struct reader *r, struct list *list)
{
    unsigned shape = byte(r), pairs = shape & 31;
    list->endless = shape & 128;
    list->count = 0;
    if ((shape & 0x60) == 0x60) /* the same again and again */
        pairs = MOST;
    for (unsigned i = 0; i < pairs; i++) {
        bool again = i >= 4 && pairs == MOST;
        int name = again ? list->own[list->count - 8] : number(r, names, sizeof names / sizeof *names);
        int value = again ? list->own[list->count - 7] : number(r, values, sizeof values / sizeof *values);
        if (is_side(name) && value > 64 && value < 100000) /* memory is not what is tried */
            value = 64;
        list->own[list->count++] = name;
        list->own[list->count++] = value;
    }
    list->own[list->count] = EGL_NONE;
}

/* The list in the last bytes before a page that cannot be read; without its end, if it is to have none. GLX's ends with 0,
 * EGL's with EGL_NONE. */
static const int *narrow(struct list *list, int end)
{
    unsigned n = list->count + !list->endless;
    list->own[list->count] = end;
    list->narrow = (int *)(void *)(list->pages + list->page_bytes) - n;
    memcpy(list->narrow, list->own, n * sizeof(int));
    return list->narrow;
}
static const EGLAttrib *wide(struct list *list)
{
    unsigned n = list->count + !list->endless;
    list->own[list->count] = EGL_NONE;
    list->wide = (EGLAttrib *)(void *)(list->pages + list->page_bytes) - n;
    for (unsigned i = 0; i < n; i++)
        list->wide[i] = list->own[i];
    return list->wide;
}
/* GLX has no way to tell that memory ends: a list without end is one that is long. */
static const int *of_glx(struct list *list)
{
    if (list->count < 2 * MOST)
        list->endless = false;
    return narrow(list, None);
}

/* Where booleans have no value, the last number may be a name, whose value the end would be: that has one more after it. */
static int *of_visual(struct list *list)
{
    if (list->count < 2 * MOST)
        list->own[list->count++] = None;
    return (int *)(uintptr_t)of_glx(list);
}

/* ---- calls ---- */

static Display *const dpy = (Display *)(uintptr_t)8;
static EGLDisplay egl;
static EGLConfig egl_config;
static GLXFBConfig glx_config;
static struct list list;

static void with_glx(unsigned function)
{
    int count = 0;
    GLXContext context;
    GLXPbuffer pbuffer;
    switch (function) {
    case 0: free(glXChooseFBConfig(dpy, 0, of_glx(&list), &count)); break;
    case 1: seen += glXChooseVisual(dpy, 0, of_visual(&list)) != NULL; break;
    case 2:
    case 3:
        context = glXCreateContextAttribsARB(dpy, function == 2 ? glx_config : NULL, NULL, True, of_glx(&list));
        if (context)
            glXDestroyContext(dpy, context);
        break;
    default:
        pbuffer = glXCreatePbuffer(dpy, glx_config, of_glx(&list));
        if (pbuffer)
            glXDestroyPbuffer(dpy, pbuffer);
        break;
    }
}

static void with_egl(unsigned function)
{
    EGLConfig configs[8];
    EGLint count = 0;
    Window nobody = 0x200001;
    EGLSurface surface = EGL_NO_SURFACE;
    EGLContext context;
    EGLSync sync;
    EGLImage image;
    switch (function) {
    case 0: eglChooseConfig(egl, narrow(&list, EGL_NONE), configs, 8, &count); break;
    case 1: surface = eglCreatePbufferSurface(egl, egl_config, narrow(&list, EGL_NONE)); break;
    case 2: surface = eglCreateWindowSurface(egl, egl_config, 0x200001, narrow(&list, EGL_NONE)); break;
    case 3: surface = eglCreatePlatformWindowSurface(egl, egl_config, &nobody, wide(&list)); break;
    case 4: surface = eglCreatePixmapSurface(egl, egl_config, 0x200001, narrow(&list, EGL_NONE)); break;
    case 5:
    case 6:
        eglBindAPI(function == 5 ? EGL_OPENGL_API : EGL_OPENGL_ES_API);
        context = eglCreateContext(egl, egl_config, EGL_NO_CONTEXT, narrow(&list, EGL_NONE));
        if (context)
            eglDestroyContext(egl, context);
        break;
    case 7:
        sync = eglCreateSync(egl, EGL_SYNC_FENCE, wide(&list));
        if (sync)
            eglDestroySync(egl, sync);
        break;
    case 8:
        image = eglCreateImage(egl, EGL_NO_CONTEXT, EGL_GL_TEXTURE_2D, NULL, wide(&list));
        if (image)
            eglDestroyImage(egl, image);
        break;
    default: seen += eglGetPlatformDisplay(EGL_PLATFORM_X11_KHR, NULL, wide(&list)) != NULL; break;
    }
    if (surface)
        eglDestroySurface(egl, surface);
    seen += (uint32_t)eglGetError();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    EGLint count = 0;
    (void)argc;
    (void)argv;
    setenv("OFFSTAGE_GPU", "software", 0);
    setenv("EGL_LOG_LEVEL", "fatal", 0);
    list.page_bytes = 4 * PAGE;
    list.pages = mmap(NULL, list.page_bytes + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (list.pages == MAP_FAILED || mprotect(list.pages + list.page_bytes, PAGE, PROT_NONE))
        abort();
    egl = eglGetPlatformDisplay(EGL_PLATFORM_X11_KHR, NULL, NULL);
    GLXFBConfig *configs = glXChooseFBConfig(dpy, 0, NULL, &count);
    glx_config = configs && count ? configs[0] : NULL;
    free(configs);
    if (!eglInitialize(egl, NULL, NULL) || !eglChooseConfig(egl, NULL, &egl_config, 1, &count) || !count ||
        !glx_config) {
        fprintf(stderr, "no OpenGL can be had here\n");
        exit(77);
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reader r = { data, data + size };
    for (unsigned calls = 0; calls < 8 && r.at < r.end; calls++) {
        unsigned function = byte(&r);
        read_list(&r, &list);
        if (function & 1)
            with_egl(function / 2 % 10);
        else
            with_glx(function / 2 % 5);
    }
    return 0;
}
