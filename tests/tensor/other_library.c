/* A library that stands in for liboffstage.so of another time. SIZE_CHANGE: how its table differs from ours in bytes;
 * TABLE_VERSION: the version that it speaks. */
#include <stdio.h>
#include <string.h>

#include "client/table.h"

static void info(struct ofs_info *out)
{
    out->loaded = 1;
    snprintf(out->version, sizeof out->version, "99.0");
}

static enum ofs_status windows(struct ofs_window_info *out, uint32_t capacity, uint32_t *count)
{
    *count = 33;
    return OFS_OK;
}

__attribute__((visibility("default"))) ofs_shim_table_fn ofs_shim_table;

const struct ofs_shim_table *ofs_shim_table(uint32_t version)
{
    static struct {
        struct ofs_shim_table table;
        char room[256];
    } whole;
    whole.table.size = (uint32_t)((long)sizeof whole.table + (SIZE_CHANGE));
    whole.table.info = info;
    whole.table.windows = windows;
    return version == (TABLE_VERSION) ? &whole.table : NULL;
}
