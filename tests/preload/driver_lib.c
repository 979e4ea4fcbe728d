/* Stands for libcuda, by name: what it loads is what is there, not our stubs. */
#include <dlfcn.h>
#include <stddef.h>

void *driver_load(const char *name);

void *driver_load(const char *name)
{
    void *volatile handle = dlopen(name, RTLD_LAZY);

    return handle;
}
