// The public header by itself, as C++17.
#include "offstage_channel.h"

static_assert(sizeof(ofs_channel_header) == 512 && sizeof(ofs_channel_seat) == 3264, "as in C");

int main()
{
    ofs_channel_header header = {};

    return header.magic == OFS_CHANNEL_MAGIC;
}
