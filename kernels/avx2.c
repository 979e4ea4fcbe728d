/* AVX2, the stages that read pixels: sixteen of a source row at a time, two rows at once.
 *
 * The column stage interleaves the bytes of two rows and multiplies them by their two weights, which adds them up in the same
 * instruction. A register of 32 source bytes (pixels 0 to 7) becomes "low", sums of pixels 0 1 | 4 5, and "high", of pixels
 * 2 3 | 6 7; the | is the border that few AVX2 instructions cross. */
#include "plan_tables.h"

#include <immintrin.h>
#include <string.h>

#define BLOCK_PX 16u

/* Sums or normalized values of sixteen pixels, 16 bits each, as above. */
struct block {
    __m256i low[2], high[2];
};

static inline __m256i load_32(const void *at) { return _mm256_loadu_si256((const __m256i *)at); }

static inline __attribute__((always_inline)) __m256i load(const struct ofs_columns *job, ptrdiff_t row, size_t byte,
                                                          bool two_frames)
{
    __m256i a = load_32(job->rows + row * job->pitch_bytes + byte);

    return two_frames ? _mm256_max_epu8(a, load_32(job->previous + row * job->previous_pitch_bytes + byte)) : a;
}

/* -- steps 1 and 2 ------------------------------------------------------------------------------------------------- */

/* Eight pixels of `count` rows. The last of an odd number of rows goes with itself, at no weight. */
static inline __attribute__((always_inline)) void sum_small(const struct ofs_columns *job, size_t byte, bool two_frames,
                                                            const __m256i *weights, uint32_t count, __m256i *low,
                                                            __m256i *high)
{
    const uint8_t *row = job->rows + byte, *previous = two_frames ? job->previous + byte : NULL;

    *low = *high = _mm256_setzero_si256();
    for (uint32_t k = 0; k < count; k += 2) {
        bool alone = k + 1 == count;
        __m256i a = load_32(row), b = alone ? a : load_32(row + job->pitch_bytes);

        if (two_frames) {
            a = _mm256_max_epu8(a, load_32(previous));
            b = alone ? a : _mm256_max_epu8(b, load_32(previous + job->previous_pitch_bytes));
            previous += 2 * job->previous_pitch_bytes;
        }
        row += 2 * job->pitch_bytes;
        *low = _mm256_add_epi16(*low, _mm256_maddubs_epi16(_mm256_unpacklo_epi8(a, b), weights[k / 2]));
        *high = _mm256_add_epi16(*high, _mm256_maddubs_epi16(_mm256_unpackhi_epi8(a, b), weights[k / 2]));
    }
}

static inline __attribute__((always_inline)) void sum_narrow(const struct ofs_columns *job, size_t byte,
                                                             bool two_frames, struct block *sum)
{
    const __m256i zero = _mm256_setzero_si256();

    for (int i = 0; i < 2; i++)
        sum->low[i] = sum->high[i] = zero;
    for (uint32_t k = 0; k < job->count; k++) {
        __m256i weight = _mm256_set1_epi16((short)job->weights[k]);

        for (int i = 0; i < 2; i++) {
            __m256i a = load(job, (ptrdiff_t)k, byte + 32 * (size_t)i, two_frames);
            __m256i low = _mm256_unpacklo_epi8(a, zero), high = _mm256_unpackhi_epi8(a, zero);

            sum->low[i] = _mm256_add_epi16(sum->low[i], _mm256_mullo_epi16(low, weight));
            sum->high[i] = _mm256_add_epi16(sum->high[i], _mm256_mullo_epi16(high, weight));
        }
    }
}

static inline __attribute__((always_inline)) __m256i normalize_narrow(__m256i sum,
                                                                      const struct ofs_normalize *normalize, bool shift)
{
    if (shift)
        sum = _mm256_sll_epi16(sum, _mm_cvtsi32_si128((int)normalize->shift));
    return _mm256_mulhi_epu16(sum, _mm256_set1_epi16((short)normalize->multiplier));
}

