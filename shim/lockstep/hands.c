/* Events of the channel as the X server takes them. */
#include "lockstep/private.h"
#include "x11/inject.h"

static const uint32_t kinds[] = {
    [OFS_EVENT_KEY] = OFS_INJECT_KEY,         [OFS_EVENT_BUTTON] = OFS_INJECT_BUTTON,
    [OFS_EVENT_POINTER] = OFS_INJECT_POINTER, [OFS_EVENT_MOTION] = OFS_INJECT_MOTION,
    [OFS_EVENT_RESIZE] = OFS_INJECT_RESIZE,   [OFS_EVENT_TEXT] = OFS_INJECT_TEXT,
};

static struct ofs_inject translate(const struct ofs_channel_event *event)
{
    bool known = event->kind >= OFS_EVENT_KEY && event->kind < OFS_ARRAY_LEN(kinds);
    /* An unknown kind is refused there. */
    return (struct ofs_inject){ known ? kinds[event->kind] : UINT32_MAX, event->code, event->value_a, event->value_b };
}

enum ofs_status ofs_hands_do(const struct ofs_command *command, uint32_t passed, uint32_t window, char *why,
                             size_t why_bytes)
{
    struct ofs_inject events[OFS_CHANNEL_EVENTS];
    uint32_t first = 0, end, last;

    while (first < command->event_count && command->events[first].after < passed)
        first++;
    for (end = first; end < command->event_count && command->events[end].after == passed; end++)
        ;
    last = passed == 0 ? command->event_count : end;
    if (last == first)
        return OFS_OK;
    for (uint32_t i = first; i < last; i++)
        events[i - first] = translate(&command->events[i]);
    return ofs_inject(window, events, end - first, last - first, why, why_bytes);
}

bool ofs_hands_begin(uint32_t window) { return ofs_inject_begin(window); }

bool ofs_hands_see(uint32_t window) { return ofs_inject_viewable(window); }
