"""What real programs send: 164 requests of 25 clients in 42 recorded runs (pyglet, arcade, GLFW, SDL2, pygame, freeglut,
LÖVE, neverball, Qt5, Qt6, GTK3, Tk, Swing, the X utilities), by how much depends on them: tier 1 is sent by OpenGL
programs and toolkits at once, tier 2 by toolkits, tier 3 by utilities. Each is xcb-proto's file and the names of its
requests.
"""

TIERS = {
    1: {
        "xproto": """CreateWindow ChangeWindowAttributes GetWindowAttributes DestroyWindow MapWindow UnmapWindow
                  ConfigureWindow GetGeometry QueryTree InternAtom GetAtomName ChangeProperty DeleteProperty
                  GetProperty SetSelectionOwner GetSelectionOwner SendEvent GrabPointer UngrabPointer UngrabKeyboard
                  QueryPointer TranslateCoordinates WarpPointer SetInputFocus GetInputFocus QueryKeymap CreatePixmap
                  FreePixmap CreateGC FreeGC PutImage CreateColormap FreeColormap InstallColormap UninstallColormap
                  StoreColors CreateCursor FreeCursor QueryExtension GetKeyboardMapping SetScreenSaver GetScreenSaver
                  SetCloseDownMode ForceScreenSaver GetModifierMapping NoOperation""".split(),
        "bigreq": """Enable""".split(),
        "glx": """CreateContext DestroyContext IsDirect QueryVersion GetVisualConfigs QueryServerString GetFBConfigs
                  CreateNewContext GetDrawableAttributes CreateWindow DestroyWindow CreateContextAttribsARB
                  SetClientInfo2ARB""".split(),
        "ge": """QueryVersion""".split(),
        "screensaver": """QueryVersion Suspend""".split(),
        "shm": """Attach Detach PutImage""".split(),
        "randr": """QueryVersion SelectInput GetScreenResources GetOutputInfo ListOutputProperties GetCrtcInfo
                  GetCrtcGammaSize GetScreenResourcesCurrent GetOutputPrimary""".split(),
        "render": """QueryVersion QueryPictFormats CreatePicture FreePicture CreateCursor""".split(),
        "sync": """Initialize CreateCounter""".split(),
        "xfixes": """QueryVersion""".split(),
        "xinerama": """IsActive QueryScreens""".split(),
        "xinput": """GetExtensionVersion XIWarpPointer XIGetClientPointer XISelectEvents XIQueryVersion XIQueryDevice
                  XIPassiveGrabDevice XIPassiveUngrabDevice""".split(),
        "xkb": """UseExtension SelectEvents GetState GetMap GetNames PerClientFlags""".split(),
    },
    2: {
        "xproto": """ReparentWindow GrabServer UngrabServer OpenFont CloseFont QueryFont ChangeGC SetClipRectangles
                  ClearArea CopyArea PolyLine PolyFillRectangle AllocColor FreeColors QueryColors""".split(),
        "composite": """QueryVersion""".split(),
        "damage": """QueryVersion""".split(),
        "dbe": """GetVisualInfo""".split(),
        "glx": """CreatePbuffer DestroyPbuffer""".split(),
        "shm": """QueryVersion CreateSegment""".split(),
        "randr": """GetOutputProperty GetMonitors""".split(),
        "render": """ChangePicture SetPictureClipRectangles Composite Trapezoids CreateGlyphSet AddGlyphs
                  CompositeGlyphs8 CompositeGlyphs32 FillRectangles CreateSolidFill""".split(),
        "shape": """QueryVersion Mask""".split(),
        "sync": """SetCounter DestroyCounter""".split(),
        "xfixes": """SelectSelectionInput SetCursorName""".split(),
        "xinput": """ListInputDevices XIGetProperty""".split(),
        "xkb": """GetControls GetCompatMap GetIndicatorMap GetDeviceInfo""".split(),
    },
    3: {
        "xproto": """DestroySubwindows ListProperties ConvertSelection GetFontPath GetImage PolyText8 LookupColor
                  ListExtensions ChangeKeyboardMapping GetKeyboardControl GetPointerControl""".split(),
        "randr": """GetScreenSizeRange GetCrtcGamma GetCrtcTransform GetPanning""".split(),
        "xkb": """LatchLockState GetNamedIndicator""".split(),
        "xtest": """GetVersion FakeInput""".split(),
    },
}
