/* Options: see opt.h. */
#include "util/opt.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "util/log.h"
#include "util/status.h"

#define OFS_LOG_MODULE OFS_MOD_UTIL
#define SIZE_MAX_PX    16384u

enum kind { KIND_SIZE, KIND_TEXT, KIND_COUNT, KIND_RATE, KIND_LOCKSTEP, KIND_SEED, KIND_READBACK, KIND_ELSEWHERE };

/* The one table. `field` is the offset in struct ofs_options; a size fills two fields from there on. */
struct row {
    struct ofs_option_row text;
    enum kind kind;
    size_t field;
};

static const struct row table[] = {
    { { "OFFSTAGE_SIZE", "WxH", "1920x1080", "size of the screen in pixels, 1 to 16384 each" },
      KIND_SIZE,
      offsetof(struct ofs_options, screen_width_px) },
    { { "OFFSTAGE_GPU", "auto|cuda:N|egl:N|software", "auto",
        "device to draw with; auto takes CUDA device 0, else another GPU, else Mesa software" },
      KIND_TEXT,
      offsetof(struct ofs_options, gpu) },
    { { "OFFSTAGE_FRAMES", "N", "0", "close the program after N frames; 0 is no limit" },
      KIND_COUNT,
      offsetof(struct ofs_options, frames) },
    { { "OFFSTAGE_FPS", "RATE", "0", "at most RATE frames per second; 0 is as fast as it goes" },
      KIND_RATE,
      offsetof(struct ofs_options, fps) },
    { { "OFFSTAGE_SHOT", "FILE.png", "", "write the last frame of the largest window; %d in the name: every frame" },
      KIND_TEXT,
      offsetof(struct ofs_options, shot) },
    { { "OFFSTAGE_SESSION", "FILE", "", "page shared with the launcher, which sets it" },
      KIND_TEXT,
      offsetof(struct ofs_options, session) },
    { { "OFFSTAGE_INPUT", "FILE", "", "script of keys, motion, buttons and resizes, by frame number or time" },
      KIND_TEXT,
      offsetof(struct ofs_options, input) },
    { { "OFFSTAGE_LOCKSTEP", "HZ", "0",
        "the program's time goes on by 1/HZ s a frame, 1 to 1000, however long a frame takes; 0 is real time" },
      KIND_LOCKSTEP,
      offsetof(struct ofs_options, lockstep_hz) },
    { { "OFFSTAGE_SEED", "N", "0", "in lockstep: seed of the random bytes that the program gets from the system" },
      KIND_SEED,
      offsetof(struct ofs_options, seed) },
    { { "OFFSTAGE_CHANNEL", "FD:SEAT:LIFE", "", "place of the game at its learner, who sets it" },
      KIND_TEXT,
      offsetof(struct ofs_options, channel) },
    { { "OFFSTAGE_HOOK", "FILE", "", "Python file that a learner runs in its game; set by the learner" },
      KIND_ELSEWHERE,
      0 },
    { { "OFFSTAGE_REPORT", "FD", "", "descriptor that takes a game's reports, a line each; set by the learner" },
      KIND_ELSEWHERE,
      0 },
    { { "OFFSTAGE_READBACK", "auto|direct|pbo", "auto",
        "how captures read frames: at once, or through a pixel buffer, one frame in flight; auto: at once in software" },
      KIND_READBACK,
      offsetof(struct ofs_options, readback) },
    { { "OFFSTAGE_LOG", "LEVEL|MODULE=LEVEL,...", "error",
        "error, warn, info or debug, for all modules or one: warn,x11=debug" },
      KIND_TEXT,
      offsetof(struct ofs_options, log) },
    { { "OFFSTAGE_LOG_FILE", "FILE", "", "append the log there instead of writing to stderr" },
      KIND_TEXT,
      offsetof(struct ofs_options, log_file) },
    { { "OFFSTAGE_LIB", "FILE", "", "liboffstage.so that the launcher preloads; read by the launcher only" },
      KIND_ELSEWHERE,
      0 },
};

static struct {
    pthread_once_t once;
    struct ofs_options options;
    struct ofs_option_row rows[OFS_ARRAY_LEN(table)];
    const char *bad_name; /* the first complaint of each kind, told once */
    const char *bad_value;
    _Atomic int complained;
} opt_state = { .once = PTHREAD_ONCE_INIT };

int ofs_parse_size(const char *text, uint32_t *width_px_out, uint32_t *height_px_out)
{
    uint32_t side[2];
    for (int i = 0; i < 2; i++) {
        uint32_t value = 0;
        if (*text < '0' || *text > '9')
            return -1;
        while (*text >= '0' && *text <= '9') {
            value = value * 10 + (uint32_t)(*text++ - '0');
            if (value > SIZE_MAX_PX)
                return -1;
        }
        if (value == 0 || *text != (i == 0 ? 'x' : '\0'))
            return -1;
        text += i == 0;
        side[i] = value;
    }
    *width_px_out = side[0];
    *height_px_out = side[1];
    return 0;
}

int ofs_parse_count(const char *text, uint64_t *count_out)
{
    uint64_t value = 0;
    if (!*text)
        return -1;
    for (; *text; text++) {
        if (*text < '0' || *text > '9' || value > (UINT64_MAX - 9) / 10)
            return -1;
        value = value * 10 + (uint64_t)(*text - '0');
    }
    *count_out = value;
    return 0;
}

