/* What the game itself says of the play. */
#include "lockstep/lockstep.h"

enum ofs_status ofs_lockstep_report(const struct ofs_report *report, char *why, size_t why_bytes) { return OFS_OK; }

void ofs_lockstep_on_turn(ofs_turn_fn *call, void *context) {}

int ofs_lockstep_played(void) { return 0; }
