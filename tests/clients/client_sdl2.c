/* SDL2 with a core 3.3 context, of GLX or, with the argument "egl", of EGL. */
#include <SDL.h>
#include <stdio.h>
#include <string.h>

#include "client.h"

static const char *key_name(SDL_Keycode key)
{
    switch (key) {
    case SDLK_SPACE: return "space";
    case SDLK_LEFT: return "Left";
    case SDLK_a: return "a";
    default: return "other";
    }
}

static void handle(const SDL_Event *event)
{
    switch (event->type) {
    case SDL_KEYDOWN:
    case SDL_KEYUP:
        if (!event->key.repeat)
            client_key(key_name(event->key.keysym.sym), event->type == SDL_KEYDOWN);
        break;
    case SDL_MOUSEMOTION:
        client_motion(event->motion.x, event->motion.y);
        break;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
        client_button(event->button.button, event->type == SDL_MOUSEBUTTONDOWN);
        break;
    case SDL_WINDOWEVENT:
        if (event->window.event == SDL_WINDOWEVENT_SIZE_CHANGED)
            client_resize(event->window.data1, event->window.data2);
        break;
    case SDL_QUIT:
        client_close();
        break;
    default:
        break;
    }
}

static client_proc get_proc(const char *name)
{
    return (client_proc)SDL_GL_GetProcAddress(name);
}

int main(int count, char **arguments)
{
    if (count > 1 && strcmp(arguments[1], "egl") == 0)
        SDL_SetHint("SDL_VIDEO_X11_FORCE_EGL", "1");
    if (SDL_Init(SDL_INIT_VIDEO) != 0) {
        fprintf(stderr, "client: SDL: %s\n", SDL_GetError());
        return 1;
    }
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_MAJOR_VERSION, 3);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_MINOR_VERSION, 3);
    SDL_GL_SetAttribute(SDL_GL_CONTEXT_PROFILE_MASK, SDL_GL_CONTEXT_PROFILE_CORE);
    SDL_GL_SetAttribute(SDL_GL_DOUBLEBUFFER, 1);
    SDL_Window *window = SDL_CreateWindow("client_sdl2", SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, CLIENT_WIDTH,
                                          CLIENT_HEIGHT, SDL_WINDOW_OPENGL | SDL_WINDOW_RESIZABLE);
    SDL_GLContext context = window ? SDL_GL_CreateContext(window) : NULL;
    if (!context) {
        fprintf(stderr, "client: SDL: %s\n", SDL_GetError());
        return 1;
    }
    SDL_GL_SetSwapInterval(1);
    if (!client_start(get_proc, CLIENT_CORE))
        return 1;
    while (client_running()) {
        SDL_Event event;
        client_draw();
        SDL_GL_SwapWindow(window);
        client_swapped();
        while (SDL_PollEvent(&event))
            handle(&event);
    }
    int status = client_finish();
    SDL_GL_DeleteContext(context);
    SDL_DestroyWindow(window);
    SDL_Quit();
    return status;
}
