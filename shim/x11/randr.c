/* RANDR 1.5: one screen of a fixed size, one CRTC, one output, one mode at 60 Hz with the dot clock that goes with it.
 * Source: randrproto, X11/extensions/randrproto.h. */
#include <X11/extensions/randr.h>

#include "x11/private.h"

enum { FIRST_EVENT = 89, FIRST_ERROR = 147 };
enum { CRTC = 0x40, OUTPUT = 0x41, MODE = 0x42 }; /* ids of the server's own range */
enum { GAMMA_SIZE = 256 };

static const char output_name[] = "screen";

struct mode {
    uint16_t width, height, h_total, v_total;
    uint32_t dot_clock;
    char name[16];
    unsigned name_length;
};

/* Reduced blanking, as for a digital panel: 160 pixels and about 500 µs. */
static struct mode the_mode(const struct ofs_server *s)
{
    struct mode m = { .width = s->root->width, .height = s->root->height };
    m.h_total = (uint16_t)(m.width + 160);
    m.v_total = (uint16_t)(m.height + m.height / 32 + 3);
    m.dot_clock = (uint32_t)m.h_total * m.v_total * 60u;
    char digits[2][6];
    const uint16_t values[2] = { m.width, m.height };
    for (unsigned i = 0; i < 2; i++) {
        unsigned n = 0, v = values[i];
        do
            digits[i][n++] = (char)('0' + v % 10);
        while ((v /= 10) && n < sizeof(digits[i]));
        if (i)
            m.name[m.name_length++] = 'x';
        while (n)
            m.name[m.name_length++] = digits[i][--n];
    }
    return m;
}

static void out_mode_info(struct ofs_client *c, const struct mode *m)
{
    ofs_out32(c, MODE);
    ofs_out16(c, m->width);
    ofs_out16(c, m->height);
    ofs_out32(c, m->dot_clock);
    ofs_out16(c, (uint16_t)(m->width + 48)); /* horizontal sync */
    ofs_out16(c, (uint16_t)(m->width + 80));
    ofs_out16(c, m->h_total);
    ofs_out16(c, 0); /* skew */
    ofs_out16(c, (uint16_t)(m->height + 1)); /* vertical sync */
    ofs_out16(c, (uint16_t)(m->height + 3));
    ofs_out16(c, m->v_total);
    ofs_out16(c, (uint16_t)m->name_length);
    ofs_out32(c, RR_HSyncPositive | RR_VSyncNegative);
}

static uint32_t config_time(struct ofs_client *c) { return 1; } /* the configuration never changes */

static int find_output(struct ofs_client *c, uint32_t id) { return id == OUTPUT ? 0 : ofs_bad(c, FIRST_ERROR + BadRROutput, id); }
static int find_crtc(struct ofs_client *c, uint32_t id) { return id == CRTC ? 0 : ofs_bad(c, FIRST_ERROR + BadRRCrtc, id); }

/* ---- version, selection, the old screen configuration ---- */

static int query_version(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t major = ofs_req32(r), minor = ofs_req32(r);
    bool older = major < 1 || (major == 1 && minor < 5);
    ofs_reply_begin(c, 0);
    ofs_out32(c, older ? major : 1);
    ofs_out32(c, older ? minor : 5);
    ofs_reply_end(c);
    return 0;
}

static int select_input(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    uint16_t mask = ofs_req16(r);
    if (error)
        return error;
    if (mask & ~0xFFu)
        return ofs_bad(c, BadValue, mask);
    return ofs_ext_select_set(w, c, OFS_SELECT_RANDR, 0, mask);
}

static int get_screen_info(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    if (error)
        return error;
    const struct ofs_window *root = c->server->root;
    ofs_reply_begin(c, RR_Rotate_0);
    ofs_out32(c, root->res.id);
    ofs_out32(c, config_time(c));
    ofs_out32(c, config_time(c));
    ofs_out16(c, 1); /* sizes */
    ofs_out16(c, 0); /* current size */
    ofs_out16(c, RR_Rotate_0);
    ofs_out16(c, 60);
    ofs_out16(c, 2); /* words of rate information */
    ofs_out16(c, 0);
    ofs_out16(c, root->width);
    ofs_out16(c, root->height);
    ofs_out16(c, ofs_px_to_mm(root->width));
    ofs_out16(c, ofs_px_to_mm(root->height));
    ofs_out16(c, 1); /* one rate */
    ofs_out16(c, 60);
    ofs_reply_end(c);
    return 0;
}

