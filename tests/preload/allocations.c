/* The library's constructor allocates nothing: this program's own malloc counts. The count before main, as an exit
 * status, is compared with the count without the preload. "environment" checks what the constructor made of it. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

static unsigned calls;
static _Alignas(16) char arena[1 << 20];
static size_t used;

void *malloc(size_t size)
{
    size_t *block;

    calls++;
    size = (size + 31) & ~(size_t)15;
    if (size > sizeof(arena) - used)
        return NULL;
    block = (size_t *)(void *)(arena + used);
    used += size;
    block[0] = size - 16;
    return (char *)block + 16;
}

void free(void *block)
{
}

void *calloc(size_t count, size_t size)
{
    return malloc(count * size); /* the arena starts as zeros and is never reused */
}

void *realloc(void *old, size_t size)
{
    void *block = malloc(size);

    if (old && block) {
        size_t old_size = *(size_t *)(void *)((char *)old - 16);
        memcpy(block, old, old_size < size ? old_size : size);
    }
    return block;
}

static int count_of(const char *name)
{
    size_t length = strlen(name);
    int count = 0;

    for (char **entry = environ; *entry; entry++)
        count += strncmp(*entry, name, length) == 0 && (*entry)[length] == '=';
    return count;
}

static int environment(void)
{
    if (count_of("DISPLAY") != 1 || strcmp(getenv("DISPLAY"), ":0") != 0)
        return 101;
    if (count_of("WAYLAND_DISPLAY") || count_of("WAYLAND_SOCKET") || getenv("WAYLAND_DISPLAY"))
        return 102;
    if (count_of("OFS_FIRST") != 1 || count_of("OFS_LAST") != 1)
        return 103;
    if (getenv("XDG_SESSION_TYPE") && strcmp(getenv("XDG_SESSION_TYPE"), "x11") != 0)
        return 104;
    const char *wanted = getenv("OFS_WANTED_SDL"), *sdl = getenv("SDL_FRAMEBUFFER_ACCELERATION");
    if (wanted && (strcmp(wanted, sdl ? sdl : "none") != 0 || count_of("SDL_FRAMEBUFFER_ACCELERATION") > 1))
        return 108;
    /* libc can still change it. */
    if (setenv("OFS_NEW", "1", 1) || setenv("DISPLAY", ":5", 1) || unsetenv("OFS_FIRST"))
        return 105;
    if (count_of("OFS_NEW") != 1 || count_of("OFS_FIRST") || strcmp(getenv("DISPLAY"), ":5") != 0)
        return 106;
    if (clearenv() || getenv("DISPLAY"))
        return 107;
    return 0;
}

int main(int count, char **arguments)
{
    unsigned before_main = calls;

    if (count > 1)
        return environment();
    return before_main < 100 ? (int)before_main : 100;
}
