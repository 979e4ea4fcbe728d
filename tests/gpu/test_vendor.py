"""The driver's EGL library where libglvnd does not find it by itself: no vendor file, or file or driver elsewhere."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import gputest
from gputest import (DRY, JSON_FOLDERS, PROGRAMS, can_load, check, environment, fact, on_gpu, offstage_words, run, run_all,
                     scratch, skip_row, start)

DRAW = [PROGRAMS / "gpu_info", "--draw"]
UNSET = {name: None for name in gputest.CHOOSING}


def drawn(name: str, command: list, env: dict) -> None:
    done = run(command, env)
    check(name, done.status == 0 and on_gpu(done.said.get("renderer", "")), done.said.get("renderer", "nothing drawn"),
          done.problem(), gpu_only=True)


def vendor_files() -> list[Path]:
    return [path for folder in JSON_FOLDERS for path in sorted(Path(folder).glob("*.json"))
            if "libEGL_nvidia" in path.read_text(errors="replace")]


def as_it_is() -> None:
    files = vendor_files()
    fact("vendor files that name NVIDIA's library", ", ".join(map(str, files)) or "none")
    fact("libEGL_nvidia.so.0 loads as", can_load("libEGL_nvidia.so.0") or "nothing")
    drawn("no variable set, " + ("vendor file in its folder" if files else "no vendor file"), offstage_words(DRAW),
          environment(**UNSET))


def hidden() -> None:
    """Both folders hidden under empty file systems, in a mount namespace of its own: no root needed."""
    if not vendor_files() and not DRY:
        skip_row("vendor files hidden", "there are none: the case above is this one")
        return
    hide = " && ".join(f"mount -t tmpfs none {folder}" for folder in JSON_FOLDERS if os.path.isdir(folder))
    words = ["unshare", "--user", "--map-root-user", "--mount", "/bin/sh", "-c"]
    try:
        can = subprocess.run([*words, hide or "true"], capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        can = False
    if not can:
        skip_row("vendor files hidden", "no user namespaces here")
        return
    drawn("vendor files hidden", [*words, f'{hide or "true"} && exec "$@"', "sh", *offstage_words(DRAW)],
          environment(**UNSET))


def elsewhere() -> None:
    library = can_load("libEGL_nvidia.so.0")
    if not library and not DRY:
        skip_row("vendor file elsewhere", "libEGL_nvidia.so.0 cannot be loaded by name or from the usual folders")
        return
    file = scratch() / "vendor.json"
    file.write_text(json.dumps({"file_format_version": "1.0.0", "ICD": {"library_path": library}}))
    drawn("vendor file elsewhere, named by the variable", offstage_words(DRAW),
          environment(**{**UNSET, gputest.CHOOSING[0]: str(file)}))
    folder = scratch() / "vendors"
    folder.mkdir()
    (folder / "10_nvidia.json").write_text(file.read_text())
    drawn("folder of vendor files elsewhere, named by the variable", offstage_words(DRAW),
          environment(**{**UNSET, gputest.CHOOSING[1]: str(folder)}))


def unusual_folder() -> None:
    """The driver's libraries by links in a folder that only LD_LIBRARY_PATH names."""
    source = can_load("libEGL_nvidia.so.0")
    folders = [Path(path) for path in gputest.LIBRARY_FOLDERS if (Path(path) / "libEGL_nvidia.so.0").exists()]
    if not source or not folders:
        skip_row("driver in an unusual folder", "its libraries lie in none of the usual ones")
        return
    target = scratch() / "driver"
    target.mkdir()
    for path in folders[0].iterdir():
        if "nvidia" in path.name or path.name.startswith(("libcuda", "libnvcuvid")):
            (target / path.name).symlink_to(path)
    drawn("driver in a folder of LD_LIBRARY_PATH", offstage_words(DRAW),
          environment(**{**UNSET, "LD_LIBRARY_PATH": f"{target}:{os.environ.get('LD_LIBRARY_PATH', '')}".rstrip(":")}))


def nowhere() -> None:
    """Somebody chose a file that is not there: no renderer is left, and one line says so."""
    done = run(offstage_words(DRAW, "auto"), environment(**{**UNSET, gputest.CHOOSING[0]: "/nonexistent.json"}))
    check("a chosen vendor file that is not there is an error", done.status == 125 and len(done.errors) == 1,
          f"exit {done.status}", " / ".join(done.errors[:3]))


if __name__ == "__main__":
    start(["gpu_info"])
    run_all([as_it_is, hidden, elsewhere, unusual_folder, nowhere])
