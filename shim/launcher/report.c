/* --stats: what was drawn, how fast and by what. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launcher/run.h"
#include "util/log.h"

/* One process's slot, copied: the texts end where they must, and nothing changes while it is printed. */
struct numbers {
    uint32_t pid;
    uint64_t frames;
    double rate, first_ms; /* 0 when unknown */
    struct ofs_session_window windows[OFS_SESSION_WINDOWS];
    unsigned window_count;
    char gl_vendor[64], gl_renderer[128], gl_version[128], device[128], reason[256];
};

static void copy_text(char *to, const char *from, size_t bytes)
{
    memcpy(to, from, bytes);
    to[bytes - 1] = '\0';
    for (unsigned char *c = (unsigned char *)to; *c; c++) /* a terminal is not to be steered by these */
        if (*c < ' ' || *c == 127)
            *c = '?';
}

static bool collect(const struct ofs_session *session, unsigned index, struct numbers *out)
{
    const struct ofs_session_slot *slot = &session->slots[index];
    uint64_t first = atomic_load(&slot->first_frame_ns), last = atomic_load(&slot->last_frame_ns);
    memset(out, 0, sizeof *out);
    out->pid = atomic_load(&slot->pid);
    if (out->pid == 0)
        return false;
    out->frames = atomic_load(&slot->frames);
    if (out->frames > 1 && last > first)
        out->rate = (double)(out->frames - 1) * (double)NS_PER_S / (double)(last - first);
    if (out->frames > 0 && first > session->start_ns)
        out->first_ms = (double)(first - session->start_ns) / 1e6;
    for (unsigned i = 0; i < OFS_SESSION_WINDOWS; i++)
        if (slot->windows[i].window && atomic_load(&slot->windows[i].frames))
            out->windows[out->window_count++] = slot->windows[i];
    copy_text(out->gl_vendor, slot->gl_vendor, sizeof out->gl_vendor);
    copy_text(out->gl_renderer, slot->gl_renderer, sizeof out->gl_renderer);
    copy_text(out->gl_version, slot->gl_version, sizeof out->gl_version);
    copy_text(out->device, slot->device, sizeof out->device);
    copy_text(out->reason, slot->reason, sizeof out->reason);
    return true;
}

static void print_table(const struct numbers *n, bool several)
{
    if (several)
        fprintf(stderr, "offstage: process %u\n", n->pid);
    fprintf(stderr, "  frames             %llu\n", (unsigned long long)n->frames);
    if (n->rate > 0)
        fprintf(stderr, "  frames per second  %.1f\n", n->rate);
    if (n->frames > 0)
        fprintf(stderr, "  first frame after  %.0f ms\n", n->first_ms);
    for (unsigned i = 0; i < n->window_count; i++)
        fprintf(stderr, "  window             %ux%u, %llu frames\n", n->windows[i].width_px, n->windows[i].height_px,
                (unsigned long long)atomic_load(&n->windows[i].frames));
    fprintf(stderr, "  GL vendor          %s\n", n->gl_vendor);
    fprintf(stderr, "  GL renderer        %s\n", n->gl_renderer);
    fprintf(stderr, "  GL version         %s\n", n->gl_version);
    fprintf(stderr, "  device             %s\n", n->device);
    fprintf(stderr, "  why this device    %s\n", n->reason);
}

/* Length of the UTF-8 character at `text`, or 0. */
static unsigned utf8_length(const unsigned char *text)
{
    unsigned length = text[0] < 0x80                      ? 1
                      : text[0] >= 0xC2 && text[0] < 0xE0 ? 2
                      : (text[0] & 0xF0) == 0xE0          ? 3
                      : text[0] >= 0xF0 && text[0] < 0xF5 ? 4
                                                          : 0;
    for (unsigned i = 1; i < length; i++)
        if ((text[i] & 0xC0) != 0x80)
            return 0;
    return length;
}

