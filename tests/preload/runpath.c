/* The caller of dlopen keeps its RUNPATH, for any library and for a libGL that only it can find. The first argument is
 * "bundled" where a libGL.so.1 of the test's own lies on that path, else "plain". */
#include <dlfcn.h>
#include <link.h>

#include "check.h"

void *load_from_here(const char *name, int mode);

static int marker(void *handle)
{
    int (*function)(void) = (int (*)(void))dlsym(handle, "ofs_runpath_marker");

    return function ? function() : 0;
}

static void inner_library(void)
{
    void *handle;

    CHECK(!dlopen("libofs_runpath_inner.so", RTLD_NOW)); /* not from the program, which has no RUNPATH to it */
    CHECK(!load_from_here("libofs_runpath_inner.so", RTLD_NOW | RTLD_NOLOAD));
    handle = load_from_here("libofs_runpath_inner.so", RTLD_NOW);
    if (!handle)
        fprintf(stderr, "%s\n", dlerror());
    CHECK(handle != NULL);
    CHECK(marker(handle) == 4711);
    CHECK(dlclose(handle) == 0);
}

/* A GL library beside the caller, as Conda has it, and ours in front of it. */
static void bundled_gl(void)
{
    void *handle, *again;

    CHECK(!load_from_here("libGL.so.1", RTLD_NOW | RTLD_NOLOAD));
    handle = load_from_here("libGL.so.1", RTLD_NOW);
    if (!handle)
        fprintf(stderr, "%s\n", dlerror());
    CHECK(handle != NULL);
    CHECK(marker(handle) == 4711);
    CHECK(dlsym(handle, "glXSwapBuffers") == dlsym(RTLD_DEFAULT, "glXSwapBuffers"));
    CHECK(dlsym(handle, "glXSwapBuffers") != NULL);
    again = load_from_here("libGL.so.1", RTLD_NOW | RTLD_NOLOAD);
    CHECK(again == handle);
    CHECK(dlopen("libGL.so.1", RTLD_LAZY) == handle); /* loaded already, so found by name from anywhere */
    for (int i = 0; i < 3; i++)
        CHECK(dlclose(handle) == 0);
    CHECK(!dlopen("libGL.so.1", RTLD_NOW | RTLD_NOLOAD)); /* and every reference is given back */
}

int main(int count, char **arguments)
{
    CHECK(count == 2);
    inner_library();
    if (strcmp(arguments[1], "bundled") == 0)
        bundled_gl();
    return 0;
}
