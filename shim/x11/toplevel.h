/* What a window manager would do, for the few things this server does in its place. */
#ifndef OFS_X11_TOPLEVEL_H
#define OFS_X11_TOPLEVEL_H

#include "x11/server.h"

/* The largest viewable InputOutput child of the root; NULL if there is none. */
struct ofs_window *ofs_toplevel_largest(struct ofs_server *s);
/* WM_DELETE_WINDOW to every viewable top-level window that takes it. Source: ICCCM 4.2.8.1. */
void ofs_toplevel_request_close(struct ofs_server *s);
/* A client message sent to the root: _NET_WM_STATE fullscreen is carried out, the rest is nobody's. */
void ofs_toplevel_root_message(struct ofs_server *s, const xEvent *event);

#endif
