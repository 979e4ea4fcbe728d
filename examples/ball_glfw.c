/* Ball: keep it in the air. A small GLFW game; Left and Right move the paddle, Space begins again, Escape quits.
 *
 *   cc examples/ball_glfw.c -o ball $(pkg-config --cflags --libs glfw3 gl) -lm
 *   ./ball [SEED]
 *
 * A learner that plays it, under Offstage, is told what the moments are worth, in one of two ways. As it stands, by a
 * line on the descriptor that the variable OFFSTAGE_REPORT names, which needs no library and works from any language;
 * with Offstage's C side, by ofs_report():
 *
 *   cc -DWITH_OFFSTAGE examples/ball_glfw.c -o ball $(pkg-config --cflags --libs offstage glfw3 gl) -lm
 *
 * Where no learner plays, both do nothing. */
#include <GLFW/glfw3.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#ifdef WITH_OFFSTAGE
#include "offstage.h"
#endif

enum { WIDTH = 200, HEIGHT = 200, TICKS_PER_SECOND = 60 };
static const double BALL = 7, PADDLE = 22, PADDLE_Y = 14, PADDLE_SPEED = 3.4; /* half widths, pixels, pixels a tick */

struct game {
    uint64_t chance;
    double x, y, vx, vy, paddle;
    int bounces;
    bool over;
};

/* A number in 0 .. 1; the same seed, the same numbers (splitmix64). */
static double draw_number(struct game *game)
{
    uint64_t z = game->chance += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

static void begin(struct game *game)
{
    game->x = WIDTH * (0.25 + 0.5 * draw_number(game));
    game->y = HEIGHT * 0.7;
    game->vx = draw_number(game) < 0.5 ? -1.4 : 1.4;
    game->vy = 0.5;
    game->paddle = WIDTH / 2.0;
    game->bounces = 0;
    game->over = false;
}

/* One tick of the game. Returns what it was worth: 1 for a bounce off the paddle, -1 for a ball that fell. */
static double step(struct game *game, int move)
{
    if (game->over)
        return 0;
    game->paddle = fmin(fmax(game->paddle + move * PADDLE_SPEED, PADDLE), WIDTH - PADDLE);
    game->vy -= 0.045;
    game->x += game->vx;
    game->y += game->vy;
    if (game->x < BALL || game->x > WIDTH - BALL) {
        game->vx = game->x < BALL ? fabs(game->vx) : -fabs(game->vx);
        game->x = fmin(fmax(game->x, BALL), WIDTH - BALL);
    }
    if (game->vy < 0 && game->y < PADDLE_Y + BALL && game->y > PADDLE_Y - BALL &&
        fabs(game->x - game->paddle) < PADDLE + BALL) {
        game->vy = 3.6;
        game->vx = (game->x - game->paddle) * 0.06 + draw_number(game) - 0.5;
        game->bounces++;
        return 1;
    }
    game->over = game->y < -BALL;
    return game->over ? -1 : 0;
}

static void fill(double x, double y, double half_width, double half_height, const float color[3])
{
    glScissor((int)lround(x - half_width), (int)lround(y - half_height), (int)lround(2 * half_width),
              (int)lround(2 * half_height));
    glClearColor(color[0], color[1], color[2], 1);
    glClear(GL_COLOR_BUFFER_BIT);
}

/* Rectangles only: a scissored clear works in every kind of context. */
static void show(const struct game *game)
{
    static const float night[3] = {0.07f, 0.09f, 0.16f}, lost[3] = {0.3f, 0.08f, 0.1f};
    static const float wood[3] = {0.85f, 0.64f, 0.36f}, white[3] = {0.95f, 0.96f, 1.0f};
    glEnable(GL_SCISSOR_TEST);
    fill(WIDTH / 2.0, HEIGHT / 2.0, WIDTH / 2.0, HEIGHT / 2.0, game->over ? lost : night);
    fill(game->paddle, PADDLE_Y - 6, PADDLE, 4, wood);
    fill(game->x, game->y, BALL, BALL * 0.6, white);
    fill(game->x, game->y, BALL * 0.6, BALL, white);
}

#ifdef WITH_OFFSTAGE
static void report(double reward, const struct game *game)
{
    char info[32];
    snprintf(info, sizeof(info), "{\"bounces\": %d}", game->bounces);
    struct ofs_report what = {.struct_size = sizeof(what), .reward = reward, .info = info};
    what.flags = OFS_REPORT_REWARD | (game->over ? OFS_REPORT_TERMINATED : 0);
    if (ofs_report(&what) == OFS_EINVAL)
        fprintf(stderr, "ball: %s\n", ofs_last_error());
}
#else
static void report(double reward, const struct game *game)
{
    static FILE *learner;
    const char *descriptor = getenv("OFFSTAGE_REPORT");
    if (!learner && descriptor)
        learner = fdopen(atoi(descriptor), "w");
    if (learner) {
        fprintf(learner, "reward=%g terminated=%d {\"bounces\": %d}\n", reward, game->over, game->bounces);
        fflush(learner); /* before the frame is shown, so that the learner has both together */
    }
}
#endif

static void play(GLFWwindow *window, struct game *game)
{
    double start = glfwGetTime();
    long ticks = 0;
    while (!glfwWindowShouldClose(window)) {
        glfwPollEvents();
        if (glfwGetKey(window, GLFW_KEY_ESCAPE) == GLFW_PRESS)
            glfwSetWindowShouldClose(window, GLFW_TRUE);
        if (glfwGetKey(window, GLFW_KEY_SPACE) == GLFW_PRESS && (game->over || game->bounces > 0))
            begin(game);
        int move = glfwGetKey(window, GLFW_KEY_RIGHT) == GLFW_PRESS;
        move -= glfwGetKey(window, GLFW_KEY_LEFT) == GLFW_PRESS;
        double reward = 0;
        for (; (double)ticks / TICKS_PER_SECOND <= glfwGetTime() - start; ticks++)
            reward += step(game, move);
        report(reward, game);
        show(game);
        glfwSwapBuffers(window);
    }
}

int main(int argc, char **argv)
{
    struct game game = {.chance = argc > 1 ? strtoull(argv[1], NULL, 10) : 1};
    begin(&game);
    if (!glfwInit()) {
        fprintf(stderr, "ball: no display\n");
        return 1;
    }
    glfwWindowHint(GLFW_RESIZABLE, GLFW_FALSE);
    GLFWwindow *window = glfwCreateWindow(WIDTH, HEIGHT, "Ball", NULL, NULL);
    if (!window) {
        fprintf(stderr, "ball: no window\n");
        glfwTerminate();
        return 1;
    }
    glfwMakeContextCurrent(window);
    glfwSwapInterval(1);
    play(window, &game);
    glfwTerminate();
    return 0;
}
