/* Which window is played, and by whom. */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lockstep/private.h"
#include "util/log.h"
#include "util/opt.h"

#define OFS_LOG_MODULE OFS_MOD_CAPTURE

#define LOOK_NS        100000000ull  /* a game that was released looks this often whether its learner lives */
#define PATIENCE_NS    2000000000ull /* between asking to close, SIGTERM and SIGKILL */
/* The window that is played, if it is the first, is left for one that shows so many frames while it shows none. */
#define LEFT_AFTER 120
/* So many frames of a window that cannot be seen are none: GLFW shows one before it maps its window. Beyond, it is a program
 * that draws in a hidden window. */
#define HIDDEN_FRAMES 4

enum stage {
    FRESH, /* no frame has been shown */
    PLAYED,
    UNPLAYED, /* no learner, or none that wants us */
    RELEASED, /* told to close and to run on */
    ORPHAN    /* the learner is gone */
};

/* All mutable state of this file. */
static struct {
    const struct ofs_lockstep_host *host;
    bool active;          /* time is virtual, or a learner wants to play */
    pthread_mutex_t lock; /* of what comes next; never held while a turn lasts */
    pthread_cond_t changed;
    bool busy;                      /* a thread is in its turn */
    uint32_t wanted;                /* which window: as in struct ofs_capture_desc */
    uint32_t window;                /* that is played; 0 = none yet */
    uint32_t other, other_frames;   /* another one that shows frames, and how many since the played one did */
    uint32_t seen[8], seen_count;   /* windows that could be seen, or were let pass; the newest eight */
    uint32_t hidden, hidden_frames; /* one that could not, and how many frames it has shown */
    bool gone, closed;              /* it was destroyed; and the learner has not been told */
    /* Of the thread in its turn. */
    enum stage stage;
    struct ofs_player game;
    uint64_t looked_ns, asked_ns; /* real time: looked at the learner; asked the windows to close */
    bool terminated;
} player = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER, .wanted = OFS_WINDOW_FIRST };

static __thread bool inside; /* a function of the game's that is called in a turn shows a frame */

void ofs_lockstep_init(const struct ofs_lockstep_host *host)
{
    const struct ofs_options *options = ofs_options_get();
    player.host = host;
    player.active = options->lockstep_hz > 0 || options->channel;
    ofs_report_set_played(options->channel != NULL);
    ofs_report_expect_hook(options->channel && getenv("OFFSTAGE_HOOK"));
    ofs_clock_find(host->find_symbol);
}

/* -- which window -------------------------------------------------------------------------------------------------- */

/* With the lock held. */
static bool is_played(const struct ofs_shown *shown)
{
    bool another = player.window != 0 && player.window != shown->window;
    switch (player.wanted) {
    case OFS_WINDOW_LARGEST: return shown->largest && (!another || player.gone || !player.busy);
    case OFS_WINDOW_FIRST: break;
    default: return shown->window == player.wanted;
    }
    if (!another) {
        player.other_frames = 0;
        return true;
    }
    if (player.gone)
        return true;
    player.other_frames = player.other == shown->window ? player.other_frames + 1 : 1;
    player.other = shown->window;
    return player.other_frames > LEFT_AFTER && !player.busy;
}

/* Does the frame count? */
static bool is_seen(uint32_t window)
{
    bool seen = false;
    pthread_mutex_lock(&player.lock);
    for (size_t i = 0; i < OFS_ARRAY_LEN(player.seen); i++)
        seen |= player.seen[i] == window;
    pthread_mutex_unlock(&player.lock);
    if (seen)
        return true;
    seen = ofs_hands_see(window);
    pthread_mutex_lock(&player.lock);
    if (!seen) {
        player.hidden_frames = player.hidden == window ? player.hidden_frames + 1 : 1;
        player.hidden = window;
        seen = player.hidden_frames > HIDDEN_FRAMES;
    }
    if (seen)
        player.seen[player.seen_count++ % OFS_ARRAY_LEN(player.seen)] = window;
    pthread_mutex_unlock(&player.lock);
    return seen;
}

/* Is it this thread's turn? Then it is, until leave(). */
static bool enter(const struct ofs_shown *shown)
{
    bool ours;
    pthread_mutex_lock(&player.lock);
    ours = is_played(shown);
    /* A window that is drawn by software shows its frames on the X server's thread, which the thread in its turn may be
     * waiting for. */
    if (player.busy && shown->bgrx)
        ours = false;
    while (ours && player.busy)
        pthread_cond_wait(&player.changed, &player.lock);
    if (ours) {
        player.busy = true;
        player.window = shown->window;
        player.gone = false;
    }
    pthread_mutex_unlock(&player.lock);
    return ours;
}

