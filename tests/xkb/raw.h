/* A raw X11 client for comparing servers: it speaks the wire itself, in either byte order, and prints every reply, error
 * and event as text in which atoms are names and times are gone. */
#ifndef TESTS_XKB_RAW_H
#define TESTS_XKB_RAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { XKB_MAJOR = 135 };

struct raw {
    int fd;
    bool swap;
    bool mutate;             /* spoil a byte of most requests */
    uint16_t sequence;
    uint64_t random;
    uint8_t request[262144];
    size_t length;
    uint8_t *reply;          /* of the last request that had one */
    size_t reply_bytes;
    uint8_t xkb_major, xkb_event, xtest_major;
    uint32_t root;
    uint8_t button_event[32]; /* the last event of a pointer button */
    uint8_t told[2];          /* major and minor opcode of the last request that raw_tell sent */
};

/* Connect to a socket, or with path NULL to $DISPLAY (":N" only). False with a message on stderr. */
bool raw_open(struct raw *r, const char *path, bool swap, uint64_t seed);
void raw_close(struct raw *r);

/* Uniform in [0, n). */
uint32_t raw_random(struct raw *r, uint32_t n);

/* Build a request; its length field is filled in when it is sent. */
void raw_begin(struct raw *r, uint8_t major, uint8_t minor);
void raw8(struct raw *r, uint32_t v);
void raw16(struct raw *r, uint32_t v);
void raw32(struct raw *r, uint32_t v);
void raw_bytes(struct raw *r, const void *bytes, size_t n);
void raw_pad(struct raw *r);
/* Send it and read up to its reply or error; prints both and all events on the way. `what` heads the printout. True for a
 * reply, which is then in r->reply. Requests without a reply are followed by GetInputFocus, whose reply is not printed. */
bool raw_ask(struct raw *r, const char *what);
void raw_tell(struct raw *r, const char *what);
/* The same, not printed. */
bool raw_ask_quietly(struct raw *r);
void raw_tell_quietly(struct raw *r);

uint16_t raw_get16(const struct raw *r, size_t at);
uint32_t raw_get32(const struct raw *r, size_t at);
/* A deviceSpec: mostly the core keyboard, sometimes another device or none. */
uint16_t raw_device(struct raw *r);
uint32_t raw_atom(struct raw *r, const char *name);
/* Print bytes [from, to) of the reply in hex, or its 32-bit values as atoms' names. */
void raw_print_hex(struct raw *r, size_t from, size_t to);
void raw_print_whole(struct raw *r); /* all but the sequence number */
void raw_print_state(struct raw *r); /* of GetState */
void raw_print_atoms(struct raw *r, size_t from, unsigned count);

/* Scenarios. */
void scenario_maps(struct raw *r, unsigned count);
void scenario_queries(struct raw *r, unsigned count);
void scenario_changes(struct raw *r, unsigned count);
void scenario_keys(struct raw *r, unsigned count);
void scenario_mess(struct raw *r, unsigned count);
void use_extension(struct raw *r, unsigned major, unsigned minor);
void print_full_map(struct raw *r);
uint32_t some_sym(struct raw *r);
void set_map(struct raw *r);
void set_actions(struct raw *r);
void print_names(struct raw *r, uint32_t which);
void select_all_events(struct raw *r);

#endif
