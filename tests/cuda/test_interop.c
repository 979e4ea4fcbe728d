/* From a drawn frame to an observation: GL of the software renderer, the texture of capture/texture.c, the CUDA
 * module, and the stand-in for libcuda that reads the texture by GL. Against glReadPixels and the scalar reference. */
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GL/gl.h>
#include <GL/glext.h>

#include "capture/readback.h"
#include "capture/texture.h"
#include "module.h"
#include "random_plan.h"

#define WIDTH  93
#define HEIGHT 57
#define PITCH  (WIDTH * 4)

const unsigned char ofs_cuda_fatbin[16]; /* the stand-in has the kernels itself */

static char why[WHY];
static unsigned char frames[2][PITCH * HEIGHT]; /* BGRA, top row first; [0] is the newest */

static void *get_proc(const char *name) { return (void *)eglGetProcAddress(name); }

#define GL(result, name, ...) ((result(*)(__VA_ARGS__))get_proc(#name))

static void draw(uint32_t phase)
{
    GL(void, glEnable, GLenum)(GL_SCISSOR_TEST);
    for (int i = 0; i < 40; i++) {
        GL(void, glScissor, GLint, GLint, GLsizei, GLsizei)
        ((GLint)random_below(WIDTH), (GLint)random_below(HEIGHT), (GLsizei)random_below(WIDTH),
         (GLsizei)random_below(HEIGHT));
        GL(void, glClearColor, float, float, float, float)
        ((float)random_below(256) / 255, (float)random_below(256) / 255, (float)(phase % 256) / 255, (float)i / 40);
        GL(void, glClear, GLbitfield)(GL_COLOR_BUFFER_BIT);
    }
    GL(void, glDisable, GLenum)(GL_SCISSOR_TEST);
    memcpy(frames[1], frames[0], sizeof frames[0]);
    CHECK(ofs_readback(WIDTH, HEIGHT, frames[0]) == OFS_OK);
}

static bool open_gl(void)
{
    static const EGLint config_attribs[] = { EGL_SURFACE_TYPE,    EGL_PBUFFER_BIT, EGL_RED_SIZE, 8, EGL_ALPHA_SIZE, 8,
                                             EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT,  EGL_NONE };
    static const EGLint size[] = { EGL_WIDTH, WIDTH, EGL_HEIGHT, HEIGHT, EGL_NONE };
    EGLDisplay display;
    EGLConfig config;
    EGLContext context;
    EGLSurface surface;
    EGLint found = 0;

    setenv("LIBGL_ALWAYS_SOFTWARE", "1", 1);
    display = eglGetPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, NULL);
    if (!display || !eglInitialize(display, NULL, NULL) || !eglBindAPI(EGL_OPENGL_API) ||
        !eglChooseConfig(display, config_attribs, &config, 1, &found) || found < 1)
        return false;
    context = eglCreateContext(display, config, EGL_NO_CONTEXT, NULL);
    surface = eglCreatePbufferSurface(display, config, size);
    return eglMakeCurrent(display, surface, surface, context);
}

struct scene {
    struct ofs_cuda *cuda;
    struct ofs_texture_pair pair;
    struct ofs_cuda_image *images[2];
};

static void take(struct scene *scene, uint32_t phase)
{
    draw(phase);
    CHECK(fine(ofs_texture_take(&scene->pair, 1, WIDTH, HEIGHT, true, why, sizeof why), why));
    for (int i = 0; i < 2; i++)
        if (scene->pair.names[i] && !scene->images[i])
            CHECK(fine(api->register_texture(scene->cuda, scene->pair.names[i], WIDTH, HEIGHT, &scene->images[i], why,
                                             sizeof why),
                       why));
}

static void try_plan(struct scene *scene, const struct ofs_plan_desc *desc)
{
    struct ofs_plan *plan = ofs_plan_create(desc, NULL);
    size_t bytes = ofs_plan_bytes(plan);
    unsigned char *expected = calloc(1, bytes), *got = malloc(bytes);
    struct ofs_plan_source source = { frames[0], PITCH, frames[1], PITCH };
    struct ofs_cuda_plan *device_plan = NULL;
    uint32_t index = random_below(ofs_plan_desc(plan)->stack);
    struct ofs_cuda_image *previous = scene->images[1 - scene->pair.newest];
    void *out = NULL;

    if (random_below(3) == 0)
        source.previous = NULL, previous = NULL;
    ofs_plan_run(plan, &source, index, expected);
    CHECK(fine(api->plan_create(scene->cuda, plan, &device_plan, why, sizeof why), why));
    CHECK(fine(api->alloc(scene->cuda, bytes, &out, why, sizeof why), why));
    CHECK(fine(api->run_image(device_plan, scene->images[scene->pair.newest], previous, index, out, why, sizeof why),
               why));
    CHECK(fine(api->download(scene->cuda, got, out, bytes, why, sizeof why), why));
    CHECK(memcmp(expected, got, bytes) == 0);
    api->plan_destroy(device_plan);
    api->free(scene->cuda, out);
    ofs_plan_destroy(plan);
    free(expected);
    free(got);
}