/* Digits with at most one point. Not strtod: the program may have set a locale whose point is a comma. */
int ofs_parse_rate(const char *text, double *rate_out)
{
    double value = 0, scale = 0;
    int digits = 0;
    for (; *text; text++) {
        if (*text == '.' && scale == 0) {
            scale = 1;
        } else if (*text >= '0' && *text <= '9') {
            digits++;
            value = value * 10 + (*text - '0');
            scale *= 10;
        } else {
            return -1;
        }
    }
    if (!digits)
        return -1;
    value = scale > 0 ? value / scale : value;
    if (!(value <= 1e6))
        return -1;
    *rate_out = value;
    return 0;
}

int ofs_parse_lockstep(const char *text, double *hz_out)
{
    double hz;
    if (ofs_parse_rate(text, &hz) != 0 || hz < 1 || hz > 1000)
        return -1;
    *hz_out = hz;
    return 0;
}

/* "0" switches it off. */
static int parse_lockstep_row(const char *text, double *hz_out)
{
    double hz;
    if (ofs_parse_rate(text, &hz) == 0 && hz == 0) {
        *hz_out = 0;
        return 0;
    }
    return ofs_parse_lockstep(text, hz_out);
}

static int parse_seed(const char *text, struct ofs_options *options)
{
    if (ofs_parse_count(text, &options->seed) != 0)
        return -1;
    options->has_seed = true;
    return 0;
}

static int parse_readback(const char *text, enum ofs_readback_choice *choice_out)
{
    static const char *const names[] = { [OFS_READBACK_AUTO] = "auto",
                                         [OFS_READBACK_DIRECT] = "direct",
                                         [OFS_READBACK_PBO] = "pbo" };
    for (size_t i = 0; i < OFS_ARRAY_LEN(names); i++)
        if (strcmp(text, names[i]) == 0) {
            *choice_out = (enum ofs_readback_choice)i;
            return 0;
        }
    return -1;
}

static int parse_row(const struct row *row, const char *value, struct ofs_options *options)
{
    char *field = (char *)options + row->field;
    switch (row->kind) {
    case KIND_SIZE: return ofs_parse_size(value, (uint32_t *)(void *)field, (uint32_t *)(void *)field + 1);
    case KIND_COUNT: return ofs_parse_count(value, (uint64_t *)(void *)field);
    case KIND_RATE: return ofs_parse_rate(value, (double *)(void *)field);
    case KIND_LOCKSTEP: return parse_lockstep_row(value, (double *)(void *)field);
    case KIND_SEED: return parse_seed(value, options);
    case KIND_READBACK: return parse_readback(value, (enum ofs_readback_choice *)(void *)field);
    case KIND_TEXT: {
        /* A copy: the program may overwrite its environment. Kept for the life of the process. */
        char *copy = strdup(value);
        if (copy)
            *(const char **)(void *)field = copy;
        return 0;
    }
    default: return 0;
    }
}

static const struct row *find_row(const char *name, size_t length)
{
    for (size_t i = 0; i < OFS_ARRAY_LEN(table); i++)
        if (strlen(table[i].text.name) == length && memcmp(table[i].text.name, name, length) == 0)
            return &table[i];
    return NULL;
}

static void read_environment(void)
{
    extern char **environ;
    struct ofs_options *options = &opt_state.options;
    options->screen_width_px = 1920;
    options->screen_height_px = 1080;
    options->gpu = "auto";
    for (char **entry = environ; entry && *entry; entry++) {
        size_t length = strcspn(*entry, "=");
        if (strncmp(*entry, "OFFSTAGE_", 9) != 0 || (*entry)[length] != '=')
            continue;
        const struct row *row = find_row(*entry, length);
        /* An empty value is as good as none, for a script that clears a variable. */
        if (row && (*entry)[length + 1] == '\0')
            continue;
        if (!row && !opt_state.bad_name)
            opt_state.bad_name = strndup(*entry, length);
        else if (row && parse_row(row, *entry + length + 1, options) != 0 && !opt_state.bad_value)
            opt_state.bad_value = strdup(*entry);
    }
}

const struct ofs_options *ofs_options_peek(void)
{
    int saved_errno = errno;
    pthread_once(&opt_state.once, read_environment);
    errno = saved_errno;
    return &opt_state.options;
}

const struct ofs_options *ofs_options_get(void)
{
    const struct ofs_options *options = ofs_options_peek();
    if ((opt_state.bad_name || opt_state.bad_value) && !atomic_exchange(&opt_state.complained, 1)) {
        if (opt_state.bad_name)
            ofs_error("unknown option %s in the environment", opt_state.bad_name);
        if (opt_state.bad_value)
            ofs_error("bad value, ignored: %s", opt_state.bad_value);
    }
    return options;
}

static void fill_rows(void)
{
    for (size_t i = 0; i < OFS_ARRAY_LEN(table); i++)
        opt_state.rows[i] = table[i].text;
}

const struct ofs_option_row *ofs_option_rows(unsigned *count_out)
{
    static pthread_once_t filled = PTHREAD_ONCE_INIT;
    pthread_once(&filled, fill_rows);
    *count_out = (unsigned)OFS_ARRAY_LEN(table);
    return opt_state.rows;
}
