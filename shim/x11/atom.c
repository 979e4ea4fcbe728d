/* Atoms, shared by all connections of the process. */
#include <stdlib.h>

#include "x11/private.h"

/* X11 protocol, appendix "Predefined Atoms": 1 to 68, in order. */
static const char *const predefined[] = {
    "PRIMARY", "SECONDARY", "ARC", "ATOM", "BITMAP", "CARDINAL", "COLORMAP", "CURSOR", "CUT_BUFFER0", "CUT_BUFFER1",
    "CUT_BUFFER2", "CUT_BUFFER3", "CUT_BUFFER4", "CUT_BUFFER5", "CUT_BUFFER6", "CUT_BUFFER7", "DRAWABLE", "FONT",
    "INTEGER", "PIXMAP", "POINT", "RECTANGLE", "RESOURCE_MANAGER", "RGB_COLOR_MAP", "RGB_BEST_MAP", "RGB_BLUE_MAP",
    "RGB_DEFAULT_MAP", "RGB_GRAY_MAP", "RGB_GREEN_MAP", "RGB_RED_MAP", "STRING", "VISUALID", "WINDOW", "WM_COMMAND",
    "WM_HINTS", "WM_CLIENT_MACHINE", "WM_ICON_NAME", "WM_ICON_SIZE", "WM_NAME", "WM_NORMAL_HINTS", "WM_SIZE_HINTS",
    "WM_ZOOM_HINTS", "MIN_SPACE", "NORM_SPACE", "MAX_SPACE", "END_SPACE", "SUPERSCRIPT_X", "SUPERSCRIPT_Y",
    "SUBSCRIPT_X", "SUBSCRIPT_Y", "UNDERLINE_POSITION", "UNDERLINE_THICKNESS", "STRIKEOUT_ASCENT",
    "STRIKEOUT_DESCENT", "ITALIC_ANGLE", "X_HEIGHT", "QUAD_WIDTH", "WEIGHT", "POINT_SIZE", "RESOLUTION", "COPYRIGHT",
    "NOTICE", "FONT_NAME", "FAMILY_NAME", "FULL_NAME", "CAP_HEIGHT", "WM_CLASS", "WM_TRANSIENT_FOR",
    /* Not predefined. A window manager would have made them, and some programs (Godot 3, Irrlicht) ask for them only if they
     * exist: without, they cannot be closed. */
    "WM_PROTOCOLS", "WM_DELETE_WINDOW",
};

struct atom {
    char *name;
    size_t length;
    uint32_t hash_next; /* atom, 0 = end */
};

#define BUCKETS 1024
struct ofs_atoms {
    struct atom *list; /* list[0] is atom 1 */
    uint32_t count, cap;
    uint32_t bucket[BUCKETS];
};

static unsigned hash(const char *name, size_t length)
{
    uint32_t h = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < length; i++)
        h = (h ^ (uint8_t)name[i]) * 16777619u;
    return h % BUCKETS;
}

uint32_t ofs_atom(struct ofs_server *s, const char *name, size_t length, bool only_if_exists)
{
    struct ofs_atoms *a = s->atoms;
    unsigned b = hash(name, length);
    for (uint32_t atom = a->bucket[b]; atom; atom = a->list[atom - 1].hash_next)
        if (a->list[atom - 1].length == length && memcmp(a->list[atom - 1].name, name, length) == 0)
            return atom;
    if (only_if_exists)
        return 0;
    if (a->count == a->cap) {
        uint32_t cap = a->cap ? a->cap * 2 : 256;
        struct atom *larger = realloc(a->list, cap * sizeof(*larger));
        if (!larger)
            return 0;
        a->list = larger;
        a->cap = cap;
    }
    char *copy = malloc(length + 1);
    if (!copy)
        return 0;
    memcpy(copy, name, length);
    copy[length] = 0;
    a->list[a->count] = (struct atom){ copy, length, a->bucket[b] };
    return a->bucket[b] = ++a->count;
}

const char *ofs_atom_name(struct ofs_server *s, uint32_t atom, size_t *length_out)
{
    if (!ofs_atom_valid(s, atom))
        return NULL;
    if (length_out)
        *length_out = s->atoms->list[atom - 1].length;
    return s->atoms->list[atom - 1].name;
}

bool ofs_atom_valid(struct ofs_server *s, uint32_t atom) { return atom >= 1 && atom <= s->atoms->count; }

int ofs_atoms_init(struct ofs_server *s)
{
    s->atoms = calloc(1, sizeof(*s->atoms));
    if (!s->atoms)
        return BadAlloc;
    for (unsigned i = 0; i < OFS_ARRAY_LEN(predefined); i++)
        if (!ofs_atom(s, predefined[i], strlen(predefined[i]), false))
            return BadAlloc;
    return 0;
}

void ofs_atoms_finish(struct ofs_server *s)
{
    if (!s->atoms)
        return;
    for (uint32_t i = 0; i < s->atoms->count; i++)
        free(s->atoms->list[i].name);
    free(s->atoms->list);
    free(s->atoms);
    s->atoms = NULL;
}

int ofs_core_InternAtom(struct ofs_client *c, struct ofs_request *r)
{
    uint16_t length = ofs_req16(r);
    ofs_req_skip(r, 2);
    const uint8_t *name = ofs_req_bytes(r, length);
    if (!ofs_req_end(r))
        return BadLength;
    if (r->minor > 1)
        return ofs_bad(c, BadValue, r->minor);
    uint32_t atom = ofs_atom(c->server, name ? (const char *)name : "", length, r->minor);
    if (!atom && !r->minor)
        return BadAlloc;
    ofs_reply_begin(c, 0);
    ofs_out32(c, atom);
    ofs_reply_end(c);
    return 0;
}

int ofs_core_GetAtomName(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t atom = ofs_req32(r);
    size_t length;
    const char *name = ofs_atom_name(c->server, atom, &length);
    if (!name)
        return ofs_bad(c, BadAtom, atom);
    ofs_reply_begin(c, 0);
    ofs_out16(c, (uint16_t)length);
    ofs_out_zero(c, 22);
    ofs_out_bytes(c, name, length);
    ofs_reply_end(c);
    return 0;
}
