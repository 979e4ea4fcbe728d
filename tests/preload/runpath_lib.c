/* A library with a RUNPATH of its own that loads others by bare name: the loader must see this library as the caller. */
#include <dlfcn.h>
#include <stddef.h>

void *load_from_here(const char *name, int mode);

void *load_from_here(const char *name, int mode)
{
    void *volatile handle = dlopen(name, mode); /* volatile: no tail call here, that would hide this library */

    return handle;
}
