/* A plan's tables: axes, normalization, division, types. One block of memory holds everything. */
#include "check.h"
#include "plan_tables.h"

#include <stdlib.h>
#include <string.h>

/* -- memory: laid out twice, first to measure it and then for good ------------------------------------------------- */

struct arena {
    char *base; /* NULL: only measure */
    size_t used;
};

static void *take(struct arena *arena, size_t bytes)
{
    void *at = arena->base ? arena->base + arena->used : NULL;

    arena->used += (bytes + 63) & ~(size_t)63;
    return at;
}

/* -- axes ---------------------------------------------------------------------------------------------------------- */

struct ratio {
    uint32_t filter, source_px, output_px;
    uint32_t s, d; /* the two without their common divisor */
    bool flip;
};

static struct ratio ratio_of(uint32_t filter, uint32_t source_px, uint32_t output_px, bool flip)
{
    uint32_t a = source_px, b = output_px;

    while (b) {
        uint32_t rest = a % b;

        a = b;
        b = rest;
    }
    return (struct ratio){ filter, source_px, output_px, source_px / a, output_px / a, flip };
}

static uint32_t clamp_px(int64_t p, uint32_t source_px)
{
    return p < 0 ? 0 : p >= (int64_t)source_px ? source_px - 1 : (uint32_t)p;
}

static uint32_t area_taps(const struct ratio *r, uint64_t i, uint32_t *first, uint16_t *weights)
{
    uint64_t left = i * r->s, right = left + r->s, p = left / r->d, end = (right + r->d - 1) / r->d;

    *first = (uint32_t)p;
    for (uint64_t q = p; weights && q < end; q++) {
        uint64_t from = q * r->d > left ? q * r->d : left, to = (q + 1) * r->d < right ? (q + 1) * r->d : right;

        weights[q - p] = (uint16_t)(to - from);
    }
    return (uint32_t)(end - p);
}

static uint32_t bilinear_taps(const struct ratio *r, int64_t i, uint32_t *first, uint16_t *weights)
{
    int64_t total = 2 * (int64_t)r->d, centre = (2 * i + 1) * (int64_t)r->s - (int64_t)r->d;
    int64_t p = centre >= 0 ? centre / total : -1, second = centre - p * total;
    uint32_t a = clamp_px(p, r->source_px), b = clamp_px(p + 1, r->source_px);

    *first = a;
    if (a == b || second == 0) {
        if (weights)
            weights[0] = (uint16_t)total;
        return 1;
    }
    if (weights) {
        weights[0] = (uint16_t)(total - second);
        weights[1] = (uint16_t)second;
    }
    return 2;
}

/* The taps of output i; `weights` may be NULL. */
static uint32_t taps_of(const struct ratio *r, uint32_t i, uint32_t *first, uint16_t *weights)
{
    if (r->flip)
        i = r->output_px - 1 - i;
    if (r->filter == OFS_FILTER_AREA)
        return area_taps(r, i, first, weights);
    if (r->filter == OFS_FILTER_BILINEAR)
        return bilinear_taps(r, i, first, weights);
    *first = (uint32_t)((uint64_t)i * r->s / r->d);
    if (weights)
        weights[0] = 1;
    return 1;
}

static void make_axis(struct ofs_axis *axis, const struct ratio *r, struct arena *arena)
{
    uint32_t *firsts = take(arena, r->output_px * sizeof *firsts);
    uint32_t *offsets = take(arena, ((size_t)r->output_px + 1) * sizeof *offsets);
    uint32_t sum = 0, max = 0;
    uint16_t *weights;

    for (uint32_t i = 0; i < r->output_px; i++) {
        uint32_t first, taps = taps_of(r, i, &first, NULL);

        if (firsts) {
            firsts[i] = first;
            offsets[i] = sum;
        }
        sum += taps;
        max = taps > max ? taps : max;
    }
    weights = take(arena, sum * sizeof *weights);
    *axis = (struct ofs_axis){ r->source_px, r->output_px, 1, max, 1, firsts, offsets, weights };
    if (max > 1)
        axis->total = r->filter == OFS_FILTER_AREA ? r->s : 2 * r->d;
    if (!weights)
        return;
    offsets[r->output_px] = sum;
    for (uint32_t i = 0; i < r->output_px; i++) {
        uint32_t first;

        taps_of(r, i, &first, weights + offsets[i]);
    }
    for (uint32_t k = 0; k < sum; k++) {
        if (max == 1)
            weights[k] = 1;
        axis->max_weight = weights[k] > axis->max_weight ? weights[k] : axis->max_weight;
    }
}

