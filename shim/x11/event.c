/* Events: who selected what, and delivery in each client's byte order. */
#include <stdlib.h>

#include "x11/input.h"
#include "x11/private.h"
#include "x11/toplevel.h"

/* Field widths of the core events, bytes 0 to 31. Source: X11 protocol, appendix "Protocol Encoding". */
#define DEVICE "112 4444 2222 211"
#define CROSSING DEVICE
#define FOCUS "112 41111 4444 44"
static const char *const core_format[] = {
    [KeyPress] = DEVICE, [KeyRelease] = DEVICE, [ButtonPress] = DEVICE, [ButtonRelease] = DEVICE,
    [MotionNotify] = DEVICE, [EnterNotify] = CROSSING, [LeaveNotify] = CROSSING, [FocusIn] = FOCUS, [FocusOut] = FOCUS,
    [KeymapNotify] = "11111111 11111111 11111111 11111111",
    [Expose] = "112 4 22222 2 444", [GraphicsExpose] = "112 4 2222 22 1111 44", [NoExpose] = "112 4 2 1 1 44444",
    [VisibilityNotify] = "112 4 1111 44444", [CreateNotify] = "112 44 22222 11 444", [DestroyNotify] = "112 44 44444",
    [UnmapNotify] = "112 44 1111 4444", [MapNotify] = "112 44 1111 4444", [MapRequest] = "112 44 44444",
    [ReparentNotify] = "112 444 22 1111 44", [ConfigureNotify] = "112 444 22222 11 4",
    [ConfigureRequest] = "112 444 22222 2 4", [GravityNotify] = "112 44 22 4444", [ResizeRequest] = "112 4 22 44444",
    [CirculateNotify] = "112 44 4 1111 444", [CirculateRequest] = "112 44 4 1111 444",
    [PropertyNotify] = "112 444 1111 444", [SelectionClear] = "112 444 4444", [SelectionRequest] = "112 444444 4",
    [SelectionNotify] = "112 44444 44", [ColormapNotify] = "112 44 1111 4444", [MappingNotify] = "112 1111 444444",
};

void ofs_event_init(struct ofs_server *s)
{
    for (unsigned i = 0; i < OFS_ARRAY_LEN(core_format); i++)
        s->event_format[i] = core_format[i];
}

void ofs_event_set_format(struct ofs_server *s, uint8_t code, const char *format)
{
    s->event_format[code & 127] = format;
}

/* ClientMessage carries its own format in its detail byte. */
static const char *client_message_format(uint8_t format)
{
    return format == 32 ? "112 44 44444" : format == 16 ? "112 44 2222222222" : "112 44 11111111111111111111";
}

static void swap_event(const struct ofs_server *s, uint8_t *bytes)
{
    uint8_t code = bytes[0] & 127;
    const char *format = code == ClientMessage ? client_message_format(bytes[1]) : s->event_format[code];
    unsigned at = 0;
    for (; format && *format && at < 32; format++) {
        unsigned width = *format == ' ' ? 0 : (unsigned)(*format - '0');
        if (width == 2)
            ofs_put16(bytes + at, ofs_get16(bytes + at, true), false);
        else if (width == 4)
            ofs_put32(bytes + at, ofs_get32(bytes + at, true), false);
        at += width;
    }
}

void ofs_event_to_client(struct ofs_client *c, const xEvent *event)
{
    if (c->closing || !c->ready || c == &ofs_retained_permanent || c == &ofs_retained_temporary)
        return;
    uint8_t bytes[32];
    memcpy(bytes, event, 32);
    if ((bytes[0] & 127) != KeymapNotify)
        ofs_put16(bytes + 2, (uint16_t)c->sequence, false);
    if (c->swap)
        swap_event(c->server, bytes);
    c->out_mark = c->out_len;
    ofs_out_bytes(c, bytes, 32);
}

int ofs_event_to_window(struct ofs_server *s, struct ofs_window *w, const xEvent *event, uint32_t mask)
{
    if (!mask) {
        if (!w->res.client)
            return 0;
        ofs_event_to_client(w->res.client, event);
        return 1;
    }
    int sent = 0;
    if (!(w->all_masks & mask))
        return 0;
    for (struct ofs_mask *m = w->masks; m; m = m->next) {
        if (m->mask & mask) {
            ofs_event_to_client(m->client, event);
            sent++;
        }
    }
    return sent;
}

void ofs_event_structure(struct ofs_server *s, struct ofs_window *w, xEvent *event)
{
    /* In every structure event the window the event is reported to is the field at byte 4. */
    memcpy((uint8_t *)event + 4, &w->res.id, 4);
    ofs_event_to_window(s, w, event, StructureNotifyMask);
    if (w->parent) {
        memcpy((uint8_t *)event + 4, &w->parent->res.id, 4);
        ofs_event_to_window(s, w->parent, event, SubstructureNotifyMask);
    }
}

