"""Who may include whom in shim/, and the README's table of options. Usage: includes.py ROOT OFFSTAGE"""

import pathlib
import re
import subprocess
import sys

# Folder: what its files may include besides their own folder and the system's headers. A name without ".h" is a folder.
# Nothing points upward; only pipeline.c, which composes, may see everything.
RULES = {
    "util": [],
    "x11": ["util"],
    "egl": ["util", "hook/real.h", "hook/rules.h"],           # the real dlopen, and whose call it is
    "glx": ["util", "egl", "hook/real.h", "x11/xview.h"],     # of X only the narrow view
    "egl/x11": ["util", "egl", "glx", "x11/xview.h", "hook/real.h", "hook/rules.h"],  # stands on glx's object model
    "capture": ["util", "egl", "glx/observer.h"],             # the interface it implements
    "tensor": ["util", "kernels/plan.h", "capture/frame.h", "capture/readback.h", "capture/pbo.h", "capture/texture.h", "capture/capture.h",
               "client/table.h", "cuda/cuda_api.h"],
    "lockstep": ["util", "capture/frame.h", "capture/readback.h", "tensor/tensor.h", "x11/inject.h", "hook/clock/offstage_clock.h",
                 "gym_bridge/channel/channel.h", "gym_bridge/channel/cuda_ipc.h"],
    "client": ["kernels/plan.h"],                             # and the public headers
    "cuda": ["util/status.h", "kernels"],
    "include": [],
    "hook": ["util", "x11/serve.h", "glx/glx.h", "egl/egl.h"],  # entry headers
    "launcher": ["util", "capture/script.h", "capture/session.h", "capture/shot.h", "x11/keymap/keymap.h"],  # names of the keys, to check scripts
}


def module_of(path, top):
    """The row for a file or an include, "egl/x11/eglx.h": the innermost folder that has one."""
    folders = path.split("/")[:-1]
    return next(("/".join(folders[:n]) for n in range(len(folders), 0, -1) if "/".join(folders[:n]) in RULES), top)


def check_includes(shim):
    bad = []
    for folder in sorted(path.name for path in shim.iterdir() if path.is_dir()):
        if folder not in RULES:
            bad.append(f"shim/{folder}: no rule for this folder in {__file__}")
            continue
        for path in sorted((shim / folder).rglob("*.[ch]")):
            own = module_of(str(path.relative_to(shim)), folder)
            for name in re.findall(r'^\s*#\s*include\s+"([^"]+)"', path.read_text(), re.M):
                top = module_of(name, name.split("/")[0]) if "/" in name else own
                if top != own and top not in RULES[own] and name not in RULES[own]:
                    bad.append(f"{path.relative_to(shim.parent)} includes {name}")
    return bad


def check_readme(root, offstage):
    readme = root / "README.md"
    if not readme.exists():
        return []
    text = readme.read_text()
    shown = subprocess.run([offstage, "run", "--help"], check=True, capture_output=True, text=True).stdout
    words = re.findall(r"^  (--[a-z]+|OFFSTAGE_[A-Z_]+)", shown, re.M)
    unknown = set(re.findall(r"OFFSTAGE_[A-Z_]+", text)) - set(words) - {"OFFSTAGE_REQUIRE"}
    for internal in ("OFFSTAGE_SESSION", "OFFSTAGE_CHANNEL", "OFFSTAGE_HOOK", "OFFSTAGE_REPORT"):
        words.remove(internal)  # set by the launcher, or by a learner
        unknown.discard(internal)
    return [f"README.md does not tell of {word}" for word in words if word not in text] + [
        f"README.md tells of {word}, which does not exist" for word in sorted(unknown)]


if __name__ == "__main__":
    root = pathlib.Path(sys.argv[1])
    problems = check_includes(root / "shim") + check_readme(root, sys.argv[2])
    print("\n".join(problems))
    sys.exit(1 if problems else 0)
