/* Counters: OML_sync_control and SGI_video_sync. There is no display to wait for: media stream counts (MSC) grow with
 * the program's time at a pretended refresh rate, and a wait for one that lies ahead moves the count there and is over.
 * Swap counts (SBC) are the drawable's swaps.
 * Source: GLX_OML_sync_control, GLX_SGI_video_sync. */
#include "glx/events.h"
#include "glx/glxerr.h"

#define REFRESH_HZ 60
/* Counts do not go beyond this, so that sums of two do not overflow. */
#define FARTHEST ((int64_t)1 << 61)
/* A wait for a swap that another thread does not do. */
#define SWAP_WAIT_MS 1000

/* How far waits have moved the count. */
static _Atomic int64_t msc_ahead;

static int64_t now_us(void)
{
    return (int64_t)ofs_xview_time_us();
}

/* Without what it was moved. */
static int64_t elapsed(int64_t ust)
{
    return ust * REFRESH_HZ / 1000000;
}

void ofs_counters_get(const struct ofs_drawable *drawable, struct ofs_counters *out)
{
    out->ust = now_us();
    out->msc = elapsed(out->ust) + atomic_load(&msc_ahead);
    out->sbc = (int64_t)atomic_load(&drawable->swaps);
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t ofs_counters_reach(int64_t target, int64_t divisor, int64_t remainder)
{
    int64_t base = elapsed(now_us()), ahead = atomic_load(&msc_ahead), now, goal, more;

    do {
        now = base + ahead;
        goal = least(target, FARTHEST);
        if (now >= target) {
            more = divisor > 0 ? remainder - now % divisor : 0;
            goal = now + least(more < 0 ? more + divisor : more, FARTHEST);
        }
        if (goal <= now || now > FARTHEST)
            return now;
    } while (!atomic_compare_exchange_weak(&msc_ahead, &ahead, least(goal - base, FARTHEST)));
    return goal;
}

static struct ofs_drawable *counted(Display *dpy, XID xid)
{
    struct ofs_drawable *drawable = ofs_drawable_find(xid);

    if (!drawable)
        ofs_glx_raise(dpy, OFS_GLX_EXT_ERROR, GLXBadDrawable, X_GLXVendorPrivate, (uint32_t)xid);
    return drawable;
}

OFS_EXPORT Bool glXGetSyncValuesOML(Display *dpy, GLXDrawable xid, int64_t *ust, int64_t *msc, int64_t *sbc)
{
    struct ofs_drawable *drawable;
    struct ofs_counters now;

    if (!ofs_glx_is_ours(dpy))
        return OFS_FOREIGN(glXGetSyncValuesOML, False, dpy, xid, ust, msc, sbc);
    drawable = counted(dpy, xid);
    if (!drawable)
        return False;
    ofs_counters_get(drawable, &now);
    *ust = now.ust;
    *msc = now.msc;
    *sbc = now.sbc;
    ofs_drawable_release(drawable);
    return True;
}

OFS_EXPORT Bool glXGetMscRateOML(Display *dpy, GLXDrawable xid, int32_t *numerator, int32_t *denominator)
{
    struct ofs_drawable *drawable;

    if (!ofs_glx_is_ours(dpy))
        return OFS_FOREIGN(glXGetMscRateOML, False, dpy, xid, numerator, denominator);
    drawable = counted(dpy, xid);
    if (!drawable)
        return False;
    *numerator = REFRESH_HZ;
    *denominator = 1;
    ofs_drawable_release(drawable);
    return True;
}

OFS_EXPORT int64_t glXSwapBuffersMscOML(Display *dpy, GLXDrawable xid, int64_t target, int64_t divisor, int64_t remainder)
{
    struct ofs_drawable *drawable;
    int64_t sbc = -1;

    if (!ofs_glx_is_ours(dpy))
        return OFS_FOREIGN(glXSwapBuffersMscOML, -1, dpy, xid, target, divisor, remainder);
    drawable = counted(dpy, xid);
    if (!drawable)
        return -1;
    if (divisor >= 0 && remainder >= 0 && target >= 0 && (divisor == 0 || remainder < divisor) &&
        drawable->config->double_buffer) {
        (void)ofs_counters_reach(target, divisor, remainder);
        ofs_glx_swap(dpy, xid, X_GLXVendorPrivate);
        sbc = (int64_t)atomic_load(&drawable->swaps);
    }
    ofs_drawable_release(drawable);
    return sbc;
}

OFS_EXPORT Bool glXWaitForMscOML(Display *dpy, GLXDrawable xid, int64_t target, int64_t divisor, int64_t remainder,
                                 int64_t *ust, int64_t *msc, int64_t *sbc)
{
    if (!ofs_glx_is_ours(dpy))
        return OFS_FOREIGN(glXWaitForMscOML, False, dpy, xid, target, divisor, remainder, ust, msc, sbc);
    if (divisor < 0 || remainder < 0 || target < 0 || (divisor > 0 && remainder >= divisor))
        return False;
    (void)ofs_counters_reach(target, divisor, remainder);
    return glXGetSyncValuesOML(dpy, xid, ust, msc, sbc);
}

/* Every swap is complete when it returns: only one that another thread has still to do is waited for. */
static bool wait_for_swap(struct ofs_drawable *drawable, int64_t target)
{
    bool own = drawable == ofs_current.draw;

    for (int i = 0; !own && i < SWAP_WAIT_MS && (int64_t)atomic_load(&drawable->swaps) < target; i++)
        ofs_real_pause(1000000);
    return (int64_t)atomic_load(&drawable->swaps) >= target;
}

OFS_EXPORT Bool glXWaitForSbcOML(Display *dpy, GLXDrawable xid, int64_t target, int64_t *ust, int64_t *msc, int64_t *sbc)
{
    struct ofs_drawable *drawable;
    bool reached;

    if (!ofs_glx_is_ours(dpy))
        return OFS_FOREIGN(glXWaitForSbcOML, False, dpy, xid, target, ust, msc, sbc);
    if (target < 0)
        return False;
    drawable = counted(dpy, xid);
    if (!drawable)
        return False;
    reached = wait_for_swap(drawable, target);
    ofs_drawable_release(drawable);
    return reached && glXGetSyncValuesOML(dpy, xid, ust, msc, sbc);
}

OFS_EXPORT int glXGetVideoSyncSGI(unsigned int *count)
{
    if (!ofs_glx_is_current())
        return GLX_BAD_CONTEXT;
    *count = (unsigned int)(elapsed(now_us()) + atomic_load(&msc_ahead));
    return 0;
}

OFS_EXPORT int glXWaitVideoSyncSGI(int divisor, int remainder, unsigned int *count)
{
    if (!ofs_glx_is_current())
        return GLX_BAD_CONTEXT;
    if (divisor <= 0 || remainder < 0)
        return GLX_BAD_VALUE;
    *count = (unsigned int)ofs_counters_reach(0, divisor, remainder % divisor);
    return 0;
}
