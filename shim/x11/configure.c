/* ConfigureWindow: size, place and stacking, with gravity. Source: X11 protocol, ConfigureWindow and CirculateWindow. */
#include "x11/input.h"
#include "x11/picture.h"
#include "x11/private.h"
#include "x11/window.h"

struct configuration {
    uint32_t mask;
    int x, y;
    unsigned width, height, border_width;
    struct ofs_window *sibling;
    unsigned mode;
};

static bool overlap(const struct ofs_window *a, const struct ofs_window *b)
{
    return a->x < b->x + b->width + 2 * b->border_width && b->x < a->x + a->width + 2 * a->border_width &&
           a->y < b->y + b->height + 2 * b->border_width && b->y < a->y + a->height + 2 * a->border_width;
}

/* A mapped sibling (one, or any if NULL) above w (occludes it) or below it (is occluded by it). */
static bool occlusion(const struct ofs_window *w, const struct ofs_window *one, bool above)
{
    for (const struct ofs_window *other = above ? w->above : w->below; other; other = above ? other->above : other->below)
        if ((!one || other == one) && other->mapped && w->mapped && overlap(w, other))
            return true;
    return false;
}

/* Put w directly above `below`; NULL puts it at the bottom. Returns whether the order changed. */
static bool place_above(struct ofs_window *w, struct ofs_window *below)
{
    struct ofs_window *parent = w->parent;
    if (w->below == below)
        return false;
    ofs_window_unlink(w);
    w->below = below;
    w->above = below ? below->above : parent->bottom;
    if (w->above)
        w->above->below = w;
    else
        parent->top = w;
    if (below)
        below->above = w;
    else
        parent->bottom = w;
    return true;
}

/* The sibling that w is to lie directly above; w itself where nothing changes. */
static struct ofs_window *stack_target(struct ofs_window *w, const struct configuration *cf)
{
    struct ofs_window *sib = cf->sibling, *top = w->parent->top == w ? w->below : w->parent->top, *stay = w->below;
    switch (cf->mode) {
    case Above: return sib ? (sib->above == w ? stay : sib) : top;
    case Below: return sib ? (sib->below == w ? w->below : sib->below) : NULL;
    case TopIf: return occlusion(w, sib, true) ? top : stay;
    case BottomIf: return occlusion(w, sib, false) ? NULL : stay;
    default: return occlusion(w, sib, true) ? top : occlusion(w, sib, false) ? NULL : stay;
    }
}

/* How a window changed: its growth, and where its old inside lies relative to the new one (StaticGravity). */
struct resize {
    int dw, dh, old_x, old_y;
};

static void gravity_offset(uint8_t gravity, const struct resize *by, int *dx, int *dy)
{
    /* By gravity: how much of the growth lies left of and above the contents, in halves. */
    static const int8_t half_x[] = { 0, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0 }, half_y[] = { 0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 0 };
    *dx = gravity == StaticGravity ? by->old_x : by->dw * half_x[gravity] / 2;
    *dy = gravity == StaticGravity ? by->old_y : by->dh * half_y[gravity] / 2;
}

static void move_children(struct ofs_server *s, struct ofs_window *w, const struct resize *by)
{
    for (struct ofs_window *child = w->top; child; child = child->below)
        if (child->win_gravity == UnmapGravity)
            (void)ofs_window_unmap_quietly(s, child, true);   /* apply() sends what it exposes */
    for (struct ofs_window *child = w->top; child; child = child->below) {
        int dx, dy;
        gravity_offset(child->win_gravity, by, &dx, &dy);
        if (!dx && !dy)
            continue;
        child->x = (int16_t)(child->x + dx);
        child->y = (int16_t)(child->y + dy);
        ofs_window_publish_place(child);
        xEvent ev = { .u.u.type = GravityNotify };
        ev.u.gravity.window = child->res.id;
        ev.u.gravity.x = child->x;
        ev.u.gravity.y = child->y;
        ofs_event_structure(s, child, &ev);
    }
}

