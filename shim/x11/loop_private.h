/* Shared by the files of the server's thread: loop.c, loop_call.c, connections.c. */
#ifndef OFS_X11_LOOP_PRIVATE_H
#define OFS_X11_LOOP_PRIVATE_H

#include <poll.h>
#include <pthread.h>

#include "x11/loop.h"
#include "x11/own_fd.h"
#include "x11/server.h"

enum { OFS_LOOP_CONNECTIONS = 1023, OFS_LOOP_QUEUE = 1024, OFS_LOOP_MESSAGE_BYTES = 64, OFS_LOOP_READ_BYTES = 65536 };

struct ofs_loop_message {
    void (*fn)(struct ofs_server *, const void *);
    uint8_t arg[OFS_LOOP_MESSAGE_BYTES];
};

/* Both ends of a connection, for the child of a fork. */
struct ofs_loop_ends {
    struct ofs_own_fd server, client;
};

/* What the thread waits for from a client. */
struct ofs_loop_waited {
    struct ofs_client *client;       /* only the thread frees one */
    short events;
};

struct ofs_loop {
    struct ofs_server *server;       /* of who holds the world, as all that is not marked */
    struct ofs_loop_ends ends[OFS_LOOP_CONNECTIONS]; /* under lock; server.fd 0 = free (zeroed pages cost nothing) */
    struct ofs_own_fd wake_read, wake_write;
    struct ofs_loop_message queue[OFS_LOOP_QUEUE];   /* under lock */
    unsigned queued;                 /* under lock */
    struct ofs_loop_message running[OFS_LOOP_QUEUE];
    bool posted_here;                /* by who works in it, while something was carried out */
    struct pollfd *polls;            /* the thread's own */
    struct ofs_loop_waited *waited;  /* the same clients */
    unsigned poll_cap, poll_count;
    uint64_t poll_end_ms;            /* the machine's time at which it wakes up by itself; UINT64_MAX: never */
    uint8_t buffer[OFS_LOOP_READ_BYTES];
};

struct ofs_loop_process {
    pthread_mutex_t world; /* rank: above all others of the server; held by who works in it, not while the thread sleeps */
    pthread_mutex_t lock;  /* rank: below xview; guards the pointer and the queue */
    struct ofs_loop *loop; /* NULL: no server runs */
};
extern struct ofs_loop_process ofs_loop_process;

/* On the server's thread, and on one that works in its world; NULL elsewhere. */
extern __thread struct ofs_loop *ofs_loop_served;

/* -- loop.c -- */
/* Called with the lock held: the loop that runs, or a new one; NULL: none can be started. */
struct ofs_loop *ofs_loop_running(void);
short ofs_loop_events_of(const struct ofs_client *c); /* what is to be waited for */
void ofs_loop_write_all(struct ofs_server *s);

/* -- loop_call.c -- */
/* Called with the lock held: one more message. False: the queue is full, or the loop is over. */
bool ofs_loop_enqueue(struct ofs_loop *loop, void (*fn)(struct ofs_server *, const void *), const void *arg, size_t n);
/* Carry out what was posted. */
void ofs_loop_run_queue(struct ofs_loop *loop);

/* -- connections.c -- */
/* A client goes, with its descriptor. */
void ofs_loop_drop_client(struct ofs_loop *loop, struct ofs_client *c);

#endif
