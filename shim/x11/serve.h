/* The way into the X server of this process; called by shim/hook. */
#ifndef OFS_X11_SERVE_H
#define OFS_X11_SERVE_H

#include <stdbool.h>
#include <stddef.h>

#include "util/status.h"

/* Make the socket `fd` of the caller a connection to our server: a socketpair's client end replaces it in place (dup3),
 * file status flags and close-on-exec are kept, and the server thread (started at the first call) serves the other end,
 * a close-on-exec descriptor at a high number. Returns OFS_OK or OFS_ENOMEM, OFS_EIO; on failure fd is untouched.
 * Any thread. Preserves errno. */
OFS_MUST_USE enum ofs_status ofs_x11_attach(int fd);

/* How libraries are loaded (RENDER's pixman, at the first request that draws) in a program that has dlopen() and dlsym() of
 * others in front of them. `beside` finds a file that was installed with ours. Kept, not copied. Before the first attach. */
struct ofs_x11_loader {
    void *(*open_library)(const char *file, int mode);
    void *(*find_symbol)(void *library, const char *name);
    bool (*beside)(const char *name, char *path, size_t size);
};
void ofs_x11_set_loader(const struct ofs_x11_loader *loader);

/* fork: take our locks in rank order; release them; in the child, forget every connection and the thread, close the
 * server ends, and be ready to start afresh at the next attach. */
void ofs_x11_fork_prepare(void);
void ofs_x11_fork_parent(void);
void ofs_x11_fork_child(void);

#endif
