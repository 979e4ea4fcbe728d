/* One command of the learner's. Used by the thread that is in its turn only. */
#include <stdio.h>
#include <string.h>

#include "lockstep/private.h"

#define NO_RESET \
    "the game has no reset function: give its environment a hook file with one, or reset by restart or by keys"

/* All mutable state of this file. */
static struct {
    bool open; /* a step or a reset is under way */
    struct ofs_command command;
    uint32_t passed;              /* frames since it came */
    uint64_t begun_ns;            /* real time */
    uint64_t busy_ns, observe_ns; /* of this life */
    uint64_t turned;              /* frame that the game's function was called for */
    char why[OFS_SENTENCE_BYTES]; /* what went wrong with it; "" = nothing */
} turn;

static void answer(struct ofs_player *player, const struct ofs_shown *shown, struct ofs_reply *reply)
{
    size_t room_bytes = 0;
    unsigned char *room = player->seat ? ofs_game_info(player->seat, &room_bytes) : NULL;
    char too_long[OFS_SENTENCE_BYTES] = "";

    if (!player->seat)
        return; /* this is a child, forked in the game's own function */
    ofs_report_take(reply, room, room_bytes, too_long, sizeof too_long);
    if (ofs_player_take_closed())
        reply->flags |= OFS_ANSWER_CLOSED;
    turn.busy_ns += ofs_clock_real_ns() - turn.begun_ns;
    reply->frames_shown = player->frames;
    reply->virtual_ns = ofs_clock_virtual_ns();
    reply->busy_ns = turn.busy_ns;
    reply->observe_ns = turn.observe_ns;
    reply->width_px = shown->width_px;
    reply->height_px = shown->height_px;
    reply->error = turn.why[0] ? turn.why : too_long[0] ? too_long : NULL;
    turn.open = false;
    ofs_game_answer(player->seat, reply);
}

/* -- looking ------------------------------------------------------------------------------------------------------- */

static void look(const struct ofs_player *player, const struct ofs_shown *shown)
{
    uint64_t begun_ns = ofs_clock_real_ns();
    ofs_observe_frame(shown, player->frames);
    turn.observe_ns += ofs_clock_real_ns() - begun_ns;
}

static void fill_row(struct ofs_player *player, const struct ofs_shown *shown)
{
    char why[OFS_SENTENCE_BYTES] = "";
    uint64_t begun_ns;

    if (!ofs_observe_wanted() || (turn.command.flags & OFS_COMMAND_BLIND))
        return;
    look(player, shown);
    begun_ns = ofs_clock_real_ns();
    if (ofs_observe_write(turn.command.row, why, sizeof why) != OFS_OK && !turn.why[0])
        snprintf(turn.why, sizeof turn.why, "%s", why[0] ? why : "the frame could not be read");
    turn.observe_ns += ofs_clock_real_ns() - begun_ns;
}

/* The game may report, once a frame. */
static void let_report(struct ofs_player *player)
{
    const char *said;
    if (turn.turned == player->frames)
        return;
    turn.turned = player->frames;
    said = ofs_report_turn(OFS_TURN_OBSERVE, 0, player->frames);
    if (said && said[0] && !turn.why[0])
        snprintf(turn.why, sizeof turn.why, "%s", said);
}

static void show(struct ofs_player *player, const struct ofs_shown *shown)
{
    struct ofs_reply reply = { 0 };
    fill_row(player, shown);
    let_report(player);
    answer(player, shown, &reply);
}

static void show_picture(struct ofs_player *player, const struct ofs_shown *shown)
{
    struct ofs_reply reply = { 0 };
    unsigned char *place = ofs_game_picture(player->seat, (size_t)shown->width_px * shown->height_px * 3);

    if (!place) {
        snprintf(turn.why, sizeof turn.why, "there is no room for a picture of %ux%u", shown->width_px,
                 shown->height_px);
    } else if (ofs_observe_picture(shown, place, turn.why, sizeof turn.why) == OFS_OK) {
        reply.picture_width_px = shown->width_px;
        reply.picture_height_px = shown->height_px;
    }
    answer(player, shown, &reply);
}

