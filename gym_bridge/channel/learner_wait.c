/* The learner's end: waits for answers.
 *
 * Two pairs of words can lose a wake-up when they are used in the wrong order; both are a store by each side that the
 * other looks at afterwards, and with one order for all accesses (seq_cst) at least one side sees the other's:
 *   command, asleep       learner: command = n, then is `asleep` set? -> wake.
 *                         game:    asleep = 1, then sleep, if the kernel still finds the old command.
 *   bell, bell_wanted     game:    answer = n, bell += 1, then is `bell_wanted` set and reached? -> wake.
 *                         learner: b = bell, look at the seats, bell_wanted = b + missing answers, then sleep, if the kernel
 *                                  still finds b.
 * Why the learner may ask to be woken at b + missing and not at b + 1 (each of 16 games would wake it, for nothing): an
 * answer that it did not see when it looked was given after `b` was read, so its ring is counted after b as well; when
 * all that are missing are there, the bell has gone at least `missing` further. Rings of other seats make it wake
 * early, never late. Deaths ring no bell: they are looked for by time. */
#include "learner.h"

#include <errno.h>

/* The state is read before the answer: a game that has left answers no more, so the answer that is then there is its
 * last. Nonsense counts as an answer, so that it is found out at once and not by a time-out. */
static enum ofs_seat_event look(const struct ofs_learner *learner, uint32_t seat)
{
    const struct ofs_channel_seat *s = ofs_learner_seat(learner, seat);
    const struct ofs_place *p = &learner->places[seat];
    enum ofs_channel_state state;
    bool sane = ofs_learner_state(s, p, &state);
    uint32_t answer = ofs_load(&s->answer);
    bool lost = p->lost || state == OFS_SEAT_GONE;

    if (!sane || (answer != p->command && answer + 1 != p->command))
        return OFS_SEAT_ANSWERED;
    if (answer == p->command && (lost ? p->collected != answer : state == OFS_SEAT_READY))
        return OFS_SEAT_ANSWERED;
    return lost ? OFS_SEAT_LOST : OFS_SEAT_BUSY;
}

static uint32_t look_at_all(const struct ofs_learner *learner, const uint32_t *seats, enum ofs_seat_event *events,
                            uint32_t count)
{
    uint32_t there = 0;

    for (uint32_t i = 0; i < count; i++) {
        events[i] = look(learner, seats[i]);
        there += events[i] != OFS_SEAT_BUSY;
    }
    return there;
}

/* Of the seats that are waited for, and have not answered: whose process has ended? */
static void look_for_the_dead(struct ofs_learner *learner, const uint32_t *seats, const enum ofs_seat_event *events,
                              uint32_t count)
{
    int saved = errno, found;
    uint32_t used = 0;

    for (uint32_t i = 0; i < count && used < learner->h.seat_count; i++) {
        if (events[i] == OFS_SEAT_BUSY && learner->places[seats[i]].gone_fd >= 0)
            learner->polled[used++] = (struct pollfd){ learner->places[seats[i]].gone_fd, POLLIN, 0 };
    }
    found = used > 0 ? poll(learner->polled, used, 0) : 0;
    errno = saved;
    if (found <= 0)
        return;
    used = 0;
    for (uint32_t i = 0; i < count && used < learner->h.seat_count; i++) {
        if (events[i] == OFS_SEAT_BUSY && learner->places[seats[i]].gone_fd >= 0)
            learner->places[seats[i]].lost |= learner->polled[used++].revents != 0;
    }
}

