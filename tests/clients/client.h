/* What every C client of the toolkit tests shares: the picture, the lines on stdout and the dump of the last frame.
 *
 * A client opens a window of CLIENT_WIDTH x CLIENT_HEIGHT, draws the picture over and over, tells each event in one
 * line on stdout and ends when its window is closed:
 *
 *     gl VENDOR | RENDERER | VERSION      once, when the context is current
 *     ready WxH                           once, after the first swap
 *     key down|up NAME                    NAME as X names it: space, Left, a
 *     motion X Y                          window coordinates, origin at the top left
 *     button down|up N
 *     resize WxH
 *     close
 *
 * With CLIENT_DUMP=FILE the back buffer is read after every frame is drawn, before it is swapped, and the last one is
 * written to FILE as PPM at the end. */
#ifndef TESTS_CLIENTS_CLIENT_H
#define TESTS_CLIENTS_CLIENT_H

#include <stdbool.h>

enum { CLIENT_WIDTH = 320, CLIENT_HEIGHT = 240 };
enum client_profile { CLIENT_COMPATIBILITY, CLIENT_CORE };

typedef void (*client_proc)(void);
typedef client_proc (*client_get_proc)(const char *name);

/* The context is current: look up GL, print the "gl" line. False: a function or the shader is missing; say why. */
bool client_start(client_get_proc get_proc, enum client_profile profile);
/* Draw one frame of the window's present size into the back buffer, and read it when a dump is wanted. */
void client_draw(void);
/* After each swap: prints "ready" at the first, then waits a little so that frames do not run away. */
void client_swapped(void);

/* Events. Each keeps the state of the picture and prints its line; motions and resizes that change nothing are silent. */
void client_key(const char *name, bool down);
void client_motion(int x, int y);
void client_button(int button, bool down);
void client_resize(int width, int height);
void client_close(void);

/* False once client_close was called. Ends the process with status 3 when nobody closes the window for a minute. */
bool client_running(void);
/* Write the dump; the exit status of the program. */
int client_finish(void);

#endif
