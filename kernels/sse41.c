/* SSE4.1: eight pixels of a source row at a time, two rows at once, in the way of avx2.c. A register of 16 source bytes
 * (pixels 0 to 3) becomes "low", sums of pixels 0 and 1, and "high", of pixels 2 and 3. */
#include "plan_tables.h"

#include <smmintrin.h>
#include <string.h>

#define BLOCK_PX 8u

enum weights { SMALL, NARROW, WIDE };

/* Sums or normalized values of eight pixels, 16 bits each. */
struct block {
    __m128i low[2], high[2];
};

static inline __m128i load_16(const void *at) { return _mm_loadu_si128((const __m128i *)at); }

static inline __attribute__((always_inline)) __m128i load(const struct ofs_columns *job, ptrdiff_t row, size_t byte,
                                                          bool two_frames)
{
    __m128i a = load_16(job->rows + row * job->pitch_bytes + byte);

    return two_frames ? _mm_max_epu8(a, load_16(job->previous + row * job->previous_pitch_bytes + byte)) : a;
}

/* -- steps 1 and 2 ------------------------------------------------------------------------------------------------- */

static inline __attribute__((always_inline)) void sum_small(const struct ofs_columns *job, size_t byte, bool two_frames,
                                                            struct block *sum)
{
    uint32_t pairs = (job->count + 1) / 2;

    for (int i = 0; i < 2; i++)
        sum->low[i] = sum->high[i] = _mm_setzero_si128();
    for (uint32_t k = 0; k < pairs; k++) {
        /* An odd last row goes with itself, at no weight. */
        ptrdiff_t first = (ptrdiff_t)k * 2, second = 2 * k + 1 == job->count ? first : first + 1;
        __m128i weights = _mm_set1_epi16((short)job->pairs[k]);

        for (int i = 0; i < 2; i++) {
            __m128i a = load(job, first, byte + 16 * (size_t)i, two_frames);
            __m128i b = load(job, second, byte + 16 * (size_t)i, two_frames);

            sum->low[i] = _mm_add_epi16(sum->low[i], _mm_maddubs_epi16(_mm_unpacklo_epi8(a, b), weights));
            sum->high[i] = _mm_add_epi16(sum->high[i], _mm_maddubs_epi16(_mm_unpackhi_epi8(a, b), weights));
        }
    }
}

static inline __attribute__((always_inline)) void sum_narrow(const struct ofs_columns *job, size_t byte,
                                                             bool two_frames, struct block *sum)
{
    const __m128i zero = _mm_setzero_si128();

    for (int i = 0; i < 2; i++)
        sum->low[i] = sum->high[i] = zero;
    for (uint32_t k = 0; k < job->count; k++) {
        __m128i weight = _mm_set1_epi16((short)job->weights[k]);

        for (int i = 0; i < 2; i++) {
            __m128i a = load(job, (ptrdiff_t)k, byte + 16 * (size_t)i, two_frames);

            sum->low[i] = _mm_add_epi16(sum->low[i], _mm_mullo_epi16(_mm_unpacklo_epi8(a, zero), weight));
            sum->high[i] = _mm_add_epi16(sum->high[i], _mm_mullo_epi16(_mm_unpackhi_epi8(a, zero), weight));
        }
    }
}

static inline __m128i normalize_narrow(__m128i sum, const struct ofs_normalize *normalize)
{
    sum = _mm_sll_epi16(sum, _mm_cvtsi32_si128((int)normalize->shift));
    return _mm_mulhi_epu16(sum, _mm_set1_epi16((short)normalize->multiplier));
}

static inline __m128i normalize_wide(__m128i sum, const struct ofs_normalize *normalize)
{
    __m128i multiplier = _mm_set1_epi32((int)normalize->multiplier);
    __m128i even = _mm_srli_epi64(_mm_mul_epu32(sum, multiplier), 32);
    __m128i odd = _mm_mul_epu32(_mm_srli_epi64(sum, 32), multiplier);

    return _mm_blend_epi16(even, odd, 0xcc);
}

