/* What others do at a time, whether a program shows frames or not: input scripts, and the end of a run. */
#ifndef OFS_X11_SCHEDULE_H
#define OFS_X11_SCHEDULE_H

#include <stdint.h>

/* Called on the server's thread, or on one that works in its world (ofs_loop_here()); times in milliseconds. What is done
 * there is posted (ofs_input_*, ofs_xview_request_close) and carried out soon after. */
struct ofs_x11_schedule {
    /* When the next thing is to be done: since the first window was mapped, in lockstep by the program's time. UINT32_MAX:
     * nothing is left. */
    uint32_t (*next_ms)(void);
    void (*run)(uint32_t since_map_ms);      /* do what is to be done until then, or a part of it */
    /* The machine's CLOCK_MONOTONIC at which end() is to be called, in lockstep too; UINT64_MAX: not again. */
    uint64_t (*end_at_ms)(void);
    void (*end)(void);
};
/* Before the first connection; NULL, as at the start: nothing is to be done at a time. Kept, not copied. */
void ofs_x11_set_schedule(const struct ofs_x11_schedule *schedule);

/* -- for the server's files ---------------------------------------------------------------------------------------- */

struct ofs_server;
/* A child of the root was mapped. */
void ofs_schedule_mapped(struct ofs_server *s);
/* Milliseconds of the server's time until run() is to be called; -1: never. */
int ofs_schedule_timeout_ms(struct ofs_server *s);
void ofs_schedule_run(struct ofs_server *s);
/* The same of the machine's time and end(). */
int ofs_schedule_end_timeout_ms(void);
void ofs_schedule_run_end(void);

#endif
