"""What is decided to differ from Xvfb, each with its reason, and what is normalised before the comparison.

A row is (tests, side, regex, replacement, reason). `tests` is a glob over test names, `side` is xvfb, offstage or both.
The regex is applied to each line of the transcript; a line that becomes empty is dropped. A tuple of regexes in its place
drops lines that follow each other and match in this order. `run --raw` leaves all out.
"""

import fnmatch
import re

# Reasons that several rows share.
VISUALS = "we offer TrueColor visuals only, and as many as there are GL configurations"
SCREEN = "the screen is one with real millimetres, a real mode of 60 Hz and a primary output; Xvfb's clock is 0 Hz"
SIZE = "the screen keeps the size that it was started with"
EXTENSIONS = "we offer fewer extensions"
DEVICE_SWITCH = "Xvfb announces the map again when XTEST's keyboard takes over from the other one; our two share one map"
STALE = "Xvfb reports a left-over value; ours is the offending one"
MOUSE = "our mouse has the seven buttons of a real one, Xvfb's has three"
TOP_LEVEL = "a newly mapped top-level window gets the focus: there is no window manager to give it, and games wait for it"
NO_DRAWING = "there are no tiles or stipples to be fast with"
OWN_PICTURE = "a top-level window keeps its pixels under others, as with a compositing manager"
NUMBERS = "a number that servers give as they like"
ROOT_ID = "the root window's id is the server's own"

NORMALISE = [
    ("xrandr_verbose", "both", r"Timestamp: .*", "Timestamp: t", "a time"),
    ("xrandr_verbose", "both", r"\(0x[0-9a-f]+\)|Identifier: 0x\w+", "(id)", NUMBERS),
    ("xdpyinfo*", "both", r"root window id: .*", "root window id: r", ROOT_ID),
    ("xdpyinfo*", "both", r"(default visual id|default colormap):  *0x\w+", r"\1: n", NUMBERS),
    ("xdpyinfo*", "both", r"focus:  .*", "", "which number a program prints for PointerRoot"),
    ("xwininfo*", "both", r"0x[0-9a-f]+ \(the root window\)", "root", ROOT_ID),
    ("xwininfo_all", "both", r"(Colormap|Visual): 0x\w+", r"\1: n", NUMBERS),
    ("xset_*", "both", r"^  (/.*,)?built-ins$", "  fonts", "fonts are built in; where Xvfb finds its own depends on what is installed"),
    ("xdotool*", "both", r"window:\d+", "window:root", ROOT_ID),
    ("xinput_props", "both", r" \(\d+\):", " (atom):", NUMBERS),
    ("xinput_props", "both", r"libinput.*|Device (Node|Product ID).*", "", "properties of drivers"),
    ("randr*", "both", r"\{id=\d+ ", "{id=n ", NUMBERS),
]

