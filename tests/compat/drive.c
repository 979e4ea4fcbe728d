/* Plays the person in front of a program, from inside it: preloaded, so that the same code serves under Offstage, where
 * the screen belongs to the process, and on Xvfb.
 *
 * The first X connection of a process starts a thread that connects to the socket named by COMPAT_SOCKET, says
 * "hello PID NAME", and then carries out the commands that it reads, each answered with one line ("ok ..." or
 * "error ..."). It acts through an X connection of its own, made at the first command.
 *
 *     window              the largest viewable top-level window: "ok ID X Y WIDTH HEIGHT", "ok none" while there is none
 *     focus               give it the keyboard
 *     place               to the corner of the screen
 *     key KEYSYM 0|1      hexadecimal keysym, up or down, through XTEST
 *     motion X Y          pixels of the window
 *     button N 0|1
 *     resize W H          as a window manager would, and to the corner of the screen
 *     close               WM_DELETE_WINDOW; "ok none" when the window does not know that protocol
 *     shot FILE           what the screen shows of the window, by GetImage, as a binary PPM
 *
 * libxcb is not linked: a process without X gets no library by this one. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <xcb/xcb.h>
#include <xcb/xtest.h>

#define OVER __attribute__((visibility("default")))

/* What is used of libxcb, looked up in the program's own copy. */
/* clang-format off */
#define FUNCTIONS(X) \
    X(xcb_connect_to_display_with_auth_info) X(xcb_disconnect) X(xcb_get_setup) X(xcb_connection_has_error) \
    X(xcb_flush) X(xcb_setup_roots_iterator) X(xcb_query_tree) X(xcb_query_tree_reply) X(xcb_query_tree_children) \
    X(xcb_query_tree_children_length) X(xcb_get_window_attributes) X(xcb_get_window_attributes_reply) \
    X(xcb_get_geometry) X(xcb_get_geometry_reply) X(xcb_set_input_focus) X(xcb_get_input_focus) \
    X(xcb_get_input_focus_reply) X(xcb_get_keyboard_mapping) X(xcb_get_keyboard_mapping_reply) \
    X(xcb_get_keyboard_mapping_keysyms) X(xcb_translate_coordinates) X(xcb_translate_coordinates_reply) \
    X(xcb_configure_window) X(xcb_intern_atom) X(xcb_intern_atom_reply) X(xcb_get_property) X(xcb_get_property_reply) \
    X(xcb_get_property_value) X(xcb_get_property_value_length) X(xcb_send_event) X(xcb_get_image) \
    X(xcb_get_image_reply) X(xcb_get_image_data) X(xcb_get_image_data_length)
/* clang-format on */

#define MEMBER(name) __typeof__(&name) name;
static struct {
    FUNCTIONS(MEMBER)
    __typeof__(&xcb_test_fake_input) xcb_test_fake_input;
} api;

static struct {
    pid_t pid; /* of the process whose thread runs */
    xcb_connection_t *x;
    xcb_screen_t *screen;
    xcb_window_t root, window;
} drive;

