"""glxinfo, glxgears, es2gears and the other X11 programs of mesa-utils under Offstage.

    run_mesa_utils.py --build BUILD
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
from pathlib import Path

import pictures
from harness import Failure, Program, check_stderr, clean_environment, offstage_command, report, skip


def run(build: Path, options: list[str], command: list[str]) -> Program:
    program = Program(offstage_command(build, options, command), clean_environment())
    try:
        status = program.finish()
    finally:
        program.kill()
    if status != 0:
        raise Failure(f"{command[0]}: exit status {status}, stdout {program.lines[-3:]}, stderr {program.errors[-3:]}")
    check_stderr(program.errors)
    return program


def glxinfo(build: Path, scratch: Path) -> None:
    lines = [line.strip() for line in run(build, [], ["glxinfo", "-B"]).lines]
    text = "\n".join(lines)
    for wanted in ("direct rendering: Yes", "OpenGL renderer string: ", "OpenGL core profile version string: ",
                   "OpenGL ES profile version string: "):
        if wanted not in text:
            raise Failure(f"glxinfo -B does not say {wanted!r}: {lines}")
    for profile in ("core", "compat"):
        found = re.search(rf"Max {profile} profile version: (\d+)\.(\d+)", text)
        if not found or (int(found[1]), int(found[2])) < (4, 5):
            raise Failure(f"glxinfo -B: {profile} profile below 4.5: {lines}")
    print(re.search("OpenGL renderer string: .*", text)[0])


def glxinfo_all(build: Path, scratch: Path) -> None:
    """The long form makes contexts of every kind and lists all configurations."""
    text = "\n".join(run(build, [], ["glxinfo", "-v"]).lines)
    if "GLXFBConfigs:" not in text or "GLX Visuals" not in text:
        raise Failure("glxinfo -v lists no visuals or no configurations")


def is_gears(picture: pictures.Picture) -> bool:
    """A gear of each colour is there: red, green, blue."""
    return all(any(is_color(picture.pixel(x, y)) for x in range(picture.width) for y in range(picture.height))
               for is_color in (lambda p: p[0] > 150 and p[1] < 60, lambda p: p[1] > 150 and p[0] < 60,
                                lambda p: p[2] > 150 and p[0] < 80))


def gears(build: Path, scratch: Path) -> None:
    """300x300, closed by the frame limit; and ended by its own key, with its own exit status."""
    shot = scratch / "gears.png"
    run(build, ["--frames", "50", "--shot", str(shot)], ["glxgears"])
    picture = pictures.read(shot)
    if (picture.width, picture.height) != (300, 300) or picture.colors() < 100:
        raise Failure(f"glxgears: picture of {picture.width}x{picture.height} with {picture.colors()} colours")
    if not is_gears(picture):
        raise Failure("glxgears: a gear is missing")
    script = scratch / "escape"
    script.write_text("40 key Escape\n")
    run(build, ["--input", str(script)], ["glxgears"])


def es2gears(build: Path, scratch: Path) -> None:
    """OpenGL ES 2 by EGL: closed by the frame limit, resized by a script."""
    script, shot = scratch / "resize", scratch / "es2gears.png"
    script.write_text("20 resize 400 200\n")
    run(build, ["--frames", "50", "--shot", str(shot), "--input", str(script)], ["es2gears_x11"])
    picture = pictures.read(shot)
    if (picture.width, picture.height) != (400, 200) or not is_gears(picture):
        raise Failure(f"es2gears_x11: picture of {picture.width}x{picture.height}, gears {is_gears(picture)}")


def eglinfo(build: Path, scratch: Path) -> None:
    """Its part about X11 lists configs with a visual; es2_info makes a context on a window."""
    program = Program(offstage_command(build, [], ["eglinfo"]), clean_environment())
    try:
        program.finish()  # its status depends on platforms that are none of ours
    finally:
        program.kill()
    text = "\n".join(program.lines)
    part = text[text.find("X11 platform:"):]
    if len(re.findall(r"^0x\w+ .*0x2[12]TC .*win,pb,pix", part, re.M)) < 4:
        raise Failure(f"eglinfo lists too few configs for X11: {part[:2000]}")
    if "GL_VERSION: OpenGL ES 3" not in "\n".join(run(build, [], ["es2_info"]).lines):
        raise Failure("es2_info does not say OpenGL ES 3")


def glxheads(build: Path, scratch: Path) -> None:
    shot = scratch / "heads.png"
    run(build, ["--seconds", "2", "--shot", str(shot)], ["glxheads"])
    if pictures.read(shot).colors() < 2:
        raise Failure("glxheads: a picture of one colour")


CHECKS = {"glxinfo": glxinfo, "glxinfo -v": glxinfo_all, "glxgears": gears, "glxheads": glxheads, "es2gears": es2gears,
          "eglinfo": eglinfo}


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=Path, required=True)
    options = parser.parse_args()
    for program in ("glxinfo", "glxgears", "glxheads", "es2gears_x11", "eglinfo", "es2_info"):
        if shutil.which(program) is None:
            skip(f"{program} is not installed (mesa-utils)")
    failures = []
    with tempfile.TemporaryDirectory() as scratch:
        for name, check in CHECKS.items():
            try:
                check(options.build, Path(scratch))
            except (Failure, ValueError, OSError) as failure:
                failures.append(f"{name}: {failure}")
    return report("mesa-utils", failures)


if __name__ == "__main__":
    sys.exit(main())
