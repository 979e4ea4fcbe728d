/* libcuda at run time: see driver.h. */
#include "cuda/driver.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static struct {
    pthread_once_t once;
    bool usable;
    struct ofs_cu functions;
    char why[160];
} driver = { .once = PTHREAD_ONCE_INIT };

static bool find(void *library)
{
    struct {
        const char *name;
        void *field;
    } names[] = {
#define OFS_CU_NAME(name, arguments) { #name, &driver.functions.name },
        OFS_CU_FUNCTIONS(OFS_CU_NAME)
#undef OFS_CU_NAME
    };

    for (size_t i = 0; i < OFS_ARRAY_LEN(names); i++) {
        void *entry = dlsym(library, names[i].name);

        if (!entry && !strstr(names[i].name, "GL")) { /* interop is asked for where it is used */
            snprintf(driver.why, sizeof driver.why, "libcuda.so.1 is too old: it has no %s", names[i].name);
            return false;
        }
        memcpy(names[i].field, &entry, sizeof entry);
    }
    return true;
}

/* The library stays open: other users of it in this process may be inside. */
static void load(void)
{
    void *library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
    const char *problem = library ? NULL : dlerror();
    char text[96];
    int result;

    if (!library) {
        snprintf(driver.why, sizeof driver.why, "no NVIDIA driver for CUDA: %.120s",
                 problem ? problem : "libcuda.so.1");
        return;
    }
    if (!find(library))
        return;
    result = driver.functions.cuInit(0);
    if (result)
        snprintf(driver.why, sizeof driver.why, "CUDA cannot be started: %s", ofs_cu_text(result, text, sizeof text));
    driver.usable = result == 0;
}

enum ofs_status ofs_cu_load(const struct ofs_cu **cu_out, char *why, size_t why_bytes)
{
    pthread_once(&driver.once, load);
    if (!driver.usable) {
        snprintf(why, why_bytes, "%s", driver.why);
        return OFS_ENOSYS;
    }
    *cu_out = &driver.functions;
    return OFS_OK;
}

const char *ofs_cu_text(int result, char *text, size_t text_bytes)
{
    const char *words = NULL, *name = NULL;

    if (driver.functions.cuGetErrorString)
        driver.functions.cuGetErrorString(result, &words);
    if (driver.functions.cuGetErrorName)
        driver.functions.cuGetErrorName(result, &name);
    snprintf(text, text_bytes, "%s (%s, %d)", words ? words : "unknown error", name ? name : "no name", result);
    return text;
}