/* -- shortcuts of the column and row stages ------------------------------------------------------------------------ */

/* Which columns the column stage works on; sets `to`, of the crop's width, to the place of each source column among them. */
static void make_columns(struct ofs_plan *plan, uint32_t *map, uint32_t *to)
{
    const struct ofs_axis *x = &plan->x;
    uint32_t used = 0, forward = 1, backward = 1;

    for (uint32_t i = 0; i < x->output_px; i++) {
        forward &= x->first[i] == i;
        backward &= x->first[i] == x->output_px - 1 - i;
    }
    if (x->max_taps == 1 && x->output_px == x->source_px && (forward || backward)) {
        plan->x_direct = 1;
        plan->x_reversed = !forward;
        return;
    }
    if (x->max_taps == 1 && x->output_px <= x->source_px) {
        memcpy(map, x->first, x->output_px * sizeof *map);
        plan->x_direct = 1;
        plan->columns = x->output_px;
        plan->map = map;
        return;
    }
    if (plan->desc.filter == OFS_FILTER_AREA)
        return;
    memset(to, 0, x->source_px * sizeof *to);
    for (uint32_t i = 0; i < x->output_px; i++) {
        for (uint32_t k = 0; k < x->offset[i + 1] - x->offset[i]; k++)
            to[x->first[i] + k] = 1;
    }
    for (uint32_t p = 0; p < x->source_px; p++) {
        if (to[p])
            map[used++] = p;
    }
    if (used * 2 > x->source_px)
        return;
    for (uint32_t k = 0; k < used; k++)
        to[map[k]] = k;
    plan->columns = used;
    plan->map = map;
}

static void make_padded_rows(struct ofs_plan *plan, uint32_t *firsts, int16_t *weights, const uint32_t *to)
{
    const struct ofs_axis *x = &plan->x;
    uint32_t padded_px = (x->output_px + 7) & ~7u;

    for (uint32_t i = 0; i < padded_px; i++) {
        uint32_t j = i < x->output_px ? i : x->output_px - 1;

        firsts[i] = plan->map && !plan->x_direct ? to[x->first[j]] : x->first[j];
        for (uint32_t k = 0; k < x->offset[j + 1] - x->offset[j]; k++)
            weights[(size_t)i * plan->padded_taps + k] = (int16_t)x->weights[x->offset[j] + k];
    }
}

static void make_cpu_part(struct ofs_plan *plan, struct arena *arena)
{
    bool measure = !arena->base, shortcuts = plan->backend != &ofs_backend_scalar;
    uint32_t crop = plan->x.source_px, outputs = plan->x.output_px, padded_px = (outputs + 7) & ~7u;
    uint32_t *map = take(arena, crop * sizeof *map), *to = take(arena, crop * sizeof *to), *firsts;
    int16_t *weights;

    plan->columns = crop;
    plan->padded_taps = (plan->x.max_taps + 7) & ~7u;
    plan->packed = take(arena, (size_t)crop * 4 * 4);
    plan->pairs = take(arena, (2 * (size_t)plan->y.max_taps + 2) * sizeof *plan->pairs);
    for (uint32_t c = 0; c < 3; c++) {
        plan->planes[c] = take(arena, ((size_t)crop + plan->padded_taps) * sizeof *plan->planes[c]);
        plan->levels[c] = take(arena, outputs);
    }
    plan->triples = take(arena, (size_t)outputs * 3);
    firsts = take(arena, padded_px * sizeof *firsts);
    weights = take(arena, (size_t)padded_px * plan->padded_taps * sizeof *weights);
    plan->padded_first = firsts;
    plan->padded_weights = weights;
    if (measure)
        return;
    if (shortcuts)
        make_columns(plan, map, to);
    make_padded_rows(plan, firsts, weights, to);
}

/* -- numbers ------------------------------------------------------------------------------------------------------- */