static void random_plan_of_window(struct ofs_plan_desc *desc)
{
    do {
        random_plan(desc);
        desc->source_width_px = WIDTH;
        desc->source_height_px = HEIGHT;
        desc->source_format = OFS_PIXEL_BGRA8; /* of the reference; a texture has its own order */
    } while (ofs_plan_check(desc, NULL, 0));
}

static void try_wrong(struct scene *scene)
{
    struct ofs_plan_desc desc = { .struct_size = sizeof desc,
                                  .source_width_px = WIDTH + 1,
                                  .source_height_px = HEIGHT };
    struct ofs_plan *plan = ofs_plan_create(&desc, NULL);
    struct ofs_cuda_plan *device_plan = NULL;
    static const char *const steps[] = { "cuGraphicsMapResources", "cuGraphicsSubResourceGetMappedArray",
                                         "cuLaunchKernel", "cuGraphicsUnmapResources" };
    struct ofs_cuda_image *image = NULL;
    void *out = NULL;

    CHECK(fine(api->plan_create(scene->cuda, plan, &device_plan, why, sizeof why), why));
    CHECK(fine(api->alloc(scene->cuda, ofs_plan_bytes(plan), &out, why, sizeof why), why));
    CHECK(api->run_image(device_plan, scene->images[0], NULL, 0, out, why, sizeof why) == OFS_EINVAL);
    api->plan_destroy(device_plan);
    ofs_plan_destroy(plan);
    desc.source_width_px = WIDTH;
    plan = ofs_plan_create(&desc, NULL);
    CHECK(fine(api->plan_create(scene->cuda, plan, &device_plan, why, sizeof why), why));
    /* A step that fails leaves nothing mapped: the next frame works. All but the last, whose failure is the mapping's
     * own. */
    for (size_t i = 0; i + 1 < OFS_ARRAY_LEN(steps); i++) {
        fake_fail(steps[i], 999);
        CHECK(api->run_image(device_plan, scene->images[0], NULL, 0, out, why, sizeof why) == OFS_EIO);
        fake_fail(NULL, 0);
        CHECK(fine(api->run_image(device_plan, scene->images[0], NULL, 0, out, why, sizeof why), why));
    }
    /* The device writes far less than this destination holds; misaligned places and stacks are refused. */
    CHECK(api->run_image(device_plan, scene->images[0], NULL, 1, out, why, sizeof why) == OFS_EINVAL);
    CHECK(api->run_image(device_plan, scene->images[0], NULL, 0, NULL, why, sizeof why) == OFS_EINVAL);
    fake_fail("cuGraphicsGLRegisterImage", 999);
    CHECK(api->register_texture(scene->cuda, 1, 4, 4, &image, why, sizeof why) == OFS_ENOSYS && !image);
    fake_fail(NULL, 0);
    api->plan_destroy(device_plan);
    api->free(scene->cuda, out);
    ofs_plan_destroy(plan);
}

int main(void)
{
    struct scene scene = { 0 };
    struct ofs_plan_desc desc;

    if (!open_gl()) {
        puts("no Mesa software EGL here");
        return 77;
    }
    if (!module_start()) {
        puts("the stand-in for libcuda is not found");
        return 1;
    }
    random_state = 4242;
    ofs_readback_init(get_proc);
    scene.cuda = must_open(OFS_CUDA_GL_DEVICE);
    CHECK(api->ordinal(scene.cuda) == 0);
    take(&scene, 0);
    for (uint32_t i = 1; i < 120; i++) {
        take(&scene, i);
        random_plan_of_window(&desc);
        try_plan(&scene, &desc);
    }
    try_wrong(&scene);
    for (int i = 0; i < 2; i++)
        api->unregister_texture(scene.images[i]);
    api->unregister_texture(NULL);
    ofs_texture_finish(&scene.pair);
    api->close(scene.cuda);
    CHECK(GL(GLenum, glGetError, void)() == GL_NO_ERROR);
    CHECK(fake_outstanding() == 0 && fake_faults() == 0);
    return check_result();
}
