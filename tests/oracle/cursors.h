/* What the scenarios about cursors share (s_cursors.c). */
#ifndef ORACLE_CURSORS_H
#define ORACLE_CURSORS_H

#include "oracle.h"

bool cursor_use(struct oracle *o);     /* the extensions are there */
void cursor_show(struct oracle *o);    /* what the server says is shown */
void cursor_set(struct oracle *o, xcb_window_t w, xcb_cursor_t cursor);
/* A window that has the pointer in it. */
xcb_window_t cursor_window(struct oracle *o);
/* One of two colours whose pixels look random and always are the same. */
xcb_cursor_t cursor_of_bits(struct oracle *o, const char *name, uint16_t width, uint16_t height, uint32_t seed);

#endif
