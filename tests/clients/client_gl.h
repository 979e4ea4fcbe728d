/* The few GL calls of the clients' picture, for a compatibility and for a core context. Coordinates have their origin at
 * the top left; colours are three bytes. */
#ifndef TESTS_CLIENTS_CLIENT_GL_H
#define TESTS_CLIENTS_CLIENT_GL_H

#include "client.h"

bool client_gl_init(client_get_proc get_proc, enum client_profile profile);
void client_gl_begin(int width, int height, const unsigned char background[3]);
void client_gl_rect(int x, int y, int width, int height, const unsigned char color[3]);
void client_gl_triangle(const float points[6], const unsigned char color[3]);
/* Says on stderr when GL reports an error. */
void client_gl_end(void);
void client_gl_read(int width, int height, unsigned char *rgb_out);

#endif
