/* What an animation calls: see probe.c. */
#ifndef FRAMES_PROBE_H
#define FRAMES_PROBE_H

#define FRAMES 60 /* of every animation; programs/probe.py has the same */
#define PROBE  __attribute__((visibility("default")))

#ifdef __cplusplus
extern "C" {
#endif

PROBE void probe_drawn(void);
PROBE void probe_shown(void);

#ifdef __cplusplus
}
#endif
#endif
