/* A GLX program that draws one frame and looks at it, with its functions taken in the way that the arguments name:
 *   linked            by the dynamic linker
 *   dlopen LIBRARY    by dlsym from this library
 *   getproc LIBRARY   by glXGetProcAddressARB, itself by dlsym from this library */
#include <dlfcn.h>

#include "scene.h"

static void linked(struct functions *gl)
{
#define X(name) gl->name = name;
    FUNCTIONS(X)
#undef X
}

static void loaded(struct functions *gl, const char *library, bool by_getproc)
{
    void *handle = dlopen(library, RTLD_LAZY | RTLD_LOCAL);
    __typeof__(&glXGetProcAddressARB) get;

    CHECK(handle != NULL);
    get = (__typeof__(get))dlsym(handle, "glXGetProcAddressARB");
    CHECK(get != NULL);
#define X(name)                                                                              \
    gl->name = (__typeof__(gl->name))(by_getproc ? (void *)get((const GLubyte *)#name) : dlsym(handle, #name)); \
    CHECK(gl->name != NULL);
    FUNCTIONS(X)
#undef X
}

int main(int count, char **arguments)
{
    struct functions gl;
    struct scene scene;

    if (count == 2 && strcmp(arguments[1], "linked") == 0)
        linked(&gl);
    else if (count == 3 && strcmp(arguments[1], "dlopen") == 0)
        loaded(&gl, arguments[2], false);
    else if (count == 3 && strcmp(arguments[1], "getproc") == 0)
        loaded(&gl, arguments[2], true);
    else
        CHECK(!"usage");
    scene_open(&scene, &gl);
    scene_frame(&scene, &gl);
    scene_close(&scene, &gl);
    return 0;
}
