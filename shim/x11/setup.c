/* Connection setup: what a client learns of the screen. Source: X11 protocol, "Connection Setup". */
#include "util/log.h"
#include "x11/private.h"

#define OFS_LOG_MODULE OFS_MOD_X11

static const char vendor[] = "Offstage";
/* The release number X.Org 21.1 gives; clients compare it only after the vendor string. */
#define VENDOR_RELEASE 12101007u

struct pixmap_format { uint8_t depth, bits_per_pixel; };
static const struct pixmap_format formats[] = { { 1, 1 }, { 4, 8 }, { 8, 8 }, { 16, 16 }, { 24, 32 }, { 32, 32 } };
static const uint8_t depths[] = { 24, 1, 4, 8, 16, 32 };

bool ofs_depth_valid(uint8_t depth)
{
    for (unsigned i = 0; i < OFS_ARRAY_LEN(formats); i++)
        if (formats[i].depth == depth)
            return true;
    return false;
}

uint8_t ofs_depth_bits_per_pixel(uint8_t depth)
{
    for (unsigned i = 0; i < OFS_ARRAY_LEN(formats); i++)
        if (formats[i].depth == depth)
            return formats[i].bits_per_pixel;
    return 0;
}

size_t ofs_setup_size(const uint8_t *bytes, size_t n)
{
    if (n < 12)
        return 0;
    bool swap = bytes[0] != (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 'l' : 'B');
    size_t name = ofs_get16(bytes + 6, swap), data = ofs_get16(bytes + 8, swap);
    return 12 + ((name + 3) & ~(size_t)3) + ((data + 3) & ~(size_t)3);
}

static void refuse(struct ofs_client *c, const char *reason)
{
    size_t n = strlen(reason), padded = (n + 3) & ~(size_t)3;
    c->out_mark = c->out_len;
    ofs_out8(c, 0);
    ofs_out8(c, (uint8_t)n);
    ofs_out16(c, 11);
    ofs_out16(c, 0);
    ofs_out16(c, (uint16_t)(padded / 4));
    ofs_out_bytes(c, reason, n);
    ofs_out_zero(c, padded - n);
    c->closing = true;
}

static void write_visuals(struct ofs_client *c, uint8_t depth)
{
    unsigned count, matching = 0;
    const struct ofs_visual *visuals = ofs_xview_visuals(&count);
    for (unsigned i = 0; i < count; i++)
        matching += visuals[i].depth == depth;
    ofs_out8(c, depth);
    ofs_out8(c, 0);
    ofs_out16(c, (uint16_t)matching);
    ofs_out32(c, 0);
    for (unsigned i = 0; i < count; i++) {
        const struct ofs_visual *v = &visuals[i];
        if (v->depth != depth)
            continue;
        ofs_out32(c, v->id);
        ofs_out8(c, TrueColor);
        ofs_out8(c, 8);
        ofs_out16(c, 256);
        ofs_out32(c, v->red_mask);
        ofs_out32(c, v->green_mask);
        ofs_out32(c, v->blue_mask);
        ofs_out32(c, 0);
    }
}

static void write_screen(struct ofs_client *c)
{
    const struct ofs_window *root = c->server->root;
    ofs_out32(c, root->res.id);
    ofs_out32(c, OFS_DEFAULT_COLORMAP);
    ofs_out32(c, 0x00FFFFFF); /* white */
    ofs_out32(c, 0);          /* black */
    ofs_out32(c, root->all_masks);
    ofs_out16(c, root->width);
    ofs_out16(c, root->height);
    ofs_out16(c, ofs_px_to_mm(root->width));
    ofs_out16(c, ofs_px_to_mm(root->height));
    ofs_out16(c, 1); /* installed maps, min and max */
    ofs_out16(c, 1);
    ofs_out32(c, root->visual);
    ofs_out8(c, NotUseful); /* backing stores */
    ofs_out8(c, xFalse);    /* save unders */
    ofs_out8(c, root->depth);
    ofs_out8(c, (uint8_t)sizeof(depths));
    for (unsigned i = 0; i < sizeof(depths); i++)
        write_visuals(c, depths[i]);
}

void ofs_setup_answer(struct ofs_client *c, const uint8_t *bytes)
{
    const bool little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
    if (bytes[0] != 'l' && bytes[0] != 'B') {
        ofs_debug("client %u: byte order 0x%02x, dropped", c->index, bytes[0]);
        c->closing = true;
        return;
    }
    c->swap = bytes[0] != (little ? 'l' : 'B');
    if (ofs_get16(bytes + 2, c->swap) != 11) {
        refuse(c, "Protocol version mismatch");
        return;
    }
    c->out_mark = c->out_len;
    ofs_out8(c, 1);
    ofs_out8(c, 0);
    ofs_out16(c, 11);
    ofs_out16(c, 0);
    ofs_out16(c, 0); /* length, below */
    ofs_out32(c, VENDOR_RELEASE);
    ofs_out32(c, c->id_base);
    ofs_out32(c, OFS_ID_MASK);
    ofs_out32(c, 256); /* motion buffer size */
    ofs_out16(c, sizeof(vendor) - 1);
    ofs_out16(c, 0xFFFF); /* maximum request length */
    ofs_out8(c, 1);       /* screens */
    ofs_out8(c, OFS_ARRAY_LEN(formats));
    ofs_out8(c, little ? LSBFirst : MSBFirst); /* image byte order */
    ofs_out8(c, little ? LSBFirst : MSBFirst); /* bitmap bit order */
    ofs_out8(c, 32);                           /* scanline unit and pad */
    ofs_out8(c, 32);
    ofs_out8(c, 8); /* keycodes */
    ofs_out8(c, 255);
    ofs_out32(c, 0);
    ofs_out_bytes(c, vendor, sizeof(vendor) - 1);
    ofs_out_align(c);
    for (unsigned i = 0; i < OFS_ARRAY_LEN(formats); i++) {
        ofs_out8(c, formats[i].depth);
        ofs_out8(c, formats[i].bits_per_pixel);
        ofs_out8(c, 32);
        ofs_out_zero(c, 5);
    }
    write_screen(c);
    ofs_out_patch16(c, 6, (uint16_t)((ofs_out_offset(c) - 8) / 4));
    c->ready = true;
}
