/* glXChooseFBConfig: which configs match, and which comes first. */
#include <stdlib.h>
#include <string.h>

#include "glx/configs.h"

void ofs_config_wish_init(struct ofs_config_wish *wish)
{
    unsigned count;
    const struct ofs_config_attribute *rows = ofs_config_attributes(&count);

    memset(wish, 0, sizeof(*wish));
    for (unsigned i = 0; i < count; i++)
        wish->wanted[i] = rows[i].wanted;
}

bool ofs_config_wish_set(struct ofs_config_wish *wish, int name, int value)
{
    unsigned count;
    const struct ofs_config_attribute *rows = ofs_config_attributes(&count);

    for (unsigned i = 0; i < count; i++)
        if (rows[i].name == name) {
            wish->wanted[i] = value;
            wish->given[i] = true;
            return true;
        }
    return false;
}

static bool matches(const struct ofs_config_wish *wish, const struct ofs_fbconfig *config)
{
    unsigned count;
    const struct ofs_config_attribute *rows = ofs_config_attributes(&count);

    for (unsigned i = 0; i < count; i++) {
        int have = ofs_config_value(config, &rows[i]), want = wish->wanted[i];

        if (want == OFS_ANY)
            continue;
        switch (rows[i].match) {
        case OFS_MATCH_EXACT:
            if (have != want)
                return false;
            break;
        case OFS_MATCH_AT_LEAST:
            if (have < want)
                return false;
            break;
        case OFS_MATCH_MASK:
            if ((have & want) != want)
                return false;
            break;
        case OFS_MATCH_NEVER:
            break;
        }
    }
    return true;
}

static int wanted(const struct ofs_config_wish *wish, int name)
{
    unsigned count;
    const struct ofs_config_attribute *rows = ofs_config_attributes(&count);

    for (unsigned i = 0; i < count; i++)
        if (rows[i].name == name)
            return wish->wanted[i] == OFS_ANY ? 0 : wish->wanted[i];
    return 0;
}

/* What to prefer, from the wish, computed once per call. */
struct preference {
    bool red, green, blue, alpha, depth, stencil; /* asked for: more is better; else less is better */
};

static int color_bits(const struct ofs_fbconfig *config, const struct preference *preference)
{
    return (preference->red ? config->red_size : 0) + (preference->green ? config->green_size : 0) +
           (preference->blue ? config->blue_size : 0) + (preference->alpha ? config->alpha_size : 0);
}

/* Negative if a comes first. */
static int compare(const struct ofs_fbconfig *a, const struct ofs_fbconfig *b, const struct preference *preference)
{
    if (a->caveat_rank != b->caveat_rank)
        return a->caveat_rank - b->caveat_rank;
    if (color_bits(a, preference) != color_bits(b, preference))
        return color_bits(b, preference) - color_bits(a, preference);
    if (a->buffer_size != b->buffer_size)
        return a->buffer_size - b->buffer_size;
    if (a->double_buffer != b->double_buffer)
        return a->double_buffer - b->double_buffer;
    if (a->sample_buffers != b->sample_buffers)
        return a->sample_buffers - b->sample_buffers;
    if (a->samples != b->samples)
        return a->samples - b->samples;
    if (a->depth_size != b->depth_size)
        return preference->depth ? b->depth_size - a->depth_size : a->depth_size - b->depth_size;
    if (a->stencil_size != b->stencil_size)
        return preference->stencil ? b->stencil_size - a->stencil_size : a->stencil_size - b->stencil_size;
    return 0;
}

unsigned ofs_config_select(const struct ofs_config_wish *wish, unsigned *order)
{
    struct preference preference = {
        wanted(wish, GLX_RED_SIZE) > 0,   wanted(wish, GLX_GREEN_SIZE) > 0, wanted(wish, GLX_BLUE_SIZE) > 0,
        wanted(wish, GLX_ALPHA_SIZE) > 0, wanted(wish, GLX_DEPTH_SIZE) > 0, wanted(wish, GLX_STENCIL_SIZE) > 0,
    };
    unsigned count, found = 0;
    const struct ofs_fbconfig *configs = ofs_glx_configs(&count);

    for (unsigned i = 0; i < count; i++) {
        unsigned at = found;

        if (!matches(wish, &configs[i]))
            continue;
        /* Insertion keeps configs that compare equal in the order of the list. */
        while (at > 0 && compare(&configs[i], &configs[order[at - 1]], &preference) < 0) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = i;
        found++;
    }
    return found;
}

unsigned ofs_glx_choose(const int *attributes, unsigned *order)
{
    struct ofs_config_wish wish;
    int pairs = 0;

    ofs_config_wish_init(&wish);
    for (const int *at = attributes; at && at[0] != None; at += 2) {
        if (++pairs > OFS_GLX_MAX_PAIRS)
            return 0;
        if (at[0] == GLX_FBCONFIG_ID && at[1] != OFS_ANY) {
            /* Everything else in the list is ignored. */
            const struct ofs_fbconfig *config = ofs_glx_config_by_id(at[1]);
            unsigned count;

            if (!config)
                return 0;
            order[0] = (unsigned)(config - ofs_glx_configs(&count));
            return 1;
        }
        /* Attributes of extensions that are not ours are passed over, as Mesa does, where the letter of GLX would return
         * nothing: programs ask for them without looking at the extension string. */
        (void)ofs_config_wish_set(&wish, at[0], at[1]);
    }
    return ofs_config_select(&wish, order);
}
