/* What the preloaded library offers to offstage_client: one exported function that gives a table. Functions are only ever
 * added at the end; `size` tells how far the table goes. */
#ifndef OFS_CLIENT_TABLE_H
#define OFS_CLIENT_TABLE_H

#include "offstage.h"

#define OFS_SHIM_TABLE_VERSION 1u
#define OFS_SHIM_TABLE_NAME    "ofs_shim_table"

/* The last two arguments of those that have them take the sentence that ofs_last_error() gives. */
struct ofs_shim_table {
    uint32_t size;
    void (*info)(struct ofs_info *info);
    enum ofs_status (*windows)(struct ofs_window_info *windows, uint32_t capacity, uint32_t *count);
    enum ofs_status (*capture_open)(const struct ofs_capture_desc *desc, struct ofs_capture **capture_out, char *why,
                                    size_t why_bytes);
    void (*capture_close)(struct ofs_capture *capture);
    enum ofs_status (*capture_next)(struct ofs_capture *capture, uint64_t timeout_ns, struct ofs_frame *frame, char *why,
                                    size_t why_bytes);
    enum ofs_status (*capture_latest)(struct ofs_capture *capture, struct ofs_frame *frame, char *why, size_t why_bytes);
    enum ofs_status (*capture_read)(struct ofs_capture *capture, uint64_t timeout_ns, void *data, size_t bytes,
                                    uintptr_t stream, struct ofs_frame *frame, char *why, size_t why_bytes);
    void (*capture_reset)(struct ofs_capture *capture);
    enum ofs_status (*capture_shape)(struct ofs_capture *capture, struct ofs_frame *frame, char *why, size_t why_bytes);
    void (*frame_release)(struct ofs_frame *frame, uintptr_t stream);
    enum ofs_status (*frame_wait)(const struct ofs_frame *frame, uintptr_t stream, char *why, size_t why_bytes);
    void (*capture_discard)(struct ofs_capture *capture);
    enum ofs_status (*report)(const struct ofs_report *report, char *why, size_t why_bytes);
    void (*on_turn)(ofs_turn_fn *call, void *context);
    int (*played)(void);
};

/* NULL for a version that this library does not speak. */
typedef const struct ofs_shim_table *ofs_shim_table_fn(uint32_t version);

#endif
