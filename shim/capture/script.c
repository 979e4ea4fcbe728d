/* The input script: see script.h. */
#include "capture/script.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/opt.h"

#define WORDS_MAX      6
#define WORD_BYTES     64
#define FILE_MAX_BYTES ((size_t)16 << 20)
#define EVENTS_MAX     ((size_t)1 << 20)
#define PRESS_MS       50u /* between a key's press and its release, where the script says only when */

struct words {
    char word[WORDS_MAX][WORD_BYTES];
    int count; /* -1: a word too many or too long */
};

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

static void split(const char *line, size_t length, struct words *words)
{
    size_t i = 0;
    words->count = 0;
    while (i < length) {
        size_t start;
        while (i < length && is_blank(line[i]))
            i++;
        if (i >= length || line[i] == '#')
            return;
        start = i;
        while (i < length && !is_blank(line[i]))
            i++;
        if (words->count == WORDS_MAX || i - start >= WORD_BYTES || memchr(line + start, '\0', i - start)) {
            words->count = -1;
            return;
        }
        memcpy(words->word[words->count], line + start, i - start);
        words->word[words->count++][i - start] = '\0';
    }
}

/* A whole number from low to high; `low` may be negative. */
static bool number(const char *text, int low, int high, int *value_out)
{
    bool negative = *text == '-';
    uint64_t magnitude;
    int64_t value;
    if (ofs_parse_count(text + negative, &magnitude) != 0 || magnitude > INT32_MAX)
        return false;
    value = negative ? -(int64_t)magnitude : (int64_t)magnitude;
    if (value < low || value > high)
        return false;
    *value_out = (int)value;
    return true;
}

static enum ofs_status append(struct ofs_script *script, const struct ofs_script_event *event)
{
    /* Room doubles at each power of two. */
    if ((script->count & (script->count - 1)) == 0) {
        size_t room = script->count ? script->count * 2 : 1;
        void *grown = room > EVENTS_MAX ? NULL : realloc(script->events, room * sizeof *script->events);
        if (!grown)
            return OFS_ENOMEM;
        script->events = grown;
    }
    script->events[script->count] = *event;
    script->events[script->count].order = (unsigned)script->count;
    script->count++;
    return OFS_OK;
}

/* The optional last word of a key or button line, and the one or two events that follow from it. */
static const char *append_press(struct ofs_script *script, struct ofs_script_event *event, const char *action,
                                enum ofs_status *status_out)
{
    event->down = !action || strcmp(action, "press") == 0;
    if (action && !event->down && strcmp(action, "release") != 0)
        return "the last word must be press or release";
    *status_out = append(script, event);
    if (*status_out == OFS_OK && !action) {
        event->down = false;
        if (event->frame)
            event->frame++;
        else
            event->at_ms += PRESS_MS;
        *status_out = append(script, event);
    }
    return NULL;
}

/* The first word of a line: a frame, or a time in seconds. */
static bool when(const char *text, struct ofs_script_event *event)
{
    size_t length = strlen(text);
    char number[WORD_BYTES];
    double seconds;
    if (length == 0 || text[length - 1] != 's')
        return ofs_parse_count(text, &event->frame) == 0 && event->frame > 0 && event->frame <= UINT64_MAX / 2;
    memcpy(number, text, length - 1);
    number[length - 1] = '\0';
    if (ofs_parse_rate(number, &seconds) != 0)
        return false;
    event->at_ms = (uint32_t)(seconds * 1000 + 0.5); /* a rate is a million at most */
    return true;
}

/* Returns what is wrong with the line, or NULL. */
static const char *parse_line(struct ofs_script *script, const struct words *words, unsigned line,
                              enum ofs_status *status_out)
{
    const char(*w)[WORD_BYTES] = words->word;
    struct ofs_script_event event = { .line = line };
    const char *action = words->count == 4 ? w[3] : NULL;

