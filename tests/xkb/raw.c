#include "raw.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* ---- bytes ---- */

uint32_t raw_random(struct raw *r, uint32_t n)
{
    r->random ^= r->random << 13;
    r->random ^= r->random >> 7;
    r->random ^= r->random << 17;
    return n ? (uint32_t)((r->random >> 16) % n) : 0;
}

static uint16_t get16(const struct raw *r, const uint8_t *p)
{
    return (uint16_t)(r->swap ? p[0] << 8 | p[1] : p[1] << 8 | p[0]);
}

static uint32_t get32(const struct raw *r, const uint8_t *p)
{
    uint32_t first = get16(r, p), second = get16(r, p + 2);
    return r->swap ? first << 16 | second : second << 16 | first;
}

uint16_t raw_get16(const struct raw *r, size_t at) { return at + 2 <= r->reply_bytes ? get16(r, r->reply + at) : 0; }
uint32_t raw_get32(const struct raw *r, size_t at) { return at + 4 <= r->reply_bytes ? get32(r, r->reply + at) : 0; }

void raw8(struct raw *r, uint32_t v)
{
    if (r->length < sizeof(r->request))
        r->request[r->length++] = (uint8_t)v;
}

void raw16(struct raw *r, uint32_t v)
{
    raw8(r, r->swap ? v >> 8 : v);
    raw8(r, r->swap ? v : v >> 8);
}

void raw32(struct raw *r, uint32_t v)
{
    raw16(r, r->swap ? v >> 16 : v & 0xFFFF);
    raw16(r, r->swap ? v & 0xFFFF : v >> 16);
}

void raw_bytes(struct raw *r, const void *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        raw8(r, ((const uint8_t *)bytes)[i]);
}

void raw_pad(struct raw *r)
{
    while (r->length % 4)
        raw8(r, 0);
}

void raw_begin(struct raw *r, uint8_t major, uint8_t minor)
{
    r->length = 0;
    raw8(r, major);
    raw8(r, minor);
    raw16(r, 0);
}

/* ---- transport ---- */

static void read_all(struct raw *r, uint8_t *to, size_t n)
{
    while (n) {
        ssize_t got = read(r->fd, to, n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            printf("connection lost\n");
            fflush(stdout);
            exit(1);
        }
        to += got;
        n -= (size_t)got;
    }
}

static void send_request(struct raw *r)
{
    raw_pad(r);
    bool spoil = r->mutate && r->length > 4 && r->request[0] != r->xtest_major; /* which would make it wait */
    for (int i = 0; spoil && i < 2; i++)
        r->request[4 + raw_random(r, (uint32_t)r->length - 4)] = (uint8_t)raw_random(r, raw_random(r, 2) ? 12 : 256);
    uint16_t words = (uint16_t)(r->length / 4);
    r->request[2] = (uint8_t)(r->swap ? words >> 8 : words);
    r->request[3] = (uint8_t)(r->swap ? words : words >> 8);
    for (size_t at = 0; at < r->length;) {
        ssize_t sent = write(r->fd, r->request + at, r->length - at);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0) {
            printf("connection lost\n");
            exit(1);
        }
        at += (size_t)sent;
    }
    r->sequence++;
}

static void print_bytes(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        printf("%02x%s", p[i], i % 4 == 3 ? " " : "");
}

/* X.Org sends these two bytes in its own order to a client of the other: right and wrong print the same. */
static void either_order(const struct raw *r, uint8_t *p)
{
    if (r->swap && p[0] > p[1]) {
        uint8_t first = p[0];
        p[0] = p[1];
        p[1] = first;
    }
}

static bool after_set_map(const struct raw *r) { return r->told[0] == r->xkb_major && r->told[1] == 9; }

/* What the two servers may differ in, each with its reason. */
static void normalise_xkb(const struct raw *r, uint8_t event[32])
{
    if (event[1] == 1) {
        /* MapNotify: X.Org counts the keys that got actions, behaviours and virtual modifiers as a consequence one too few,
         * and does not say that SetMap changed modifiers and explicit components. */
        if (after_set_map(r))
            event[r->swap ? 11 : 10] &= 0x73;
        memset(event + 18, 0, 4);
        memset(event + 26, 0, 2);
        either_order(r, event + 28);
    } else if (event[1] == 2) {
        /* StateNotify: base and latched group */
        either_order(r, event + 14);
        either_order(r, event + 16);
    } else if (event[1] == 3) {
        /* X.Org leaves the padding of these uninitialised: ControlsNotify, CompatMapNotify, BellNotify. */
        memset(event + 10, 0, 2);
        memset(event + 28, 0, 4);
        if (r->told[0] == 102) /* and its cause, in ChangeKeyboardControl */
            memset(event + 24, 0, 4);
    } else if (event[1] == 7) {
        memset(event + 16, 0, 16);
    } else if (event[1] == 8) {
        memset(event + 25, 0, 7);
    }
}

