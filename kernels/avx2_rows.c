/* AVX2, the stages after the columns: steps 4 and 5. */
#include "plan_tables.h"

#include <immintrin.h>
#include <string.h>

static inline __m256i load_32(const void *at) { return _mm256_loadu_si256((const __m256i *)at); }
static inline __m128i load_16(const void *at) { return _mm_loadu_si128((const __m128i *)at); }

/* Eight outputs, 0 2 4 6 | 1 3 5 7, of at most eight taps each: two outputs share a register. */
static inline __m256i sum_8(const int16_t *plane, const uint32_t *first, const int16_t *weights)
{
    __m256i sum[4];

    for (int i = 0; i < 4; i++) {
        __m128i even = load_16(plane + first[2 * i]), odd = load_16(plane + first[2 * i + 1]);

        sum[i] = _mm256_madd_epi16(_mm256_set_m128i(odd, even), load_32(weights + 16 * i));
    }
    return _mm256_hadd_epi32(_mm256_hadd_epi32(sum[0], sum[1]), _mm256_hadd_epi32(sum[2], sum[3]));
}

/* The same of any number of taps. */
static inline __attribute__((always_inline)) __m256i sum_many(const int16_t *plane, const uint32_t *first,
                                                              const int16_t *weights, uint32_t taps)
{
    __m256i sum[8], even, odd;

    for (int i = 0; i < 8; i++, weights += taps) {
        const int16_t *g = plane + first[i];
        uint32_t k = 16;

        sum[i] = _mm256_madd_epi16(load_32(g), load_32(weights));
        for (; k + 16 <= taps; k += 16)
            sum[i] = _mm256_add_epi32(sum[i], _mm256_madd_epi16(load_32(g + k), load_32(weights + k)));
        if (k < taps)
            sum[i] = _mm256_add_epi32(
                sum[i], _mm256_zextsi128_si256(_mm_madd_epi16(load_16(g + k), load_16(weights + k))));
    }
    even = _mm256_hadd_epi32(_mm256_hadd_epi32(sum[0], sum[2]), _mm256_hadd_epi32(sum[4], sum[6]));
    odd = _mm256_hadd_epi32(_mm256_hadd_epi32(sum[1], sum[3]), _mm256_hadd_epi32(sum[5], sum[7]));
    return _mm256_add_epi32(_mm256_permute2x128_si256(even, odd, 0x20), _mm256_permute2x128_si256(even, odd, 0x31));
}

static inline __m256i divide(__m256i sum, const struct ofs_divide *divide)
{
    __m256i multiplier = _mm256_set1_epi32((int)divide->multiplier), even, odd;

    sum = _mm256_srli_epi32(_mm256_add_epi32(sum, _mm256_set1_epi32((int)divide->bias)), 7);
    if (divide->shift == 24)
        return _mm256_srli_epi32(_mm256_mullo_epi32(sum, multiplier), 24);
    even = _mm256_srli_epi64(_mm256_mul_epu32(sum, multiplier), 36);
    odd = _mm256_srli_epi64(_mm256_mul_epu32(_mm256_srli_epi64(sum, 32), multiplier), 36);
    return _mm256_or_si256(even, _mm256_slli_epi64(odd, 32));
}

static inline __attribute__((always_inline)) void rows_with(const struct ofs_plan *plan, const int16_t *plane,
                                                            uint8_t *out, uint32_t taps)
{
    uint32_t outputs = plan->desc.width_px;

    for (uint32_t i = 0; i < outputs; i += 8) {
        const uint32_t *first = plan->padded_first + i;
        const int16_t *weights = plan->padded_weights + (size_t)i * taps;
        __m256i levels = divide(taps == 8 ? sum_8(plane, first, weights) : sum_many(plane, first, weights, taps),
                                &plan->divide);
        __m128i even = _mm256_castsi256_si128(levels), odd = _mm256_extracti128_si256(levels, 1);
        __m128i packed = _mm_packus_epi32(_mm_or_si128(even, _mm_slli_epi32(odd, 8)), _mm_setzero_si128());
        uint8_t bytes[8];

        if (outputs - i >= 8) {
            _mm_storel_epi64((__m128i *)(void *)(out + i), packed);
        } else {
            _mm_storel_epi64((__m128i *)(void *)bytes, packed);
            memcpy(out + i, bytes, outputs - i);
        }
    }
}

void ofs_avx2_rows(const struct ofs_plan *plan, const int16_t *plane, uint8_t *out)
{
    /* The common cases with loops that the compiler can unroll. */
    switch (plan->padded_taps) {
    case 8: rows_with(plan, plane, out, 8); break;
    case 16: rows_with(plan, plane, out, 16); break;
    default: rows_with(plan, plane, out, plan->padded_taps); break;
    }
}

void ofs_avx2_rows_direct(const int16_t *plane, uint32_t width, uint8_t *out)
{
    const __m256i half = _mm256_set1_epi16(64);

    if (width < 32) {
        ofs_scalar_rows_direct(plane, width, out);
        return;
    }
    for (uint32_t x = 0; x < width; x += 32) {
        __m256i a, b;

        if (x + 32 > width)
            x = width - 32;
        a = load_32(plane + x);
        b = load_32(plane + x + 16);
        a = _mm256_srli_epi16(_mm256_add_epi16(a, half), 7);
        b = _mm256_srli_epi16(_mm256_add_epi16(b, half), 7);
        a = _mm256_permute4x64_epi64(_mm256_packus_epi16(a, b), 0xd8);
        _mm256_storeu_si256((__m256i *)(void *)(out + x), a);
    }
}
