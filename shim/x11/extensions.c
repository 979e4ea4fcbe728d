/* The extensions this server has, in the order ListExtensions gives them, and those too small for a file of their own. */
#include "x11/private.h"

extern const struct ofs_extension ofs_ext_big_requests, ofs_ext_generic_event, ofs_ext_glx, ofs_ext_randr, ofs_ext_render,
    ofs_ext_saver, ofs_ext_shape, ofs_ext_shm, ofs_ext_sync, ofs_ext_xc_misc, ofs_ext_xfixes, ofs_ext_xinerama, ofs_ext_xinput,
    ofs_ext_xkb, ofs_ext_xtest;

const struct ofs_extension *const ofs_extensions[] = {
    &ofs_ext_big_requests, &ofs_ext_generic_event, &ofs_ext_glx,    &ofs_ext_saver,    &ofs_ext_shm,
    &ofs_ext_randr,        &ofs_ext_render,        &ofs_ext_shape,  &ofs_ext_sync,     &ofs_ext_xc_misc,
    &ofs_ext_xfixes,       &ofs_ext_xinerama,      &ofs_ext_xinput, &ofs_ext_xkb,      &ofs_ext_xtest,
};
const unsigned ofs_extension_count = OFS_ARRAY_LEN(ofs_extensions);

/* ---- BIG-REQUESTS ---- */

static int big_enable(struct ofs_client *c, struct ofs_request *r)
{
    c->big_requests = true;
    ofs_reply_begin(c, 0);
    ofs_out32(c, OFS_MAX_REQUEST_WORDS);
    ofs_reply_end(c);
    return 0;
}

static const struct ofs_handler_row big_rows[] = { { 0, "BigReqEnable", big_enable, 1, 1 } };
const struct ofs_extension ofs_ext_big_requests = {
    .name = "BIG-REQUESTS", .major = 133, .rows = big_rows, .row_count = OFS_ARRAY_LEN(big_rows),
};

/* ---- Generic Event Extension ---- */

static int ge_query_version(struct ofs_client *c, struct ofs_request *r)
{
    ofs_reply_begin(c, 0);
    ofs_out16(c, 1);
    ofs_out16(c, 0);
    ofs_reply_end(c);
    return 0;
}

static const struct ofs_handler_row ge_rows[] = { { 0, "GEQueryVersion", ge_query_version, 2, 2 } };
const struct ofs_extension ofs_ext_generic_event = {
    .name = "Generic Event Extension", .major = 128, .rows = ge_rows, .row_count = OFS_ARRAY_LEN(ge_rows),
};
