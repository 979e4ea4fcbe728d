/* Which addresses and which library names are ours: the table, without any preloading. */
#include "hook/rules.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/un.h>

#include "check.h"

static enum ofs_address_kind unix_kind(const char *name, size_t bytes)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    memcpy(address.sun_path, name, bytes);
    return ofs_classify_address((struct sockaddr *)&address, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + bytes));
}

static void unix_addresses(void)
{
    static const struct {
        const char *name;
        size_t bytes;
        enum ofs_address_kind kind;
    } rows[] = {
#define ROW(text, kind) {text, sizeof(text) - 1, kind}, {text, sizeof(text), kind}
        ROW("/tmp/.X11-unix/X0", OFS_ADDRESS_X),
        ROW("/tmp/.X11-unix/X7", OFS_ADDRESS_X),
        ROW("/tmp/.X11-unix/X65535", OFS_ADDRESS_X),
        ROW("/data/usr/tmp/.X11-unix/X1", OFS_ADDRESS_X),
        ROW(".X11-unix/X1", OFS_ADDRESS_X),
        ROW("\0/tmp/.X11-unix/X0", OFS_ADDRESS_X),
        ROW("\0/tmp/.X11-unix/X123\0\0\0", OFS_ADDRESS_X),
        ROW("", OFS_ADDRESS_OTHER),
        ROW("\0", OFS_ADDRESS_OTHER),
        ROW("/tmp/.X11-unix/X", OFS_ADDRESS_OTHER),
        ROW("/tmp/.X11-unix/X123456", OFS_ADDRESS_OTHER),
        ROW("/tmp/.X11-unix/X0/sub", OFS_ADDRESS_OTHER),
        ROW("/tmp/.X11-unix/X0a", OFS_ADDRESS_OTHER),
        ROW("/tmp/.X11-unix/Y0", OFS_ADDRESS_OTHER),
        ROW("/tmp/my.X11-unix/X0", OFS_ADDRESS_OTHER),
        ROW("/tmp/.ICE-unix/1234", OFS_ADDRESS_OTHER),
        ROW("/run/user/1000/wayland-0", OFS_ADDRESS_OTHER),
        ROW("/var/run/nscd/socket", OFS_ADDRESS_OTHER),
        ROW("0", OFS_ADDRESS_OTHER),
        ROW("X0", OFS_ADDRESS_OTHER),
#undef ROW
    };
    char full[sizeof(((struct sockaddr_un *)0)->sun_path)];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (unix_kind(rows[i].name, rows[i].bytes) != rows[i].kind) {
            fprintf(stderr, "row %zu, \"%s\"\n", i, rows[i].name[0] ? rows[i].name : rows[i].name + 1);
            exit(1);
        }
    memset(full, 'x', sizeof(full)); /* the whole array, not terminated */
    CHECK(unix_kind(full, sizeof(full)) == OFS_ADDRESS_OTHER);
    memcpy(full + sizeof(full) - 14, "/.X11-unix/X99", 14);
    CHECK(unix_kind(full, sizeof(full)) == OFS_ADDRESS_X);
    memset(full, 0, sizeof(full));
    memcpy(full + 1, "/tmp/.X11-unix/X5", 17);
    CHECK(unix_kind(full, sizeof(full)) == OFS_ADDRESS_X);
}

static void internet_addresses(void)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(6010)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(6000)};
    struct sockaddr none = {.sa_family = AF_UNSPEC};

    CHECK(ofs_classify_address((struct sockaddr *)&v4, sizeof(v4)) == OFS_ADDRESS_X_IF_XCB);
    CHECK(ofs_classify_address((struct sockaddr *)&v4, sizeof(v4) - 1) == OFS_ADDRESS_OTHER);
    v4.sin_port = htons(5999);
    CHECK(ofs_classify_address((struct sockaddr *)&v4, sizeof(v4)) == OFS_ADDRESS_OTHER);
    CHECK(ofs_classify_address((struct sockaddr *)&v6, sizeof(v6)) == OFS_ADDRESS_X_IF_XCB);
    v6.sin6_port = htons(443);
    CHECK(ofs_classify_address((struct sockaddr *)&v6, sizeof(v6)) == OFS_ADDRESS_OTHER);
    CHECK(ofs_classify_address(&none, sizeof(none)) == OFS_ADDRESS_OTHER);
    CHECK(ofs_classify_address(&none, 0) == OFS_ADDRESS_OTHER);
    CHECK(ofs_classify_address(NULL, 16) == OFS_ADDRESS_OTHER);
}

static void library_names(void)
{
    static const struct {
        const char *file;
        enum ofs_gl_library library;
    } rows[] = {
        {NULL, OFS_LIB_NONE}, {"", OFS_LIB_NONE}, {"/", OFS_LIB_NONE}, {"lib", OFS_LIB_NONE},
        {"libGL.so", OFS_LIB_GL}, {"libGL.so.1", OFS_LIB_GL}, {"libGL.so.1.7.0", OFS_LIB_GL},
        {"/usr/lib/x86_64-linux-gnu/libGL.so.1", OFS_LIB_GL}, {"./libGL.so", OFS_LIB_GL},
        {"libGLX.so.0", OFS_LIB_GLX}, {"/opt/libGLX.so", OFS_LIB_GLX},
        {"libOpenGL.so.0", OFS_LIB_OPENGL}, {"libEGL.so.1", OFS_LIB_EGL}, {"libEGL.so.1.1.0", OFS_LIB_EGL},
        {"libGLU.so.1", OFS_LIB_NONE}, {"libGLX_mesa.so.0", OFS_LIB_NONE}, {"libEGL_nvidia.so.0", OFS_LIB_NONE},
        {"libGLdispatch.so.0", OFS_LIB_NONE}, {"libGL.so.old", OFS_LIB_NONE}, {"libGL", OFS_LIB_NONE},
        {"libGL.sox", OFS_LIB_NONE}, {"xlibGL.so.1", OFS_LIB_NONE}, {"libGL.so.1/libfoo.so", OFS_LIB_NONE},
        {"libX11.so.6", OFS_LIB_NONE}, {"libGLESv2.so.2", OFS_LIB_GLES2}, {"libGLESv1_CM.so", OFS_LIB_GLES1},
        {"libGLESv1.so.1", OFS_LIB_NONE}, {"libGLESv2_x.so.2", OFS_LIB_NONE}, {"libGLEW.so.2.2", OFS_LIB_NONE},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (ofs_classify_library(rows[i].file) != rows[i].library) {
            fprintf(stderr, "row %zu, \"%s\"\n", i, rows[i].file);
            exit(1);
        }
}

int main(void)
{
    unix_addresses();
    internet_addresses();
    library_names();
    CHECK(!ofs_caller_is_driver((const void *)main)); /* the program itself */
    CHECK(!ofs_caller_is_driver(NULL));
    CHECK(!ofs_caller_is_xlib((const void *)check_failed));
    return 0;
}