static int reply_set_config(struct ofs_client *c, uint8_t status)
{
    ofs_reply_begin(c, status);
    ofs_out32(c, config_time(c));
    ofs_out32(c, config_time(c));
    ofs_out32(c, c->server->root->res.id);
    ofs_out16(c, 0);
    ofs_reply_end(c);
    return 0;
}

static int set_screen_config(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    struct ofs_pixmap *p;
    int error = ofs_find_drawable(c, ofs_req32(r), &w, &p);
    ofs_req_skip(r, 4);
    uint32_t known = ofs_req32(r);
    uint16_t size = ofs_req16(r), rotation = ofs_req16(r);
    if (error)
        return error;
    if (known != config_time(c)) /* the client has not seen this configuration */
        return reply_set_config(c, RRSetConfigInvalidConfigTime);
    if (size)
        return ofs_bad(c, BadValue, size);
    if (rotation != RR_Rotate_0)
        return BadMatch;
    return reply_set_config(c, RRSetConfigSuccess);
}

static int get_screen_size_range(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    if (error)
        return error;
    const struct ofs_window *root = c->server->root;
    ofs_reply_begin(c, 0);
    for (unsigned i = 0; i < 2; i++) { /* smallest and largest are the same */
        ofs_out16(c, root->width);
        ofs_out16(c, root->height);
    }
    ofs_reply_end(c);
    return 0;
}

static int set_screen_size(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    uint16_t width = ofs_req16(r), height = ofs_req16(r);
    if (error)
        return error;
    if (width != c->server->root->width)
        return ofs_bad(c, BadValue, width);
    return height == c->server->root->height ? 0 : ofs_bad(c, BadValue, height);
}

/* ---- resources ---- */

static int get_screen_resources(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    if (error)
        return error;
    struct mode m = the_mode(c->server);
    ofs_reply_begin(c, 0);
    ofs_out32(c, config_time(c));
    ofs_out32(c, config_time(c));
    ofs_out16(c, 1); /* crtcs, outputs, modes */
    ofs_out16(c, 1);
    ofs_out16(c, 1);
    ofs_out16(c, (uint16_t)m.name_length);
    ofs_out_zero(c, 8);
    ofs_out32(c, CRTC);
    ofs_out32(c, OUTPUT);
    out_mode_info(c, &m);
    ofs_out_bytes(c, m.name, m.name_length);
    ofs_reply_end(c);
    return 0;
}

static int get_output_info(struct ofs_client *c, struct ofs_request *r)
{
    int error = find_output(c, ofs_req32(r));
    if (error)
        return error;
    const struct ofs_window *root = c->server->root;
    ofs_reply_begin(c, RRSetConfigSuccess);
    ofs_out32(c, config_time(c));
    ofs_out32(c, CRTC);
    ofs_out32(c, ofs_px_to_mm(root->width));
    ofs_out32(c, ofs_px_to_mm(root->height));
    ofs_out8(c, RR_Connected);
    ofs_out8(c, 0); /* subpixel order unknown */
    ofs_out16(c, 1); /* crtcs */
    ofs_out16(c, 1); /* modes, preferred */
    ofs_out16(c, 1);
    ofs_out16(c, 0); /* clones */
    ofs_out16(c, sizeof(output_name) - 1);
    ofs_out32(c, CRTC);
    ofs_out32(c, MODE);
    ofs_out_bytes(c, output_name, sizeof(output_name) - 1);
    ofs_reply_end(c);
    return 0;
}

static int get_crtc_info(struct ofs_client *c, struct ofs_request *r)
{
    int error = find_crtc(c, ofs_req32(r));
    if (error)
        return error;
    const struct ofs_window *root = c->server->root;
    ofs_reply_begin(c, RRSetConfigSuccess);
    ofs_out32(c, config_time(c));
    ofs_out16(c, 0);
    ofs_out16(c, 0);
    ofs_out16(c, root->width);
    ofs_out16(c, root->height);
    ofs_out32(c, MODE);
    ofs_out16(c, RR_Rotate_0);
    ofs_out16(c, RR_Rotate_0);
    ofs_out16(c, 1); /* outputs */
    ofs_out16(c, 1); /* possible outputs */
    ofs_out32(c, OUTPUT);
    ofs_out32(c, OUTPUT);
    ofs_reply_end(c);
    return 0;
}

