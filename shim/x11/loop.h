/* The server thread of this process.
 *
 * loop.c  the thread, its sockets, messages to it     call.c  messages that are waited for, and the clock of lockstep */
#ifndef OFS_X11_LOOP_H
#define OFS_X11_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ofs_server;

/* Run fn on the server thread, in the order of posting; arg (at most 64 bytes) is copied. False: no server runs, or the
 * queue is full. Any thread, the server's own included, where it runs soon; preserves errno. */
bool ofs_loop_post(void (*fn)(struct ofs_server *, const void *arg), const void *arg, size_t arg_bytes);

/* The same, and wait until it was run and what came of it was written. False: not run, no server. On the server's own thread
 * nothing is run, and the result is false. */
bool ofs_loop_call(void (*fn)(struct ofs_server *, void *arg), void *arg);

/* Waited for in lockstep, where no thread may find out in which order things happened; else posted. */
bool ofs_loop_post_settled(void (*fn)(struct ofs_server *, const void *arg), const void *arg, size_t arg_bytes);

bool ofs_loop_here(void);                  /* this thread is the server's */
struct ofs_server *ofs_loop_server(void);  /* on that thread: its world; else NULL */
bool ofs_loop_runs(void);

/* -- between loop.c and call.c ------------------------------------------------------------------------------------ */

/* The server's thread: run the calls that came; those that were run have been written; nobody runs them any more. */
void ofs_calls_run(struct ofs_server *s);
void ofs_calls_written(struct ofs_server *s);
void ofs_calls_end(void);
void ofs_calls_connected(void);
void ofs_calls_fork_child(void);
bool ofs_calls_virtual(void);
uint32_t ofs_calls_now_ms(void);           /* the server's time */
uint32_t ofs_calls_real_ms(void);
/* On the server's thread, in a call: carry out all that the client of this descriptor, or each client (-1), has written. */
void ofs_loop_drain(struct ofs_server *s, int peer_fd);

#endif
