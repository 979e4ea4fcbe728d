/* Names of pictures, replacing files, PNG data, and the two slots of the last frame. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/png.h"
#include "capture/shot.h"
#include "capture/store.h"
#include "check.h"

static char folder[] = "/tmp/offstage-picture-XXXXXX";

static void test_names(void)
{
    static const char *const bad[] = { "a.jpg",     "a",        ".png",     "/x/.png", "a%s.png", "a%%.png",
                                       "a%d%d.png", "a%5d.png", "%d/a.png", "a.png%d", "" };
    bool numbered = false;
    char name[32];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (!ofs_shot_check(bad[i], &numbered))
            fprintf(stderr, "taken: %s\n", bad[i]);
        CHECK(ofs_shot_check(bad[i], &numbered) != NULL);
    }
    CHECK(!ofs_shot_check("a.png", &numbered) && !numbered);
    CHECK(!ofs_shot_check("/b c/A.PNG", &numbered) && !numbered);
    CHECK(!ofs_shot_check("x/f%d.png", &numbered) && numbered);
    CHECK(ofs_shot_name("x/f%d.png", 17, name, sizeof name) == OFS_OK && strcmp(name, "x/f17.png") == 0);
    CHECK(ofs_shot_name("x.png", 17, name, sizeof name) == OFS_OK && strcmp(name, "x.png") == 0);
    CHECK(ofs_shot_name("0123456789012345678901234567.png", 1, name, sizeof name) == OFS_EINVAL);
}

static unsigned entries(void)
{
    unsigned count = 0;
    DIR *dir = opendir(folder);
    while (dir && readdir(dir))
        count++;
    closedir(dir);
    return count - 2;
}

static void test_files(void)
{
    unsigned char pixels[4 * 4 * 3] = { 1, 2, 3, 4 };
    char path[64], inside[80];
    struct stat st;
    int fd;
    snprintf(path, sizeof path, "%s/a.png", folder);
    CHECK(ofs_shot_write(path, pixels, 4, 3, 16) == OFS_OK);
    CHECK(stat(path, &st) == 0 && st.st_size > 60 && entries() == 1);
    CHECK(ofs_shot_write(path, pixels, 4, 3, 16) == OFS_OK && entries() == 1); /* replaced, nothing left behind */
    snprintf(inside, sizeof inside, "%s/none/a.png", folder);
    errno = 0;
    CHECK(ofs_shot_write(inside, pixels, 4, 3, 16) == OFS_EIO && errno == ENOENT);
    unlink(path);
    mkdir(path, 0700); /* cannot be replaced by a file */
    CHECK(ofs_shot_write(path, pixels, 4, 3, 16) == OFS_EIO && entries() == 1);
    rmdir(path);
    CHECK(ofs_shot_write(path, pixels, 0, 3, 16) == OFS_EINVAL && entries() == 0);
    /* A full disk: what was there stays. */
    fd = open("/dev/full", O_WRONLY);
    if (fd >= 0) {
        close(fd);
        CHECK(symlink("/dev/full", path) == 0);
        CHECK(ofs_shot_write(path, pixels, 4, 3, 16) == OFS_OK); /* the link is replaced, not followed */
        CHECK(lstat(path, &st) == 0 && S_ISREG(st.st_mode));
        unlink(path);
    }
}

static void test_png(void)
{
    /* One red and one half-transparent blue pixel; the pitch is wider than the picture. */
    unsigned char bgra[16] = { 0, 0, 255, 255, 255, 0, 0, 128 };
    unsigned char *png = NULL;
    size_t bytes = 0;
    CHECK(ofs_png_encode(bgra, 2, 1, 16, &png, &bytes) == OFS_OK && bytes > 60);
    CHECK(memcmp(png, "\x89PNG\r\n\x1a\n", 8) == 0);
    CHECK(png[24] == 8 && png[25] == 2); /* 8 bits, RGB: no alpha */
    free(png);
    CHECK(ofs_png_encode(bgra, 0, 1, 16, &png, &bytes) == OFS_EINVAL);
    CHECK(ofs_png_encode(bgra, 40000, 1, 16, &png, &bytes) == OFS_EINVAL);
}

static void fill_and_commit(struct ofs_store *store, uint32_t width, uint32_t height, int value)
{
    struct ofs_session_frame *frame = NULL;
    CHECK(ofs_store_begin(store, width, height, &frame) == OFS_OK);
    if (!frame)
        return;
    memset(frame + 1, value, (size_t)width * height * 4);
    ofs_store_commit(store);
}

static void check_last(const struct ofs_store *store, uint32_t width, uint32_t height, int value)
{
    const struct ofs_session_frame *frame = ofs_store_last(store);
    const unsigned char *pixels = (const unsigned char *)(frame + 1);
    CHECK(frame && frame->width_px == width && frame->height_px == height && frame->pitch_bytes == width * 4);
    CHECK(frame && pixels[0] == value && pixels[(size_t)width * height * 4 - 1] == value);
}

static void test_store(int fd)
{
    struct ofs_store store;
    struct ofs_session_frame *frame;
    ofs_store_init(&store, fd);
    CHECK(ofs_store_last(&store) == NULL);
    CHECK(ofs_store_begin(&store, 0, 1, &frame) == OFS_EINVAL);
    CHECK(ofs_store_begin(&store, 1, 40000, &frame) == OFS_EINVAL);
    fill_and_commit(&store, 10, 10, 1);
    check_last(&store, 10, 10, 1);
    /* A frame that is begun and given up leaves the last one whole. */
    CHECK(ofs_store_begin(&store, 300, 300, &frame) == OFS_OK);
    memset(frame + 1, 9, 300 * 300 * 4);
    check_last(&store, 10, 10, 1);
    for (int i = 0; i < 200; i++) { /* a window that is dragged larger */
        fill_and_commit(&store, 100 + (uint32_t)i, 50, i);
        check_last(&store, 100 + (uint32_t)i, 50, i);
    }
    fill_and_commit(&store, 1, 1, 77);
    check_last(&store, 1, 1, 77);
    CHECK(store.map_bytes < 16u << 20);
    ofs_store_finish(&store);
    ofs_store_finish(&store);
}

int main(void)
{
    if (!mkdtemp(folder))
        return 1;
    test_names();
    test_files();
    test_png();
    test_store(-1);
    test_store(memfd_create("frames", MFD_CLOEXEC));
    rmdir(folder);
    return check_result();
}