static inline __m256i normalize_wide(__m256i sum, const struct ofs_normalize *normalize)
{
    __m256i multiplier = _mm256_set1_epi32((int)normalize->multiplier);
    __m256i even = _mm256_srli_epi64(_mm256_mul_epu32(sum, multiplier), 32);
    __m256i odd = _mm256_mul_epu32(_mm256_srli_epi64(sum, 32), multiplier);

    return _mm256_blend_epi32(even, odd, 0xaa);
}

/* 32-bit sums, eight pixels at a time; comes out normalized. */
static inline __attribute__((always_inline)) void sum_wide(const struct ofs_columns *job, size_t byte, bool two_frames,
                                                           __m256i *low, __m256i *high)
{
    const __m256i zero = _mm256_setzero_si256();
    __m256i sum[4] = { zero, zero, zero, zero };
    uint32_t pairs = (job->count + 1) / 2;

    for (uint32_t k = 0; k < pairs; k++) {
        ptrdiff_t first = (ptrdiff_t)k * 2, second = 2 * k + 1 == job->count ? first : first + 1;
        __m256i weights = _mm256_set1_epi32((int)(job->pairs[2 * k] | (uint32_t)job->pairs[2 * k + 1] << 16));
        __m256i a = load(job, first, byte, two_frames), b = load(job, second, byte, two_frames);
        __m256i ab_low = _mm256_unpacklo_epi8(a, b), ab_high = _mm256_unpackhi_epi8(a, b);

        sum[0] = _mm256_add_epi32(sum[0], _mm256_madd_epi16(_mm256_unpacklo_epi8(ab_low, zero), weights));
        sum[1] = _mm256_add_epi32(sum[1], _mm256_madd_epi16(_mm256_unpackhi_epi8(ab_low, zero), weights));
        sum[2] = _mm256_add_epi32(sum[2], _mm256_madd_epi16(_mm256_unpacklo_epi8(ab_high, zero), weights));
        sum[3] = _mm256_add_epi32(sum[3], _mm256_madd_epi16(_mm256_unpackhi_epi8(ab_high, zero), weights));
    }
    for (int i = 0; i < 4; i++)
        sum[i] = normalize_wide(sum[i], &job->normalize);
    *low = _mm256_packs_epi32(sum[0], sum[1]);
    *high = _mm256_packs_epi32(sum[2], sum[3]);
}

static inline __attribute__((always_inline)) void normalize_block(struct block *n,
                                                                  const struct ofs_normalize *normalize, bool shift)
{
    for (int i = 0; i < 2; i++) {
        n->low[i] = normalize_narrow(n->low[i], normalize, shift);
        n->high[i] = normalize_narrow(n->high[i], normalize, shift);
    }
}

/* -- step 3 -------------------------------------------------------------------------------------------------------- */

/* For two neighbouring channels of a pixel each, as _mm256_madd_epi16 wants it. */
static inline __m256i gray_weights(const struct ofs_columns *job)
{
    int16_t weights[4] = { 0, 0, 0, 0 };
    long long all;

    weights[job->red] = 4899;
    weights[job->green] = 9617;
    weights[job->blue] = 1868;
    memcpy(&all, weights, sizeof all);
    return _mm256_set1_epi64x(all);
}

/* Eight grays in pixel order, 32 bits each, before the shift. */
static inline __m256i weigh_colors(__m256i low, __m256i high, __m256i weights)
{
    return _mm256_hadd_epi32(_mm256_madd_epi16(low, weights), _mm256_madd_epi16(high, weights));
}

static inline void store_gray(const struct block *n, __m256i weights, int16_t *out)
{
    __m256i a = _mm256_srli_epi32(weigh_colors(n->low[0], n->high[0], weights), 14);
    __m256i b = _mm256_srli_epi32(weigh_colors(n->low[1], n->high[1], weights), 14);

    a = _mm256_permute4x64_epi64(_mm256_packs_epi32(a, b), 0xd8);
    _mm256_storeu_si256((__m256i *)(void *)out, a);
}

