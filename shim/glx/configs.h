/* The table of FBConfig attributes: how each is read, matched and defaulted. Shared by config.c, choose.c and visual.c. */
#ifndef OFS_GLX_CONFIGS_H
#define OFS_GLX_CONFIGS_H

#include "glx/private.h"

enum ofs_match { OFS_MATCH_EXACT, OFS_MATCH_AT_LEAST, OFS_MATCH_MASK, OFS_MATCH_NEVER };
#define OFS_ANY ((int)GLX_DONT_CARE)

struct ofs_config_attribute {
    int name;                     /* GLX token */
    int offset;                   /* of the int in struct ofs_fbconfig */
    enum ofs_match match;
    int wanted;                   /* by default */
};
const struct ofs_config_attribute *ofs_config_attributes(unsigned *count_out);
int ofs_config_value(const struct ofs_fbconfig *config, const struct ofs_config_attribute *attribute);

/* What a program wants: one value for each row of the table. */
#define OFS_MAX_CONFIG_ATTRIBUTES 64
struct ofs_config_wish {
    int wanted[OFS_MAX_CONFIG_ATTRIBUTES];
    bool given[OFS_MAX_CONFIG_ATTRIBUTES];
};
void ofs_config_wish_init(struct ofs_config_wish *wish);
/* False if there is no such attribute. */
bool ofs_config_wish_set(struct ofs_config_wish *wish, int name, int value);
/* Give every config for windows a visual of its depth; each visual stands for one of them. */
void ofs_visuals_assign(struct ofs_fbconfig *configs, unsigned count);

/* Matching configs in the order of GLX 1.4 section 3.3.3, written to `order`; returns how many. */
unsigned ofs_config_select(const struct ofs_config_wish *wish, unsigned *order);

#endif
