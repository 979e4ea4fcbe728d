/* The server thread of this process. */
#ifndef OFS_X11_LOOP_H
#define OFS_X11_LOOP_H

#include <stdbool.h>
#include <stddef.h>

struct ofs_server;

/* Run fn on the server thread, in the order of posting; arg (at most 64 bytes) is copied. False: no server runs, or the
 * queue is full. Any thread but the server's own is the usual caller; preserves errno. */
bool ofs_loop_post(void (*fn)(struct ofs_server *, const void *arg), const void *arg, size_t arg_bytes);

#endif