static void keep_contents(struct ofs_window *w, const struct resize *by)
{
    if (w->bit_gravity == ForgetGravity) {
        ofs_expose_invalidate(w);
        return;
    }
    int dx, dy;
    gravity_offset(w->bit_gravity, by, &dx, &dy);
    if (w->clip && (dx || dy))
        ofs_region_translate(w->clip, dx, dy);
    ofs_picture_shift(w, dx, dy);
}

static void send_configure_notify(struct ofs_server *s, struct ofs_window *w, const struct configuration *cf,
                                  const struct ofs_window *below)
{
    xEvent ev = { .u.u.type = ConfigureNotify };
    ev.u.configureNotify.window = w->res.id;
    ev.u.configureNotify.aboveSibling = below ? below->res.id : None;
    ev.u.configureNotify.x = (int16_t)cf->x;
    ev.u.configureNotify.y = (int16_t)cf->y;
    ev.u.configureNotify.width = (uint16_t)cf->width;
    ev.u.configureNotify.height = (uint16_t)cf->height;
    ev.u.configureNotify.borderWidth = (uint16_t)cf->border_width;
    ev.u.configureNotify.override = w->override_redirect;
    ofs_event_structure(s, w, &ev);
}

static void apply(struct ofs_server *s, struct ofs_window *w, const struct configuration *cf)
{
    struct ofs_window *below = cf->mask & CWStackMode ? stack_target(w, cf) : w->below;
    int dw = (int)cf->width - w->width, dh = (int)cf->height - w->height;
    if (cf->x == w->x && cf->y == w->y && !dw && !dh && cf->border_width == w->border_width && below == w->below)
        return;
    const struct ofs_rect before = ofs_expose_outer(w);
    send_configure_notify(s, w, cf, below);
    place_above(w, below);
    if (w->win_gravity == StaticGravity && (dw || dh) && w->bit_gravity != ForgetGravity)
        ofs_expose_invalidate(w);
    const struct resize by = { dw, dh, w->x + w->border_width - cf->x - (int)cf->border_width,
                               w->y + w->border_width - cf->y - (int)cf->border_width };
    w->x = (int16_t)cf->x;
    w->y = (int16_t)cf->y;
    w->border_width = (uint16_t)cf->border_width;
    ofs_window_publish_place(w);
    if (dw || dh) {
        w->width = (uint16_t)cf->width;
        w->height = (uint16_t)cf->height;
        if (w->shared)
            ofs_xview_set_size(w->shared, w->width, w->height);
        keep_contents(w, &by);
        move_children(s, w, &by);
    }
    if (w->viewable) {
        ofs_expose_update_of(w, before);
        ofs_input_tree_changed(s);
    }
}

void ofs_window_resize(struct ofs_server *s, struct ofs_window *w, int x, int y, unsigned width, unsigned height)
{
    struct configuration cf = { .x = x, .y = y, .width = width, .height = height, .border_width = w->border_width };
    apply(s, w, &cf);
}

/* ---- the request ---- */

static int parse(struct ofs_client *c, struct ofs_request *r, const struct ofs_window *w, struct configuration *cf)
{
    *cf = (struct configuration){ .mask = cf->mask, .x = w->x, .y = w->y, .width = w->width, .height = w->height,
                                  .border_width = w->border_width };
    uint32_t v;
    for (unsigned bit = 0; bit < 7; bit++) {
        if (!(cf->mask & (1u << bit)))
            continue;
        v = ofs_req32(r);
        int error;
        switch (1u << bit) {
        case CWX: cf->x = (int16_t)v; break;
        case CWY: cf->y = (int16_t)v; break;
        case CWWidth:
            cf->width = (uint16_t)v;
            if (!cf->width)
                return ofs_bad(c, BadValue, 0);
            break;
        case CWHeight:
            cf->height = (uint16_t)v;
            if (!cf->height)
                return ofs_bad(c, BadValue, 0);
            break;
        case CWBorderWidth: cf->border_width = (uint16_t)v; break;
        case CWSibling:
            error = ofs_find_window(c, v, &cf->sibling);
            if (error)
                return error;
            if (cf->sibling->parent != w->parent || cf->sibling == w)
                return BadMatch;
            break;
        default:
            cf->mode = (uint8_t)v;
            if (cf->mode > Opposite)
                return ofs_bad(c, BadValue, cf->mode);
            break;
        }
    }
    return 0;
}

