/* The functions that our exports stand in front of, for our own use.
 *
 * Inside the library the names `dlopen` and `connect` mean our own exports; whoever wants the C library's (or the next
 * preloaded library's) uses these. Any thread. */
#ifndef OFS_HOOK_REAL_H
#define OFS_HOOK_REAL_H

#include <sys/socket.h>

typedef void *ofs_dlopen_fn(const char *file, int mode);
typedef int ofs_connect_fn(int fd, const struct sockaddr *address, socklen_t length);

/* The next `dlopen` and `connect` in search order. Looked up at the first call (the library's constructor makes it, so
 * that later calls need no loader lock) and never NULL: if there is none, a function that fails in the usual way. */
ofs_dlopen_fn *ofs_real_dlopen_entry(void);
ofs_connect_fn *ofs_real_connect_entry(void);

/* dlopen and dlsym for the library's own needs. A failure is logged at debug level and does not stay in dlerror(),
 * where the program would take it for one of its own. Return NULL on failure; preserve errno. */
void *ofs_real_dlopen(const char *file, int mode);
void *ofs_real_dlsym(void *handle, const char *symbol);

#endif