/* 32-bit sums, four pixels at a time; comes out normalized. */
static inline __attribute__((always_inline)) void sum_wide(const struct ofs_columns *job, size_t byte, bool two_frames,
                                                           __m128i *low, __m128i *high)
{
    const __m128i zero = _mm_setzero_si128();
    __m128i sum[4] = { zero, zero, zero, zero };
    uint32_t pairs = (job->count + 1) / 2;

    for (uint32_t k = 0; k < pairs; k++) {
        ptrdiff_t first = (ptrdiff_t)k * 2, second = 2 * k + 1 == job->count ? first : first + 1;
        __m128i weights = _mm_set1_epi32((int)(job->pairs[2 * k] | (uint32_t)job->pairs[2 * k + 1] << 16));
        __m128i a = load(job, first, byte, two_frames), b = load(job, second, byte, two_frames);
        __m128i ab_low = _mm_unpacklo_epi8(a, b), ab_high = _mm_unpackhi_epi8(a, b);

        sum[0] = _mm_add_epi32(sum[0], _mm_madd_epi16(_mm_unpacklo_epi8(ab_low, zero), weights));
        sum[1] = _mm_add_epi32(sum[1], _mm_madd_epi16(_mm_unpackhi_epi8(ab_low, zero), weights));
        sum[2] = _mm_add_epi32(sum[2], _mm_madd_epi16(_mm_unpacklo_epi8(ab_high, zero), weights));
        sum[3] = _mm_add_epi32(sum[3], _mm_madd_epi16(_mm_unpackhi_epi8(ab_high, zero), weights));
    }
    for (int i = 0; i < 4; i++)
        sum[i] = normalize_wide(sum[i], &job->normalize);
    *low = _mm_packs_epi32(sum[0], sum[1]);
    *high = _mm_packs_epi32(sum[2], sum[3]);
}

static inline __attribute__((always_inline)) void normalized(const struct ofs_columns *job, size_t byte,
                                                             enum weights weights, bool two_frames, struct block *n)
{
    if (weights == WIDE) {
        sum_wide(job, byte, two_frames, &n->low[0], &n->high[0]);
        sum_wide(job, byte + 16, two_frames, &n->low[1], &n->high[1]);
        return;
    }
    if (weights == SMALL)
        sum_small(job, byte, two_frames, n);
    else
        sum_narrow(job, byte, two_frames, n);
    for (int i = 0; i < 2; i++) {
        n->low[i] = normalize_narrow(n->low[i], &job->normalize);
        n->high[i] = normalize_narrow(n->high[i], &job->normalize);
    }
}

/* -- step 3 -------------------------------------------------------------------------------------------------------- */

/* For two neighbouring channels of a pixel each, as _mm_madd_epi16 wants it. */
static inline __m128i gray_weights(const struct ofs_columns *job)
{
    int16_t weights[8] = { 0 };

    weights[job->red] = weights[job->red + 4] = 4899;
    weights[job->green] = weights[job->green + 4] = 9617;
    weights[job->blue] = weights[job->blue + 4] = 1868;
    return load_16(weights);
}

/* Four grays, 32 bits each, before the shift. */
static inline __m128i weigh_colors(__m128i low, __m128i high, __m128i weights)
{
    return _mm_hadd_epi32(_mm_madd_epi16(low, weights), _mm_madd_epi16(high, weights));
}

static inline void store_gray(const struct block *n, __m128i weights, int16_t *out)
{
    __m128i a = _mm_srli_epi32(weigh_colors(n->low[0], n->high[0], weights), 14);
    __m128i b = _mm_srli_epi32(weigh_colors(n->low[1], n->high[1], weights), 14);

    _mm_storeu_si128((__m128i *)(void *)out, _mm_packs_epi32(a, b));
}

static inline void store_planes(const struct block *n, const struct ofs_columns *job, uint32_t x)
{
    const __m128i by_channel = _mm_setr_epi8(0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15);
    __m128i zero_one[2], two[2], planes[3];

    for (int i = 0; i < 2; i++) {
        __m128i low = _mm_shuffle_epi8(n->low[i], by_channel), high = _mm_shuffle_epi8(n->high[i], by_channel);

        zero_one[i] = _mm_unpacklo_epi32(low, high);
        two[i] = _mm_unpackhi_epi32(low, high);
    }
    planes[0] = _mm_unpacklo_epi64(zero_one[0], zero_one[1]);
    planes[1] = _mm_unpackhi_epi64(zero_one[0], zero_one[1]);
    planes[2] = _mm_unpacklo_epi64(two[0], two[1]);
    for (uint32_t c = 0; c < 3; c++) {
        uint32_t color = c == job->red ? 0 : c == job->green ? 1 : 2;

        _mm_storeu_si128((__m128i *)(void *)(job->planes[color] + x), planes[c]);
    }
}

static inline __attribute__((always_inline)) void columns_as(const struct ofs_columns *job, bool rgb,
                                                             enum weights weights, bool two_frames)
{
    __m128i colors = gray_weights(job);

    for (uint32_t x = 0; x < job->width; x += BLOCK_PX) {
        struct block n;

        if (x + BLOCK_PX > job->width)
            x = job->width - BLOCK_PX; /* the last block overlaps the one before */
        normalized(job, (size_t)x * 4, weights, two_frames, &n);
        if (rgb)
            store_planes(&n, job, x);
        else
            store_gray(&n, colors, job->planes[0] + x);
    }
}