static int set_crtc_config(struct ofs_client *c, struct ofs_request *r)
{
    int error = find_crtc(c, ofs_req32(r));
    ofs_req_skip(r, 8);
    int16_t x = ofs_req_i16(r), y = ofs_req_i16(r);
    uint32_t mode = ofs_req32(r);
    uint16_t rotation = ofs_req16(r);
    ofs_req_skip(r, 2);
    uint32_t outputs = ofs_req_left(r) / 4;
    for (uint32_t i = 0; i < outputs && !error; i++)
        error = find_output(c, ofs_req32(r));
    if (error)
        return error;
    if (mode != None && mode != MODE)
        return ofs_bad(c, FIRST_ERROR + BadRRMode, mode);
    if ((mode == None) != (outputs == 0))
        return BadMatch;
    /* The screen stays as it is: what is asked must be what is there. */
    bool same = mode == MODE && outputs == 1 && x == 0 && y == 0 && rotation == RR_Rotate_0;
    ofs_reply_begin(c, same ? RRSetConfigSuccess : RRSetConfigFailed);
    ofs_out32(c, config_time(c));
    ofs_reply_end(c);
    return 0;
}

/* ---- gamma, transform, panning ---- */

static int get_gamma_size(struct ofs_client *c, struct ofs_request *r)
{
    int error = find_crtc(c, ofs_req32(r));
    if (error)
        return error;
    ofs_reply_begin(c, 0);
    ofs_out16(c, GAMMA_SIZE);
    ofs_reply_end(c);
    return 0;
}

static int get_gamma(struct ofs_client *c, struct ofs_request *r)
{
    int error = find_crtc(c, ofs_req32(r));
    if (error)
        return error;
    ofs_reply_begin(c, 0);
    ofs_out16(c, GAMMA_SIZE);
    ofs_out_zero(c, 22);
    for (unsigned i = 0; i < 3 * GAMMA_SIZE; i++)
        ofs_out16(c, (uint16_t)(i % GAMMA_SIZE * 257)); /* identity */
    ofs_reply_end(c);
    return 0;
}

static int set_gamma(struct ofs_client *c, struct ofs_request *r)
{
    int error = find_crtc(c, ofs_req32(r));
    uint16_t size = ofs_req16(r);
    if (r->size_bytes != ((12u + 6u * size + 3u) & ~3u))
        return BadLength;
    return error ? error : size == GAMMA_SIZE ? 0 : BadMatch; /* accepted, and shows nowhere */
}

static void out_identity(struct ofs_client *c)
{
    for (unsigned i = 0; i < 9; i++)
        ofs_out32(c, i % 4 == 0 ? 0x10000 : 0);
}

static int get_transform(struct ofs_client *c, struct ofs_request *r)
{
    int error = find_crtc(c, ofs_req32(r));
    if (error)
        return error;
    ofs_reply_begin(c, 0);
    out_identity(c); /* pending */
    ofs_out8(c, 0);  /* has transforms */
    ofs_out_zero(c, 3);
    out_identity(c); /* current */
    ofs_out_zero(c, 4);
    ofs_out_zero(c, 8); /* filter names and parameters: none */
    ofs_reply_end(c);
    return 0;
}

/* Pending until the configuration is set, which cannot change: checked, and it comes to nothing. */
static int set_transform(struct ofs_client *c, struct ofs_request *r)
{
    int error = find_crtc(c, ofs_req32(r));
    double m[9];
    for (unsigned i = 0; i < 9; i++)
        m[i] = ofs_req_i32(r);
    const double determinant = m[0] * (m[4] * m[8] - m[5] * m[7]) + m[1] * (m[5] * m[6] - m[3] * m[8]) +
                               m[2] * (m[3] * m[7] - m[4] * m[6]);
    if (!error && determinant == 0)
        error = BadMatch; /* it has no inverse */
    const uint16_t filter_length = ofs_req16(r);
    ofs_req_skip(r, 2);
    ofs_req_skip(r, filter_length);
    ofs_req_align(r);
    if (error || r->bad)
        return error ? error : BadLength;
    return !filter_length && ofs_req_left(r) ? BadMatch : 0; /* parameters of no filter */
}

