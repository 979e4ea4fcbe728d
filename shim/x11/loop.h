/* The server thread of this process.
 *
 * loop.c         the thread and its sockets           loop_call.c  messages to it, and work in its world by others
 * connections.c  how they begin and end, and fork     call.c       the clock of lockstep, and what is waited for in it */
#ifndef OFS_X11_LOOP_H
#define OFS_X11_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ofs_client;
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
/* There: write out what there is for this client, as far as it takes it, instead of at the end of what is carried out. */
void ofs_loop_write(struct ofs_client *c);
struct ofs_server *ofs_loop_server(void);  /* on that thread: its world; else NULL */

/* -- for those four files ----------------------------------------------------------------------------------------- */

/* All was written: remember when something is due. */
void ofs_calls_note_due(struct ofs_server *s);
void ofs_calls_connected(void);
void ofs_calls_fork_child(void);
bool ofs_calls_virtual(void);
uint32_t ofs_calls_now_ms(void);           /* the server's time */
uint64_t ofs_calls_real_ms(void);          /* the machine's CLOCK_MONOTONIC */
/* Until something is due by the machine's time; -1: nothing is. And do what is; `late`: also what is due by the program's. */
int ofs_calls_timeout_ms(struct ofs_server *s);
void ofs_calls_run_timers(struct ofs_server *s, bool late);
/* Nobody has sent anything for that long: is it so late? Without the world, as who waits for that looks asleep. */
bool ofs_calls_look(void);
/* What is shown until ofs_calls_go_on() is a frame since that server time, and the program rests. */
void ofs_calls_rest(struct ofs_server *s, uint32_t since_ms);
void ofs_calls_go_on(void);
/* In a call: carry out all that the client of this descriptor, or each client (-1), has written by now. */
void ofs_loop_drain(struct ofs_server *s, int peer_fd);

#endif