    if (words->count < 0)
        return "too many words, or one too long";
    if (!when(w[0], &event))
        return "a line starts with a frame number, from 1, or a time, such as 2.5s";
    if (words->count < 2)
        return "what is to happen? key, motion, button, resize or close";
    if (strcmp(w[1], "key") == 0) {
        event.kind = OFS_SCRIPT_KEY;
        if (words->count < 3 || words->count > 4 || strlen(w[2]) >= sizeof event.key)
            return "expected: FRAME key NAME [press|release]";
        memcpy(event.key, w[2], strlen(w[2]) + 1);
        return append_press(script, &event, action, status_out);
    }
    if (strcmp(w[1], "button") == 0) {
        event.kind = OFS_SCRIPT_BUTTON;
        if (words->count < 3 || words->count > 4 || !number(w[2], 1, 255, &event.a))
            return "expected: FRAME button N [press|release], N from 1 to 255";
        return append_press(script, &event, action, status_out);
    }
    if (strcmp(w[1], "motion") == 0) {
        event.kind = OFS_SCRIPT_MOTION;
        if (words->count != 4 || !number(w[2], -32768, 32767, &event.a) || !number(w[3], -32768, 32767, &event.b))
            return "expected: FRAME motion X Y, in pixels";
    } else if (strcmp(w[1], "resize") == 0) {
        event.kind = OFS_SCRIPT_RESIZE;
        if (words->count != 4 || !number(w[2], 1, 16384, &event.a) || !number(w[3], 1, 16384, &event.b))
            return "expected: FRAME resize W H, from 1 to 16384 each";
    } else if (strcmp(w[1], "close") == 0) {
        event.kind = OFS_SCRIPT_CLOSE;
        if (words->count != 2)
            return "expected: FRAME close";
    } else {
        return "unknown action; there are key, motion, button, resize and close";
    }
    *status_out = append(script, &event);
    return NULL;
}

static int compare(const void *left, const void *right)
{
    const struct ofs_script_event *a = left, *b = right;
    if (a->frame == 0 && b->frame == 0 && a->at_ms != b->at_ms)
        return a->at_ms < b->at_ms ? -1 : 1;
    if (a->frame != b->frame)
        return a->frame < b->frame ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

enum ofs_status ofs_script_parse(struct ofs_script *script, const char *text, size_t length, char *complaint_out,
                                 size_t complaint_bytes)
{
    enum ofs_status status = OFS_OK;
    unsigned line = 0;
    *script = (struct ofs_script){ 0 };
    for (size_t at = 0; at < length && status == OFS_OK;) {
        const char *end = memchr(text + at, '\n', length - at);
        size_t line_bytes = end ? (size_t)(end - (text + at)) : length - at;
        const char *complaint = NULL;
        struct words words;
        line++;
        split(text + at, line_bytes, &words);
        if (words.count != 0)
            complaint = parse_line(script, &words, line, &status);
        if (complaint) {
            snprintf(complaint_out, complaint_bytes, "line %u: %s", line, complaint);
            status = OFS_EINVAL;
        }
        at += line_bytes + 1;
    }
    if (status != OFS_OK)
        ofs_script_finish(script);
    else if (script->count > 0)
        qsort(script->events, script->count, sizeof *script->events, compare);
    while (script->timed < script->count && script->events[script->timed].frame == 0)
        script->timed++;
    return status;
}

enum ofs_status ofs_script_load(struct ofs_script *script, const char *path, char *complaint_out,
                                size_t complaint_bytes)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    enum ofs_status status = OFS_OK;
    char *text = NULL;
    size_t length = 0, room = 0;
    int saved_errno;

    *script = (struct ofs_script){ 0 };
    if (fd < 0)
        return OFS_EIO;
    for (ssize_t got = 1; got > 0;) {
        if (length == room) {
            char *grown = room < FILE_MAX_BYTES ? realloc(text, room ? room * 2 : 4096) : NULL;
            if (!grown) {
                snprintf(complaint_out, complaint_bytes, "the file is too large");
                status = OFS_EINVAL;
                break;
            }
            text = grown;
            room = room ? room * 2 : 4096;
        }
        got = read(fd, text + length, room - length);
        if (got < 0 && errno == EINTR)
            got = 1;
        else if (got < 0)
            status = OFS_EIO;
        else
            length += (size_t)got;
    }
    saved_errno = errno;
    close(fd);
    if (status == OFS_OK)
        status = ofs_script_parse(script, text, length, complaint_out, complaint_bytes);
    else
        errno = saved_errno;
    free(text);
    return status;
}

void ofs_script_finish(struct ofs_script *script)
{
    free(script->events);
    *script = (struct ofs_script){ 0 };
}
