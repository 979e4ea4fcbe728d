/* A fuzz input is a list of chunks for a few clients of one world. Shared by the target, the mutator and the seeds.
 *
 *   byte 0         bit i: client i (0..3) speaks the other byte order
 *   then chunks    u8 client (low 2 bits) and kind (bits 2..3), u16 length (little endian), bytes
 *
 * kind 0: the bytes go to the client as they are. Kind 1: the bytes are one request body; its length field is set to the
 * truth before it goes. Kind 2: the client leaves and a new one takes its place. Kind 3: what the server has to say is
 * thrown away (a client that reads); until then it piles up. */
#ifndef X11_FUZZ_H
#define X11_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#define FUZZ_CLIENTS 4
enum { CHUNK_RAW, CHUNK_REQUEST, CHUNK_LEAVE, CHUNK_DRAIN };

struct fuzz_chunk {
    uint8_t client, kind;
    size_t size;
    const uint8_t *bytes;
    size_t at, end;               /* of the whole chunk in the input */
};

/* The chunk at offset `at` of the input; returns 0 at the end. A length that goes past the end is cut. */
int fuzz_chunk_at(const uint8_t *data, size_t size, size_t at, struct fuzz_chunk *out);

/* Well-formed requests to build on: generated from the protocol's description (seeds.py). */
struct fuzz_template {
    uint16_t size;
    const uint8_t *bytes;
};
extern const struct fuzz_template fuzz_templates[];
extern const unsigned fuzz_template_count;

#endif
