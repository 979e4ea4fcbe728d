/* With another interposing library before or after ours, both get the calls that are theirs. The argument says where the
 * other one is. */
#include <dlfcn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <X11/Xlib.h>

#include "check.h"

int main(int count, char **arguments)
{
    int (*connects)(void) = (int (*)(void))dlsym(RTLD_DEFAULT, "chain_connects");
    int (*dlopens)(void) = (int (*)(void))dlsym(RTLD_DEFAULT, "chain_dlopens");
    struct sockaddr_un nobody = {.sun_family = AF_UNIX, .sun_path = "/nonexistent/socket"};
    bool before = count == 2 && strcmp(arguments[1], "before") == 0;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0), seen;
    Display *display;
    void *handle;

    CHECK(connects && dlopens);
    seen = connects();
    CHECK(connect(fd, (struct sockaddr *)&nobody, sizeof(nobody)) == -1 && errno == ENOENT);
    CHECK(connects() == seen + 1); /* passed on by us, or passed on to us */
    seen = connects();
    display = XOpenDisplay(NULL);
    CHECK(display != NULL);
    XSync(display, False);
    CHECK(before ? connects() > seen : connects() == seen); /* ours to answer, so nothing comes after us */
    XCloseDisplay(display);
    seen = dlopens();
    handle = dlopen("libGL.so.1", RTLD_LAZY);
    CHECK(handle != NULL && dlopens() > seen);
    CHECK(dlsym(handle, "glXSwapBuffers") == dlsym(RTLD_DEFAULT, "glXSwapBuffers"));
    close(fd);
    return 0;
}
