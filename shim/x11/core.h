/* The core requests: opcode, name, length in words (minimum; maximum, 0 = the handler checks). One row makes the prototype
 * `int ofs_core_<name>(…)` here and the dispatch row in dispatch.c. Source: X11 protocol, X11/Xproto.h. */
#ifndef OFS_X11_CORE_H
#define OFS_X11_CORE_H

#include "x11/server.h"

#define OFS_CORE_REQUESTS(X)             \
    X(1, CreateWindow, 8, 0)             \
    X(2, ChangeWindowAttributes, 3, 0)   \
    X(3, GetWindowAttributes, 2, 2)      \
    X(4, DestroyWindow, 2, 2)            \
    X(5, DestroySubwindows, 2, 2)        \
    X(6, ChangeSaveSet, 2, 2)            \
    X(7, ReparentWindow, 4, 4)           \
    X(8, MapWindow, 2, 2)                \
    X(9, MapSubwindows, 2, 2)            \
    X(10, UnmapWindow, 2, 2)             \
    X(11, UnmapSubwindows, 2, 2)         \
    X(12, ConfigureWindow, 3, 0)         \
    X(13, CirculateWindow, 2, 2)         \
    X(14, GetGeometry, 2, 2)             \
    X(15, QueryTree, 2, 2)               \
    X(16, InternAtom, 2, 0)              \
    X(17, GetAtomName, 2, 2)             \
    X(18, ChangeProperty, 6, 0)          \
    X(19, DeleteProperty, 3, 3)          \
    X(20, GetProperty, 6, 6)             \
    X(21, ListProperties, 2, 2)          \
    X(22, SetSelectionOwner, 4, 4)       \
    X(23, GetSelectionOwner, 2, 2)       \
    X(24, ConvertSelection, 6, 6)        \
    X(25, SendEvent, 11, 11)             \
    X(26, GrabPointer, 6, 6)             \
    X(27, UngrabPointer, 2, 2)           \
    X(28, GrabButton, 6, 6)              \
    X(29, UngrabButton, 3, 3)            \
    X(30, ChangeActivePointerGrab, 4, 4) \
    X(31, GrabKeyboard, 4, 4)            \
    X(32, UngrabKeyboard, 2, 2)          \
    X(33, GrabKey, 4, 4)                 \
    X(34, UngrabKey, 3, 3)               \
    X(35, AllowEvents, 2, 2)             \
    X(36, GrabServer, 1, 1)              \
    X(37, UngrabServer, 1, 1)            \
    X(38, QueryPointer, 2, 2)            \
    X(39, GetMotionEvents, 4, 4)         \
    X(40, TranslateCoordinates, 4, 4)    \
    X(41, WarpPointer, 6, 6)             \
    X(42, SetInputFocus, 3, 3)           \
    X(43, GetInputFocus, 1, 1)           \
    X(44, QueryKeymap, 1, 1)             \
    X(45, OpenFont, 3, 0)                \
    X(46, CloseFont, 2, 2)               \
    X(47, QueryFont, 2, 2)               \
    X(48, QueryTextExtents, 2, 0)        \
    X(49, ListFonts, 2, 0)               \
    X(50, ListFontsWithInfo, 2, 0)       \
    X(51, SetFontPath, 2, 0)             \
    X(52, GetFontPath, 1, 1)             \
    X(53, CreatePixmap, 4, 4)            \
    X(54, FreePixmap, 2, 2)              \
    X(55, CreateGC, 4, 0)                \
    X(56, ChangeGC, 3, 0)                \
    X(57, CopyGC, 4, 4)                  \
    X(58, SetDashes, 3, 0)               \
    X(59, SetClipRectangles, 3, 0)       \
    X(60, FreeGC, 2, 2)                  \
    X(61, ClearArea, 4, 4)               \
    X(62, CopyArea, 7, 7)                \
    X(63, CopyPlane, 8, 8)               \
    X(64, PolyPoint, 3, 0)               \
    X(65, PolyLine, 3, 0)                \
    X(66, PolySegment, 3, 0)             \
    X(67, PolyRectangle, 3, 0)           \
    X(68, PolyArc, 3, 0)                 \
    X(69, FillPoly, 4, 0)                \
    X(70, PolyFillRectangle, 3, 0)       \
    X(71, PolyFillArc, 3, 0)             \
    X(72, PutImage, 6, 0)                \
    X(73, GetImage, 5, 5)                \
    X(74, PolyText8, 4, 0)               \
    X(75, PolyText16, 4, 0)              \
    X(76, ImageText8, 4, 0)              \
    X(77, ImageText16, 4, 0)             \
    X(78, CreateColormap, 4, 4)          \
    X(79, FreeColormap, 2, 2)            \
    X(80, CopyColormapAndFree, 3, 3)     \
    X(81, InstallColormap, 2, 2)         \
    X(82, UninstallColormap, 2, 2)       \
    X(83, ListInstalledColormaps, 2, 2)  \
    X(84, AllocColor, 4, 4)              \
    X(85, AllocNamedColor, 3, 0)         \
    X(86, AllocColorCells, 3, 3)         \
    X(87, AllocColorPlanes, 4, 4)        \
    X(88, FreeColors, 3, 0)              \
    X(89, StoreColors, 2, 0)             \
    X(90, StoreNamedColor, 4, 0)         \
    X(91, QueryColors, 2, 0)             \
    X(92, LookupColor, 3, 0)             \
    X(93, CreateCursor, 8, 8)            \
    X(94, CreateGlyphCursor, 8, 8)       \
    X(95, FreeCursor, 2, 2)              \
    X(96, RecolorCursor, 5, 5)           \
    X(97, QueryBestSize, 3, 3)           \
    X(98, QueryExtension, 2, 0)          \
    X(99, ListExtensions, 1, 1)          \
    X(100, ChangeKeyboardMapping, 2, 0)  \
    X(101, GetKeyboardMapping, 2, 2)     \
    X(102, ChangeKeyboardControl, 2, 0)  \
    X(103, GetKeyboardControl, 1, 1)     \
    X(104, Bell, 1, 1)                   \
    X(105, ChangePointerControl, 3, 3)   \
    X(106, GetPointerControl, 1, 1)      \
    X(107, SetScreenSaver, 3, 3)         \
    X(108, GetScreenSaver, 1, 1)         \
    X(109, ChangeHosts, 2, 0)            \
    X(110, ListHosts, 1, 1)              \
    X(111, SetAccessControl, 1, 1)       \
    X(112, SetCloseDownMode, 1, 1)       \
    X(113, KillClient, 2, 2)             \
    X(114, RotateProperties, 3, 0)       \
    X(115, ForceScreenSaver, 1, 1)       \
    X(116, SetPointerMapping, 1, 0)      \
    X(117, GetPointerMapping, 1, 1)      \
    X(118, SetModifierMapping, 1, 0)     \
    X(119, GetModifierMapping, 1, 1)     \
    X(127, NoOperation, 1, 0)

#define OFS_CORE_PROTOTYPE(opcode, name, min_words, max_words) \
    int ofs_core_##name(struct ofs_client *c, struct ofs_request *r);
OFS_CORE_REQUESTS(OFS_CORE_PROTOTYPE)
#undef OFS_CORE_PROTOTYPE

#endif
