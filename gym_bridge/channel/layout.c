/* Sizes, and the check of a memory that somebody else made. */
#include "channel.h"

extern int ofs_channel_nothing;
int ofs_channel_nothing;