/* -- commands ------------------------------------------------------------------------------------------------------ */

static void events_after(struct ofs_player *player, const struct ofs_shown *shown)
{
    char why[OFS_SENTENCE_BYTES] = "";
    if (ofs_hands_do(&turn.command, turn.passed, shown->window, why, sizeof why) != OFS_OK && !turn.why[0])
        snprintf(turn.why, sizeof turn.why, "%s", why);
}

/* Does one of the frames that are now drawn belong to the observation? */
static bool is_seen(void)
{
    return ofs_observe_wanted() && !(turn.command.flags & OFS_COMMAND_BLIND) &&
           turn.command.frames - turn.passed < ofs_observe_depth();
}

/* A command that takes frames begins; what is wrong is in turn.why. */
static void begin(struct ofs_player *player, const struct ofs_shown *shown)
{
    if (player->begun_window != shown->window && ofs_hands_begin(shown->window))
        player->begun_window = shown->window;
    if (turn.command.kind == OFS_COMMAND_RESET) {
        const char *said;
        ofs_clock_reseed(turn.command.seed);
        said = ofs_report_turn(OFS_TURN_RESET, turn.command.seed, player->frames);
        if (!said || said[0])
            snprintf(turn.why, sizeof turn.why, "%s", said ? said : NO_RESET);
    }
    if (!turn.why[0])
        events_after(player, shown);
}

/* The command that has come. True: frames are to be drawn, or the game is let go. */
static bool obey(struct ofs_player *player, const struct ofs_shown *shown)
{
    turn.begun_ns = ofs_clock_real_ns();
    turn.passed = 0;
    turn.why[0] = '\0';
    if (turn.command.flags & OFS_COMMAND_FIRST)
        ofs_observe_begin_episode();
    switch (turn.command.kind) {
    case OFS_COMMAND_STEP:
    case OFS_COMMAND_RESET:
        begin(player, shown);
        if (!turn.why[0]) {
            turn.open = true;
            return true;
        }
        answer(player, shown, &(struct ofs_reply){ 0 });
        return false;
    case OFS_COMMAND_OBSERVE: show(player, shown); return false;
    case OFS_COMMAND_PICTURE: show_picture(player, shown); return false;
    case OFS_COMMAND_CLOSE: answer(player, shown, &(struct ofs_reply){ 0 }); return true;
    default:
        snprintf(turn.why, sizeof turn.why, "a game with a window cannot do command %u", turn.command.kind);
        answer(player, shown, &(struct ofs_reply){ 0 });
        return false;
    }
}

static enum ofs_turn_end take_commands(struct ofs_player *player, const struct ofs_shown *shown)
{
    enum ofs_turn_end end = OFS_TURN_GOES_ON;
    bool done = false;

    while (!done && player->seat) {
        enum ofs_status status;
        /* For the wait only: a function of the game's that a command calls may sleep. */
        ofs_clock_freeze();
        status = ofs_game_wait(player->seat, OFS_WAIT_FOREVER, &turn.command);
        ofs_clock_thaw();
        if (status == OFS_ETIMEDOUT)
            continue;
        if (status != OFS_OK) {
            end = OFS_TURN_LEARNER_GONE;
            break;
        }
        done = obey(player, shown);
    }
    if (!player->seat)
        return OFS_TURN_GOES_ON; /* forked by such a function */
    return end == OFS_TURN_GOES_ON && !turn.open ? OFS_TURN_RELEASED : end;
}

enum ofs_turn_end ofs_turn_frame(struct ofs_player *player, const struct ofs_shown *shown)
{
    if (turn.open) {
        turn.passed++;
        if (turn.passed < turn.command.frames) {
            if (is_seen())
                look(player, shown);
            events_after(player, shown);
            return OFS_TURN_GOES_ON;
        }
        show(player, shown);
    }
    if (!player->seat)
        return OFS_TURN_GOES_ON;
    return take_commands(player, shown);
}

void ofs_turn_forget(void) { memset(&turn, 0, sizeof turn); }