static inline __attribute__((always_inline)) void columns(const struct ofs_columns *job, bool rgb)
{
    if (job->normalize.wide) {
        for (uint32_t k = 0; k < job->count; k++)
            job->pairs[k] = job->weights[k];
        job->pairs[job->count] = 0;
        if (job->previous)
            columns_as(job, rgb, WIDE, true);
        else
            columns_as(job, rgb, WIDE, false);
    } else if (job->small_weights) {
        for (uint32_t k = 0; k < job->count; k += 2)
            job->pairs[k / 2] = (uint16_t)(job->weights[k] | (k + 1 < job->count ? job->weights[k + 1] << 8 : 0));
        if (job->previous)
            columns_as(job, rgb, SMALL, true);
        else
            columns_as(job, rgb, SMALL, false);
    } else if (job->previous) {
        columns_as(job, rgb, NARROW, true);
    } else {
        columns_as(job, rgb, NARROW, false);
    }
}

static void columns_gray(const struct ofs_columns *job)
{
    if (job->width < BLOCK_PX)
        ofs_scalar_columns_gray(job);
    else
        columns(job, false);
}

static void columns_rgb(const struct ofs_columns *job)
{
    if (job->width < BLOCK_PX)
        ofs_scalar_columns_rgb(job);
    else
        columns(job, true);
}

/* -- steps 4 and 5 ------------------------------------------------------------------------------------------------- */

/* Four outputs. */
static inline __m128i sum_taps(const int16_t *plane, const uint32_t *first, const int16_t *weights, uint32_t taps)
{
    __m128i sum[4];

    for (int i = 0; i < 4; i++, weights += taps) {
        const int16_t *g = plane + first[i];

        sum[i] = _mm_madd_epi16(load_16(g), load_16(weights));
        for (uint32_t k = 8; k < taps; k += 8)
            sum[i] = _mm_add_epi32(sum[i], _mm_madd_epi16(load_16(g + k), load_16(weights + k)));
    }
    return _mm_hadd_epi32(_mm_hadd_epi32(sum[0], sum[1]), _mm_hadd_epi32(sum[2], sum[3]));
}

static inline __m128i divide(__m128i sum, const struct ofs_divide *divide)
{
    __m128i multiplier = _mm_set1_epi32((int)divide->multiplier), even, odd;

    sum = _mm_srli_epi32(_mm_add_epi32(sum, _mm_set1_epi32((int)divide->bias)), 7);
    if (divide->shift == 24)
        return _mm_srli_epi32(_mm_mullo_epi32(sum, multiplier), 24);
    even = _mm_srli_epi64(_mm_mul_epu32(sum, multiplier), 36);
    odd = _mm_srli_epi64(_mm_mul_epu32(_mm_srli_epi64(sum, 32), multiplier), 36);
    return _mm_or_si128(even, _mm_slli_epi64(odd, 32));
}

static void rows(const struct ofs_plan *plan, const int16_t *plane, uint8_t *out)
{
    uint32_t outputs = plan->desc.width_px, taps = plan->padded_taps;

    for (uint32_t i = 0; i < outputs; i += 8) {
        const uint32_t *first = plan->padded_first + i;
        const int16_t *weights = plan->padded_weights + (size_t)i * taps;
        __m128i a = divide(sum_taps(plane, first, weights, taps), &plan->divide);
        __m128i b = divide(sum_taps(plane, first + 4, weights + 4 * (size_t)taps, taps), &plan->divide);
        uint8_t bytes[8];

        a = _mm_packs_epi32(a, b);
        a = _mm_packus_epi16(a, a);
        if (outputs - i >= 8) {
            _mm_storel_epi64((__m128i *)(void *)(out + i), a);
        } else {
            _mm_storel_epi64((__m128i *)(void *)bytes, a);
            memcpy(out + i, bytes, outputs - i);
        }
    }
}

static void rows_direct(const int16_t *plane, uint32_t width, uint8_t *out)
{
    const __m128i half = _mm_set1_epi16(64);

    if (width < 16) {
        ofs_scalar_rows_direct(plane, width, out);
        return;
    }
    for (uint32_t x = 0; x < width; x += 16) {
        __m128i a, b;

        if (x + 16 > width)
            x = width - 16;
        a = _mm_srli_epi16(_mm_add_epi16(load_16(plane + x), half), 7);
        b = _mm_srli_epi16(_mm_add_epi16(load_16(plane + x + 8), half), 7);
        _mm_storeu_si128((__m128i *)(void *)(out + x), _mm_packus_epi16(a, b));
    }
}

/* -- conversion only: sixteen pixels at a time --------------------------------------------------------------------- */

