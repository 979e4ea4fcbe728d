/* Result codes of internal functions: those of the public header. */
#ifndef OFS_UTIL_STATUS_H
#define OFS_UTIL_STATUS_H

#include "offstage.h" /* enum ofs_status */

#define OFS_MUST_USE __attribute__((warn_unused_result))
#define OFS_EXPORT __attribute__((visibility("default")))
#define OFS_ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
