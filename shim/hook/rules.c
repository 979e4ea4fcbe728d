#include "hook/rules.h"

#include <dlfcn.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/un.h>

#include "util/status.h"

#define X_TCP_PORT 6000

/* Callers. A library's file name matches a row if it starts with `prefix` and continues with a character of `next`
 * ("" = anything). Wheels rename the libraries that they bundle, libxcb-1a2b3c4d.so.1, hence the dashes. */
enum caller_kind { CALLER_DRIVER = 1, CALLER_XLIB };
static const struct {
    const char *prefix, *next;
    enum caller_kind kind;
} callers[] = {
    {"libcuda", ".", CALLER_DRIVER},        /* finds the current context for interop through libGL and libEGL */
    {"libcudart", "", CALLER_DRIVER},
    {"libcudadebugger", "", CALLER_DRIVER},
    {"libnvcuvid", "", CALLER_DRIVER},
    {"libnvoptix", "", CALLER_DRIVER},
    {"libnvidia", "", CALLER_DRIVER},       /* libnvidia-eglcore, -glcore, -opencl, -encode, ... */
    {"libEGL", "._-", CALLER_DRIVER},       /* libglvnd's, and the vendors: libEGL_nvidia, libEGL_mesa */
    {"libGL", "._-", CALLER_DRIVER},
    {"libGLX", "._-", CALLER_DRIVER},
    {"libOpenGL", ".-", CALLER_DRIVER},
    {"libGLESv", "", CALLER_DRIVER},
    {"libGLdispatch", "", CALLER_DRIVER},
    {"libglapi", "", CALLER_DRIVER},        /* Mesa's parts */
    {"libgallium", "", CALLER_DRIVER},
    {"libgbm", "", CALLER_DRIVER},
    {"libvulkan", "", CALLER_DRIVER},
    {"libxcb", ".-", CALLER_XLIB},
    {"libX11", ".-", CALLER_XLIB},          /* built without xcb, it connects by itself */
};

/* Mesa's loadable drivers are named after the hardware: swrast_dri.so, iris_dri.so. */
static const char dri_suffix[] = "_dri.so";

static const struct ofs_gl_library_row libraries[OFS_LIB_COUNT] = {
    [OFS_LIB_GL] = {"libGL", "libGL.so", "libGL.so.1", "libgl1"},
    [OFS_LIB_GLX] = {"libGLX", "libGLX.so", "libGLX.so.0", "libglx0"},
    [OFS_LIB_OPENGL] = {"libOpenGL", "libOpenGL.so", "libOpenGL.so.0", "libopengl0"},
    [OFS_LIB_EGL] = {"libEGL", "libEGL.so", "libEGL.so.1", "libegl1"},
    [OFS_LIB_GLES2] = {"libGLESv2", "libGLESv2.so", "libGLESv2.so.2", "libgles2"},
    [OFS_LIB_GLES1] = {"libGLESv1_CM", "libGLESv1_CM.so", "libGLESv1_CM.so.1", "libgles1"},
};

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* "<dir>/.X11-unix/X<N>" in `length` bytes without terminator; the directory is the server's affair. */
static bool is_x_socket_name(const char *name, size_t length)
{
    static const char folder[] = ".X11-unix/X";
    const size_t folder_length = sizeof(folder) - 1;
    size_t digits = 0, start;

    while (digits < length && name[length - 1 - digits] >= '0' && name[length - 1 - digits] <= '9')
        digits++;
    if (digits < 1 || digits > 5 || length - digits < folder_length)
        return false;
    start = length - digits - folder_length;
    return memcmp(name + start, folder, folder_length) == 0 && (start == 0 || name[start - 1] == '/');
}

static enum ofs_address_kind classify_unix(const struct sockaddr_un *address, socklen_t length)
{
    const char *name = address->sun_path;
    size_t bytes = length - offsetof(struct sockaddr_un, sun_path);

