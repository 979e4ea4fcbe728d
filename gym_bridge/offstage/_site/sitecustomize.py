"""Started by Python itself, before the game, in processes that have OFFSTAGE_HOOK: see offstage/_hook.py.

This file stands in for any other sitecustomize, so it runs that one, too. It has to be readable by every Python; what it
loads needs 3.9. Python reads no such file with -S, and with -I or -E it does not look here: then there is no hook, and the
learner is told so.
"""

import os
import sys

_here = os.path.dirname(os.path.abspath(__file__))


def _run_next():
    """The sitecustomize that would have been found without this one."""
    before = sys.path[:]
    mine = sys.modules.pop("sitecustomize", None)
    sys.path[:] = [place for place in sys.path if os.path.abspath(place) != _here]
    try:
        __import__("sitecustomize")
    except ImportError as error:
        if getattr(error, "name", None) != "sitecustomize":
            raise
    finally:
        if sys.path == [place for place in before if os.path.abspath(place) != _here]:
            sys.path[:] = before
        if mine is not None:
            sys.modules.setdefault("sitecustomize", mine)


class _Finder(object):
    """Offstage for a game whose Python has none installed. Asked last."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name != "offstage":
            return None
        from importlib.util import spec_from_file_location

        package = os.path.dirname(_here)
        return spec_from_file_location(
            name, os.path.join(package, "__init__.py"), submodule_search_locations=[package]
        )


def _install_hook():
    if not os.environ.get("OFFSTAGE_HOOK") or not os.environ.get("OFFSTAGE_CHANNEL"):
        return
    try:
        if sys.version_info < (3, 9):
            raise RuntimeError("Python 3.9 or newer is needed, and this is %d.%d" % sys.version_info[:2])
        sys.meta_path.append(_Finder)
        from offstage import _hook

        _hook.install(os.environ["OFFSTAGE_HOOK"])
    except Exception as error:
        sys.stderr.write(
            "offstage: the hook %s cannot run in %s: %s\n" % (os.environ["OFFSTAGE_HOOK"], sys.executable, error)
        )


_install_hook()
_run_next()
