"""What the driver says through GLX under Offstage: renderer, versions of each profile, functions of GL 4.6."""

from __future__ import annotations

import platform
import shutil

from gputest import DRY, PROGRAMS, bare_environment, check, fact, offstage, on_gpu, run, run_all, skip_row, start

WANTED = (("core 4.6", "4.6"), ("compatibility 4.6", "4.6"), ("core 3.3", ""), ("compatibility 3.3", ""),
          ("ES 3.0", "OpenGL ES 3"), ("ES 3.2", "OpenGL ES 3.2"))


def profiles() -> None:
    done = offstage([PROGRAMS / "gpu_info"])
    said = done.said
    check("renderer is the NVIDIA GPU", on_gpu(said.get("default renderer", "")), said.get("default renderer", "none"),
          said.get("vendor", done.problem()), gpu_only=True)
    fact("GL version of a plain context", said.get("default", "none"))
    for key, begins in WANTED:
        text = said.get(key, "")
        check(f"{key} context", bool(text) and text.startswith(begins), text or "none", gpu_only=key.endswith("4.6"))
    allowed = ("no GLX context 4.6",) if DRY else ()
    rest = [line for line in done.failures if line not in allowed]
    check("contexts draw and raise no GL error", not rest, "", "; ".join(rest))
    check("nothing on stderr", not done.errors, "", " / ".join(done.errors[:3]))


def against_bare() -> None:
    """The same strings as bare EGL gives: nothing of the driver's is lost on the way."""
    mine = offstage([PROGRAMS / "gpu_info"]).said
    bare = run([PROGRAMS / "gpu_info", "--bare"], bare_environment())
    different = [f"{key}: {mine.get(key)} / {value}" for key, value in bare.said.items()
                 if not key.startswith("X error") and mine.get(key) != value]
    check("strings and extension counts are bare EGL's", bool(bare.said.get("default")) and not different,
          f"{len(bare.said)} lines", "; ".join(different) or ("" if bare.said else bare.problem()))


def functions() -> None:
    done = offstage([PROGRAMS / "gpu_info", "--procs"])
    check("glXGetProcAddress gives GL 1.1 to 4.6", done.status == 0, done.said.get("functions", ""), done.problem())
    fact("glPolygonOffsetClamp (4.6) when called", done.said.get("glPolygonOffsetClamp", "not called"))


def glxinfo() -> None:
    # Debian's mesa-utils-bin has it under the second name.
    program = shutil.which("glxinfo") or shutil.which(f"glxinfo.{platform.machine()}-linux-gnu")
    if not program:
        skip_row("glxinfo -B", "mesa-utils is not installed")
        return
    done = offstage([program, "-B"])
    renderer = next((line.split(": ", 1)[1] for line in done.lines if line.startswith("OpenGL renderer string")), "")
    core = next((line.split(": ", 1)[1] for line in done.lines if "core profile version string" in line), "none")
    check("glxinfo -B names the NVIDIA GPU", done.status == 0 and on_gpu(renderer), renderer, done.problem(), gpu_only=True)
    check("glxinfo -B: core profile 4.6", core.startswith("4.6"), core, gpu_only=True)


if __name__ == "__main__":
    start(["gpu_info"])
    run_all([profiles, against_bare, functions, glxinfo])