static inline void store_planes(const struct block *n, const struct ofs_columns *job, uint32_t x)
{
    const __m256i by_channel = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15));
    __m256i zero_one[2], two[2], planes[3];

    for (int i = 0; i < 2; i++) {
        __m256i low = _mm256_shuffle_epi8(n->low[i], by_channel), high = _mm256_shuffle_epi8(n->high[i], by_channel);

        zero_one[i] = _mm256_unpacklo_epi32(low, high);
        two[i] = _mm256_unpackhi_epi32(low, high);
    }
    planes[0] = _mm256_unpacklo_epi64(zero_one[0], zero_one[1]);
    planes[1] = _mm256_unpackhi_epi64(zero_one[0], zero_one[1]);
    planes[2] = _mm256_unpacklo_epi64(two[0], two[1]);
    for (uint32_t c = 0; c < 3; c++) {
        uint32_t color = c == job->red ? 0 : c == job->green ? 1 : 2;

        _mm256_storeu_si256((__m256i *)(void *)(job->planes[color] + x), _mm256_permute4x64_epi64(planes[c], 0xd8));
    }
}

static inline __attribute__((always_inline)) void store_block(const struct ofs_columns *job, const struct block *n,
                                                              bool rgb, __m256i colors, uint32_t x)
{
    if (rgb)
        store_planes(n, job, x);
    else
        store_gray(n, colors, job->planes[0] + x);
}

/* Where a block begins: the last one overlaps the one before. */
static inline uint32_t block_at(const struct ofs_columns *job, uint32_t x)
{
    return x + BLOCK_PX > job->width ? job->width - BLOCK_PX : x;
}

/* `count` is job->count, a constant in most calls, so that the weights stay in registers. */
static inline __attribute__((always_inline)) void columns_small(const struct ofs_columns *job, bool rgb,
                                                                bool two_frames, const __m256i *weights, bool shift,
                                                                uint32_t count)
{
    __m256i colors = gray_weights(job);
    struct ofs_columns local = *job;

    for (uint32_t x = 0; x < local.width; x += BLOCK_PX) {
        uint32_t at = block_at(&local, x);
        struct block n;

        sum_small(&local, (size_t)at * 4, two_frames, weights, count, &n.low[0], &n.high[0]);
        sum_small(&local, (size_t)at * 4 + 32, two_frames, weights, count, &n.low[1], &n.high[1]);
        normalize_block(&n, &local.normalize, shift);
        store_block(&local, &n, rgb, colors, at);
    }
}

static inline __attribute__((always_inline)) void columns_narrow(const struct ofs_columns *job, bool rgb,
                                                                 bool two_frames)
{
    __m256i colors = gray_weights(job);

    for (uint32_t x = 0; x < job->width; x += BLOCK_PX) {
        uint32_t at = block_at(job, x);
        struct block n;

        sum_narrow(job, (size_t)at * 4, two_frames, &n);
        normalize_block(&n, &job->normalize, true);
        store_block(job, &n, rgb, colors, at);
    }
}

static inline __attribute__((always_inline)) void columns_wide(const struct ofs_columns *job, bool rgb, bool two_frames)
{
    __m256i colors = gray_weights(job);

    for (uint32_t k = 0; k < job->count; k++)
        job->pairs[k] = job->weights[k];
    job->pairs[job->count] = 0;
    for (uint32_t x = 0; x < job->width; x += BLOCK_PX) {
        uint32_t at = block_at(job, x);
        struct block n;

        sum_wide(job, (size_t)at * 4, two_frames, &n.low[0], &n.high[0]);
        sum_wide(job, (size_t)at * 4 + 32, two_frames, &n.low[1], &n.high[1]);
        store_block(job, &n, rgb, colors, at);
    }
}