static bool load(void)
{
    void *xcb = dlopen("libxcb.so.1", RTLD_LAZY), *test = dlopen("libxcb-xtest.so.0", RTLD_LAZY);
    if (!xcb || !test)
        return false;
#define LOOK_UP(name)                                          \
    if (!(api.name = (__typeof__(api.name))dlsym(xcb, #name))) \
        return false;
    FUNCTIONS(LOOK_UP)
    api.xcb_test_fake_input = (__typeof__(api.xcb_test_fake_input))dlsym(test, "xcb_test_fake_input");
    return api.xcb_test_fake_input != NULL;
}

/* Everything sent so far has been carried out. */
static void settle(void) { free(api.xcb_get_input_focus_reply(drive.x, api.xcb_get_input_focus(drive.x), NULL)); }

/* Size and place of the inside of a top-level window. */
static bool size_of(xcb_window_t window, int *width, int *height, int *x, int *y)
{
    xcb_get_geometry_reply_t *g = api.xcb_get_geometry_reply(drive.x, api.xcb_get_geometry(drive.x, window), NULL);
    bool found = g != NULL;
    if (found) {
        *width = g->width;
        *height = g->height;
        *x = g->x + g->border_width;
        *y = g->y + g->border_width;
    }
    free(g);
    return found;
}

static bool is_seen(xcb_window_t window)
{
    xcb_get_window_attributes_reply_t *a =
        api.xcb_get_window_attributes_reply(drive.x, api.xcb_get_window_attributes(drive.x, window), NULL);
    bool seen = a && a->map_state == XCB_MAP_STATE_VIEWABLE && a->_class == XCB_WINDOW_CLASS_INPUT_OUTPUT;
    free(a);
    return seen;
}

static void find_window(char *answer, size_t bytes)
{
    xcb_query_tree_reply_t *tree = api.xcb_query_tree_reply(drive.x, api.xcb_query_tree(drive.x, drive.root), NULL);
    xcb_window_t *children = tree ? api.xcb_query_tree_children(tree) : NULL;
    int count = tree ? api.xcb_query_tree_children_length(tree) : 0, largest = 0;
    drive.window = XCB_NONE;
    snprintf(answer, bytes, "ok none");
    for (int i = 0; i < count; i++) {
        int width, height, x, y;
        if (!is_seen(children[i]) || !size_of(children[i], &width, &height, &x, &y) || width * height <= largest)
            continue;
        largest = width * height;
        drive.window = children[i];
        snprintf(answer, bytes, "ok %u %d %d %d %d", children[i], x, y, width, height);
    }
    free(tree);
}

static bool send_key(uint32_t keysym, bool down)
{
    const xcb_setup_t *setup = api.xcb_get_setup(drive.x);
    int first = setup->min_keycode, count = setup->max_keycode - first + 1, found = 0;
    xcb_get_keyboard_mapping_reply_t *map = api.xcb_get_keyboard_mapping_reply(
        drive.x, api.xcb_get_keyboard_mapping(drive.x, (uint8_t)first, (uint8_t)count), NULL);
    for (int i = 0; map && i < count && !found; i++)
        if (api.xcb_get_keyboard_mapping_keysyms(map)[i * map->keysyms_per_keycode] == keysym)
            found = first + i;
    free(map);
    if (found)
        api.xcb_test_fake_input(drive.x, down ? XCB_KEY_PRESS : XCB_KEY_RELEASE, (uint8_t)found, 0, XCB_NONE, 0, 0, 0);
    return found != 0;
}

static bool move(int x, int y)
{
    xcb_translate_coordinates_reply_t *place = api.xcb_translate_coordinates_reply(
        drive.x, api.xcb_translate_coordinates(drive.x, drive.window, drive.root, (int16_t)x, (int16_t)y), NULL);
    if (!place)
        return false;
    api.xcb_test_fake_input(drive.x, XCB_MOTION_NOTIFY, 0, 0, drive.root, place->dst_x, place->dst_y, 0);
    free(place);
    return true;
}

static void resize(int width, int height)
{
    uint32_t values[] = { 0, 0, (uint32_t)width, (uint32_t)height };
    api.xcb_configure_window(
        drive.x, drive.window,
        XCB_CONFIG_WINDOW_X | XCB_CONFIG_WINDOW_Y | XCB_CONFIG_WINDOW_WIDTH | XCB_CONFIG_WINDOW_HEIGHT, values);
}

static xcb_atom_t atom(const char *name)
{
    xcb_intern_atom_reply_t *reply =
        api.xcb_intern_atom_reply(drive.x, api.xcb_intern_atom(drive.x, 0, (uint16_t)strlen(name), name), NULL);
    xcb_atom_t found = reply ? reply->atom : XCB_NONE;
    free(reply);
    return found;
}

/* Closes one top-level window, if it knows how. */
static bool close_window(xcb_window_t window)
{
    xcb_atom_t protocols = atom("WM_PROTOCOLS"), delete = atom("WM_DELETE_WINDOW");
    xcb_get_property_reply_t *known = api.xcb_get_property_reply(
        drive.x, api.xcb_get_property(drive.x, 0, window, protocols, XCB_ATOM_ATOM, 0, 64), NULL);
    bool knows = false;
    for (int i = 0; known && i < api.xcb_get_property_value_length(known) / 4; i++)
        knows |= ((xcb_atom_t *)api.xcb_get_property_value(known))[i] == delete;
    free(known);
    if (knows) {
        xcb_client_message_event_t event = {
            .response_type = XCB_CLIENT_MESSAGE, .format = 32, .window = window, .type = protocols
        };
        event.data.data32[0] = delete;
        api.xcb_send_event(drive.x, 0, window, 0, (const char *)&event);
    }
    return knows;
}

static bool take_shot(const char *path)
{
    int width = 0, height = 0, x = 0, y = 0;
    FILE *file = NULL;
    xcb_get_image_reply_t *image = NULL;
    bool done = false;
    bool found = size_of(drive.window, &width, &height, &x, &y);
    /* GetImage reads nothing beyond the right and lower edge of the screen. */
    width = width < drive.screen->width_in_pixels - x ? width : drive.screen->width_in_pixels - x;
    height = height < drive.screen->height_in_pixels - y ? height : drive.screen->height_in_pixels - y;
    if (found && x >= 0 && y >= 0 && width > 0 && height > 0)
        image = api.xcb_get_image_reply(drive.x,
                                        api.xcb_get_image(drive.x, XCB_IMAGE_FORMAT_Z_PIXMAP, drive.window, 0, 0,
                                                          (uint16_t)width, (uint16_t)height, ~0u),
                                        NULL);
    if (image && api.xcb_get_image_data_length(image) >= 4 * width * height)
        file = fopen(path, "wb");
    if (file) {
        const uint8_t *pixels = api.xcb_get_image_data(image);
        fprintf(file, "P6\n%d %d\n255\n", width, height);
        for (long i = 0; i < (long)width * height; i++)
            fwrite((uint8_t[]){ pixels[4 * i + 2], pixels[4 * i + 1], pixels[4 * i] }, 1, 3, file);
        done = fclose(file) == 0;
    }
    free(image);
    return done;
}

static bool obey(const char *line, char *answer, size_t bytes)
{
    char path[400];
    unsigned keysym;
    int a, b;
    if (strcmp(line, "window") == 0) {
        find_window(answer, bytes);
        return true;
    }
    if (drive.window == XCB_NONE)
        return false;
    if (strcmp(line, "focus") == 0)
        api.xcb_set_input_focus(drive.x, XCB_INPUT_FOCUS_POINTER_ROOT, drive.window, XCB_CURRENT_TIME);
    else if (strcmp(line, "place") == 0)
        api.xcb_configure_window(drive.x, drive.window, XCB_CONFIG_WINDOW_X | XCB_CONFIG_WINDOW_Y,
                                 (uint32_t[]){ 0, 0 });
    else if (sscanf(line, "key %x %d", &keysym, &b) == 2)
        return send_key(keysym, b != 0);
    else if (sscanf(line, "motion %d %d", &a, &b) == 2)
        return move(a, b);
    else if (sscanf(line, "button %d %d", &a, &b) == 2)
        api.xcb_test_fake_input(drive.x, b ? XCB_BUTTON_PRESS : XCB_BUTTON_RELEASE, (uint8_t)a, 0, XCB_NONE, 0, 0, 0);
    else if (sscanf(line, "resize %d %d", &a, &b) == 2)
        resize(a, b);
    else if (strcmp(line, "close") == 0)
        snprintf(answer, bytes, close_window(drive.window) ? "ok" : "ok none");
    else if (sscanf(line, "shot %399s", path) == 1)
        return take_shot(path);
    else
        return false;
    return true;
}

static bool open_display(void)
{
    if (!load())
        return false;
    drive.x = api.xcb_connect_to_display_with_auth_info(NULL, NULL, NULL);
    if (!drive.x || api.xcb_connection_has_error(drive.x))
        return false;
    drive.screen = api.xcb_setup_roots_iterator(api.xcb_get_setup(drive.x)).data;
    drive.root = drive.screen->root;
    return true;
}

static void *serve(void *unused)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    FILE *commands;
    char line[512], answer[128];
    (void)unused;
    snprintf(address.sun_path, sizeof address.sun_path, "%s", getenv("COMPAT_SOCKET"));
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0 || !(commands = fdopen(fd, "r")))
        return NULL;
    dprintf(fd, "hello %d %s\n", (int)getpid(), program_invocation_short_name);
    while (fgets(line, sizeof line, commands)) {
        line[strcspn(line, "\n")] = '\0';
        strcpy(answer, "ok");
        if ((!drive.x && !open_display()) || !obey(line, answer, sizeof answer))
            snprintf(answer, sizeof answer, "error %.100s", line);
        if (drive.x)
            settle();
        dprintf(fd, "%s\n", answer);
    }
    fclose(commands);
    return NULL;
}

static void start(void)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    sigset_t all, before;
    pthread_t thread;
    if (!getenv("COMPAT_SOCKET"))
        return;
    pthread_mutex_lock(&lock);
    if (drive.pid != getpid()) {
        drive.pid = getpid();
        drive.x = NULL;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        if (pthread_create(&thread, NULL, serve, NULL) == 0)
            pthread_detach(thread);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    pthread_mutex_unlock(&lock);
}

/* The two ways into libxcb; Xlib takes the first. */
OVER xcb_connection_t *xcb_connect_to_display_with_auth_info(const char *name, xcb_auth_info_t *auth, int *screen)
{
    __typeof__(&xcb_connect_to_display_with_auth_info) real;
    void *library = dlopen("libxcb.so.1", RTLD_LAZY);
    real = library ? (__typeof__(real))dlsym(library, __func__) : NULL;
    if (!real)
        return NULL;
    xcb_connection_t *connection = real(name, auth, screen);
    start();
    return connection;
}

OVER xcb_connection_t *xcb_connect(const char *name, int *screen)
{
    return xcb_connect_to_display_with_auth_info(name, NULL, screen);
}
