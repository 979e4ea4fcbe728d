/* Which window is played, and by whom. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
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
/* Instead of a window's id: every window counts, until the one that the learner names has shown a frame. */
#define SEEKING_WINDOW (UINT32_MAX - 1)

enum stage {
    FRESH,   /* no frame has been shown */
    SEEKING, /* none of the window that the learner names */
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
    struct other {
        uint32_t window, width_px, height_px;
    } others[8]; /* that showed frames while another one was sought */
    uint32_t others_count;
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
    case SEEKING_WINDOW: return true;
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

/* Programs that the game starts from now on are not the game, and are not told of the learner. OFFSTAGE_REPORT stays: a
 * shell that the game runs may report. In place, since other threads may be reading the environment. */
static void hide_learner(void)
{
    static const char *const names[] = { "OFFSTAGE_CHANNEL=", "OFFSTAGE_HOOK=" };

    for (char **entry = environ; entry && *entry; entry++)
        for (size_t i = 0; i < OFS_ARRAY_LEN(names); i++)
            if (strncmp(*entry, names[i], strlen(names[i])) == 0 && (*entry)[strlen(names[i])])
                (*entry)[strlen(names[i])] = '\0';
}

/* A frame of another window than the one that is named: say so, for a learner that waits in vain. */
static void note_other(const struct ofs_shown *shown)
{
    char text[OFS_SENTENCE_BYTES] = "";
    uint32_t i = 0;
    size_t used = 0;

    while (i < player.others_count && player.others[i].window != shown->window)
        i++;
    if (i == OFS_ARRAY_LEN(player.others) ||
        (i < player.others_count && player.others[i].width_px == shown->width_px &&
         player.others[i].height_px == shown->height_px))
        return;
    player.others_count = i < player.others_count ? player.others_count : i + 1;
    player.others[i] = (struct other){ shown->window, shown->width_px, shown->height_px };
    for (uint32_t k = 0; k < player.others_count && used < sizeof text; k++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%u (%ux%u)", k ? ", " : "it shows frames in ",
                                 player.others[k].window, player.others[k].width_px, player.others[k].height_px);
    if (used < sizeof text)
        snprintf(text + used, sizeof text - used, ", and is to be played in window %u", player.game.channel->window);
    ofs_game_note(player.game.seat, text);
}

/* Is this the window that the learner names? Then the play begins. */
static void seek(const struct ofs_shown *shown)
{
    uint32_t wanted = player.game.channel->window;

    if (wanted != OFS_WINDOW_FIRST && wanted != OFS_WINDOW_LARGEST && wanted != shown->window) {
        note_other(shown);
        return;
    }
    pthread_mutex_lock(&player.lock);
    player.wanted = wanted;
    pthread_mutex_unlock(&player.lock);
    player.stage = PLAYED;
    ofs_observe_open(player.game.seat, player.host);
    ofs_game_ready(player.game.seat);
}

/* It was started for a learner that cannot reach it, and would wait for it as long as it may: it is ended at once. */
static void be_useless(void)
{
    be_orphan();
    player.terminated = true;
    (void)kill(getpid(), SIGTERM);
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
    if (status == OFS_EBUSY) { /* a second process of a game that draws is usual enough */
        ofs_warn("this process draws too, and is not played: %s", why);
        ofs_report_set_played(false);
        return;
    }
    if (status != OFS_OK) {
        ofs_log_refuse("no learner can play this process: %s", why);
        be_useless();
        return;
    }
    hide_learner();
    player.stage = SEEKING;
    player.game.channel = ofs_game_header(player.game.seat);
    pthread_mutex_lock(&player.lock);
    player.wanted = SEEKING_WINDOW;
    pthread_mutex_unlock(&player.lock);
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
    if (player.stage == SEEKING)
        seek(shown);
    switch (player.stage) {
    case PLAYED: end = ofs_turn_frame(&player.game, shown); break;
    case SEEKING:
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
