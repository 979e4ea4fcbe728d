/* longjmp and its kin: sleep, poll and select are functions that a signal's handler may jump out of. The thread runs then,
 * and no longer waits. */
#include <setjmp.h>

#include "hook/clock/clock.h"

/* What a program calls that was compiled with _FORTIFY_SOURCE. */
void __longjmp_chk(jmp_buf where, int value) __attribute__((noreturn));

/* Found when the library starts: a handler must not look for them. */
static struct {
    __typeof__(&longjmp) plain, underscore, with_signals, checked;
} real;

void ofs_jump_start(void)
{
    real.plain = REAL(longjmp);
    real.underscore = REAL(_longjmp);
    real.with_signals = REAL(siglongjmp);
    real.checked = REAL(__longjmp_chk);
}

EXPORT void longjmp(jmp_buf where, int value)
{
    ofs_wait_abandon();
    (real.plain ? real.plain : REAL(longjmp))(where, value);
    __builtin_unreachable();
}

EXPORT void _longjmp(jmp_buf where, int value)
{
    ofs_wait_abandon();
    (real.underscore ? real.underscore : REAL(_longjmp))(where, value);
    __builtin_unreachable();
}

EXPORT void siglongjmp(sigjmp_buf where, int value)
{
    ofs_wait_abandon();
    (real.with_signals ? real.with_signals : REAL(siglongjmp))(where, value);
    __builtin_unreachable();
}

EXPORT void __longjmp_chk(jmp_buf where, int value)
{
    ofs_wait_abandon();
    (real.checked ? real.checked : REAL(__longjmp_chk))(where, value);
    __builtin_unreachable();
}
