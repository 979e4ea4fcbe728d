/* What most scenes begin and end with: a window and a context that is current in it. */
#ifndef OFS_TEST_ONE_WINDOW_H
#define OFS_TEST_ONE_WINDOW_H

#include "scene.h"

extern struct window window;
extern GLXContext context;

/* Of choose(double_buffer, 0, false). */
void begin(bool double_buffer, int width, int height);
/* Checks that GL has no error to tell of, gives both back, and says what X errors there were. */
void end(void);

/* This word is in GLX's list of extensions. */
bool offered(const char *name);
/* GLX_BACK_BUFFER_AGE_EXT; 77 if it is not answered. */
unsigned age_of(GLXDrawable drawable);

#endif
