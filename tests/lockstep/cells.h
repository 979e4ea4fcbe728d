/* What the games of this folder draw, and the learner reads: a grid of cells, each of one gray level, a byte that says what
 * the game has received so far. One pixel of the observation is one cell. */
#ifndef OFS_TEST_CELLS_H
#define OFS_TEST_CELLS_H

enum cell {
    CELL_FRAME,                   /* number of the frame, from 1, as every count modulo 256 */
    CELL_KEY,                     /* keycode of the last press */
    CELL_PRESSES, CELL_RELEASES,
    CELL_PRESS_FRAME,             /* frame that was drawn first after the last press */
    CELL_BUTTON, CELL_BUTTON_PRESSES, CELL_BUTTON_RELEASES,
    CELL_X, CELL_Y, CELL_MOTIONS, /* of the last motion */
    CELL_RAW_X, CELL_RAW_Y, CELL_RAW_MOTIONS, /* sums of raw motion, plus 128 */
    CELL_FOCUS,                   /* 1: this window has it */
    CELL_WIDTH, CELL_HEIGHT,      /* from the last ConfigureNotify, in eights of a pixel */
    CELL_TEXT, CELL_TEXTS,        /* last character, and how many */
    CELL_TIME,                    /* of the last key event, in units of 4 ms */
    CELL_REPEATS,                 /* presses of a key that was down: not from a server that says when it repeats */
    CELL_DELETES,                 /* WM_DELETE_WINDOW */
    CELL_SEED,                    /* low byte of the last reset's seed */
    CELL_RESETS, CELL_OBSERVES,   /* calls of the turn function */
    CELL_INSIDE,                  /* the pointer is in the window */
    CELL_PLAYED,                  /* ofs_played() */
    CELL_SHOWN_BY,                /* which window or thread shows this frame */
    CELL_RANDOM,                  /* time dependent: low byte of milliseconds of CLOCK_MONOTONIC / 16 */
    CELL_UST, CELL_MSC,           /* of OML_sync_control, in games with OpenGL: in units of 4 ms; as it is */
    CELLS = 64
};
#define GRID_WIDTH  16
#define GRID_HEIGHT 4
#define CELL_PX     8
#define WINDOW_WIDTH  (GRID_WIDTH * CELL_PX)
#define WINDOW_HEIGHT (GRID_HEIGHT * CELL_PX)

#endif