    if (bytes > sizeof(address->sun_path))
        return OFS_ADDRESS_OTHER;
    if (bytes > 1 && name[0] == '\0') { /* abstract; some clients pass the whole array, padded with zeros */
        name++;
        bytes--;
        while (bytes && name[bytes - 1] == '\0')
            bytes--;
    } else {
        bytes = strnlen(name, bytes);
    }
    return is_x_socket_name(name, bytes) ? OFS_ADDRESS_X : OFS_ADDRESS_OTHER;
}

enum ofs_address_kind ofs_classify_address(const struct sockaddr *address, socklen_t length)
{
    in_port_t port;

    if (!address || length <= offsetof(struct sockaddr_un, sun_path))
        return OFS_ADDRESS_OTHER;
    switch (address->sa_family) {
    case AF_UNIX:
        return classify_unix((const struct sockaddr_un *)address, length);
    case AF_INET:
        if (length < sizeof(struct sockaddr_in))
            return OFS_ADDRESS_OTHER;
        port = ((const struct sockaddr_in *)address)->sin_port;
        break;
    case AF_INET6:
        /* Shorter than today's structure is legal: the scope id came later. */
        if (length < offsetof(struct sockaddr_in6, sin6_scope_id))
            return OFS_ADDRESS_OTHER;
        port = ((const struct sockaddr_in6 *)address)->sin6_port;
        break;
    default:
        return OFS_ADDRESS_OTHER;
    }
    return ntohs(port) >= X_TCP_PORT ? OFS_ADDRESS_X_IF_XCB : OFS_ADDRESS_OTHER;
}

/* ".so", ".so.1", ".so.1.7.0" */
static bool is_so_suffix(const char *text)
{
    if (strncmp(text, ".so", 3) != 0)
        return false;
    for (text += 3; *text; text++)
        if (*text != '.' && (*text < '0' || *text > '9'))
            return false;
    return true;
}

enum ofs_gl_library ofs_classify_library(const char *file)
{
    const char *name;

    if (!file)
        return OFS_LIB_NONE;
    name = base_name(file);
    if (strncmp(name, "lib", 3) != 0)
        return OFS_LIB_NONE;
    for (int i = OFS_LIB_NONE + 1; i < OFS_LIB_COUNT; i++) {
        size_t length = strlen(libraries[i].stem);

        if (strncmp(name, libraries[i].stem, length) == 0 && is_so_suffix(name + length))
            return (enum ofs_gl_library)i;
    }
    return OFS_LIB_NONE;
}

const struct ofs_gl_library_row *ofs_gl_library_row(enum ofs_gl_library library)
{
    return &libraries[library];
}

const struct link_map *ofs_caller_module(const void *return_address)
{
#if __GLIBC_PREREQ(2, 35)
    /* dladdr would take the loader's lock, and so wait for another thread's dlopen to finish. */
    struct dl_find_object found;

    return _dl_find_object((void *)return_address, &found) == 0 ? found.dlfo_link_map : NULL;
#else
    Dl_info info;
    struct link_map *map = NULL;

    return dladdr1(return_address, &info, (void **)&map, RTLD_DL_LINKMAP) ? map : NULL;
#endif
}

static bool caller_is(const void *return_address, enum caller_kind kind)
{
    const struct link_map *map = ofs_caller_module(return_address);
    const char *name;
    size_t length;

    if (!map || !map->l_name || !map->l_name[0]) /* the program itself has an empty name */
        return false;
    name = base_name(map->l_name);
    for (size_t i = 0; i < OFS_ARRAY_LEN(callers); i++) {
        length = strlen(callers[i].prefix);
        if (callers[i].kind == kind && strncmp(name, callers[i].prefix, length) == 0 &&
            (!callers[i].next[0] || (name[length] && strchr(callers[i].next, name[length]))))
            return true;
    }
    length = strlen(name);
    return kind == CALLER_DRIVER && length >= sizeof(dri_suffix) - 1 &&
           strcmp(name + length - (sizeof(dri_suffix) - 1), dri_suffix) == 0;
}

bool ofs_caller_is_driver(const void *return_address)
{
    return caller_is(return_address, CALLER_DRIVER);
}

bool ofs_caller_is_xlib(const void *return_address)
{
    return caller_is(return_address, CALLER_XLIB);
}
