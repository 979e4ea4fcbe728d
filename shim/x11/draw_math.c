#include "x11/draw_math.h"

#include <stdbool.h>

enum { RIGHT = 90 * 64 };

/* Of an angle as a double says it in radians, to the last bit of a double. */
static double sine(double radians, bool cosine)
{
    /* Half of pi in two parts: a double, a few of which a long double holds exactly, and the rest. */
    const double half_pi = 1.57079632679489661923;
    const long double rest = 6.12323399573676588613e-17L;
    long k = (long)(radians / half_pi + (radians < 0 ? -0.5 : 0.5));
    long double r = (long double)radians - (long double)k * half_pi - (long double)k * rest, square = r * r;
    unsigned quarter = (unsigned)(k + cosine) & 3;
    /* The series of the sine begins with r, that of the cosine with 1. */
    long double term = quarter & 1 ? 1 : r, sum = 0;
    for (int i = quarter & 1 ? 1 : 2; i < 28; i += 2) {
        sum += term;
        term *= -square / (long double)(i * (i + 1));
    }
    return (double)(quarter & 2 ? -sum : sum);
}

/* A right angle's are exact. */
static const double exact[4] = { 0, 1, 0, -1 };

double ofs_sine(int angle)
{
    if (angle % RIGHT == 0)
        return exact[(unsigned)(angle / RIGHT) & 3];
    return sine((double)angle * (3.14159265358979323846 / 11520.0), false);
}

double ofs_cosine(int angle)
{
    if (angle % RIGHT == 0)
        return exact[(unsigned)(angle / RIGHT + 1) & 3];
    return sine((double)angle * (3.14159265358979323846 / 11520.0), true);
}
