/* The little arithmetic that shapes need. The library depends on libc alone, and libm is another. */
#ifndef OFS_X11_DRAW_MATH_H
#define OFS_X11_DRAW_MATH_H

#include <stdint.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

/* Of numbers that fit an int64_t. */
static inline int64_t ofs_floor(double v)
{
    int64_t whole = (int64_t)v;
    return whole - (v < (double)whole);
}
static inline int64_t ofs_ceil(double v)
{
    int64_t whole = (int64_t)v;
    return whole + (v > (double)whole);
}
static inline double ofs_abs(double v) { return v < 0 ? -v : v; }
static inline double ofs_min(double a, double b) { return a < b ? a : b; }
static inline double ofs_max(double a, double b) { return a > b ? a : b; }

/* Rounded to the nearest, so that the root of a square is exact. v >= 0 */
static inline double ofs_root(double v)
{
#if defined(__SSE2__)
    return _mm_cvtsd_f64(_mm_sqrt_pd(_mm_set1_pd(v)));
#elif defined(__aarch64__)
    return vget_lane_f64(vsqrt_f64(vdup_n_f64(v)), 0);
#else
    long double r = v > 1 ? v : 1;
    for (int i = 0; i < 64 && v > 0; i++)
        r = (r + v / r) / 2;
    return v > 0 ? (double)r : 0;
#endif
}

/* draw_math.c: of an angle in 64ths of a degree, whatever it is; exact for right angles. */
double ofs_sine(int angle);
double ofs_cosine(int angle);

#endif