/* How long both ends look before they sleep. A core that has gone to sleep takes some 25 us to wake up on the virtual
 * machines that most of us train on, twice a step, when the learner and its game lie on different cores; looking avoids
 * that. It is only done while every game can have a core: beyond, it takes time from games that have a frame to draw.
 *
 * Median time of a step over the frame's own, in us (bench_channel; 2 cores of a virtual machine, AMD EPYC, Linux 6.18,
 * with other work on it; `apart`, `same`: learner and game pinned to two cores, to one):
 *                                              no look    50 us    200 us   500 us
 *   1 game, frame   0 us, learner   0 us, apart    43        1        1        1       same    8        7        7
 *   1 game, frame 100 us, learner   0 us, apart    56       29        3        3       same    7        8        8
 *   1 game, frame 400 us, learner  50 us, apart    80       78       45       42       same   10        9        9
 *   2 games, frame 100 us, apart                   46        8        8        8
 * 500 us burn more than they win. On one core nobody looks for long (ofs_spin sees the other one run). */
static void choose_spins(struct ofs_learner *learner, uint32_t count, uint32_t *learner_ns)
{
    uint32_t game_ns = count < learner->cores ? 200000 : count == learner->cores ? 50000 : 0;

    *learner_ns = learner->forced_learner_ns != UINT32_MAX ? learner->forced_learner_ns : game_ns;
    if (learner->forced_game_ns != UINT32_MAX)
        game_ns = learner->forced_game_ns;
    if (ofs_load(&learner->shared->game_spin_ns) != game_ns)
        ofs_store(&learner->shared->game_spin_ns, game_ns);
}

/* Sleep until `missing` more answers, the time is over, or a signal. true: a signal. */
static bool sleep_on_bell(struct ofs_learner *learner, uint32_t bell, uint32_t missing, uint64_t ns)
{
    struct ofs_channel_header *shared = learner->shared;
    uint32_t wanted = bell + missing;
    int result;

    ofs_store(&shared->bell_wanted, wanted ? wanted : UINT32_MAX); /* 0 says awake; one ring early is harmless */
    OFS_CHANNEL_POINT(8);
    result = ofs_futex_wait(&shared->bell, bell, ns);
    OFS_CHANNEL_POINT(9);
    ofs_store(&shared->bell_wanted, 0);
    return result == EINTR;
}

static bool valid_wait(const struct ofs_learner *learner, const uint32_t *seats, uint32_t count, uint32_t wanted)
{
    if (wanted > count)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (seats[i] >= learner->h.seat_count || learner->places[seats[i]].life == 0)
            return false;
    }
    return true;
}

enum ofs_status ofs_learner_wait(struct ofs_learner *learner, const uint32_t *seats, enum ofs_seat_event *events_out,
                                 uint32_t count, uint32_t wanted, uint64_t timeout_ns, bool (*interrupted)(void *),
                                 void *context)
{
    uint64_t now, end;
    uint32_t there, spin_ns, bell;

    if (!valid_wait(learner, seats, count, wanted))
        return OFS_EINVAL;
    bell = ofs_load(&learner->shared->bell);
    there = look_at_all(learner, seats, events_out, count);
    if (there >= wanted)
        return OFS_OK;
    choose_spins(learner, count, &spin_ns);
    now = ofs_channel_now_ns();
    end = timeout_ns > UINT64_MAX - now ? UINT64_MAX : now + timeout_ns;
    for (;;) {
        bool signalled = false;

        if (now >= learner->next_look_ns || (now >= end && timeout_ns)) {
            learner->next_look_ns = now + OFS_CHANNEL_LEARNER_LOOKS_NS;
            look_for_the_dead(learner, seats, events_out, count);
            there = look_at_all(learner, seats, events_out, count);
            if (there >= wanted)
                return OFS_OK;
            if (now < end && interrupted && interrupted(context))
                return OFS_EAGAIN;
        }
        if (now >= end)
            return OFS_ETIMEDOUT;
        if (!ofs_spin(&learner->spinner, &learner->shared->bell, bell, spin_ns))
            signalled = sleep_on_bell(learner, bell, wanted - there,
                                      (learner->next_look_ns < end ? learner->next_look_ns : end) - now);
        bell = ofs_load(&learner->shared->bell);
        there = look_at_all(learner, seats, events_out, count);
        if (there >= wanted)
            return OFS_OK;
        if (signalled && interrupted && interrupted(context))
            return OFS_EAGAIN;
        now = ofs_channel_now_ns();
    }
}
