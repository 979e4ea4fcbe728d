/* A game that draws what it receives; see cells.h. */
#ifndef OFS_TEST_GAME_H
#define OFS_TEST_GAME_H

#include <GL/glx.h>
#include <X11/Xlib.h>
#include <stdbool.h>
#include <stdint.h>

#include "cells.h"

struct game {
    Display *dpy;
    Window window;
    GLXContext context;           /* NULL: drawn by software */
    GC gc;
    XImage *image;
    int xi2;                      /* opcode of XInput 2; 0 = none */
    Atom protocols, delete_window;
    unsigned char cells[CELLS];
    bool down[256];
    bool ignores_delete, over;
};

void game_open(struct game *game, Display *dpy, bool gl, int width, int height);
void game_close_window(struct game *game);
void game_events(struct game *game);           /* all that are there */
void game_show(struct game *game);             /* count, draw, and show a frame */
void game_play(struct game *game);             /* until it is asked to close */
void game_select_raw(struct game *game);
void game_listen(struct game *game);           /* turn function */

#endif
