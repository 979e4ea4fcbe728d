/* The world: made, taken apart. */
#include <stdlib.h>
#include <time.h>

#include "x11/cursor.h"
#include "x11/input.h"
#include "x11/private.h"

static uint32_t monotonic_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint32_t)((uint64_t)t.tv_sec * 1000u + (uint64_t)t.tv_nsec / 1000000u);
}

uint32_t ofs_server_now(struct ofs_server *s)
{
    uint32_t now = s->config.now_ms();
    return now ? now : 1; /* 0 means CurrentTime */
}

static int start(struct ofs_server *s)
{
    int error = ofs_res_init(s);
    if (!error)
        error = ofs_atoms_init(s);
    if (!error)
        error = ofs_selections_init(s);
    if (error)
        return error;
    ofs_event_init(s);
    ofs_graphics_init(s);
    error = ofs_colors_init(s);
    if (!error)
        error = ofs_cursors_init(s);
    if (!error)
        error = ofs_root_create(s);
    if (!error)
        error = ofs_xkb_init(s);
    if (!error)
        error = ofs_input_init(s);
    for (unsigned i = 0; i < ofs_extension_count && !error; i++)
        if (ofs_extensions[i]->init)
            error = ofs_extensions[i]->init(s);
    return error;
}

struct ofs_server *ofs_server_create(const struct ofs_server_config *config)
{
    struct ofs_server *s = calloc(1, sizeof(*s));
    if (!s)
        return NULL;
    s->config = *config;
    if (!s->config.now_ms)
        s->config.now_ms = monotonic_ms;
    if (!s->config.max_output_bytes)
        s->config.max_output_bytes = 64u * 1024 * 1024;
    if (!s->config.max_draw_steps)
        s->config.max_draw_steps = 1ull << 31;
    if (!s->config.max_image_bytes)
        s->config.max_image_bytes = 2ull * 1024 * 1024 * 1024; /* a window of 16384 x 16384 twice: it is resized */
    s->saver_timeout = s->saver_interval = 600; /* the X server's defaults */
    s->saver_blanking = PreferBlanking;
    s->saver_exposures = AllowExposures;
    if (start(s) != 0) {
        ofs_server_destroy(s);
        return NULL;
    }
    return s;
}

static void free_any(struct ofs_server *s, struct ofs_res *res, void *unused) { ofs_res_free(s, res); }

void ofs_server_destroy(struct ofs_server *s)
{
    if (!s)
        return;
    while (s->clients)
        ofs_client_remove(s->clients);
    if (s->res_hash && s->selections && s->input && s->xkb) {
        ofs_root_destroy(s);
        for (unsigned i = 0; i < ofs_extension_count; i++)
            if (ofs_extensions[i]->finish)
                ofs_extensions[i]->finish(s);
    }
    if (s->res_hash)
        ofs_res_each(s, free_any, NULL);
    ofs_input_finish(s);
    ofs_cursors_finish(s);
    ofs_xkb_finish(s);
    ofs_selections_finish(s);
    ofs_atoms_finish(s);
    free(s->res_hash);
    free(s);
}

void ofs_server_run_pending(struct ofs_server *s)
{
    /* What one client is let do may set another going (SYNC), which may come before it in the list. */
    bool progress = true;
    while (progress) {
        progress = false;
        for (struct ofs_client *c = s->clients; c; c = c->next) {
            size_t before = c->in_len;
            if (before)
                ofs_client_feed(c, NULL, 0);
            progress |= c->in_len < before;
        }
    }
}