/* X.Org tells of a pointer button once for the slave and once for the master; once is enough. */
static bool is_second_button_event(struct raw *r, const uint8_t event[32])
{
    bool button = event[1] == 2 && (event[29] == 4 || event[29] == 5);
    bool second = button && memcmp(event + 8, r->button_event + 8, 18) == 0 && memcmp(event + 28, r->button_event + 28, 4) == 0;
    memcpy(r->button_event, event, 32);
    return second;
}

/* Events are printed without their sequence number and time. XKB events of slave devices are left out: this server's
 * slaves have no maps of their own. So is MappingNotify for modifiers after SetMap (see above). */
static void print_event(struct raw *r, uint8_t event[32])
{
    uint8_t code = event[0] & 127;
    if (code == r->xkb_event && (event[8] != 3 || is_second_button_event(r, event)))
        return;
    /* AccessX's audible feedback (a beep when a light goes on) is not made here. */
    if (code == r->xkb_event && event[1] == 8 && r->told[0] != 104 && r->told[1] != 3)
        return;
    if (code == r->xkb_event)
        normalise_xkb(r, event);
    memset(event + 2, 0, 2);
    if (code != 34) /* MappingNotify has no time */
        memset(event + 4, 0, 4);
    if (code == 34) {
        memset(event + 7, 0, 25);
        event[1] = 0;
    }
    if (code == 34 && event[4] == 0 && after_set_map(r))
        return;
    printf("  event ");
    print_bytes(event, 32);
    printf("\n");
}

/* BadRequest, BadAccess, BadAlloc, BadLength, BadImplementation and core BadMatch carry no value, nor does
 * SetModifierMapping's BadValue: X.Org sends an old one. */
static void print_error(const struct raw *r, const uint8_t *error)
{
    uint8_t code = error[1];
    bool has_value = !(code == 8 && error[10] == 102) && error[10] != 118 && code != 1 && code != 10 && code != 11 && code != 16 && code != 17;
    printf("  error %u value %x minor %u major %u%s\n", code, has_value ? get32(r, error + 4) : 0, get16(r, error + 8), error[10],
           get16(r, error + 2) == r->sequence ? "" : " (of an earlier request)");
}

/* Up to the answer of the last request: true for a reply, false for an error. Prints events and errors if `what` is set. */
static bool await(struct raw *r, const char *what)
{
    for (;;) {
        uint8_t head[32];
        read_all(r, head, 32);
        if (head[0] == 0) {
            if (what)
                print_error(r, head);
            if (get16(r, head + 2) == r->sequence)
                return false;
        } else if (head[0] == 1) {
            size_t more = (size_t)get32(r, head + 4) * 4;
            free(r->reply);
            r->reply = malloc(32 + more);
            if (!r->reply)
                exit(2);
            memcpy(r->reply, head, 32);
            r->reply_bytes = 32 + more;
            read_all(r, r->reply + 32, more);
            if (get16(r, head + 2) == r->sequence)
                return true;
        } else if ((head[0] & 127) == 35) { /* a generic event has a length too */
            fprintf(stderr, "a generic event that nobody selected\n");
            exit(1);
        } else if (what) {
            print_event(r, head);
        }
    }
}

bool raw_ask(struct raw *r, const char *what)
{
    printf("%s\n", what);
    memcpy(r->told, r->request, 2);
    send_request(r);
    return await(r, what);
}

void raw_tell_quietly(struct raw *r)
{
    send_request(r);
    raw_begin(r, 43, 0);
    send_request(r);
    while (!await(r, NULL)) { }
}

bool raw_ask_quietly(struct raw *r)
{
    send_request(r);
    return await(r, NULL);
}

void raw_tell(struct raw *r, const char *what)
{
    printf("%s\n", what);
    memcpy(r->told, r->request, 2);
    send_request(r);
    raw_begin(r, 43, 0);
    send_request(r);
    await(r, what);
}