/* Bytes that are no text become U+FFFD: the file stays valid. */
static void json_text(FILE *out, const char *text)
{
    fputc('"', out);
    for (const unsigned char *c = (const unsigned char *)text; *c;) {
        unsigned length = utf8_length(c);
        if (*c == '"' || *c == '\\')
            fprintf(out, "\\%c", *c);
        else if (*c < ' ' || *c == 127)
            fprintf(out, "\\u%04x", *c);
        else if (length == 0)
            fputs("\\ufffd", out);
        else
            fwrite(c, 1, length, out);
        c += length ? length : 1;
    }
    fputc('"', out);
}

static void json_process(FILE *out, const struct numbers *n)
{
    const struct {
        const char *name, *text;
    } texts[] = {
        { "gl_vendor", n->gl_vendor }, { "gl_renderer", n->gl_renderer }, { "gl_version", n->gl_version },
        { "device", n->device },       { "reason", n->reason },
    };
    fprintf(out, "    {\"pid\": %u, \"frames\": %llu, \"frames_per_second\": %.3f, \"first_frame_ms\": %.3f,\n", n->pid,
            (unsigned long long)n->frames, n->rate, n->first_ms);
    fputs("     \"windows\": [", out);
    for (unsigned i = 0; i < n->window_count; i++)
        fprintf(out, "%s{\"width\": %u, \"height\": %u, \"frames\": %llu}", i ? ", " : "", n->windows[i].width_px,
                n->windows[i].height_px, (unsigned long long)atomic_load(&n->windows[i].frames));
    fputs("]", out);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        fprintf(out, ",\n     \"%s\": ", texts[i].name);
        json_text(out, texts[i].text);
    }
    fputs("}", out);
}

static void json_all(FILE *out, const struct run_args *args, const struct ofs_session *session, int exit_status)
{
    struct numbers n;
    const char *separator = "\n";
    fputs("{\"offstage\": \"" OFS_VERSION "\",\n  \"command\": [", out);
    for (char **word = args->command; *word; word++) {
        fputs(word == args->command ? "" : ", ", out);
        json_text(out, *word);
    }
    fprintf(out, "],\n  \"exit_status\": %d,\n  \"seconds\": %.3f,\n  \"processes\": [", exit_status,
            (double)(clock_ns() - session->start_ns) / (double)NS_PER_S);
    for (unsigned i = 0; i < OFS_SESSION_SLOTS; i++) {
        if (!collect(session, i, &n))
            continue;
        fputs(separator, out);
        json_process(out, &n);
        separator = ",\n";
    }
    fputs("\n  ]}\n", out);
}

static bool write_json(const struct run_args *args, const struct ofs_session *session, int exit_status)
{
    char temporary[PATH_MAX + 32];
    FILE *out;
    bool done;
    snprintf(temporary, sizeof temporary, "%s.%d.tmp", args->stats_file, (int)getpid());
    out = fopen(temporary, "wxe");
    if (out) {
        json_all(out, args, session, exit_status);
        done = !ferror(out);
        done = fclose(out) == 0 && done && rename(temporary, args->stats_file) == 0;
        if (done)
            return true;
    }
    ofs_log_user("%s cannot be written: %s", args->stats_file, strerror(errno));
    unlink(temporary);
    return false;
}

bool report_stats(const struct run_args *args, const struct ofs_session *session, int exit_status)
{
    struct numbers n;
    unsigned drew = 0, opened = 0;

    if (args->stats_file[0])
        return write_json(args, session, exit_status);
    for (unsigned i = 0; i < OFS_SESSION_SLOTS; i++)
        if (collect(session, i, &n)) {
            drew += n.frames > 0;
            opened++;
        }
    if (opened == 0)
        ofs_log_user("no statistics: the command used no OpenGL through X11");
    /* Those that drew; if none did, those that could have. */
    for (unsigned i = 0; i < OFS_SESSION_SLOTS; i++)
        if (collect(session, i, &n) && (n.frames > 0 || drew == 0))
            print_table(&n, (drew ? drew : opened) > 1);
    return true;
}
