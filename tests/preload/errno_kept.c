/* Calls that succeed leave errno and dlerror() as they were. */
#include <dlfcn.h>

#include <X11/Xlib.h>

#include "check.h"

static void load(const char *name)
{
    void *handle;

    (void)dlerror();
    errno = 91;
    handle = dlopen(name, RTLD_LAZY);
    CHECK(handle != NULL);
    CHECK(errno == 91);
    CHECK(dlerror() == NULL);
    CHECK(dlclose(handle) == 0);
}

int main(void)
{
    const char *message;

    CHECK(dlerror() == NULL); /* the constructor left nothing */
    CHECK(errno == 0);
    load("libGL.so.1");
    load("libEGL.so.1");
    load("libm.so.6");

    CHECK(!dlopen("libGL.so.1.999.999", RTLD_NOW));
    message = dlerror();
    CHECK(message && strstr(message, "libGL.so.1.999.999"));
    CHECK(dlerror() == NULL);
    CHECK(!dlopen("/nonexistent/libEGL.so.1", RTLD_NOW));
    message = dlerror();
    CHECK(message && strstr(message, "/nonexistent/libEGL.so.1"));
    CHECK(!dlopen("libofs_not_there.so", RTLD_NOW));
    message = dlerror();
    CHECK(message && strstr(message, "libofs_not_there.so"));

    CHECK(!dlsym(RTLD_DEFAULT, "ofs_no_such_symbol")); /* an error of the program's own stays over a connection */
    XCloseDisplay(XOpenDisplay(NULL));
    message = dlerror();
    CHECK(message && strstr(message, "ofs_no_such_symbol"));
    return 0;
}