static int get_panning(struct ofs_client *c, struct ofs_request *r)
{
    int error = find_crtc(c, ofs_req32(r));
    if (error)
        return error;
    ofs_reply_begin(c, RRSetConfigSuccess);
    ofs_out32(c, config_time(c));
    ofs_out_zero(c, 24);   /* three areas of 16-bit numbers: nothing is panned */
    ofs_reply_end(c);
    return 0;
}

static int set_panning(struct ofs_client *c, struct ofs_request *r)
{
    int error = find_crtc(c, ofs_req32(r));
    if (error)
        return error;
    ofs_reply_begin(c, RRSetConfigFailed);
    ofs_out32(c, config_time(c));
    ofs_reply_end(c);
    return 0;
}

/* ---- outputs: primary, properties ---- */

static int set_primary(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    uint32_t output = ofs_req32(r);
    return error ? error : output ? find_output(c, output) : 0;
}

static int get_primary(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    if (error)
        return error;
    ofs_reply_begin(c, 0);
    ofs_out32(c, OUTPUT);
    ofs_reply_end(c);
    return 0;
}

static int list_properties(struct ofs_client *c, struct ofs_request *r)
{
    int error = find_output(c, ofs_req32(r));
    if (error)
        return error;
    ofs_reply_begin(c, 0);
    ofs_out16(c, 0);
    ofs_reply_end(c);
    return 0;
}

/* The output has no properties: what asks for one by name is BadName, reading gives none. */
static int no_such_property(struct ofs_client *c, struct ofs_request *r)
{
    int error = find_output(c, ofs_req32(r));
    uint32_t property = ofs_req32(r);
    if (error)
        return error;
    return ofs_atom_valid(c->server, property) ? BadName : ofs_bad(c, BadAtom, property);
}

static int get_property(struct ofs_client *c, struct ofs_request *r)
{
    int error = find_output(c, ofs_req32(r));
    uint32_t property = ofs_req32(r), type = ofs_req32(r);
    ofs_req_skip(r, 8);
    uint8_t delete = ofs_req8(r);
    if (error)
        return error;
    if (!ofs_atom_valid(c->server, property))
        return ofs_bad(c, BadAtom, property);
    if (delete > 1)
        return ofs_bad(c, BadValue, delete);
    if (type != AnyPropertyType && !ofs_atom_valid(c->server, type))
        return ofs_bad(c, BadAtom, type);
    ofs_reply_begin(c, 0);
    ofs_reply_end(c);
    return 0;
}

/* Modes and properties cannot be added to this output. */
static int refuse_output(struct ofs_client *c, struct ofs_request *r)
{
    int error = find_output(c, ofs_req32(r));
    return error ? error : BadAccess;
}
static int refuse_window(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    return error ? error : BadAccess;
}
static int refuse_mode(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t mode = ofs_req32(r);
    return mode == MODE ? BadAccess : ofs_bad(c, FIRST_ERROR + BadRRMode, mode);
}

/* ---- providers and monitors ---- */

static int get_providers(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    if (error)
        return error;
    ofs_reply_begin(c, 0);
    ofs_out32(c, config_time(c));
    ofs_out16(c, 0);
    ofs_reply_end(c);
    return 0;
}

static int no_such_provider(struct ofs_client *c, struct ofs_request *r)
{
    return ofs_bad(c, FIRST_ERROR + 3 /* BadRRProvider */, ofs_req32(r));
}

static int get_monitors(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    if (error)
        return error;
    uint32_t name = ofs_atom(c->server, output_name, sizeof(output_name) - 1, false);
    const struct ofs_window *root = c->server->root;
    ofs_reply_begin(c, 0);
    ofs_out32(c, config_time(c));
    ofs_out32(c, 1); /* monitors */
    ofs_out32(c, 1); /* outputs of all */
    ofs_out_zero(c, 12);
    ofs_out32(c, name);
    ofs_out8(c, 1); /* primary */
    ofs_out8(c, 1); /* automatic */
    ofs_out16(c, 1);
    ofs_out16(c, 0);
    ofs_out16(c, 0);
    ofs_out16(c, root->width);
    ofs_out16(c, root->height);
    ofs_out32(c, ofs_px_to_mm(root->width));
    ofs_out32(c, ofs_px_to_mm(root->height));
    ofs_out32(c, OUTPUT);
    ofs_reply_end(c);
    return 0;
}

