/* Random drawing through RENDER: what its files share. */
#ifndef OFS_TEST_RENDER_RANDOM_H
#define OFS_TEST_RENDER_RANDOM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <xcb/render.h>
#include <xcb/xcb.h>

enum { WIDTH = 64, HEIGHT = 48 };

extern xcb_connection_t *c;
extern xcb_screen_t *screen;
extern bool dump;

/* What a case does, for --dump. */
#define TELL(...) (dump ? (void)printf(__VA_ARGS__) : (void)0)

/* ---- chance ---- */

/* What follows depends on the number alone. */
void start_chance(unsigned number);
uint32_t any(void);
uint32_t below(uint32_t n);
int between(int least, int most);
bool one_in(uint32_t n);
int32_t fixed(int least, int most);

/* ---- formats and drawables (random_surface.c) ---- */

struct format {
    uint8_t depth;
    uint16_t red_shift, red_mask, alpha_mask;
    xcb_render_pictformat_t id;
    uint32_t bits;
};
enum { A1, A8, RGB, ARGB, XRGB, RGB16, XBGR, BGRA, ARGB15, ARGB30, FORMATS };
extern struct format formats[FORMATS];
/* Fills in their ids; false if the server lacks one. */
bool find_formats(void);
unsigned bits_per_pixel(uint8_t depth);

struct surface {
    uint32_t drawable;
    const struct format *format;
    unsigned width, height;
    bool window;
};
struct surface new_pixmap(unsigned format, unsigned width, unsigned height);
struct surface new_window(void);
/* A hash of the pixels of all of it, without the bits that mean nothing. */
uint64_t look(const struct surface *s);

/* ---- pictures (random_picture.c) ---- */

extern struct surface last_map; /* the alpha map made last */
extern bool clipped;            /* the target, by the client */

/* These are there until free_pictures(), at the end of the case. */
xcb_render_picture_t new_source(void);
xcb_render_picture_t new_target(const struct surface *s);
void free_pictures(void);
xcb_render_color_t color(void);
xcb_render_pointfix_t point(void);

/* ---- requests (random_request.c) ---- */

uint8_t op(void);
void composite(uint8_t o, xcb_render_picture_t source, xcb_render_picture_t target);
void fill(uint8_t o, xcb_render_picture_t target);
void trapezoids(uint8_t o, xcb_render_picture_t source, xcb_render_picture_t target);
void triangles(uint8_t o, xcb_render_picture_t source, xcb_render_picture_t target);
void add_traps(xcb_render_picture_t target);
void text(uint8_t o, xcb_render_picture_t source, xcb_render_picture_t target);

#endif