/* ---- connection ---- */

static bool dial(struct raw *r, const char *path)
{
    const char *display = getenv("DISPLAY");
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    if (!path && (!display || display[0] != ':')) {
        fprintf(stderr, "DISPLAY must be :N\n");
        return false;
    }
    if (path)
        snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    else
        snprintf(address.sun_path, sizeof(address.sun_path), "/tmp/.X11-unix/X%d", atoi(display + 1));
    r->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (r->fd < 0 || connect(r->fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
        fprintf(stderr, "%s: %s\n", address.sun_path, strerror(errno));
        return false;
    }
    return true;
}

static bool set_up(struct raw *r)
{
    r->length = 0;
    raw8(r, r->swap ? 'B' : 'l');
    raw8(r, 0);
    raw16(r, 11);
    for (int i = 0; i < 4; i++)
        raw16(r, 0);
    if (write(r->fd, r->request, 12) != 12)
        return false;
    uint8_t head[8];
    read_all(r, head, 8);
    size_t n = get16(r, head + 6) * 4u;
    uint8_t *rest = malloc(n + 1);
    if (!rest)
        return false;
    read_all(r, rest, n);
    bool ok = head[0] == 1;
    if (ok) {
        size_t vendor = get16(r, rest + 16), formats = rest[21];
        r->root = get32(r, rest + 32 + (vendor + 3) / 4 * 4 + formats * 8);
    }
    free(rest);
    return ok;
}

static uint8_t query_extension(struct raw *r, const char *name, uint8_t *event)
{
    raw_begin(r, 98, 0);
    raw16(r, (uint32_t)strlen(name));
    raw16(r, 0);
    raw_bytes(r, name, strlen(name));
    if (!raw_ask_quietly(r) || !r->reply[8])
        return 0;
    if (event)
        *event = r->reply[10];
    return r->reply[9];
}

bool raw_open(struct raw *r, const char *path, bool swap, uint64_t seed)
{
    memset(r, 0, sizeof(*r));
    r->swap = swap;
    r->random = seed * 0x9E3779B97F4A7C15u + 1;
    if (!dial(r, path) || !set_up(r))
        return false;
    r->xkb_major = query_extension(r, "XKEYBOARD", &r->xkb_event);
    r->xtest_major = query_extension(r, "XTEST", NULL);
    return r->xkb_major != 0;
}

void raw_close(struct raw *r)
{
    free(r->reply);
    close(r->fd);
}

/* ---- atoms ---- */

uint32_t raw_atom(struct raw *r, const char *name)
{
    raw_begin(r, 16, 0);
    raw16(r, (uint32_t)strlen(name));
    raw16(r, 0);
    raw_bytes(r, name, strlen(name));
    return raw_ask_quietly(r) ? raw_get32(r, 8) : 0;
}

void raw_print_state(struct raw *r)
{
    either_order(r, r->reply + 14);
    either_order(r, r->reply + 16);
    raw_print_hex(r, 1, 2);
    raw_print_hex(r, 4, 32);
}

void raw_print_hex(struct raw *r, size_t from, size_t to)
{
    printf("  %zu: ", from);
    print_bytes(r->reply + from, (to < r->reply_bytes ? to : r->reply_bytes) - from);
    printf("\n");
}

void raw_print_atoms(struct raw *r, size_t from, unsigned count)
{
    uint8_t *kept = r->reply;
    size_t kept_bytes = r->reply_bytes;
    printf("  %zu:", from);
    for (unsigned i = 0; i < count && from + i * 4 + 4 <= kept_bytes; i++) {
        uint32_t atom = get32(r, kept + from + i * 4);
        r->reply = NULL;
        r->reply_bytes = 0;
        raw_begin(r, 17, 0);
        raw32(r, atom);
        if (atom && raw_ask_quietly(r))
            printf(" '%.*s'", raw_get16(r, 8), r->reply + 32);
        else
            printf(" %u", atom);
        free(r->reply);
    }
    printf("\n");
    r->reply = kept;
    r->reply_bytes = kept_bytes;
}

/* All of a reply but its sequence number. */
void raw_print_whole(struct raw *r)
{
    raw_print_hex(r, 1, 2);
    raw_print_hex(r, 4, r->reply_bytes);
}
