/* From a request to its handler, and from the handler's answer to an error. */
#include "util/log.h"
#include "x11/loop.h"
#include "x11/picture.h"
#include "x11/private.h"

#define OFS_LOG_MODULE OFS_MOD_X11

static const struct ofs_handler_row core_rows[128] = {
#define ROW(op, request, min, max) [op] = { op, #request, ofs_core_##request, min, max },
    OFS_CORE_REQUESTS(ROW)
#undef ROW
};

static const struct ofs_handler_row *extension_row(uint8_t major, uint8_t minor)
{
    for (unsigned i = 0; i < ofs_extension_count; i++) {
        const struct ofs_extension *ext = ofs_extensions[i];
        if (ext->major != major)
            continue;
        for (unsigned k = 0; k < ext->row_count; k++)
            if (ext->rows[k].opcode == minor)
                return &ext->rows[k];
    }
    return NULL;
}

void ofs_dispatch(struct ofs_client *c, struct ofs_request *r)
{
    const struct ofs_handler_row *row =
        r->major < 128 ? &core_rows[r->major] : extension_row(r->major, r->minor);
    uint32_t words = r->size_bytes / 4;
    int error;
    if (c->server->fresh_pictures && ofs_calls_virtual())
        ofs_present_before_request(c->server);
    c->bad_value = 0;
    c->has_bad_minor = false;
    c->replied = false;
    if (!row || !row->handle)
        error = BadRequest;
    else if (words < row->min_words || (row->max_words && words > row->max_words))
        error = BadLength;
    else
        error = row->handle(c, r);
    if (c->replied && c->server->fresh_pictures)
        ofs_present_client(c);
    if (error == 0)
        return;
    ofs_debug("client %u: %s (%u.%u) answers error %d, value 0x%x", c->index, row && row->name ? row->name : "?",
              r->major, r->major < 128 ? 0 : r->minor, error, c->bad_value);
    uint16_t minor = c->has_bad_minor ? c->bad_minor : r->major >= 128 ? r->minor : 0;
    ofs_client_error(c, (uint8_t)error, r->major, minor);
}
