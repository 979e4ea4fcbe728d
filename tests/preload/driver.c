/* A driver's own dlopen is not redirected; the program's is; both at once in one process. */
#include <dlfcn.h>
#include <link.h>

#include "check.h"

void *driver_load(const char *name);

static const char *file_of(void *handle)
{
    struct link_map *map = NULL;

    CHECK(dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0);
    return map->l_name;
}

int main(void)
{
    static const char *const names[] = {"libGL.so.1", "libEGL.so.1", "libGLX.so.0", "libOpenGL.so.0"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        void *real = driver_load(names[i]), *ours = dlopen(names[i], RTLD_LAZY);

        CHECK(real && ours && real != ours);
        CHECK(!strstr(file_of(real), "/offstage/"));
        CHECK(strstr(file_of(ours), "/offstage/") != NULL);
        /* By absolute path, and by the path that the first answer reported: the same handle. */
        CHECK(dlopen(file_of(real), RTLD_LAZY) == ours);
        CHECK(dlopen(file_of(ours), RTLD_LAZY) == ours);
        CHECK(dlopen(names[i], RTLD_LAZY | RTLD_NOLOAD) == ours);
        CHECK(driver_load(names[i]) == real);
        CHECK(dlsym(real, "glXSwapBuffers") != dlsym(ours, "glXSwapBuffers"));
    }
    return 0;
}
