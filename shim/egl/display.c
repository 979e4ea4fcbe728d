#include "egl/egl.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "egl/device.h"
#include "egl/forked.h"
#include "hook/real.h"
#include "util/opt.h"

#define OFS_LOG_MODULE OFS_MOD_EGL
#include "util/log.h"

enum open_state { OPEN_NOT_YET, OPEN_RUNNING, OPEN_DONE };

/* All that this file remembers. The lock guards the two open_states only and is never held across EGL: a thread that finds
 * the work under way waits on the condition. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t done;
    enum open_state api_state, display_state;
    unsigned software_lost;  /* how many ancestors drew in software: their screens' threads stayed with them */
    struct ofs_egl_api api;
    struct ofs_egl egl;
    _Atomic(const struct ofs_egl_api *) api_ready; /* &api once it may be used */
    _Atomic(const struct ofs_egl *) ready;         /* &egl once it may be used */
} state = {.lock = PTHREAD_MUTEX_INITIALIZER, .done = PTHREAD_COND_INITIALIZER};

static const char mesa_log_level[] = "EGL_LOG_LEVEL";

/* True in the thread that is doing the work: what the driver calls meanwhile is not ours. */
static OFS_TLS bool opening, loading;

void ofs_egl_save_current(const struct ofs_egl_api *fn, struct ofs_egl_current *saved)
{
    saved->api = fn->eglQueryAPI();
    saved->context = fn->eglGetCurrentContext();
    saved->display = fn->eglGetCurrentDisplay();
    saved->draw = fn->eglGetCurrentSurface(EGL_DRAW);
    saved->read = fn->eglGetCurrentSurface(EGL_READ);
}

