#include "capture_plain.h"

#include <stdlib.h>
#include <string.h>

/* The part of source pixels that an output pixel covers, along one axis. */
struct span {
    int first, count;
    float first_part, last_part; /* of the outermost pixels; those between count whole */
};

struct plain {
    int source_width_px, source_height_px, width_px, height_px;
    unsigned stack;
    struct span *columns, *rows;
    float *line;         /* one output row, before its columns are taken together */
    unsigned char *gray; /* the source, top row first */
};

static struct span *make_spans(int source, int output)
{
    struct span *spans = malloc((size_t)output * sizeof *spans);

    for (int i = 0; spans && i < output; i++) {
        double from = (double)i * source / output, to = (double)(i + 1) * source / output;
        int first = (int)from, last = (int)to;

        if ((double)last >= to || last >= source)
            last--;
        spans[i].first = first;
        spans[i].count = last - first + 1;
        spans[i].first_part = (float)((last == first ? to : first + 1) - from);
        spans[i].last_part = (float)(to - last);
    }
    return spans;
}

struct plain *plain_create(int source_width_px, int source_height_px, int width_px, int height_px, unsigned stack)
{
    struct plain *p = calloc(1, sizeof *p);

    if (!p)
        return NULL;
    p->source_width_px = source_width_px;
    p->source_height_px = source_height_px;
    p->width_px = width_px;
    p->height_px = height_px;
    p->stack = stack;
    p->columns = make_spans(source_width_px, width_px);
    p->rows = make_spans(source_height_px, height_px);
    p->line = malloc((size_t)source_width_px * sizeof *p->line);
    p->gray = malloc((size_t)source_width_px * (size_t)source_height_px);
    if (!p->columns || !p->rows || !p->line || !p->gray) {
        plain_destroy(p);
        return NULL;
    }
    return p;
}

void plain_destroy(struct plain *p)
{
    if (!p)
        return;
    free(p->columns);
    free(p->rows);
    free(p->line);
    free(p->gray);
    free(p);
}

static void to_rgb(const struct plain *p, const unsigned char *rgba, unsigned char *out)
{
    for (int y = 0; y < p->source_height_px; y++) {
        const unsigned char *from = rgba + (size_t)(p->source_height_px - 1 - y) * (size_t)p->source_width_px * 4;

        for (int x = 0; x < p->source_width_px; x++, from += 4, out += 3) {
            out[0] = from[0];
            out[1] = from[1];
            out[2] = from[2];
        }
    }
}

static void to_gray(const struct plain *p, const unsigned char *rgba)
{
    unsigned char *out = p->gray;

    for (int y = 0; y < p->source_height_px; y++) {
        const unsigned char *from = rgba + (size_t)(p->source_height_px - 1 - y) * (size_t)p->source_width_px * 4;

        for (int x = 0; x < p->source_width_px; x++, from += 4)
            *out++ = (unsigned char)((4899u * from[0] + 9617u * from[1] + 1868u * from[2] + 8192u) >> 14);
    }
}

static void resize(const struct plain *p, unsigned char *out)
{
    float scale = (float)p->width_px * (float)p->height_px / ((float)p->source_width_px * (float)p->source_height_px);

    for (int y = 0; y < p->height_px; y++) {
        const struct span *rows = &p->rows[y];

        memset(p->line, 0, (size_t)p->source_width_px * sizeof *p->line);
        for (int i = 0; i < rows->count; i++) {
            const unsigned char *from = p->gray + (size_t)(rows->first + i) * (size_t)p->source_width_px;
            float part = i == 0 ? rows->first_part : i == rows->count - 1 ? rows->last_part : 1.0f;

            for (int x = 0; x < p->source_width_px; x++)
                p->line[x] += part * (float)from[x];
        }
        for (int x = 0; x < p->width_px; x++) {
            const struct span *columns = &p->columns[x];
            float sum = columns->first_part * p->line[columns->first];

            for (int i = 1; i < columns->count; i++)
                sum += (i == columns->count - 1 ? columns->last_part : 1.0f) * p->line[columns->first + i];
            *out++ = (unsigned char)(sum * scale + 0.5f);
        }
    }
}

void plain_run(struct plain *p, const unsigned char *rgba, unsigned char *observation)
{
    size_t bytes = (size_t)p->width_px * (size_t)p->height_px;

    if (p->stack == 0) {
        to_rgb(p, rgba, observation);
        return;
    }
    memmove(observation, observation + bytes, (p->stack - 1) * bytes);
    to_gray(p, rgba);
    resize(p, observation + (p->stack - 1) * bytes);
}
