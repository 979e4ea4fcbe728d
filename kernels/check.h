#ifndef OFS_KERNELS_CHECK_H
#define OFS_KERNELS_CHECK_H

#include "plan.h"

/* `desc`, which ofs_plan_check has accepted, with its defaults in place. */
void ofs_plan_fill_defaults(struct ofs_plan_desc *full, const struct ofs_plan_desc *desc);

#endif
