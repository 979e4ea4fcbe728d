"""A hook file, inside the game that it looks into.

Python starts ``_site/sitecustomize.py``, which calls :func:`install`. The file itself is loaded when the learner takes its
first turn: by then the game's modules are there. It may define any of::

    def setup(game): ...                     # once, before the first of the others
    def reset(game, seed): ...               # for reset="hook": begin a new episode, shown in the next frame
    def observe(game) -> dict | None: ...    # any of the keys "reward", "terminated", "truncated", "info"
    def reward(game) -> float: ...           # or each by itself
    def terminated(game) -> bool: ...
    def truncated(game) -> bool: ...
    def info(game) -> dict: ...

They are called by the thread that shows the frame, inside its swap of buffers: ``reset`` when the learner wants a new
episode, the others once for each observation that the learner is about to see. ``reward`` is what was earned since the
observation before.
"""

from __future__ import annotations

import atexit
import gc
import importlib.util
import os
import sys
import weakref
from types import ModuleType, TracebackType
from typing import Any

from . import _native
from ._report import report
from .errors import OutOfMemory, PlanError, ReportFailed

_PARTS = ("reward", "terminated", "truncated", "info")
_FUNCTIONS = ("setup", "reset", "observe", *_PARTS)


class Game:
    """What a hook's functions are given."""

    def __init__(self) -> None:
        self.frames = 0  #: that the game has shown so far
        self._found: dict[object, weakref.ref[Any]] = {}

    @property
    def main(self) -> ModuleType:
        """The game's main module."""
        return sys.modules["__main__"]

    def find(self, kind: type | str) -> Any:
        """The only instance of a class that is alive; looked for once, and again when it is gone.

        Args:
            kind: the class, or its name, with or without its module: "Level", "game.levels.Level". Instances of classes
                that are derived from it count, too.

        Raises:
            LookupError: there is none, or more than one.
        """
        known = self._found.get(kind)
        one = known() if known is not None else None
        if one is not None:
            return one
        alive = [each for each in gc.get_objects() if _is_a(each, kind)]
        name = kind if isinstance(kind, str) else kind.__name__
        if len(alive) != 1:
            hint = "" if alive else "; instances of classes that hold no other objects cannot be found"
            raise LookupError(f"{len(alive)} instances of {name} are alive, where one is expected{hint}")
        try:
            self._found[kind] = weakref.ref(alive[0])
        except TypeError:  # its class has __slots__
            pass
        return alive[0]

    def report(self, **what: Any) -> bool:
        """As :func:`offstage.report`."""
        return _tell(**what)


def _tell(**what: Any) -> bool:
    """The learner gets one exception for what cannot be reported, whoever found out: this end, or its own."""
    try:
        return report(**what)
    except (OutOfMemory, PlanError) as error:
        raise ReportFailed(str(error)) from None


def _is_a(value: object, kind: type | str) -> bool:
    # type() and not isinstance(): what lies about its class may run code, or not be alive at all (weakref.proxy).
    classes = type.__dict__["__mro__"].__get__(type(value))
    if not isinstance(kind, str):
        return kind in classes
    return any(each.__name__ == kind or f"{each.__module__}.{each.__qualname__}" == kind for each in classes)


class Hook:
    """The hook file at work."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.game = Game()
        self.module: ModuleType | None = None
        self.failed: str | None = None  # what setup() or loading raised: it is told at every turn

    def take_turn(self, kind: int, seed: int, frames: int) -> str | None:
        """Called by the library; returns what went wrong."""
        self.game.frames = frames
        if self.failed is not None:
            return self.failed
        try:
            if self.module is None:
                self.load()
            if kind == _native.TURN_RESET:
                self.reset(seed)
            else:
                self.observe()
        except BaseException as error:  # nothing may pass through the game's swap, not even SystemExit
            sentence = self.sentence(error)
            if self.module is None:
                self.failed = sentence
            return sentence
        return None

    def load(self) -> None:
        # Python's copy of the environment, for programs that the game starts with it; the library has seen to the other.
        for name in ("OFFSTAGE_CHANNEL", "OFFSTAGE_HOOK"):
            if name in os.environ:
                os.environ[name] = ""
        spec = importlib.util.spec_from_file_location("offstage_hook", self.path)
        if spec is None or spec.loader is None:
            raise ImportError(f"{self.path} is not a Python file")
        module = importlib.util.module_from_spec(spec)
        sys.modules["offstage_hook"] = module
        spec.loader.exec_module(module)
        if not any(callable(getattr(module, name, None)) for name in _FUNCTIONS):
            raise ImportError(f"it defines none of {', '.join(_FUNCTIONS)}")
        if hasattr(module, "setup"):
            module.setup(self.game)
        self.module = module

    def reset(self, seed: int) -> None:
        function = getattr(self.module, "reset", None)
        if function is None:
            raise LookupError('it has no function reset(game, seed), which reset="hook" calls')
        function(self.game, seed)

    def observe(self) -> None:
        found: dict[str, Any] = {}
        function = getattr(self.module, "observe", None)
        if function is not None:
            answer = function(self.game)
            if answer is not None:
                found.update(answer)
            strange = set(found) - set(_PARTS)
            if strange:
                raise KeyError(f"observe() returned {', '.join(sorted(map(str, strange)))}; known are {', '.join(_PARTS)}")
        for name in _PARTS:
            function = getattr(self.module, name, None)
            if function is not None:
                found[name] = function(self.game)
        if found:
            _tell(**{name: value for name, value in found.items() if value is not None})

    def sentence(self, error: BaseException) -> str:
        """Type, text and place of an exception; the place is the last line of the hook's own file."""
        if isinstance(error, SyntaxError) and error.filename == self.path:
            return f"{type(error).__name__}: {error.msg} ({self.path}, line {error.lineno})"
        line, trace = None, error.__traceback__
        while isinstance(trace, TracebackType):
            if trace.tb_frame.f_code.co_filename == self.path:
                line = trace.tb_lineno
            trace = trace.tb_next
        place = self.path if line is None else f"{self.path}, line {line}"
        return f"{type(error).__name__}: {error} ({place})"


def install(path: str) -> None:
    """Have the hook file's functions called when a learner plays this process."""
    hook = Hook(os.path.abspath(path))
    _native.on_turn(hook.take_turn)
    atexit.register(_native.on_turn, None)  # a swap while the interpreter ends finds nothing to call
