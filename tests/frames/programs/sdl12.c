/* SDL 1.2: a software screen, or OpenGL with the argument "gl". */
#include <SDL.h>
#include <SDL_opengl.h>
#include <string.h>

#include "anim.h"

static void draw_screen(SDL_Surface *screen, int n)
{
    SDL_Rect box = { (Sint16)(3 * n), (Sint16)n, 40, (Uint16)(30 + n) };

    SDL_FillRect(screen, NULL, SDL_MapRGB(screen->format, 26, 60, (Uint8)(100 + n)));
    SDL_FillRect(screen, &box, SDL_MapRGB(screen->format, 230, 200, 60));
    SDL_Flip(screen);
}

int main(int argc, char **argv)
{
    bool gl = argc > 1 && strcmp(argv[1], "gl") == 0;
    SDL_Surface *screen;

    if (SDL_Init(SDL_INIT_VIDEO) != 0 || !(screen = SDL_SetVideoMode(WIDTH, HEIGHT, 0, gl ? SDL_OPENGL : SDL_SWSURFACE)))
        return 1;
    for (int n = 0; n < FRAMES; n++) {
        SDL_PumpEvents();
        if (gl) {
            anim_draw(n, true);
            probe_drawn();
            SDL_GL_SwapBuffers();
        } else {
            draw_screen(screen, n);
        }
        probe_shown();
    }
    SDL_Quit();
    return 0;
}
