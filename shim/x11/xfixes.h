/* The XFIXES extension's own files: xfixes.c (table, selections, barriers), xfixes_cursor.c and xfixes_region.c.
 * Source: fixesproto, X11/extensions/xfixesproto.h. */
#ifndef OFS_X11_XFIXES_H
#define OFS_X11_XFIXES_H

#include "x11/server.h"

typedef int ofs_xf_handler(struct ofs_client *c, struct ofs_request *r);
ofs_xf_handler ofs_xf_create_region, ofs_xf_create_from_bitmap, ofs_xf_create_from_window, ofs_xf_create_from_gc,
    ofs_xf_create_from_picture, ofs_xf_destroy_region, ofs_xf_set_region, ofs_xf_copy_region, ofs_xf_union_region,
    ofs_xf_intersect_region, ofs_xf_subtract_region, ofs_xf_invert_region, ofs_xf_translate_region,
    ofs_xf_region_extents, ofs_xf_fetch_region, ofs_xf_expand_region, ofs_xf_set_gc_clip, ofs_xf_set_picture_clip,
    ofs_xf_set_window_shape;
ofs_xf_handler ofs_xf_select_cursor, ofs_xf_get_cursor_image, ofs_xf_get_cursor_image_and_name, ofs_xf_set_cursor_name,
    ofs_xf_get_cursor_name, ofs_xf_change_cursor, ofs_xf_change_cursor_by_name, ofs_xf_hide_cursor, ofs_xf_show_cursor;

void ofs_xf_regions_init(struct ofs_server *s);

#endif