static void make_numbers(struct ofs_plan *plan)
{
    const struct ofs_plan_desc *d = &plan->desc;
    uint32_t ty = plan->y.total, tx = plan->x.total, all;

    plan->normalize = (struct ofs_normalize){ .wide = ty > OFS_NARROW_MAX };
    if (plan->normalize.wide) {
        plan->normalize.multiplier = (uint32_t)((((uint64_t)1 << 39) + ty - 1) / ty);
    } else {
        while (ty << (plan->normalize.shift + 1) <= OFS_NARROW_MAX)
            plan->normalize.shift++;
        ty <<= plan->normalize.shift;
        plan->normalize.multiplier = ((1u << 23) + ty - 1) / ty; /* below 65536, as ty is above 128 here */
    }
    plan->divide.bias = 64 * tx;
    plan->divide.shift = tx <= 256 ? 24 : 36;
    plan->divide.multiplier = (uint32_t)((((uint64_t)1 << plan->divide.shift) + tx - 1) / tx);

    plan->channels = d->color == OFS_COLOR_RGB ? 3 : 1;
    plan->item_bytes = d->dtype == OFS_DTYPE_UINT8 ? 1 : d->dtype == OFS_DTYPE_FLOAT32 ? 4 : 2;
    plan->red = d->source_format == OFS_PIXEL_BGRA8 ? 2 : 0;
    plan->green = 1;
    plan->blue = 2 - plan->red;

    all = plan->channels * d->stack;
    if (d->layout == OFS_LAYOUT_CHW) {
        plan->pixel_stride = 1;
        plan->row_stride = d->width_px;
        plan->channel_stride = (size_t)d->width_px * d->height_px;
        plan->place_stride = plan->channels * plan->channel_stride;
    } else {
        plan->pixel_stride = all;
        plan->row_stride = (size_t)d->width_px * all;
        plan->channel_stride = 1;
        plan->place_stride = plan->channels;
    }
}

static uint32_t bits_of(float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static uint32_t round_to_bfloat16(uint32_t bits)
{
    return (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}

/* Both halves of the case distinction add what rounds the dropped bits to nearest even; a carry runs into the exponent,
 * which is right. */
static uint32_t round_to_float16(uint32_t bits)
{
    uint32_t sign = bits >> 16 & 0x8000, exponent = bits >> 23 & 0xff, mantissa = bits & 0x7fffff, drop, kept;

    if (exponent >= 127 + 16)
        return sign | 0x7c00;
    if (exponent >= 127 - 14) {
        kept = (exponent - 112) << 23 | mantissa;
        drop = 13;
    } else if (exponent >= 127 - 25) {
        kept = mantissa | 0x800000;
        drop = 13 + (127 - 14 - exponent);
    } else {
        return sign;
    }
    return sign | (kept + (1u << (drop - 1)) - 1 + (kept >> drop & 1)) >> drop;
}

static void make_lut(struct ofs_plan *plan)
{
    for (uint32_t v = 0; v < 256; v++) {
        float scaled = (float)v * plan->desc.scale;
        float value = scaled + plan->desc.offset;
        uint32_t bits = bits_of(value);

        switch (plan->desc.dtype) {
        case OFS_DTYPE_UINT8: plan->lut[v] = v; break;
        case OFS_DTYPE_FLOAT16: plan->lut[v] = round_to_float16(bits); break;
        case OFS_DTYPE_BFLOAT16: plan->lut[v] = round_to_bfloat16(bits); break;
        default: plan->lut[v] = bits; break;
        }
    }
}

/* -- life ---------------------------------------------------------------------------------------------------------- */

static struct ofs_plan *lay_out(struct arena *arena, struct ofs_plan *plan)
{
    const struct ofs_plan_desc *d = &plan->desc;
    struct ratio x = ratio_of(d->filter, d->crop_width_px, d->width_px, d->flip & OFS_FLIP_HORIZONTAL);
    struct ratio y = ratio_of(d->filter, d->crop_height_px, d->height_px, d->flip & OFS_FLIP_VERTICAL);
    struct ofs_plan *home = take(arena, sizeof *plan);

    make_axis(&plan->x, &x, arena);
    make_axis(&plan->y, &y, arena);
    make_cpu_part(plan, arena);
    return home;
}

struct ofs_plan *ofs_plan_create(const struct ofs_plan_desc *desc, const struct ofs_kernel_backend *backend)
{
    struct arena arena = { NULL, 0 };
    struct ofs_plan plan = { 0 }, *home;

    if (ofs_plan_check(desc, NULL, 0))
        return NULL;
    ofs_plan_fill_defaults(&plan.desc, desc);
    plan.backend = backend ? backend : ofs_kernel_backend_best();
    lay_out(&arena, &plan);
    arena.base = aligned_alloc(64, arena.used);
    if (!arena.base)
        return NULL;
    memset(arena.base, 0, arena.used);
    arena.used = 0;
    home = lay_out(&arena, &plan);
    make_numbers(&plan);
    make_lut(&plan);
    *home = plan;
    return home;
}

void ofs_plan_destroy(struct ofs_plan *plan) { free(plan); }
