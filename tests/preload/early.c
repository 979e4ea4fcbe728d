/* See early_lib.c. */
#include "check.h"

int early_result(void);

int main(void)
{
    CHECK(early_result() == 3);
    return 0;
}