DEVIATIONS = [
    # setup, xdpyinfo
    ("setup", "both", r"( length| vendor_len| release_number)=\d+", r"\1=n", "our name and release"),
    ("setup", "both", r" vendor='[^']*'", " vendor=v", "our name"),
    ("setup", "both", r"width_in_millimeters=\d+ height_in_millimeters=\d+", "millimeters", SCREEN),
    ("setup", "both", r"backing_stores=\d", "backing_stores=b", "we offer no backing store, as the spec allows"),
    ("setup", "both", r"allowed_depths_len=.*", "depths", VISUALS),
    ("setup", "both", r"reply xproto:ListExtensions .*", "reply xproto:ListExtensions", EXTENSIONS),
    ("xdpyinfo*", "both", r"^(vendor string|vendor release number|X.Org version|maximum request size):.*", "", "our name and limits"),
    ("xdpyinfo*", "both", r"^number of extensions:.*|^    [A-Z][-A-Za-z0-9 ]*$|.*opcode: \d+.*", "", EXTENSIONS),
    ("xdpyinfo*", "both", r"^  (dimensions|resolution):.*", "", SCREEN),
    ("xdpyinfo*", "both", r"^  (depths \(\d\)|number of visuals|options):.*", "", VISUALS),
    ("xdpyinfo*", "both", r"^  visual:$|^    (visual id|class|depth|available colormap entries|red, green, blue masks"
                          r"|significant bits in color specification):.*", "", VISUALS),
    # RANDR
    ("randr*", "both", r"dot_clock=.*? mode_flags=\d+", "timing", SCREEN),
    ("randr*", "both", r"(mm_width|mm_height|width_in_millimeters|height_in_millimeters|mwidth|mheight|rate|num_preferred"
                       r"|primary)=\d+", r"\1=n", SCREEN),
    ("randr*", "both", r"rates=\[[\d ]+\]", "rates=[n]", SCREEN),
    ("randr*", "both", r"(GetOutputPrimary) output=.*", r"\1", SCREEN),
    ("randr", "both", r"num_atoms=\d atoms=\[.*\]", "properties", "our output has no properties"),
    ("randr", "both", r"(GetCrtcGamma size=256) .*", r"\1", "our gamma ramp is the identity, Xvfb's is all 0"),
    ("randr", "both", r"(min_width|min_height)=\d+", r"\1=n", SIZE),
    ("randr_events", "both", r"^A randr:(ScreenChangeNotify|CrtcChange|OutputChange) .*", "", "the primary output is fixed"),
    ("xrandr", "both", r"minimum \d+ x \d+", "minimum", SIZE),
    ("xrandr_verbose", "both", r"minimum \d+ x \d+", "minimum", SIZE),
    ("xrandr*", "both", r"connected( primary)? ", "connected ", SCREEN),
    ("xrandr*", "both", r"\d+mm x \d+mm|^   1920x1080 .*|^  1920x1080 .*|^ *[hv]: (width|height) .*|Brightness: .*", "", SCREEN),
    ("xrandr_verbose", "xvfb", r"^\tnon-desktop: .*|^\t\tsupported: 0, 1", "", "our output has no properties"),
    ("xrandr_monitors", "offstage", r"\+\*screen", "+screen", SCREEN),
    # input
    ("*", "xvfb", (r"[A-H] MappingNotify request=1 first_keycode=8 count=248$",
                   r"[A-H] MappingNotify request=0 first_keycode=0 count=0$"), None, DEVICE_SWITCH),
    ("two_clients", "xvfb", r"^B KeyRelease .*", "", "Xvfb sends B a release that it did not select, as its keyboards change over"),
    ("xkb_events", "both", r"^A xkb:StateNotify .* changed=8192 .*", "", "Xvfb tells of each button twice"),
    ("new_top_level", "both", r"^A (FocusIn|FocusOut|KeyPress) .*|(GetInputFocus) revert_to=.*", r"\2", TOP_LEVEL),
    ("xinput_devices", "both", r"\{type=1 len=\d+ sourceid=6 .*?\]\} ", "", MOUSE),
    ("xinput_devices", "both", r"\{class_id=1 len=4 num_buttons=[37]\}", "{buttons}", MOUSE),
    ("xinput_list", "both", r"Buttons supported: [37]$|Button labels: \"Button Left\" \"Button Middle\" \"Button Right\".*",
     "", MOUSE),
    ("xinput_devices", "both", r"(BadValue xinput:XISelectEvents) value=.*", r"\1", STALE),
    ("keyboard_control", "both", r"(BadValue SetModifierMapping) value=.*", r"\1", STALE),
    # drawing
    ("drawables", "both", r"(Bad(Font|Pixmap) ChangeGC) value=.*", r"\1", STALE),
    ("graphics_expose", "xvfb", r"^A GraphicsExposure drawable=pixmap .*",
     "A NoExposure drawable=pixmap minor_opcode=0 major_opcode=62", OWN_PICTURE),
    ("render", "both", r"(reply render:QueryPictFormats) .*", r"\1", "the formats of our visuals, in another order"),
    ("server_state", "both", r"(reply xproto:QueryBestSize) .*", r"\1", NO_DRAWING),
    ("gravity", "xvfb", r"^A Expose window=top (x=23[05] y=0 width=(5|10) height=1(80|75|70) count=[01]"
                        r"|x=0 y=17[05] width=240 height=(5|10) count=0)$", "",
     "a window that shrinks with bit gravity: Xvfb exposes a strip whose contents it could have kept"),
    ("shape", "xvfb", r"x=-3 y=-3 width=63 height=63", "x=-3 y=-3 width=66 height=66",
     "Xvfb counts the border once in the rectangle of an unshaped window, and twice in its extents"),
    # cursors
    ("cursor_animated", "both", r"(BadValue render:CreateAnimCursor) value=.*", r"\1", STALE),
    ("cursor_animated", "offstage", r"width=2 height=2 xhot=1 yhot=2 cursor_serial=2 (.*)=\[0 4294883958 4279391898 0\]",
     r"width=1 height=1 xhot=0 yhot=0 cursor_serial=0 \1=[0]", "an animated cursor looks like its frame; Xvfb shows an empty pixel"),
    # errors
    ("selection", "both", r"(BadAtom ConvertSelection) value=.*", r"\1", STALE),
    ("small_extensions", "xvfb", r"^A reply xinerama:GetScreenSize .* screen=7$", "A error BadMatch xinerama:GetScreenSize",
     "there is no screen 7"),
]

ROWS = NORMALISE + DEVIATIONS


def apply(name, side, lines):
    """The lines of one side with every row that fits applied."""
    if lines is None:
        return None
    for tests, row_side, pattern, replacement, _ in ROWS:
        if not fnmatch.fnmatch(name, tests) or row_side not in (side, "both"):
            continue
        if isinstance(pattern, tuple):
            lines = drop_sequence(lines, pattern)
            continue
        changed = [re.sub(pattern, replacement, line) for line in lines]
        lines = [new for new, old in zip(changed, lines) if new or not old]
    return lines


def drop_sequence(lines, patterns):
    """The lines without those that match the patterns one after the other."""
    out, index = [], 0
    while index < len(lines):
        here = lines[index:index + len(patterns)]
        if len(here) == len(patterns) and all(re.match(p, line) for p, line in zip(patterns, here)):
            index += len(patterns)
        else:
            out.append(lines[index])
            index += 1
    return out