static inline __m128i convert_4(__m128i pixels, __m128i weights)
{
    const __m128i zero = _mm_setzero_si128(), half = _mm_set1_epi32(1 << 13);
    __m128i sum = weigh_colors(_mm_unpacklo_epi8(pixels, zero), _mm_unpackhi_epi8(pixels, zero), weights);

    return _mm_srli_epi32(_mm_add_epi32(sum, half), 14);
}

/* (sum + 8192) >> 14 is what steps 2 to 5 come to with single taps: the two shifts by 7 are one by 14. */
static void convert_gray(const struct ofs_columns *job, uint8_t *out)
{
    const __m128i weights = gray_weights(job);
    bool two_frames = job->previous != NULL;

    if (job->width < 16) {
        ofs_scalar_convert_gray(job, out);
        return;
    }
    for (uint32_t x = 0; x < job->width; x += 16) {
        __m128i gray[4];

        if (x + 16 > job->width)
            x = job->width - 16;
        for (size_t i = 0; i < 4; i++)
            gray[i] = convert_4(load(job, 0, (size_t)x * 4 + 16 * i, two_frames), weights);
        gray[0] = _mm_packus_epi16(_mm_packs_epi32(gray[0], gray[1]), _mm_packs_epi32(gray[2], gray[3]));
        _mm_storeu_si128((__m128i *)(void *)(out + x), gray[0]);
    }
}

/* In each register every channel's bytes together, then a transposition of 4-byte groups. */
static void convert_planes(const struct ofs_columns *job, uint8_t *const out[3])
{
    char r = (char)job->red, g = (char)job->green, b = (char)job->blue;
    const __m128i by_channel = _mm_setr_epi8(r, (char)(r + 4), (char)(r + 8), (char)(r + 12), g, (char)(g + 4),
                                             (char)(g + 8), (char)(g + 12), b, (char)(b + 4), (char)(b + 8),
                                             (char)(b + 12), -1, -1, -1, -1);
    bool two_frames = job->previous != NULL;

    if (job->width < 16) {
        ofs_scalar_convert_planes(job, out);
        return;
    }
    for (uint32_t x = 0; x < job->width; x += 16) {
        __m128i p[4], red_green[2], blue[2];

        if (x + 16 > job->width)
            x = job->width - 16;
        for (size_t i = 0; i < 4; i++)
            p[i] = _mm_shuffle_epi8(load(job, 0, (size_t)x * 4 + 16 * i, two_frames), by_channel);
        for (int i = 0; i < 2; i++) {
            red_green[i] = _mm_unpacklo_epi32(p[2 * i], p[2 * i + 1]);
            blue[i] = _mm_unpackhi_epi32(p[2 * i], p[2 * i + 1]);
        }
        _mm_storeu_si128((__m128i *)(void *)(out[0] + x), _mm_unpacklo_epi64(red_green[0], red_green[1]));
        _mm_storeu_si128((__m128i *)(void *)(out[1] + x), _mm_unpackhi_epi64(red_green[0], red_green[1]));
        _mm_storeu_si128((__m128i *)(void *)(out[2] + x), _mm_unpacklo_epi64(blue[0], blue[1]));
    }
}

/* 16 pixels to 48 bytes: twelve bytes of each register side by side, then three stores. */
static void convert_packed(const struct ofs_columns *job, uint8_t *out)
{
    char r = (char)job->red, g = (char)job->green, b = (char)job->blue;
    const __m128i packed = _mm_setr_epi8(r, g, b, (char)(r + 4), (char)(g + 4), (char)(b + 4), (char)(r + 8),
                                         (char)(g + 8), (char)(b + 8), (char)(r + 12), (char)(g + 12), (char)(b + 12),
                                         -1, -1, -1, -1);
    bool two_frames = job->previous != NULL;

    if (job->width < 16) {
        ofs_scalar_convert_packed(job, out);
        return;
    }
    for (uint32_t x = 0; x < job->width; x += 16) {
        __m128i p[4], *to;

        if (x + 16 > job->width)
            x = job->width - 16;
        for (size_t i = 0; i < 4; i++)
            p[i] = _mm_shuffle_epi8(load(job, 0, (size_t)x * 4 + 16 * i, two_frames), packed);
        to = (__m128i *)(void *)(out + (size_t)x * 3);
        _mm_storeu_si128(to, _mm_or_si128(p[0], _mm_slli_si128(p[1], 12)));
        _mm_storeu_si128(to + 1, _mm_or_si128(_mm_srli_si128(p[1], 4), _mm_slli_si128(p[2], 8)));
        _mm_storeu_si128(to + 2, _mm_or_si128(_mm_srli_si128(p[2], 8), _mm_slli_si128(p[3], 4)));
    }
}

const struct ofs_kernel_backend ofs_backend_sse41 = {
    "sse41",
    { columns_gray, columns_rgb, rows, rows_direct, convert_gray, convert_planes, convert_packed },
};
