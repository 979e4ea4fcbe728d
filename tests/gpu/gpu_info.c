/* What glxinfo says, from a program that links nothing: vendor, renderer and version of each profile, and the functions.
 *   gpu_info                     all profiles, each in a window of its own
 *   gpu_info --draw              one window, three frames: for the launcher's statistics
 *   gpu_info --procs             the functions of GL 4.6 and whether each answers when called
 *   gpu_info --bare              the profiles through bare EGL */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "gpu_context.h"

static void profile(bool bare, const char *key, enum gpu_profile kind, int major, int minor)
{
    struct gpu_wish wish = {.bare = bare, .device = -1, .width = 64, .height = 64, .profile = kind, .major = major,
                            .minor = minor};
    char name[64];
    GLint mask = 0, count = 0;

    if (!gpu_open(&wish))
        return;
    gpu_say(key, "%s", (const char *)gl.glGetString(GL_VERSION));
    (void)snprintf(name, sizeof(name), "%s renderer", key);
    gpu_say(name, "%s", (const char *)gl.glGetString(GL_RENDERER));
    if (kind == GPU_DEFAULT)
        gpu_say("vendor", "%s", (const char *)gl.glGetString(GL_VENDOR));
    if (kind == GPU_CORE || kind == GPU_COMPATIBILITY) {
        gl.glGetIntegerv(GL_CONTEXT_PROFILE_MASK, &mask);
        gpu_check(mask == (kind == GPU_CORE ? GL_CONTEXT_CORE_PROFILE_BIT : GL_CONTEXT_COMPATIBILITY_PROFILE_BIT),
                  "%s: the profile mask is %d", key, mask);
    }
    gl.glGetIntegerv(GL_NUM_EXTENSIONS, &count);
    (void)snprintf(name, sizeof(name), "%s extensions", key);
    gpu_say(name, "%d", count);
    gl.glClearColor(0, 1, 0, 1);
    gl.glClear(GL_COLOR_BUFFER_BIT);
    unsigned char pixel[4] = {0};
    gl.glReadPixels(5, 5, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, pixel);
    gpu_check(pixel[0] == 0 && pixel[1] == 255 && pixel[2] == 0, "%s: drew %d,%d,%d instead of green", key, pixel[0],
              pixel[1], pixel[2]);
    gpu_check(gl.glGetError() == GL_NO_ERROR, "%s: GL error", key);
    gpu_swap();
}

static int draw(void)
{
    struct gpu_wish wish = {.width = 96, .height = 64};

    if (!gpu_open(&wish))
        return 1;
    for (int i = 0; i < 3; i++) {
        gl.glClearColor((float)i / 3, 0, 1, 1);
        gl.glClear(GL_COLOR_BUFFER_BIT);
        gpu_swap();
    }
    gpu_say("renderer", "%s", (const char *)gl.glGetString(GL_RENDERER));
    gpu_say("version", "%s", (const char *)gl.glGetString(GL_VERSION));
    return gpu_status();
}

/* One or more functions that each version added. */
static const struct {
    int version;
    const char *name;
} functions[] = {
    {11, "glDrawArrays"}, {12, "glTexSubImage3D"}, {13, "glActiveTexture"}, {14, "glBlendFuncSeparate"},
    {15, "glGenQueries"}, {20, "glCreateShader"}, {21, "glUniformMatrix2x3fv"}, {30, "glGenVertexArrays"},
    {31, "glDrawArraysInstanced"}, {32, "glFenceSync"}, {33, "glGenSamplers"}, {40, "glPatchParameteri"},
    {40, "glDrawArraysIndirect"}, {41, "glGenProgramPipelines"}, {41, "glViewportArrayv"},
    {42, "glTexStorage2D"}, {42, "glMemoryBarrier"}, {43, "glDispatchCompute"}, {43, "glDebugMessageCallback"},
    {43, "glMultiDrawElementsIndirect"}, {44, "glBufferStorage"}, {44, "glBindTextures"}, {45, "glCreateTextures"},
    {45, "glNamedBufferStorage"}, {45, "glClipControl"}, {45, "glBlitNamedFramebuffer"}, {45, "glGetGraphicsResetStatus"},
    {46, "glSpecializeShader"}, {46, "glMultiDrawArraysIndirectCount"}, {46, "glPolygonOffsetClamp"},
};

static int procs(void)
{
    struct gpu_wish wish = {.width = 64, .height = 64};
    int given = 0;

    if (!gpu_open(&wish))
        return 1;
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
        bool found = gpu_proc(functions[i].name) != NULL;

        given += found;
        gpu_check(found, "glXGetProcAddress gives no %s (GL %d.%d)", functions[i].name, functions[i].version / 10,
                  functions[i].version % 10);
    }
    gpu_say("functions", "%d of %zu", given, sizeof(functions) / sizeof(functions[0]));
    gpu_check(gpu_proc("glReadPixels") != NULL && gpu_symbol("glReadPixels") != NULL, "glReadPixels in both ways");
    gpu_check(gpu_proc("glXCreateContextAttribsARB") == gpu_symbol("glXCreateContextAttribsARB") ||
                  gpu_symbol("glXCreateContextAttribsARB") == NULL, "two different glXCreateContextAttribsARB");
    /* Two of 4.6 and 4.5 are called, not only found. */
    void (*clamp)(float, float, float) = (void (*)(float, float, float))gpu_proc("glPolygonOffsetClamp");
    void (*create)(GLenum, GLsizei, GLuint *) = (void (*)(GLenum, GLsizei, GLuint *))gpu_proc("glCreateTextures");
    GLuint texture = 0;

    while (gl.glGetError() != GL_NO_ERROR)
        ;
    if (clamp)
        clamp(0.5f, 0.5f, 0.5f);
    gpu_say("glPolygonOffsetClamp", "GL error 0x%x", gl.glGetError());
    if (create)
        create(GL_TEXTURE_2D, 1, &texture);
    gpu_check(texture != 0 && gl.glGetError() == GL_NO_ERROR, "glCreateTextures made nothing");
    gpu_swap();
    return gpu_status();
}

int main(int count, char **arguments)
{
    const char *mode = count > 1 ? arguments[1] : "";
    bool bare = strcmp(mode, "--bare") == 0;

    if (strcmp(mode, "--draw") == 0)
        return draw();
    if (strcmp(mode, "--procs") == 0)
        return procs();
    profile(bare, "default", GPU_DEFAULT, 0, 0);
    profile(bare, "core 3.3", GPU_CORE, 3, 3);
    profile(bare, "compatibility 3.3", GPU_COMPATIBILITY, 3, 3);
    profile(bare, "ES 3.0", GPU_ES, 3, 0);
    profile(bare, "ES 3.2", GPU_ES, 3, 2);
    profile(bare, "core 4.5", GPU_CORE, 4, 5);
    profile(bare, "core 4.6", GPU_CORE, 4, 6);
    profile(bare, "compatibility 4.6", GPU_COMPATIBILITY, 4, 6);
    return gpu_status();
}
