"""Answers that are decided to differ from Xvfb's, each with its reason.

A row is (cases, ours, reason): `cases` is a glob over FILE:Request/case, `ours` a regex that our whole answer, joined by
" | ", must match from its start. What no row covers must be the same.
"""

import fnmatch
import re

# Reasons that several rows share.
STALE = "Xvfb reports a left-over or cut value; ours is the offending one"
FIXED_SCREEN = "the screen, its mode and its output are fixed"
SCREEN = "our screen has real millimetres, a mode of 60 Hz and a primary output"
WRAPPED = "sums beyond 32767 are negative in Xvfb"

ROWS = [
    # the core protocol
    ("xproto:QueryFont/*", r"reply xproto:QueryFont", "properties are atoms by number; tests/fonts compares their names"),
    ("xproto:GetFontPath/*", r"reply xproto:GetFontPath path_len=1 ", "our fonts are built in"),
    ("xproto:ListExtensions/*", r"reply xproto:ListExtensions", "we offer fewer extensions"),
    ("xproto:CreateWindow/bit-*", r"error BadValue CreateWindow", STALE),
    ("xproto:ChangeWindowAttributes/bit-*", r"error BadValue ChangeWindowAttributes", STALE),
    ("xproto:ChangeProperty/value-*", r"error BadValue ChangeProperty value=0xff$", STALE),
    ("xproto:ConvertSelection/id-*", r"error BadAtom ConvertSelection", STALE),
    ("xproto:CreateGC/bit-*", r"error Bad(Value|Pixmap|Font) CreateGC", STALE),
    ("xproto:ChangeGC/bit-*", r"error Bad(Value|Pixmap|Font) ChangeGC", STALE),
    ("xproto:GrabKey/value-*_mode-*", r"error BadValue GrabKey value=0x2$",
     "Xvfb lets the mode of XInput's touch grabs pass in the core request"),
    ("xproto:Copy*/value-*-h*", r"GraphicsExposure", WRAPPED),
    # XKEYBOARD
    ("xkb:GetCompatMap/value-groups-*", r"reply xkb:GetCompatMap", "Xvfb announces more groups than it sends"),
    ("xkb:SetNames/*", r"(error Bad(Value|Match) xkb:SetNames|$)", "Xvfb refuses a request without names as too short"),
    # XInput
    ("xinput:ListInputDevices/*", r"reply xinput:ListInputDevices", "our mouse has seven buttons"),
    ("xinput:XIQueryDevice/*", r"reply xinput:XIQueryDevice", "our mouse has seven buttons"),
    ("xinput:GetDeviceControl/*", r"error BadValue", STALE),
    ("xinput:XISelectEvents/*num_mask*", r"error BadValue xinput:XISelectEvents value=0x0$", STALE),
    # RANDR
    ("randr:QueryVersion/*", r"reply randr:QueryVersion major_version=1 minor_version=5", "our version is 1.5"),
    ("randr:GetScreenInfo/*", r"reply randr:GetScreenInfo", SCREEN),
    ("randr:GetScreenSizeRange/*", r"reply randr:GetScreenSizeRange", FIXED_SCREEN),
    ("randr:GetScreenResources*", r"reply randr:GetScreenResources", SCREEN),
    ("randr:GetOutputInfo/*", r"reply randr:GetOutputInfo status=0", SCREEN),
    ("randr:GetOutputPrimary/*", r"reply randr:GetOutputPrimary output=the-output$", SCREEN),
    ("randr:GetMonitors/*", r"reply randr:GetMonitors", SCREEN),
    ("randr:GetCrtcGamma/*", r"reply randr:GetCrtcGamma size=256", "our gamma ramp is the identity"),
    ("randr:ListOutputProperties/*", r"reply randr:ListOutputProperties num_atoms=0", "our output has no properties"),
    ("randr:QueryOutputProperty/id-property-*", r"error BadAtom", "an atom that does not exist"),
    ("randr:*OutputProperty/*", r"error Bad(Access|Name|Atom)", "our output has no properties"),
    ("randr:CreateMode/*", r"error BadAccess", FIXED_SCREEN),
    ("randr:DestroyMode/*", r"error BadAccess", FIXED_SCREEN),
    ("randr:*OutputMode/*", r"error BadAccess", FIXED_SCREEN),
    ("randr:*Monitor/*", r"error BadAccess", FIXED_SCREEN),
    ("randr:SetPanning/*", r"reply randr:SetPanning status=3", FIXED_SCREEN),
    ("randr:SetScreenConfig/length-5", r"reply randr:SetScreenConfig status=1 ", "the short form, which clients of RANDR 1.0 send"),
    ("randr:SetCrtcGamma/*", r"error BadLength", "more bytes than the size says"),
    ("randr:*ProviderProperty/*", r"error randr:BadProvider", "there is no provider, which is looked at first"),
    ("randr:SelectInput/value-enable-*", r"(error BadValue|$)", "Xvfb lets unknown bits pass beside known ones, and lacks leases"),
    ("randr:*Lease/*", r"error BadRequest", "leases are for programs that drive the display hardware"),
    # RENDER
    ("render:QueryPictFormats/*", r"reply render:QueryPictFormats", "the formats of our visuals, in another order"),
    ("render:AddGlyphs/value-glyphs_len-*", r"error BadLength", "more glyphs than the request has room for"),
    ("render:Create*Gradient/*", r"error BadValue", STALE),
    ("render:CreateAnimCursor/*", r"error BadValue", STALE),
    # the others
    ("shm:QueryVersion/*", r"reply shm:QueryVersion shared_pixmaps=0 major_version=1 minor_version=2 ", "no shared pixmaps"),
    ("shm:PutImage/value-send_event-two", r"error BadValue", STALE),
    ("shm:CreatePixmap/*", r"error BadImplementation", "no shared pixmaps"),
    ("xfixes:QueryVersion/*", r"reply xfixes:QueryVersion major_version=5", "our version is 5"),
    ("xfixes:[GS]etClientDisconnectMode/*", r"error BadLength", "a request of version 6"),
    ("xfixes:CreatePointerBarrier/*", r"error BadValue", STALE),
    ("sync:ListSystemCounters/*", r"reply sync:ListSystemCounters counters_len=1 ", "the server's clock is our only counter"),
    ("sync:ChangeAlarm/bit-value-*", r"sync:AlarmNotify", "a value may change while there is no counter, as the spec has it"),
    ("xinerama:GetScreenSize/value-screen-*", r"error BadMatch", "there is only screen 0"),
    ("screensaver:QueryInfo/*", r"reply screensaver:QueryInfo state=0 saver_window=129 .*kind=0$", "the number of a window that is not there"),
    ("xc_misc:*", r"reply xc_misc:", "which ids are free"),
    # GLX on the wire: what is not answered is served without it
    ("glx:IsDirect/*", r"reply glx:IsDirect is_direct=1$", "contexts are not on the wire, and all are direct"),
    ("glx:GetVisualConfigs/*", r"reply glx:GetVisualConfigs num_visuals=\d+ num_properties=18 ", "our visuals"),
    ("glx:QueryExtensionsString/*", r"reply glx:QueryExtensionsString n=1 ", "extensions that our library has are not the wire's"),
    ("glx:QueryServerString/value-name-*", r"reply glx:QueryServerString str_len=9 string='Offstage\\x00'$", "our name"),
    ("glx:QueryServerString/*", r"error BadValue glx:QueryServerString", STALE),
]


def accepted(case, answers):
    """The reason why an answer that differs is as it should be, or None."""
    text = " | ".join(answers)
    for glob, ours, reason in ROWS:
        if fnmatch.fnmatchcase(case, glob) and re.match(ours, text):
            return reason
    return None
