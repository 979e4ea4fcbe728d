/* Options: parsing, and the table read from an environment. */
#include <errno.h>
#include <locale.h>
#include <stdlib.h>

#include "check.h"
#include "util/opt.h"

static void test_size(void)
{
    static const char *const bad[] = { "",
                                       "x",
                                       "1",
                                       "1x",
                                       "x1",
                                       "0x0",
                                       "1x0",
                                       "0x1",
                                       "16385x1",
                                       "1x16385",
                                       "100000x100000",
                                       "99999999999999999999x1",
                                       "1X1",
                                       " 1x1",
                                       "1x1 ",
                                       "1x1x1",
                                       "-1x1",
                                       "+1x1",
                                       "1.0x1" };
    uint32_t w = 7, h = 8;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (ofs_parse_size(bad[i], &w, &h) == 0)
            fprintf(stderr, "taken: \"%s\"\n", bad[i]);
        CHECK(ofs_parse_size(bad[i], &w, &h) == -1);
    }
    CHECK(w == 7 && h == 8);
    CHECK(ofs_parse_size("1x1", &w, &h) == 0 && w == 1 && h == 1);
    CHECK(ofs_parse_size("16384x16384", &w, &h) == 0 && w == 16384 && h == 16384);
    CHECK(ofs_parse_size("01280x0720", &w, &h) == 0 && w == 1280 && h == 720);
}

static void test_numbers(void)
{
    uint64_t n = 5;
    double r = 5;
    CHECK(ofs_parse_count("", &n) == -1 && ofs_parse_count("-1", &n) == -1 && ofs_parse_count("1 ", &n) == -1);
    CHECK(ofs_parse_count("99999999999999999999", &n) == -1 && n == 5);
    CHECK(ofs_parse_count("0", &n) == 0 && n == 0);
    CHECK(ofs_parse_count("1000000000000000000", &n) == 0 && n == 1000000000000000000u);
    setlocale(LC_ALL, "");
    CHECK(ofs_parse_rate("", &r) == -1 && ofs_parse_rate(".", &r) == -1 && ofs_parse_rate("1e3", &r) == -1);
    CHECK(ofs_parse_rate("-1", &r) == -1 && ofs_parse_rate("nan", &r) == -1 && ofs_parse_rate("inf", &r) == -1);
    CHECK(ofs_parse_rate("1.2.3", &r) == -1 && ofs_parse_rate("1,5", &r) == -1 && ofs_parse_rate("1000001", &r) == -1);
    CHECK(r == 5);
    CHECK(ofs_parse_rate("60", &r) == 0 && r == 60);
    CHECK(ofs_parse_rate("59.94", &r) == 0 && r > 59.93999 && r < 59.94001);
    CHECK(ofs_parse_rate(".5", &r) == 0 && r == 0.5);
    CHECK(ofs_parse_rate("2.", &r) == 0 && r == 2);
}

static void test_environment(void)
{
    const struct ofs_options *options;
    unsigned count = 0;
    const struct ofs_option_row *rows = ofs_option_rows(&count);
    setenv("OFFSTAGE_SIZE", "640x480", 1);
    setenv("OFFSTAGE_FRAMES", "12", 1);
    setenv("OFFSTAGE_FPS", "twelve", 1); /* bad: the default stays */
    setenv("OFFSTAGE_SHOT", "", 1);      /* empty: as if unset */
    setenv("OFFSTAGE_LOG", "debug", 1);
    setenv("OFFSTAGE_LOG_FILE", "/dev/null", 1);
    setenv("OFFSTAGE_NONSENSE", "1", 1);
    errno = 4321;
    options = ofs_options_get();
    CHECK(errno == 4321);
    CHECK(options->screen_width_px == 640 && options->screen_height_px == 480);
    CHECK(options->frames == 12 && options->fps == 0 && options->shot == NULL && options->input == NULL);
    CHECK(strcmp(options->gpu, "auto") == 0 && strcmp(options->log, "debug") == 0);
    /* What the program does to its environment later does not matter. */
    setenv("OFFSTAGE_FRAMES", "99", 1);
    CHECK(ofs_options_get() == options && options->frames == 12);
    CHECK(count >= 10);
    for (unsigned i = 0; i < count; i++)
        CHECK(strncmp(rows[i].name, "OFFSTAGE_", 9) == 0 && rows[i].help[0] && rows[i].value[0] && rows[i].deflt);
}

int main(void)
{
    test_size();
    test_numbers();
    test_environment();
    return check_result();
}
