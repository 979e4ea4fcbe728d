"""The stock X programs that are run on both servers. Each is one process, since every process has a world of its own."""

import re

import servers

PROGRAMS = {
    "xdpyinfo": ["xdpyinfo"],
    "xdpyinfo_extensions": ["xdpyinfo", "-queryExtensions"],
    "xprop_root": ["xprop", "-root"],
    "xwininfo_tree": ["xwininfo", "-root", "-tree"],
    "xwininfo_all": ["xwininfo", "-root", "-all"],
    "xrandr": ["xrandr"],
    "xrandr_verbose": ["xrandr", "--verbose"],
    "xrandr_monitors": ["xrandr", "--listmonitors"],
    "xinput_list": ["xinput", "list", "--long"],
    "xinput_props": ["xinput", "list-props", "2"],
    "setxkbmap_print": ["setxkbmap", "-print"],
    "setxkbmap_query": ["setxkbmap", "-query"],
    "xkbcomp": ["xkbcomp", "DISPLAY", "-"],
    "xmodmap_keys": ["xmodmap", "-pke"],
    "xmodmap_modifiers": ["xmodmap", "-pm"],
    "xmodmap_buttons": ["xmodmap", "-pp"],
    "xlsatoms": ["xlsatoms", "-range", "1-68"],
    "xset_q": ["xset", "q"],
    "xset_change": ["xset", "s", "100", "200", "m", "3", "5", "r", "rate", "300", "30", "b", "20", "q"],
    "xdotool_mouse": ["xdotool", "mousemove", "100", "200", "getmouselocation", "mousemove_relative", "--", "-10", "5",
                      "getmouselocation", "click", "1", "getdisplaygeometry"],
    "xdotool_keys": ["xdotool", "key", "a", "key", "shift+a", "keydown", "Control_L", "keyup", "Control_L", "getmouselocation"],
    "xdotool_type": ["xdotool", "type", "--delay", "1", "Hello, W\u00f6rld \u20ac"],
    "xdotool_search": ["xdotool", "search", "--name", "no such window"],
}

# Debian package of each program, for the message of a skip.
PACKAGES = {
    "xdpyinfo": "x11-utils", "xprop": "x11-utils", "xwininfo": "x11-utils", "xlsatoms": "x11-utils",
    "xrandr": "x11-xserver-utils", "xmodmap": "x11-xserver-utils", "xset": "x11-xserver-utils",
    "xinput": "xinput", "setxkbmap": "x11-xkb-utils", "xkbcomp": "x11-xkb-utils", "xdotool": "xdotool",
}


def collect(name, environment):
    """Lines of a program's output, its exit status and what it said on stderr."""
    command = [environment.get("DISPLAY", ":0") if word == "DISPLAY" else word for word in PROGRAMS[name]]
    status, out, err = servers.run(command, environment, timeout_s=20)
    name = re.compile(r"(?<!\w)%s(\.0)?(?!\w)" % re.escape(environment.get("DISPLAY", ":0")))
    lines = out.splitlines() + ["exit status %s" % status] + ["stderr: " + line for line in err.splitlines()]
    return [name.sub(":N", line) for line in lines]
