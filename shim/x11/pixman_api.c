#include "x11/pixman_api.h"

#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>

#include "util/log.h"
#include "x11/serve.h"

#define OFS_LOG_MODULE OFS_MOD_X11

static const char name_of_library[] = "libpixman-1.so.0";

static bool nothing_beside(const char *name, char *path, size_t size) { return false; }

static const struct ofs_x11_loader plain = { dlopen, dlsym, nothing_beside };
static const struct ofs_x11_loader *loader = &plain;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct ofs_pixman table;
static const struct ofs_pixman *loaded;

void ofs_x11_set_loader(const struct ofs_x11_loader *given) { loader = given; }

/* The system's before the copy that an installed package brings: it is also the program's, whose cairo may ask for this
 * name later and would get what is loaded. */
static void *open_pixman(void)
{
    char path[PATH_MAX];
    void *library = loader->open_library(name_of_library, RTLD_LAZY | RTLD_LOCAL);
    if (!library && loader->beside(name_of_library, path, sizeof(path)))
        library = loader->open_library(path, RTLD_LAZY | RTLD_LOCAL);
    return library;
}

static void load(void)
{
    void *library = open_pixman();
    if (!library) {
        ofs_log_user("RENDER draws nothing: %s was not found (Debian: libpixman-1-0)", name_of_library);
        return;
    }
#define X(name)                                                                                  \
    table.name = (__typeof__(&name))loader->find_symbol(library, #name);                         \
    if (!table.name) {                                                                           \
        ofs_log_user("RENDER draws nothing: %s is too old, it has no " #name, name_of_library);  \
        return;                                                                                  \
    }
    OFS_PIXMAN_FUNCTIONS(X)
#undef X
    loaded = &table;
}

const struct ofs_pixman *ofs_pixman(void)
{
    pthread_once(&once, load);
    return loaded;
}