void ofs_egl_restore_current(const struct ofs_egl_api *fn, EGLDisplay ours, const struct ofs_egl_current *saved)
{
    if (saved->context != EGL_NO_CONTEXT)
        (void)fn->eglMakeCurrent(saved->display, saved->draw, saved->read, saved->context);
    else
        (void)fn->eglMakeCurrent(ours, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    (void)fn->eglBindAPI(saved->api);
}

static bool is_software_renderer(const char *renderer)
{
    static const char *const names[] = {"llvmpipe", "softpipe", "swrast", "Software Rasterizer"};

    for (size_t i = 0; renderer && i < OFS_ARRAY_LEN(names); i++)
        if (strstr(renderer, names[i]))
            return true;
    return false;
}

/* Makes a context current on a small pbuffer: hardware that is listed may still refuse (a device node that the user may
 * not open, a GPU without graphics), or turn out to be the software renderer under another name. */
static bool really_draws(const struct ofs_egl_api *fn, EGLDisplay display, char *why, size_t why_size)
{
    static const EGLint config_attribs[] = {EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT,
                                            EGL_RED_SIZE, 8, EGL_NONE};
    static const EGLint surface_attribs[] = {EGL_WIDTH, 16, EGL_HEIGHT, 16, EGL_NONE};
    EGLContext context = EGL_NO_CONTEXT;
    EGLSurface surface = EGL_NO_SURFACE;
    const unsigned char *(*get_string)(unsigned) = NULL;
    struct ofs_egl_current saved;
    EGLConfig config;
    EGLint count = 0;
    bool ok = false;

    ofs_egl_save_current(fn, &saved);
    (void)fn->eglBindAPI(EGL_OPENGL_API);
    if (!fn->eglChooseConfig(display, config_attribs, &config, 1, &count) || count < 1) {
        (void)snprintf(why, why_size, "it has no OpenGL config for pbuffers");
        goto restore;
    }
    context = fn->eglCreateContext(display, config, EGL_NO_CONTEXT, NULL);
    surface = fn->eglCreatePbufferSurface(display, config, surface_attribs);
    if (context == EGL_NO_CONTEXT || surface == EGL_NO_SURFACE ||
        !fn->eglMakeCurrent(display, surface, surface, context)) {
        (void)snprintf(why, why_size, "it refused a context (EGL error 0x%x)", (unsigned)fn->eglGetError());
        goto restore;
    }
    get_string = (const unsigned char *(*)(unsigned))fn->eglGetProcAddress("glGetString");
    if (get_string && is_software_renderer((const char *)get_string(0x1F01 /* GL_RENDERER */)))
        (void)snprintf(why, why_size, "it renders in software");
    else
        ok = true;
restore:
    ofs_egl_restore_current(fn, display, &saved);
    if (surface != EGL_NO_SURFACE)
        (void)fn->eglDestroySurface(display, surface);
    if (context != EGL_NO_CONTEXT)
        (void)fn->eglDestroyContext(display, context);
    return ok;
}

static EGLDisplay device_display(const struct ofs_egl_api *fn, EGLDeviceEXT device)
{
    return fn->eglGetPlatformDisplayEXT ? fn->eglGetPlatformDisplayEXT(EGL_PLATFORM_DEVICE_EXT, device, NULL)
                                        : EGL_NO_DISPLAY;
}

/* Opens one device; on failure `why` says what was wrong with it. */
static EGLDisplay try_device(const struct ofs_egl_api *fn, const struct ofs_egl_device *device, char *why, size_t size)
{
    EGLDisplay display = device_display(fn, device->handle);

    if (display == EGL_NO_DISPLAY || !fn->eglInitialize(display, NULL, NULL)) {
        (void)snprintf(why, size, "it cannot be opened (EGL error 0x%x)", (unsigned)fn->eglGetError());
        return EGL_NO_DISPLAY;
    }
    if (!device->software && !really_draws(fn, display, why, size)) {
        (void)fn->eglTerminate(display);
        return EGL_NO_DISPLAY;
    }
    return display;
}

/* Mesa's software device, else whatever surfaceless Mesa gives. These are two screens, each with threads of its own: a
 * child that was forked from a process that draws has the second one left, and its child none. */
static EGLDisplay open_software(struct ofs_egl *egl, const struct ofs_egl_device *devices, unsigned count)
{
    const struct ofs_egl_api *fn = &egl->fn;
    EGLDisplay display;
    char why[128];

    if (state.software_lost)
        ofs_egl_stand_in();
    for (unsigned i = 0; i < count && !state.software_lost; i++) {
        if (!devices[i].software)
            continue;
        display = try_device(fn, &devices[i], why, sizeof(why));
        if (display != EGL_NO_DISPLAY) {
            (void)snprintf(egl->device, sizeof(egl->device), "%s", devices[i].name);
            return display;
        }
    }
    if (state.software_lost > 1 || !fn->eglGetPlatformDisplayEXT ||
        !ofs_has_word(fn->eglQueryString(EGL_NO_DISPLAY, EGL_EXTENSIONS), "EGL_MESA_platform_surfaceless"))
        return EGL_NO_DISPLAY;
    display = fn->eglGetPlatformDisplayEXT(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, NULL);
    if (display == EGL_NO_DISPLAY || !fn->eglInitialize(display, NULL, NULL))
        return EGL_NO_DISPLAY;
    (void)snprintf(egl->device, sizeof(egl->device), "Mesa surfaceless");
    return display;
}

static bool open_steps(struct ofs_egl *egl, const struct ofs_egl_device *devices, const struct ofs_device_plan *plan,
                       char *problem, size_t size)
{
    for (unsigned i = 0; i < plan->count; i++) {
        const struct ofs_egl_device *device = &devices[plan->step[i].device];
        char why[128] = "";

        if (device->software && state.software_lost)
            continue;
        egl->display = try_device(&egl->fn, device, why, sizeof(why));
        if (egl->display != EGL_NO_DISPLAY) {
            egl->software = device->software;
            (void)snprintf(egl->device, sizeof(egl->device), "%s", device->name);
            (void)snprintf(egl->reason, sizeof(egl->reason), "%s", plan->step[i].reason);
            return true;
        }
        ofs_info("%s: %s", device->name, why);
        if (i == 0)
            (void)snprintf(problem, size, "%s: %s", device->name, why);
    }
    return false;
}

/* Mesa complains on stderr about devices that it cannot open, which a container may well list; what came of it is ours to
 * say. Mesa reads the variable once, so that it need not stay for children to inherit. */
static bool quiet_mesa(const struct ofs_egl_device *devices, unsigned count)
{
    bool hardware = false;

    for (unsigned i = 0; i < count; i++)
        hardware = hardware || !devices[i].software;
    return hardware && !ofs_log_enabled(OFS_LOG_MODULE, OFS_LOG_DEBUG) && !getenv(mesa_log_level) &&
           setenv(mesa_log_level, "fatal", 0) == 0;
}

static bool choose_display(struct ofs_egl *egl, const char *wanted)
{
    struct ofs_egl_device devices[OFS_MAX_DEVICES];
    struct ofs_device_plan plan;
    struct ofs_gpu_request request;
    char problem[256] = "";
    unsigned count;
    bool quiet, opened;

    if (ofs_gpu_parse(wanted, &request) != OFS_OK) {
        ofs_log_refuse("OFFSTAGE_GPU=%s is not one of auto, cuda:N, egl:N, software: no OpenGL context can be had", wanted);
        return false;
    }
    count = ofs_egl_devices(&egl->fn, devices, OFS_MAX_DEVICES);
    quiet = quiet_mesa(devices, count);
    ofs_device_plan_make(&request, devices, count, getenv("CUDA_VISIBLE_DEVICES"), &plan);
    (void)snprintf(problem, sizeof(problem), "%s", plan.problem);
    opened = open_steps(egl, devices, &plan, problem, sizeof(problem));
    if (quiet)
        (void)unsetenv(mesa_log_level);
    if (opened)
        return true;
    if (!plan.may_fall_back && request.kind != OFS_GPU_SOFTWARE) {
        ofs_log_refuse("the GPU %s cannot be had: %s; choose another with --gpu, or --gpu software", wanted, problem);
        return false;
    }
    egl->display = open_software(egl, devices, count);
    if (egl->display == EGL_NO_DISPLAY) {
        ofs_log_refuse("no OpenGL can be had: %s%sMesa's software renderer was not found or could not be loaded (Debian: "
                           "libegl-mesa0 and libgl1-mesa-dri)", problem, problem[0] ? "; " : "");
        return false;
    }
    egl->software = true;
    if (request.kind == OFS_GPU_SOFTWARE) {
        (void)snprintf(egl->reason, sizeof(egl->reason), "software: asked for");
    } else {
        (void)snprintf(egl->reason, sizeof(egl->reason), "auto: software, because %.200s", problem);
        ofs_log_user("drawing in software: %s", problem);
    }
    return true;
}

static void read_extensions(struct ofs_egl *egl)
{
    const char *list = egl->fn.eglQueryString(egl->display, EGL_EXTENSIONS);

    egl->no_config_context = ofs_has_word(list, "EGL_KHR_no_config_context") ||
                             ofs_has_word(list, "EGL_MESA_configless_context");
    egl->create_context = ofs_has_word(list, "EGL_KHR_create_context");
    egl->create_context_no_error = ofs_has_word(list, "EGL_KHR_create_context_no_error");
    egl->robustness = egl->create_context; /* desktop GL; for ES there is EGL_EXT_create_context_robustness */
    egl->flush_control = ofs_has_word(list, "EGL_KHR_context_flush_control");
    egl->gl_colorspace = ofs_has_word(list, "EGL_KHR_gl_colorspace");
    egl->surfaceless_context = ofs_has_word(list, "EGL_KHR_surfaceless_context");
}

/* True if the caller is to do the work, false if it is done. */
static bool begin(enum open_state *work)
{
    bool mine;

    (void)pthread_mutex_lock(&state.lock);
    while (*work == OPEN_RUNNING)
        (void)pthread_cond_wait(&state.done, &state.lock);
    mine = *work == OPEN_NOT_YET;
    if (mine)
        *work = OPEN_RUNNING;
    (void)pthread_mutex_unlock(&state.lock);
    return mine;
}

static void end(enum open_state *work)
{
    (void)pthread_mutex_lock(&state.lock);
    *work = OPEN_DONE;
    (void)pthread_cond_broadcast(&state.done);
    (void)pthread_mutex_unlock(&state.lock);
}

bool ofs_egl_api_loaded(void)
{
    return atomic_load_explicit(&state.api_ready, memory_order_acquire) != NULL;
}

const struct ofs_egl_api *ofs_egl_api_get(void)
{
    const struct ofs_egl_api *api = atomic_load_explicit(&state.api_ready, memory_order_acquire);
    struct ofs_egl_vendor_hint hint;
    int saved_errno = errno;

    if (api || loading)
        return api;
    if (begin(&state.api_state)) {
        loading = true;
        ofs_egl_vendor_hint_begin(&hint);
        if (ofs_egl_api_load(&state.api) == OFS_OK) /* asks for a client string, and so loads the vendors */
            atomic_store_explicit(&state.api_ready, &state.api, memory_order_release);
        else
            ofs_log_refuse("no OpenGL can be had: libEGL.so.1 was not found (Debian: libegl1, libegl-mesa0)");
        ofs_egl_vendor_hint_end(&hint);
        loading = false;
        end(&state.api_state);
    }
    errno = saved_errno;
    return atomic_load_explicit(&state.api_ready, memory_order_acquire);
}

static bool open_now(void)
{
    const struct ofs_egl_api *api = ofs_egl_api_get();

    if (!api)
        return false;
    memset(&state.egl, 0, sizeof(state.egl));
    state.egl.fn = *api;
    if (!choose_display(&state.egl, ofs_options_get()->gpu))
        return false;
    read_extensions(&state.egl);
    if (state.egl.software)
        ofs_egl_watch_forks();
    ofs_info("display: %s; %s", state.egl.device, state.egl.reason);
    return true;
}

const struct ofs_egl *ofs_egl_opened(void)
{
    return atomic_load_explicit(&state.ready, memory_order_acquire);
}

const struct ofs_egl *ofs_egl_open(void)
{
    const struct ofs_egl *egl = ofs_egl_opened();
    int saved_errno = errno;

    if (egl || opening)
        return egl;
    if (begin(&state.display_state)) {
        opening = true;
        if (open_now())
            atomic_store_explicit(&state.ready, &state.egl, memory_order_release);
        opening = false;
        end(&state.display_state);
    }
    errno = saved_errno;
    return ofs_egl_opened();
}

void ofs_egl_fork_child(void)
{
    /* Its threads are not in this process, so that a frame would never end; another platform gets another screen. */
    state.software_lost += atomic_load(&state.ready) && state.egl.software;
    (void)pthread_mutex_init(&state.lock, NULL);
    (void)pthread_cond_init(&state.done, NULL);
    if (state.api_state == OPEN_RUNNING)
        state.api_state = OPEN_NOT_YET;
    state.display_state = OPEN_NOT_YET;
    opening = loading = false;
    atomic_store(&state.ready, NULL);
}