static int init(struct ofs_server *s)
{
    ofs_event_set_format(s, FIRST_EVENT + RRScreenChangeNotify, "112 4444 2222 2222");
    ofs_event_set_format(s, FIRST_EVENT + RRNotify, "112 4444444");
    return 0;
}

static const struct ofs_handler_row rows[] = {
    { 0, "RRQueryVersion", query_version, 3, 3 },
    { 2, "RRSetScreenConfig", set_screen_config, 5, 6 },
    { 4, "RRSelectInput", select_input, 3, 3 },
    { 5, "RRGetScreenInfo", get_screen_info, 2, 2 },
    { 6, "RRGetScreenSizeRange", get_screen_size_range, 2, 2 },
    { 7, "RRSetScreenSize", set_screen_size, 5, 5 },
    { 8, "RRGetScreenResources", get_screen_resources, 2, 2 },
    { 9, "RRGetOutputInfo", get_output_info, 3, 3 },
    { 10, "RRListOutputProperties", list_properties, 2, 2 },
    { 11, "RRQueryOutputProperty", no_such_property, 3, 3 },
    { 12, "RRConfigureOutputProperty", refuse_output, 4, 0 },
    { 13, "RRChangeOutputProperty", refuse_output, 6, 0 },
    { 14, "RRDeleteOutputProperty", no_such_property, 3, 3 },
    { 15, "RRGetOutputProperty", get_property, 7, 7 },
    { 16, "RRCreateMode", refuse_window, 10, 0 },
    { 17, "RRDestroyMode", refuse_mode, 2, 2 },
    { 18, "RRAddOutputMode", refuse_output, 3, 3 },
    { 19, "RRDeleteOutputMode", refuse_output, 3, 3 },
    { 20, "RRGetCrtcInfo", get_crtc_info, 3, 3 },
    { 21, "RRSetCrtcConfig", set_crtc_config, 7, 0 },
    { 22, "RRGetCrtcGammaSize", get_gamma_size, 2, 2 },
    { 23, "RRGetCrtcGamma", get_gamma, 2, 2 },
    { 24, "RRSetCrtcGamma", set_gamma, 3, 0 },
    { 25, "RRGetScreenResourcesCurrent", get_screen_resources, 2, 2 },
    { 26, "RRSetCrtcTransform", set_transform, 12, 0 },
    { 27, "RRGetCrtcTransform", get_transform, 2, 2 },
    { 28, "RRGetPanning", get_panning, 2, 2 },
    { 29, "RRSetPanning", set_panning, 9, 9 },
    { 30, "RRSetOutputPrimary", set_primary, 3, 3 },
    { 31, "RRGetOutputPrimary", get_primary, 2, 2 },
    { 32, "RRGetProviders", get_providers, 2, 2 },
    { 33, "RRGetProviderInfo", no_such_provider, 3, 3 },
    { 34, "RRSetProviderOffloadSink", no_such_provider, 4, 4 },
    { 35, "RRSetProviderOutputSource", no_such_provider, 4, 4 },
    { 36, "RRListProviderProperties", no_such_provider, 2, 2 },
    { 37, "RRQueryProviderProperty", no_such_provider, 3, 3 },
    { 38, "RRConfigureProviderProperty", no_such_provider, 4, 0 },
    { 39, "RRChangeProviderProperty", no_such_provider, 6, 0 },
    { 40, "RRDeleteProviderProperty", no_such_provider, 3, 3 },
    { 41, "RRGetProviderProperty", no_such_provider, 7, 7 },
    { 42, "RRGetMonitors", get_monitors, 3, 3 },
    { 43, "RRSetMonitor", refuse_window, 8, 0 },
    { 44, "RRDeleteMonitor", refuse_window, 3, 3 },
};
const struct ofs_extension ofs_ext_randr = {
    .name = "RANDR", .major = 140, .first_event = FIRST_EVENT, .first_error = FIRST_ERROR,
    .rows = rows, .row_count = OFS_ARRAY_LEN(rows), .init = init,
};
