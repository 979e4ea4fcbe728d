"""Is the library loaded, what draws, and how to start a script under it."""

from __future__ import annotations

import builtins
import os
import shlex
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from . import _native
from .errors import NotLoaded

# Not OFFSTAGE_*: those are the options of the library, which complains about ones that it does not know.
_GUARD = "_OFFSTAGE_REEXEC"


@dataclass(frozen=True)
class Info:
    """What runs in this process. Texts are empty while there is nothing to tell."""

    loaded: bool  #: is the library preloaded?
    version: str  #: of the library
    vendor: str  #: GL_VENDOR of the first context
    renderer: str  #: GL_RENDERER
    gl: str  #: GL_VERSION
    device: str  #: that draws
    reason: str  #: why that device was chosen; without the library: what to do
    kernels: str  #: "avx2", "sse41", "neon" or "scalar"
    readback: str  #: how the last frame was read: "direct", "pbo", "cuda", "memory"
    cuda: str  #: why CUDA captures do not work; empty when they do, or nobody asked
    frames: int  #: shown by this process


class Window(NamedTuple):
    """A window that has drawn a frame and still exists."""

    window: int  #: X11 id, for Capture(window=...)
    width: int  #: of its last frame, in pixels
    height: int
    frames: int


def info() -> Info:
    """What runs here; works without the library too."""
    return Info(**_native.info())


def windows() -> list[Window]:
    """The windows of this process that draw, the largest first.

    Raises:
        NotLoaded: the library is not preloaded.
    """
    return [Window(*row) for row in _native.windows()]


def launcher() -> str | None:
    """Path of the ``offstage`` command: installed with this package, in its build tree, or in PATH."""
    package = Path(__file__).resolve().parent
    for path in (package / "bin" / "offstage", package.parents[1] / "bin" / "offstage"):
        if os.access(path, os.X_OK) and (path.parents[1] / "lib" / "liboffstage.so").exists():
            return str(path)
    return shutil.which("offstage")


def _arguments() -> list[str]:
    """The words that this interpreter was started with."""
    words = getattr(sys, "orig_argv", None)  # since Python 3.10
    if words is None:
        words = [os.fsdecode(word) for word in Path("/proc/self/cmdline").read_bytes().split(b"\0")[:-1]]
    return [sys.executable, *words[1:]]


def _interactive() -> str | None:
    """Why the same command cannot simply be started again, or None."""
    main = sys.modules.get("__main__")
    if hasattr(builtins, "__IPYTHON__") or "ipykernel" in sys.modules:
        return "a notebook's kernel cannot be started again from inside: put the code into a script, and run it with"
    if hasattr(sys, "ps1") or sys.flags.interactive:
        return "an interactive session cannot be started again from inside: start it with"
    if getattr(main, "__spec__", None) is not None:  # python -m, or a folder
        return None
    script = sys.argv[0] if sys.argv else ""
    if script in ("", "-"):
        return "a script that is read from standard input cannot be started again: put it into a file, and run it with"
    if script != "-c" and not os.path.exists(script):
        return f"{script} is not found from the current folder: call require() before changing it, or start with"
    return None


def require(reexec: bool = False) -> None:
    """Make sure that the library is preloaded into this process.

    Args:
        reexec: if it is not, start the same interpreter with the same arguments under ``offstage run``, in place of this
            process. Call it first thing in the script: what ran before runs again.

    Raises:
        NotLoaded: it is not, with the command to use.
    """
    if info().loaded:
        os.environ.pop(_GUARD, None)
        return
    command = launcher()
    line = shlex.join([command or "offstage", "run", "--", *_arguments()])
    if os.environ.get(_GUARD):
        raise NotLoaded(
            "the program was started under offstage, and yet the library is not loaded: is this Python linked statically, "
            f"or of another word size? Try: {line}"
        )
    if not reexec:
        raise NotLoaded(f"the Offstage library is not loaded into this process. Start it with: {line}")
    reason = _interactive()
    if reason is not None:
        raise NotLoaded(f"{reason}: {shlex.join([command or 'offstage', 'run', '--', 'python', '...'])}")
    if command is None:
        raise NotLoaded(
            f"the offstage command is not beside this package and not in PATH. Start the program with: {line}"
        )
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    os.environ[_GUARD] = "1"
    try:
        os.execv(command, [command, "run", "--", *_arguments()])
    except OSError as error:
        del os.environ[_GUARD]
        raise NotLoaded(f"{command} cannot be executed: {error.strerror}") from error
