/* Error and request numbers of the GLX protocol, from the system's header. */
#ifndef OFS_GLX_GLXERR_H
#define OFS_GLX_GLXERR_H

#include <X11/Xmd.h>
#include <GL/glxproto.h>

#ifndef GLXBadProfileARB
#define GLXBadProfileARB 13
#endif

#endif
