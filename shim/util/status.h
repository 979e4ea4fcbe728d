/* Result codes of internal functions. Zero is success, everything else negative. */
#ifndef OFS_UTIL_STATUS_H
#define OFS_UTIL_STATUS_H

enum ofs_status {
    OFS_OK = 0,
    OFS_ENOMEM = -1,
    OFS_EINVAL = -2,
    OFS_ENOENT = -3,
    OFS_EIO = -4,
    OFS_EAGAIN = -5,
    OFS_EPEER = -6,
    OFS_ENOSYS = -7,
};

#define OFS_MUST_USE __attribute__((warn_unused_result))
#define OFS_EXPORT __attribute__((visibility("default")))
#define OFS_ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