/* Where reducing by four or more, the weights are so small that they can be shifted instead of the sums. */
static inline __attribute__((always_inline)) void columns(const struct ofs_columns *job, bool rgb, bool two_frames)
{
    __m256i weights[OFS_SMALL_TAPS_MAX / 2 + 1];
    uint32_t shift = job->small_shifted ? job->normalize.shift : 0;

    if (job->normalize.wide) {
        columns_wide(job, rgb, two_frames);
        return;
    }
    if (!job->small_weights) {
        columns_narrow(job, rgb, two_frames);
        return;
    }
    for (uint32_t k = 0; k < job->count; k += 2) {
        uint32_t second = k + 1 < job->count ? job->weights[k + 1] : 0;

        weights[k / 2] = _mm256_set1_epi16((short)((job->weights[k] | second << 8) << shift));
    }
    if (!job->small_shifted) {
        columns_small(job, rgb, two_frames, weights, true, job->count);
        return;
    }
    switch (job->count) {
    case 2: columns_small(job, rgb, two_frames, weights, false, 2); break;
    case 3: columns_small(job, rgb, two_frames, weights, false, 3); break;
    case 4: columns_small(job, rgb, two_frames, weights, false, 4); break;
    case 5: columns_small(job, rgb, two_frames, weights, false, 5); break;
    case 6: columns_small(job, rgb, two_frames, weights, false, 6); break;
    case 7: columns_small(job, rgb, two_frames, weights, false, 7); break;
    case 8: columns_small(job, rgb, two_frames, weights, false, 8); break;
    case 9: columns_small(job, rgb, two_frames, weights, false, 9); break;
    case 10: columns_small(job, rgb, two_frames, weights, false, 10); break;
    default: columns_small(job, rgb, two_frames, weights, false, job->count); break;
    }
}

static void columns_gray(const struct ofs_columns *job)
{
    if (job->width < BLOCK_PX)
        ofs_scalar_columns_gray(job);
    else if (job->previous)
        columns(job, false, true);
    else
        columns(job, false, false);
}

static void columns_rgb(const struct ofs_columns *job)
{
    if (job->width < BLOCK_PX)
        ofs_scalar_columns_rgb(job);
    else if (job->previous)
        columns(job, true, true);
    else
        columns(job, true, false);
}

/* -- conversion only ----------------------------------------------------------------------------------------------- */

static inline __m256i convert_8(__m256i pixels, __m256i weights)
{
    const __m256i zero = _mm256_setzero_si256(), half = _mm256_set1_epi32(1 << 13);
    __m256i sum = weigh_colors(_mm256_unpacklo_epi8(pixels, zero), _mm256_unpackhi_epi8(pixels, zero), weights);

    return _mm256_srli_epi32(_mm256_add_epi32(sum, half), 14);
}

/* (sum + 8192) >> 14 is what steps 2 to 5 come to with single taps: the two shifts by 7 are one by 14. */
static inline __attribute__((always_inline)) void convert_gray_of(const struct ofs_columns *job, uint8_t *out,
                                                                  bool two_frames)
{
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7), weights = gray_weights(job);

    for (uint32_t x = 0; x < job->width; x += 32) {
        __m256i gray[4];

        if (x + 32 > job->width)
            x = job->width - 32;
        for (size_t i = 0; i < 4; i++)
            gray[i] = convert_8(load(job, 0, (size_t)x * 4 + 32 * i, two_frames), weights);
        gray[0] = _mm256_packus_epi16(_mm256_packs_epi32(gray[0], gray[1]), _mm256_packs_epi32(gray[2], gray[3]));
        _mm256_storeu_si256((__m256i *)(void *)(out + x), _mm256_permutevar8x32_epi32(gray[0], order));
    }
}

static void convert_gray(const struct ofs_columns *job, uint8_t *out)
{
    if (job->width < 32)
        ofs_scalar_convert_gray(job, out);
    else if (job->previous)
        convert_gray_of(job, out, true);
    else
        convert_gray_of(job, out, false);
}

