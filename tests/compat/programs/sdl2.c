/* SDL2: "gl" (GLX, or EGL with SDL_VIDEO_X11_FORCE_EGL=1), "renderer" (SDL's software renderer), "surface" (the
 * window's surface, by MIT-SHM). */
#include <SDL.h>
#include <SDL_opengl.h>
#include <string.h>

#include "scene.h"

static void draw_renderer(SDL_Renderer *renderer, int width, int height, int state)
{
    SDL_Rect box = { width / 4, height / 4, width / 3, height / 2 };
    SDL_SetRenderDrawColor(renderer, state ? 100 : 26, 60, state ? 26 : 100, 255);
    SDL_RenderClear(renderer);
    SDL_SetRenderDrawColor(renderer, 230, state ? 90 : 200, 60, 255);
    SDL_RenderFillRect(renderer, &box);
    SDL_RenderDrawLine(renderer, 0, 0, width, height);
    SDL_RenderPresent(renderer);
}

static void draw_surface(SDL_Window *window, int state)
{
    SDL_Surface *surface = SDL_GetWindowSurface(window);
    SDL_Rect box = { surface->w / 4, surface->h / 4, surface->w / 3, surface->h / 2 };
    SDL_FillRect(surface, NULL, state ? 0x643c1a : 0x1a3c64);
    SDL_FillRect(surface, &box, state ? 0xe65a3c : 0xe6c83c);
    SDL_UpdateWindowSurface(window);
}

int main(int argc, char **argv)
{
    const char *kind = argc > 1 ? argv[1] : "gl";
    int gl = strcmp(kind, "gl") == 0, state = 0, running = 1, width, height;
    SDL_Renderer *renderer = NULL;
    SDL_Window *window;
    if (SDL_Init(SDL_INIT_VIDEO) != 0)
        return 1;
    window = SDL_CreateWindow("SDL2", SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, 400, 300,
                              SDL_WINDOW_RESIZABLE | (gl ? SDL_WINDOW_OPENGL : 0));
    if (!window || (gl && !SDL_GL_CreateContext(window)))
        return 1;
    if (strcmp(kind, "renderer") == 0 && !(renderer = SDL_CreateRenderer(window, -1, SDL_RENDERER_SOFTWARE)))
        return 1;
    while (running) {
        SDL_Event event;
        while (SDL_PollEvent(&event)) {
            if (event.type == SDL_QUIT)
                running = 0;
            else if (event.type == SDL_KEYDOWN)
                state ^= 1;
        }
        SDL_GetWindowSize(window, &width, &height);
        if (gl) {
            scene_draw(width, height, state);
            SDL_GL_SwapWindow(window);
        } else if (renderer) {
            draw_renderer(renderer, width, height, state);
        } else {
            draw_surface(window, state);
        }
        SDL_Delay(20);
    }
    SDL_Quit();
    return 0;
}
