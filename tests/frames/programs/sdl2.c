/* SDL2: "gl" (GLX, or EGL with SDL_VIDEO_X11_FORCE_EGL=1), "renderer" (SDL's software renderer), "surface" (the
 * window's surface, by MIT-SHM). */
#include <SDL.h>
#include <SDL_opengl.h>
#include <string.h>

#include "anim.h"

static void draw_renderer(SDL_Renderer *renderer, int n)
{
    SDL_Rect box = { 2 * n, 40, 30 + n, 50 };

    SDL_SetRenderDrawColor(renderer, 26, 60, (Uint8)(100 + n), 255);
    SDL_RenderClear(renderer);
    SDL_SetRenderDrawColor(renderer, 230, 200, 60, 255);
    SDL_RenderFillRect(renderer, &box);
    SDL_RenderDrawLine(renderer, 0, 3 * n, WIDTH, HEIGHT - n);
    SDL_RenderPresent(renderer);
}

static void draw_surface(SDL_Window *window, int n)
{
    SDL_Surface *surface = SDL_GetWindowSurface(window);
    SDL_Rect box = { 3 * n, n, 40, 30 + n };

    SDL_FillRect(surface, NULL, 0x1a3c64u + (Uint32)n);
    SDL_FillRect(surface, &box, 0xe6c83cu);
    SDL_UpdateWindowSurface(window);
}

int main(int argc, char **argv)
{
    const char *kind = argc > 1 ? argv[1] : "gl";
    bool gl = strcmp(kind, "gl") == 0;
    SDL_Renderer *renderer = NULL;
    SDL_Window *window;

    if (SDL_Init(SDL_INIT_VIDEO) != 0)
        return 1;
    window = SDL_CreateWindow("SDL2", SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, WIDTH, HEIGHT,
                              gl ? SDL_WINDOW_OPENGL : 0);
    if (!window || (gl && !SDL_GL_CreateContext(window)))
        return 1;
    if (strcmp(kind, "renderer") == 0 && !(renderer = SDL_CreateRenderer(window, -1, SDL_RENDERER_SOFTWARE)))
        return 1;
    for (int n = 0; n < FRAMES; n++) {
        SDL_PumpEvents();
        if (gl) {
            anim_draw(n, true);
            probe_drawn();
            SDL_GL_SwapWindow(window);
        } else if (renderer) {
            draw_renderer(renderer, n);
        } else {
            draw_surface(window, n);
        }
        probe_shown();
    }
    SDL_Quit();
    return 0;
}
