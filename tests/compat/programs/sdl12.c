/* SDL 1.2: a software screen, or OpenGL with the argument "gl". */
#include <SDL.h>
#include <SDL_opengl.h>
#include <string.h>

#include "scene.h"

static void draw(SDL_Surface *screen, int gl, int state)
{
    SDL_Rect box = { (Sint16)(screen->w / 4), (Sint16)(screen->h / 4), (Uint16)(screen->w / 3),
                     (Uint16)(screen->h / 2) };
    if (gl) {
        scene_draw(screen->w, screen->h, state);
        SDL_GL_SwapBuffers();
        return;
    }
    SDL_FillRect(screen, NULL, SDL_MapRGB(screen->format, state ? 100 : 26, 60, state ? 26 : 100));
    SDL_FillRect(screen, &box, SDL_MapRGB(screen->format, 230, state ? 90 : 200, 60));
    SDL_Flip(screen);
}

int main(int argc, char **argv)
{
    int gl = argc > 1 && strcmp(argv[1], "gl") == 0, state = 0, running = 1;
    Uint32 flags = (Uint32)(gl ? SDL_OPENGL : SDL_SWSURFACE) | SDL_RESIZABLE;
    SDL_Surface *screen;
    if (SDL_Init(SDL_INIT_VIDEO) != 0 || !(screen = SDL_SetVideoMode(400, 300, 0, flags)))
        return 1;
    while (running && screen) {
        SDL_Event event;
        while (SDL_PollEvent(&event)) {
            if (event.type == SDL_QUIT)
                running = 0;
            else if (event.type == SDL_KEYDOWN)
                state ^= 1;
            else if (event.type == SDL_VIDEORESIZE)
                screen = SDL_SetVideoMode(event.resize.w, event.resize.h, 0, flags);
        }
        if (screen)
            draw(screen, gl, state);
        SDL_Delay(20);
    }
    SDL_Quit();
    return 0;
}
