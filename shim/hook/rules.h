/* Every decision about who and what is ours, in one place: addresses, library names, callers. */
#ifndef OFS_HOOK_RULES_H
#define OFS_HOOK_RULES_H

#include <link.h>
#include <stdbool.h>
#include <sys/socket.h>

/* What connect()'s address means to us. */
enum ofs_address_kind {
    OFS_ADDRESS_OTHER,      /* not X: never touched */
    OFS_ADDRESS_X,          /* an X server's local socket, .X11-unix/X<N>, whoever asks */
    OFS_ADDRESS_X_IF_XCB,   /* TCP at or above port 6000: X if, and only if, an X library asks */
};
enum ofs_address_kind ofs_classify_address(const struct sockaddr *address, socklen_t length);

/* The libraries that dlopen() answers with a stub of ours. */
enum ofs_gl_library {
    OFS_LIB_NONE, OFS_LIB_GL, OFS_LIB_GLX, OFS_LIB_OPENGL, OFS_LIB_EGL, OFS_LIB_GLES2, OFS_LIB_GLES1, OFS_LIB_COUNT
};

/* By file name, with or without a directory and a version: "libGL.so", "/usr/lib/libGL.so.1.7.0". Accepts NULL. */
enum ofs_gl_library ofs_classify_library(const char *file);

/* One row per stub. */
struct ofs_gl_library_row {
    const char *stem;       /* "libGL" */
    const char *stub;       /* file name in the folder of stubs */
    const char *soname;     /* of the real one, which the stub needs */
    const char *package;    /* Debian package that holds the real one */
};
const struct ofs_gl_library_row *ofs_gl_library_row(enum ofs_gl_library library);

/* The loaded object that holds this code address, or NULL. Takes no lock with glibc 2.35 or newer. */
const struct link_map *ofs_caller_module(const void *return_address);

/* True if the code at this address belongs to a GL driver, to libglvnd or to CUDA: such a caller must see the real
 * libraries and the real current context, because it is what stands behind them. Any thread. */
bool ofs_caller_is_driver(const void *return_address);

/* True if the code at this address belongs to libxcb or libX11, so that whatever it connects to is an X server. */
bool ofs_caller_is_xlib(const void *return_address);

#endif
