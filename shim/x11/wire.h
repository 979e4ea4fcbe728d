/* Bytes in and out of one client's stream, in the client's byte order.
 *
 * Requests are read through a cursor that never runs past the request: a read beyond the end returns 0 and sets `bad`,
 * so a handler reads everything, asks ofs_req_end() once, and only then acts. Replies and events are written to the
 * client's output; reply lengths are filled in by ofs_reply_end(). */
#ifndef OFS_X11_WIRE_H
#define OFS_X11_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct ofs_client;

struct ofs_request {
    const uint8_t *data;   /* the whole request, from the major opcode; 4-byte aligned when native */
    uint32_t size_bytes;   /* multiple of 4, BIG-REQUESTS header already taken out */
    uint32_t at;           /* cursor, in bytes from data; starts at 4, behind the header */
    uint8_t major;
    uint8_t minor;         /* byte 1: data of a core request, minor opcode of an extension's */
    bool swap;
    bool bad;              /* read past the end */
};

static inline uint16_t ofs_get16(const uint8_t *p, bool swap)
{
    uint16_t v;
    memcpy(&v, p, 2);
    return swap ? __builtin_bswap16(v) : v;
}
static inline uint32_t ofs_get32(const uint8_t *p, bool swap)
{
    uint32_t v;
    memcpy(&v, p, 4);
    return swap ? __builtin_bswap32(v) : v;
}
static inline void ofs_put16(uint8_t *p, uint16_t v, bool swap)
{
    v = swap ? __builtin_bswap16(v) : v;
    memcpy(p, &v, 2);
}
static inline void ofs_put32(uint8_t *p, uint32_t v, bool swap)
{
    v = swap ? __builtin_bswap32(v) : v;
    memcpy(p, &v, 4);
}

static inline uint32_t ofs_req_left(const struct ofs_request *r) { return r->size_bytes - r->at; }

/* The next n bytes, or NULL (and bad) if the request is shorter. */
static inline const uint8_t *ofs_req_bytes(struct ofs_request *r, uint32_t n)
{
    if (r->bad || n > r->size_bytes - r->at) {
        r->bad = true;
        return NULL;
    }
    const uint8_t *p = r->data + r->at;
    r->at += n;
    return p;
}
static inline uint8_t ofs_req8(struct ofs_request *r)
{
    const uint8_t *p = ofs_req_bytes(r, 1);
    return p ? *p : 0;
}
static inline uint16_t ofs_req16(struct ofs_request *r)
{
    const uint8_t *p = ofs_req_bytes(r, 2);
    return p ? ofs_get16(p, r->swap) : 0;
}
static inline uint32_t ofs_req32(struct ofs_request *r)
{
    const uint8_t *p = ofs_req_bytes(r, 4);
    return p ? ofs_get32(p, r->swap) : 0;
}
static inline int16_t ofs_req_i16(struct ofs_request *r) { return (int16_t)ofs_req16(r); }
static inline int32_t ofs_req_i32(struct ofs_request *r) { return (int32_t)ofs_req32(r); }
static inline void ofs_req_skip(struct ofs_request *r, uint32_t n) { (void)ofs_req_bytes(r, n); }
/* To the next multiple of 4; padding need not be there at the very end of a request, since sizes are multiples of 4. */
static inline void ofs_req_align(struct ofs_request *r) { ofs_req_skip(r, (4u - (r->at & 3u)) & 3u); }
/* True if everything was there and nothing is left over: otherwise the handler returns BadLength. */
static inline bool ofs_req_end(struct ofs_request *r)
{
    ofs_req_align(r);
    return !r->bad && r->at == r->size_bytes;
}

/* Output. All of these only append to the client's buffer; an allocation failure marks the client for closing. */
void ofs_out_bytes(struct ofs_client *c, const void *bytes, size_t n);
void ofs_out_zero(struct ofs_client *c, size_t n);
void ofs_out8(struct ofs_client *c, uint8_t v);
void ofs_out16(struct ofs_client *c, uint16_t v);
void ofs_out32(struct ofs_client *c, uint32_t v);
void ofs_out_align(struct ofs_client *c); /* to a multiple of 4 from the start of the current reply or event */

/* Begin a reply to the current request: writes byte 0 (1), data1, the sequence number and a length that ofs_reply_end()
 * fills in (padding to 32 bytes and to a multiple of 4). A handler writes at most one reply at a time, then more if the
 * request has several. */
void ofs_reply_begin(struct ofs_client *c, uint8_t data1);
void ofs_reply_end(struct ofs_client *c);
/* Overwrite already written bytes of the current reply or event; offset from its start. */
void ofs_out_patch16(struct ofs_client *c, size_t offset, uint16_t v);
void ofs_out_patch32(struct ofs_client *c, size_t offset, uint32_t v);
/* Offset of the next byte from the start of the current reply or event. */
size_t ofs_out_offset(const struct ofs_client *c);

/* Begin a Generic Event (X11 event 35): writes type, extension, sequence, length and evtype (10 bytes); the writer goes on
 * at offset 10 and ends with ofs_generic_end(), which pads and fills in the length. */
void ofs_generic_begin(struct ofs_client *c, uint8_t extension_major, uint16_t evtype);
void ofs_generic_end(struct ofs_client *c);

#endif
