/* Descriptors that travel with a client's stream (SCM_RIGHTS).
 *
 * A descriptor may arrive before the request that it belongs to, since libxcb sends it with the first bytes that it
 * writes; so those that nobody took yet wait in the order of their arrival, for as long as the client lives. A client that
 * leaves too many is dropped. Each is known by its inode, see own_fd.h. */
#ifndef OFS_X11_PASSING_H
#define OFS_X11_PASSING_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct ofs_client;

enum { OFS_PASSING_IN = 32, OFS_PASSING_OUT = 16 };

/* As recv() and send() on c->fd that do not wait and raise no signal, with the descriptors that come or go. */
ssize_t ofs_passing_recv(struct ofs_client *c, void *bytes, size_t n);
ssize_t ofs_passing_send(struct ofs_client *c, const void *bytes, size_t n);

/* The oldest descriptor that came and was not taken yet; -1: none. The caller closes it. Every request that is defined to
 * carry one takes it, even if it is then refused: the next request's is the next one. */
int ofs_passing_take(struct ofs_client *c);
/* Goes with the next bytes that are sent, of which the reply in the making is the last. Takes fd on success; false: too
 * many wait, or out of memory. */
bool ofs_passing_give(struct ofs_client *c, int take_fd);
/* Close what waits. */
void ofs_passing_finish(struct ofs_client *c);

#endif