static void send_configure_request(struct ofs_client *manager, const struct ofs_window *w, const struct configuration *cf)
{
    xEvent ev = { .u.u.type = ConfigureRequest };
    ev.u.u.detail = cf->mask & CWStackMode ? (uint8_t)cf->mode : Above;
    ev.u.configureRequest.parent = w->parent->res.id;
    ev.u.configureRequest.window = w->res.id;
    ev.u.configureRequest.sibling = cf->sibling ? cf->sibling->res.id : None;
    ev.u.configureRequest.x = (int16_t)cf->x;
    ev.u.configureRequest.y = (int16_t)cf->y;
    ev.u.configureRequest.width = (uint16_t)cf->width;
    ev.u.configureRequest.height = (uint16_t)cf->height;
    ev.u.configureRequest.borderWidth = (uint16_t)cf->border_width;
    ev.u.configureRequest.valueMask = (uint16_t)cf->mask;
    ofs_event_to_client(manager, &ev);
}

/* Another client wants to decide the size: it is told, and the size stays. */
static void redirect_resize(struct ofs_client *c, struct ofs_window *w, struct configuration *cf)
{
    if (cf->width == w->width && cf->height == w->height)
        return;
    for (const struct ofs_mask *m = w->masks; m; m = m->next) {
        if (!(m->mask & ResizeRedirectMask) || m->client == c)
            continue;
        xEvent ev = { .u.u.type = ResizeRequest };
        ev.u.resizeRequest.window = w->res.id;
        ev.u.resizeRequest.width = (uint16_t)cf->width;
        ev.u.resizeRequest.height = (uint16_t)cf->height;
        ofs_event_to_client(m->client, &ev);
        cf->width = w->width;
        cf->height = w->height;
        return;
    }
}

int ofs_core_ConfigureWindow(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r);
    struct configuration cf = { .mask = ofs_req16(r) };
    ofs_req_skip(r, 2);
    struct ofs_window *w;
    int error = ofs_find_window(c, id, &w);
    if (error)
        return error;
    if (r->size_bytes != 12u + 4u * (uint32_t)__builtin_popcount(cf.mask))
        return BadLength;
    if (cf.mask & ~0x7Fu)
        return ofs_bad(c, BadValue, cf.mask);
    if (w->class == InputOnly && (cf.mask & CWBorderWidth))
        return BadMatch;
    if ((cf.mask & CWSibling) && !(cf.mask & CWStackMode))
        return BadMatch;
    error = parse(c, r, w, &cf);
    if (error || !w->parent)
        return error;
    struct ofs_client *manager;
    if (!w->override_redirect && ofs_window_redirected(w, c, &manager)) {
        send_configure_request(manager, w, &cf);
        return 0;
    }
    redirect_resize(c, w, &cf);
    apply(c->server, w, &cf);
    return 0;
}

int ofs_core_CirculateWindow(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w, *child;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    if (error)
        return error;
    if (r->minor > LowerHighest)
        return ofs_bad(c, BadValue, r->minor);
    bool raise = r->minor == RaiseLowest;
    for (child = raise ? w->bottom : w->top; child; child = raise ? child->above : child->below)
        if (child->mapped && occlusion(child, NULL, raise))
            break;
    if (!child)
        return 0;
    xEvent ev = { .u.u.type = CirculateNotify };
    struct ofs_client *manager;
    ev.u.circulate.window = child->res.id;
    ev.u.circulate.parent = w->res.id;
    ev.u.circulate.event = w->res.id;
    ev.u.circulate.place = raise ? PlaceOnTop : PlaceOnBottom;
    if (ofs_window_redirected(child, c, &manager)) {
        ev.u.u.type = CirculateRequest;
        ofs_event_to_client(manager, &ev);
        return 0;
    }
    place_above(child, raise ? (w->top == child ? child->below : w->top) : NULL);
    ofs_event_structure(c->server, child, &ev);
    if (child->viewable)
        ofs_expose_update_of(child, ofs_expose_outer(child));
    ofs_input_tree_changed(c->server);
    return 0;
}
