"""Names of keys, as X has them: ``keys.Left`` is "Left", ``keys.space`` is "space".

A name stands for a key, not for a character: "A" and "a" are the same key, and "exclam" is the key of "1". Whoever
wants a capital letter holds "Shift_L" with it, or types an :class:`offstage.actions.Text`.
"""

from __future__ import annotations

import difflib
import functools

from . import _native
from .errors import UnknownKey

# What other libraries and people call them. Compared without case, spaces, "_" and "-", and without these beginnings.
_PREFIXES = ("glfwkey", "sdlk", "sdlscancode", "xk", "key", "k")
_ALIASES = {
    "Escape": "esc",
    "Return": "enter ret newline",
    "space": "spacebar spc",
    "Left": "arrowleft leftarrow",
    "Right": "arrowright rightarrow",
    "Up": "arrowup uparrow",
    "Down": "arrowdown downarrow",
    "Control_L": "ctrl control lctrl leftctrl leftcontrol lcontrol ctrll ctrlleft controlleft",
    "Control_R": "rctrl rightctrl rightcontrol rcontrol ctrlr ctrlright controlright",
    "Shift_L": "shift lshift leftshift shiftleft",
    "Shift_R": "rshift rightshift shiftright",
    "Alt_L": "alt lalt leftalt altleft option loption",
    "Alt_R": "ralt rightalt altright altgr roption",
    "Super_L": "super win windows cmd command lsuper lwindows lcommand leftsuper",
    "Super_R": "rsuper rwindows rcommand rightsuper",
    "Meta_L": "meta lmeta",
    "Page_Up": "pgup pgu",
    "Page_Down": "pgdn pgdown",
    "Delete": "del",
    "Insert": "ins",
    "BackSpace": "bksp back bs",
    "Caps_Lock": "caps",
    "Num_Lock": "numlk",
    "Print": "printscreen prtsc sysreq",
    "Pause": "pausebreak",
    "period": ". dot fullstop",
    "comma": ",",
    "minus": "- dash hyphen",
    "plus": "+",
    "equal": "= equals",
    "slash": "/ forwardslash",
    "backslash": "\\",
    "semicolon": ";",
    "colon": ":",
    "apostrophe": "' quote singlequote",
    "quotedbl": '" doublequote',
    "grave": "` backtick backquote graveaccent tilde",
    "bracketleft": "[ lbracket leftbracket lsquarebracket",
    "bracketright": "] rbracket rightbracket rsquarebracket",
    "KP_Enter": "numpadenter numenter",
    "KP_Add": "kpplus numpadadd numadd",
    "KP_Subtract": "kpminus numpadsubtract numsubtract",
    **{f"KP_{digit}": f"num{digit} numpad{digit}" for digit in range(10)},
    **{f"{digit}": f"digit{digit}" for digit in range(10)},
}


def names() -> list[str]:
    """Every name, sorted."""
    return sorted(_keysyms())


def check(name: object) -> str:
    """The name itself.

    Raises:
        UnknownKey: no key is called so; the sentence suggests what may be meant.
    """
    if isinstance(name, str) and name in _keysyms():
        return name
    raise UnknownKey(_unknown(name))


def keysym(name: object) -> int:
    """The X keysym by which its key is found. Of a letter, the small one's.

    Raises:
        UnknownKey: no key is called so.
    """
    checked = check(name)
    if len(checked) == 1:
        checked = checked.lower()
    return _keysyms()[checked]


@functools.lru_cache(maxsize=None)
def _keysyms() -> dict[str, int]:
    return dict(_native.keysyms())


@functools.lru_cache(maxsize=None)
def _nicknames() -> dict[str, str]:
    found: dict[str, str] = {}
    for key, nicknames in _ALIASES.items():
        if key in _keysyms():
            found.update({_plain(nickname): key for nickname in nicknames.split()})
    # A name written with other capitals or signs counts before any nickname; "A" before "a" would be odd.
    found.update(
        {_plain(key): key for key in sorted(_keysyms(), key=lambda key: (len(key) == 1 and key.islower(), key))}
    )
    found[" "] = "space"
    return found


def _plain(name: str) -> str:
    bare = name.lower().replace("_", "").replace("-", "").replace(" ", "")
    return bare or name


def suggestion(name: str) -> str | None:
    """The key that may be meant, or None."""
    plain, nicknames = _plain(name), _nicknames()
    candidates = [plain, *(plain[len(prefix) :] for prefix in _PREFIXES if plain.startswith(prefix))]
    for candidate in candidates:
        if candidate in nicknames:
            return nicknames[candidate]
    near = difflib.get_close_matches(plain, nicknames, n=1, cutoff=0.7)
    return nicknames[near[0]] if near else None


def _unknown(name: object) -> str:
    if not isinstance(name, str):
        return f"a key is named by a string, such as 'Left', not by {name!r} ({type(name).__name__})"
    near = suggestion(name)
    if near is not None:
        return f"no key is called {name!r}; did you mean {near!r}?"
    return f"no key is called {name!r}; offstage.keys.names() has them all"


def __getattr__(name: str) -> str:
    if name.startswith("__"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return check(name)
    except UnknownKey as error:
        raise AttributeError(str(error)) from None


def __dir__() -> list[str]:
    return sorted({"check", "keysym", "names", "suggestion", *(name for name in _keysyms() if name.isidentifier())})