/* Four channels of 32 pixels: in each register every channel's bytes together, then a transposition of 4-byte groups. */
static inline __attribute__((always_inline)) void convert_planes_of(const struct ofs_columns *job,
                                                                    uint8_t *const out[3], bool two_frames)
{
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    char r = (char)job->red, g = (char)job->green, b = (char)job->blue;
    const __m256i by_channel = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(r, (char)(r + 4), (char)(r + 8), (char)(r + 12), g, (char)(g + 4), (char)(g + 8), (char)(g + 12), b,
                      (char)(b + 4), (char)(b + 8), (char)(b + 12), -1, -1, -1, -1));

    for (uint32_t x = 0; x < job->width; x += 32) {
        __m256i p[4], rg[2], b_[2];

        if (x + 32 > job->width)
            x = job->width - 32;
        for (size_t i = 0; i < 4; i++)
            p[i] = _mm256_shuffle_epi8(load(job, 0, (size_t)x * 4 + 32 * i, two_frames), by_channel);
        for (int i = 0; i < 2; i++) {
            rg[i] = _mm256_unpacklo_epi32(p[2 * i], p[2 * i + 1]);
            b_[i] = _mm256_unpackhi_epi32(p[2 * i], p[2 * i + 1]);
        }
        p[0] = _mm256_unpacklo_epi64(rg[0], rg[1]);
        p[1] = _mm256_unpackhi_epi64(rg[0], rg[1]);
        p[2] = _mm256_unpacklo_epi64(b_[0], b_[1]);
        for (int c = 0; c < 3; c++)
            _mm256_storeu_si256((__m256i *)(void *)(out[c] + x), _mm256_permutevar8x32_epi32(p[c], order));
    }
}

static void convert_planes(const struct ofs_columns *job, uint8_t *const out[3])
{
    if (job->width < 32)
        ofs_scalar_convert_planes(job, out);
    else if (job->previous)
        convert_planes_of(job, out, true);
    else
        convert_planes_of(job, out, false);
}

/* 32 pixels to 96 bytes: 24 bytes of each register side by side, then three stores. */
static inline __attribute__((always_inline)) void convert_packed_of(const struct ofs_columns *job, uint8_t *out,
                                                                    bool two_frames)
{
    char r = (char)job->red, g = (char)job->green, b = (char)job->blue;
    const __m256i packed = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(r, g, b, (char)(r + 4), (char)(g + 4), (char)(b + 4), (char)(r + 8), (char)(g + 8), (char)(b + 8),
                      (char)(r + 12), (char)(g + 12), (char)(b + 12), -1, -1, -1, -1));
    const __m256i order[4] = {
        _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7), /* the six words, two that are nothing */
        _mm256_setr_epi32(2, 4, 5, 6, 3, 7, 0, 1), /* the last four, nothing, the first two */
        _mm256_setr_epi32(5, 6, 3, 7, 0, 1, 2, 4), /* the last two, nothing, the first four */
        _mm256_setr_epi32(3, 7, 0, 1, 2, 4, 5, 6), /* nothing, the six words */
    };

    for (uint32_t x = 0; x < job->width; x += 32) {
        __m256i p[4], *to;

        if (x + 32 > job->width)
            x = job->width - 32;
        for (size_t i = 0; i < 4; i++) {
            p[i] = _mm256_shuffle_epi8(load(job, 0, (size_t)x * 4 + 32 * i, two_frames), packed);
            p[i] = _mm256_permutevar8x32_epi32(p[i], order[i]);
        }
        to = (__m256i *)(void *)(out + (size_t)x * 3);
        _mm256_storeu_si256(to, _mm256_blend_epi32(p[0], p[1], 0xc0));
        _mm256_storeu_si256(to + 1, _mm256_blend_epi32(p[1], p[2], 0xf0));
        _mm256_storeu_si256(to + 2, _mm256_blend_epi32(p[2], p[3], 0xfc));
    }
}

static void convert_packed(const struct ofs_columns *job, uint8_t *out)
{
    if (job->width < 32)
        ofs_scalar_convert_packed(job, out);
    else if (job->previous)
        convert_packed_of(job, out, true);
    else
        convert_packed_of(job, out, false);
}

const struct ofs_kernel_backend ofs_backend_avx2 = {
    "avx2",
    { columns_gray, columns_rgb, ofs_avx2_rows, ofs_avx2_rows_direct, convert_gray, convert_planes, convert_packed },
};