uint32_t ofs_mask_of(const struct ofs_window *w, const struct ofs_client *c)
{
    for (const struct ofs_mask *m = w->masks; m; m = m->next)
        if (m->client == c)
            return m->mask;
    return 0;
}

int ofs_mask_set(struct ofs_window *w, struct ofs_client *c, uint32_t mask)
{
    struct ofs_mask **link = &w->masks;
    while (*link && (*link)->client != c)
        link = &(*link)->next;
    ofs_input_mask_changed(w, c->server, *link ? (*link)->mask : 0, mask);
    if (!*link && mask) {
        *link = calloc(1, sizeof(**link));
        if (!*link)
            return BadAlloc;
        (*link)->client = c;
    }
    if (*link && mask) {
        (*link)->mask = mask;
    } else if (*link) {
        struct ofs_mask *gone = *link;
        *link = gone->next;
        free(gone);
    }
    w->all_masks = 0;
    for (struct ofs_mask *m = w->masks; m; m = m->next)
        w->all_masks |= m->mask;
    if (!(w->all_masks & (ExposureMask | VisibilityChangeMask)))
        ofs_expose_forget(w); /* nobody asks: it would not be kept up to date */
    return 0;
}

int ofs_ext_select_set(struct ofs_window *w, struct ofs_client *c, uint8_t kind, uint32_t key, uint32_t mask)
{
    struct ofs_ext_select **link = (struct ofs_ext_select **)&w->ext_select;
    while (*link && !((*link)->client == c && (*link)->kind == kind && (*link)->key == key))
        link = &(*link)->next;
    if (!*link) {
        if (!mask)
            return 0;
        *link = calloc(1, sizeof(**link));
        if (!*link)
            return BadAlloc;
        **link = (struct ofs_ext_select){ .client = c, .kind = kind, .key = key };
    }
    if (mask) {
        (*link)->mask = mask;
    } else {
        struct ofs_ext_select *gone = *link;
        *link = gone->next;
        free(gone);
    }
    return 0;
}

/* ---- SendEvent ---- */

static struct ofs_window *send_destination(struct ofs_client *c, uint32_t id, bool *to_focus_out, int *error)
{
    struct ofs_server *s = c->server;
    *to_focus_out = false;
    *error = 0;
    int x, y;
    ofs_input_pointer(s, &x, &y);
    struct ofs_window *pointer = ofs_window_at(s, x, y);
    if (id == PointerWindow)
        return pointer;
    if (id == InputFocus) {
        struct ofs_window *focus = ofs_input_focus(s);
        *to_focus_out = true;
        if (!focus)
            return pointer;
        return ofs_window_is_ancestor(focus, pointer) ? pointer : focus;
    }
    struct ofs_window *w = NULL;
    *error = ofs_find_window(c, id, &w);
    return w;
}

int ofs_core_SendEvent(struct ofs_client *c, struct ofs_request *r)
{
    bool propagate = r->minor, to_focus;
    uint32_t id = ofs_req32(r), mask = ofs_req32(r);
    xEvent ev;
    memcpy(&ev, ofs_req_bytes(r, 32), 32);
    uint8_t code = ev.u.u.type & 127;
    ev.u.u.type = code;
    if (code < KeyPress || code == GenericEvent || (code > LASTEvent && !c->server->event_format[code]))
        return ofs_bad(c, BadValue, code);
    if (code == ClientMessage && ev.u.u.detail != 8 && ev.u.u.detail != 16 && ev.u.u.detail != 32)
        return ofs_bad(c, BadValue, ev.u.u.detail);
    if (mask & ~0x01FFFFFFu)
        return ofs_bad(c, BadValue, mask);
    if (r->minor > 1)
        return ofs_bad(c, BadValue, r->minor);
    int error;
    struct ofs_window *w = send_destination(c, id, &to_focus, &error);
    if (error)
        return error;
    if (c->swap)
        swap_event(c->server, (uint8_t *)&ev);
    ev.u.u.type |= 0x80;
    if (code == ClientMessage && w == c->server->root)
        ofs_toplevel_root_message(c->server, &ev);
    if (!mask) {
        ofs_event_to_window(c->server, w, &ev, 0);
        return 0;
    }
    struct ofs_window *focus = ofs_input_focus(c->server);
    for (; w; w = w->parent) {
        if (ofs_event_to_window(c->server, w, &ev, mask) || !propagate)
            break;
        if (to_focus && w == focus)
            break;
        mask &= ~(uint32_t)w->do_not_propagate;
        if (!mask)
            break;
    }
    return 0;
}