static void leave(void)
{
    pthread_mutex_lock(&player.lock);
    player.busy = false;
    pthread_cond_broadcast(&player.changed);
    pthread_mutex_unlock(&player.lock);
}

void ofs_lockstep_gone(uint32_t window)
{
    if (!player.active)
        return;
    pthread_mutex_lock(&player.lock);
    if (player.window == window && !player.gone)
        player.gone = player.closed = true;
    pthread_mutex_unlock(&player.lock);
}

bool ofs_player_take_closed(void)
{
    bool closed;
    pthread_mutex_lock(&player.lock);
    closed = player.closed;
    player.closed = false;
    pthread_mutex_unlock(&player.lock);
    return closed;
}

/* -- by whom ------------------------------------------------------------------------------------------------------- */

static void ask_to_close(void)
{
    player.asked_ns = ofs_clock_real_ns();
    player.host->request_close();
}

static void be_orphan(void)
{
    ofs_info("the learner is gone: closing");
    ofs_observe_close();
    ofs_game_leave(player.game.seat, NULL);
    player.game.seat = NULL;
    ofs_report_set_played(false);
    player.stage = ORPHAN;
    ask_to_close();
}

/* The first frame: come to the learner's seat. */
static void sit_down(void)
{
    const char *place = ofs_options_get()->channel;
    char why[OFS_SENTENCE_BYTES] = "";
    enum ofs_status status;

    player.stage = UNPLAYED;
    if (!place)
        return;
    status = ofs_game_attach(place, &player.game.seat, why, sizeof why);
    if (status == OFS_EPEER) {
        be_orphan();
        return;
    }
    if (status != OFS_OK) {
        /* A second process of a game that draws is usual enough; everything else is the learner's error. */
        if (status == OFS_EBUSY)
            ofs_warn("this process draws too, and is not played: %s", why);
        else
            ofs_error("no learner can play this process: %s", why);
        ofs_report_set_played(false);
        return;
    }
    player.stage = PLAYED;
    player.game.channel = ofs_game_header(player.game.seat);
    pthread_mutex_lock(&player.lock);
    player.wanted = player.game.channel->window;
    pthread_mutex_unlock(&player.lock);
    ofs_observe_open(player.game.seat, player.host);
    ofs_game_ready(player.game.seat);
}

static void be_released(void)
{
    player.stage = RELEASED;
    ask_to_close();
}

static void look_at_learner(void)
{
    uint64_t now_ns = ofs_clock_real_ns();
    if (now_ns - player.looked_ns < LOOK_NS)
        return;
    player.looked_ns = now_ns;
    if (!ofs_game_learner_alive(player.game.seat))
        be_orphan();
}

/* It belongs to nobody, and goes on showing frames. */
static void end_by_force(void)
{
    uint64_t waited_ns = ofs_clock_real_ns() - player.asked_ns;
    if (waited_ns > 2 * PATIENCE_NS) {
        ofs_info("the learner is gone, and the game goes on: SIGKILL");
        (void)kill(getpid(), SIGKILL);
    } else if (waited_ns > PATIENCE_NS && !player.terminated) {
        player.terminated = true;
        ofs_info("the learner is gone, and the game goes on: SIGTERM");
        (void)kill(getpid(), SIGTERM);
    }
}

static void play(const struct ofs_shown *shown)
{
    enum ofs_turn_end end = OFS_TURN_GOES_ON;
    player.game.frames++;
    if (player.stage == FRESH)
        sit_down();
    switch (player.stage) {
    case PLAYED: end = ofs_turn_frame(&player.game, shown); break;
    case RELEASED: look_at_learner(); break;
    case ORPHAN: end_by_force(); break;
    default: break;
    }
    if (end == OFS_TURN_LEARNER_GONE)
        be_orphan();
    else if (end == OFS_TURN_RELEASED)
        be_released();
}

void ofs_lockstep_frame(const struct ofs_shown *shown)
{
    if (!player.active || inside || !is_seen(shown->window) || !enter(shown))
        return;
    inside = true;
    play(shown);
    ofs_clock_tick();
    inside = false;
    leave();
}

/* The learner plays the parent. */
void ofs_lockstep_fork_child(void)
{
    pthread_mutex_init(&player.lock, NULL);
    pthread_cond_init(&player.changed, NULL);
    player.busy = false;
    player.window = player.hidden = 0;
    memset(player.seen, 0, sizeof player.seen);
    player.gone = player.closed = false;
    ofs_report_fork_child();
    if (player.stage == FRESH)
        return;
    ofs_game_abandon(player.game.seat);
    memset(&player.game, 0, sizeof player.game);
    player.stage = UNPLAYED;
    ofs_report_set_played(false);
    ofs_turn_forget();
    ofs_observe_forget();
}
