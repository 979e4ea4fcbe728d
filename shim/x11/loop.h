/* The server thread of this process.
 *
 * loop.c  the thread, its sockets, messages to it, calls     call.c  the clock of lockstep, and what is waited for in it */
#ifndef OFS_X11_LOOP_H
#define OFS_X11_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ofs_server;

/* Run fn on the server thread, in the order of posting; arg (at most 64 bytes) is copied. False: no server runs, or the
 * queue is full. Any thread, the server's own included, where it runs soon; preserves errno. */
bool ofs_loop_post(void (*fn)(struct ofs_server *, const void *arg), const void *arg, size_t arg_bytes);

/* Run fn now, on the calling thread while the server's is kept out, after what was posted, and write out what came of it; a
 * frame that is shown by it is shown on this thread. False: not run, no server. On the server's own thread nothing is run,
 * and the result is false. Any other thread; waits for what is being carried out. Signals come after it. */
bool ofs_loop_call(void (*fn)(struct ofs_server *, void *arg), void *arg);
/* In a call: let signals come (true) while a frame is shown, which may take as long as a learner thinks; and no more. */
void ofs_loop_open_signals(bool open);

/* Waited for in lockstep, where no thread may find out in which order things happened; else posted. */
bool ofs_loop_post_settled(void (*fn)(struct ofs_server *, const void *arg), const void *arg, size_t arg_bytes);

bool ofs_loop_here(void);                  /* this thread is the server's, or in a call */
struct ofs_server *ofs_loop_server(void);  /* on that thread: its world; else NULL */

/* -- between loop.c and call.c ------------------------------------------------------------------------------------ */

/* All was written: remember when something is due. */
void ofs_calls_note_due(struct ofs_server *s);
void ofs_calls_connected(void);
void ofs_calls_fork_child(void);
bool ofs_calls_virtual(void);
uint32_t ofs_calls_now_ms(void);           /* the server's time */
uint32_t ofs_calls_real_ms(void);
/* In a call: carry out all that the client of this descriptor, or each client (-1), has written. */
void ofs_loop_drain(struct ofs_server *s, int peer_fd);

#endif
