/* The input script: good lines, bad lines, order. */
#include <stdlib.h>
#include <unistd.h>

#include "capture/script.h"
#include "check.h"

static struct ofs_script script;
static char complaint[200];

static enum ofs_status parse(const char *text)
{
    complaint[0] = '\0';
    return ofs_script_parse(&script, text, strlen(text), complaint, sizeof complaint);
}

static void test_good(void)
{
    const struct ofs_script_event *e;
    CHECK(parse("# nothing\n\n   \t\n5 close # at last\n1 key space\r\n1 motion -10 20\n"
                "2\tbutton 3 press\n3 resize 640 480\n1 key Left release\n7 key a press") == OFS_OK);
    CHECK(script.count == 8);
    e = script.events;
    CHECK(e[0].frame == 1 && e[0].kind == OFS_SCRIPT_KEY && e[0].down && strcmp(e[0].key, "space") == 0 &&
          e[0].line == 5);
    CHECK(e[1].frame == 1 && e[1].kind == OFS_SCRIPT_MOTION && e[1].a == -10 && e[1].b == 20);
    CHECK(e[2].frame == 1 && !e[2].down && strcmp(e[2].key, "Left") == 0);
    CHECK(e[3].frame == 2 && !e[3].down && strcmp(e[3].key, "space") == 0); /* released one frame later */
    CHECK(e[4].frame == 2 && e[4].kind == OFS_SCRIPT_BUTTON && e[4].a == 3 && e[4].down);
    CHECK(e[5].kind == OFS_SCRIPT_RESIZE && e[5].a == 640 && e[5].b == 480);
    CHECK(e[6].frame == 5 && e[6].kind == OFS_SCRIPT_CLOSE);
    CHECK(e[7].frame == 7 && e[7].down);
    ofs_script_finish(&script);
    CHECK(parse("") == OFS_OK && script.count == 0);
    ofs_script_finish(&script);
}

/* At a time: before those by frame, in their order. */
static void test_times(void)
{
    const struct ofs_script_event *e;
    CHECK(parse("3 close\n2.5s key space\n0s motion 1 2\n1 key a\n2.52s button 1 press\n1000000s close\n"
                ".25s key b press\n2.5s resize 10 20") == OFS_OK);
    CHECK(script.count == 10 && script.timed == 7);
    e = script.events;
    CHECK(e[0].at_ms == 0 && e[0].frame == 0 && e[0].kind == OFS_SCRIPT_MOTION);
    CHECK(e[1].at_ms == 250 && e[1].down && strcmp(e[1].key, "b") == 0);
    CHECK(e[2].at_ms == 2500 && e[2].down && strcmp(e[2].key, "space") == 0);
    CHECK(e[3].at_ms == 2500 && e[3].kind == OFS_SCRIPT_RESIZE);
    CHECK(e[4].at_ms == 2520 && e[4].kind == OFS_SCRIPT_BUTTON);
    CHECK(e[5].at_ms == 2550 && !e[5].down && strcmp(e[5].key, "space") == 0); /* released 0.05 s later */
    CHECK(e[6].at_ms == 1000000000 && e[6].kind == OFS_SCRIPT_CLOSE);
    CHECK(e[7].frame == 1 && e[8].frame == 2 && e[9].frame == 3);
    ofs_script_finish(&script);
}

static void test_bad(void)
{
    static const char *const bad[] = {
        "key a",
        "0 key a",
        "-1 key a",
        "x",
        "1",
        "1 jump",
        "1 key",
        "1 key a down",
        "1 key a press now",
        "1 button",
        "1 button 0",
        "1 button 256",
        "1 button left",
        "1 motion 1",
        "1 motion 1 2 3",
        "1 motion 40000 1",
        "1 motion a b",
        "1 motion - 1",
        "1 resize 0 1",
        "1 resize 1 16385",
        "1 resize 1",
        "1 close now",
        "1.5 close",
        "s close",
        "-1s close",
        "1.5.5s close",
        "1e3s close",
        "2 s close",
        "1000001s close",
        "2.5ms close",
        "99999999999999999999999 close",
        "1 key aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "1 key aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "1 2 3 4 5 6 7",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char text[300];
        snprintf(text, sizeof text, "1 key a\n# comment\n%s\n2 close\n", bad[i]);
        if (parse(text) == OFS_OK)
            fprintf(stderr, "taken: %s\n", bad[i]);
        CHECK(script.events == NULL && strncmp(complaint, "line 3: ", 8) == 0 && complaint[8]);
    }
    CHECK(ofs_script_parse(&script, "1 key a\0b", 9, complaint, sizeof complaint) == OFS_EINVAL);
}

static void test_many(void)
{
    enum { COUNT = 5000 };
    char *text = malloc(COUNT * 20);
    size_t at = 0;
    for (int i = 0; i < COUNT; i++) /* backwards, two to a frame */
        at += (size_t)sprintf(text + at, "%d motion %d 0\n", COUNT - i / 2, i);
    CHECK(parse(text) == OFS_OK && script.count == COUNT);
    for (size_t i = 1; i < script.count; i++)
        CHECK(script.events[i - 1].frame < script.events[i].frame ||
              (script.events[i - 1].frame == script.events[i].frame && script.events[i - 1].a < script.events[i].a));
    ofs_script_finish(&script);
    free(text);
}

static void test_file(void)
{
    CHECK(ofs_script_load(&script, "/nonexistent/file", complaint, sizeof complaint) == OFS_EIO);
    CHECK(ofs_script_load(&script, "/tmp", complaint, sizeof complaint) == OFS_EIO);
    CHECK(ofs_script_load(&script, "/dev/zero", complaint, sizeof complaint) == OFS_EINVAL);
    CHECK(strstr(complaint, "too large") != NULL);
}

int main(void)
{
    test_good();
    test_times();
    test_bad();
    test_many();
    test_file();
    return check_result();
}
