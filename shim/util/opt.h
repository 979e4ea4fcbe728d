/* Options of the injected library: one table of every OFFSTAGE_* variable, read once.
 *
 * The table in opt.c is the only place that names a variable, its type, range, default and help text; the launcher and
 * the README's table are checked against it. An unknown OFFSTAGE_* name is reported once, as an error in the log. */
#ifndef OFS_UTIL_OPT_H
#define OFS_UTIL_OPT_H

#include <stdbool.h>
#include <stdint.h>

enum ofs_readback_choice { OFS_READBACK_AUTO, OFS_READBACK_DIRECT, OFS_READBACK_PBO };

struct ofs_options {
    uint32_t screen_width_px, screen_height_px; /* OFFSTAGE_SIZE, default 1920x1080, 1..16384 each */
    const char *gpu;                            /* OFFSTAGE_GPU, default "auto" */
    uint64_t frames;                            /* OFFSTAGE_FRAMES, 0 = no limit */
    double fps;                                 /* OFFSTAGE_FPS, 0 = free */
    const char *shot;                           /* OFFSTAGE_SHOT, NULL = none */
    const char *session;                        /* OFFSTAGE_SESSION, path of the launcher's session page, NULL = none */
    const char *input;                          /* OFFSTAGE_INPUT, path of an input script, NULL = none */
    double lockstep_hz;                         /* OFFSTAGE_LOCKSTEP, 0 = real time; else 1..1000 */
    uint64_t seed;                              /* OFFSTAGE_SEED; `has_seed` follows it */
    bool has_seed;
    const char *channel;                        /* OFFSTAGE_CHANNEL, "descriptor:seat:life", NULL = nobody plays */
    enum ofs_readback_choice readback;          /* OFFSTAGE_READBACK */
    const char *log;                            /* OFFSTAGE_LOG */
    const char *log_file;                       /* OFFSTAGE_LOG_FILE */
};

/* The options of this process; read from the environment at the first call. Never NULL. Any thread. */
const struct ofs_options *ofs_options_get(void);

/* The same without reporting unknown names and bad values: for the log, which the report needs. */
const struct ofs_options *ofs_options_peek(void);

/* One row of the table, for help texts and for checks. */
struct ofs_option_row {
    const char *name;    /* "OFFSTAGE_SIZE" */
    const char *value;   /* "WxH" */
    const char *deflt;   /* "1920x1080" */
    const char *help;
};
const struct ofs_option_row *ofs_option_rows(unsigned *count_out);

/* Parse "WxH" (1..16384 each). Returns 0, or -1 and leaves the outputs alone. */
int ofs_parse_size(const char *text, uint32_t *width_px_out, uint32_t *height_px_out);
/* Parse a whole decimal number, and a rate such as "60" or "59.94" (at most 1e6), whatever the locale. Likewise. */
int ofs_parse_count(const char *text, uint64_t *count_out);
int ofs_parse_rate(const char *text, double *rate_out);
/* Parse the rate of lockstep: 1 to 1000 frames per second of the game's time. Likewise. */
int ofs_parse_lockstep(const char *text, double *hz_out);

#endif
