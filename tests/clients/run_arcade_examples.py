"""Arcade's own examples, unmodified, under Offstage: each draws its frames; still pictures equal those of Xvfb.

    run_arcade_examples.py --build BUILD PYTHON
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import pictures
from harness import Failure, Program, Xvfb, check_stderr, clean_environment, offstage_command, python_needs, report

FRAMES = 30
# Pictures that are the same in every run, and so on every server.
STILL = ("happy_face", "gradients", "drawing_primitives", "array_backed_grid_buffered", "sprite_minimal",
         "drawing_text")
# These move by the clock or place things by chance: they must draw something.
MOVING = ("sprite_collect_coins", "light_demo", "particle_fireworks", "minimap_texture")


def on_xvfb(server: Xvfb, python: str, module: str, path: Path) -> pictures.Picture:
    command = [python, str(Path(__file__).with_name("arcade_still.py")), module, str(FRAMES), str(path)]
    program = Program(command, clean_environment(DISPLAY=server.display))
    try:
        status = program.finish()
    finally:
        program.kill()
    if status != 0 or not path.exists():
        raise Failure(f"on Xvfb: exit status {status}, stderr {program.errors[-3:]}")
    return pictures.read(path)


def under_offstage(build: Path, python: str, module: str, shot: Path, gpu: str) -> pictures.Picture:
    options = ["--gpu", gpu, "--frames", str(FRAMES), "--shot", str(shot)]
    program = Program(offstage_command(build, options, [python, "-m", module]),
                      clean_environment(PYTHONWARNINGS="ignore"))  # of slow drawing functions
    try:
        status = program.finish()
    finally:
        program.kill()
    if status != 0:
        raise Failure(f"exit status {status}, stderr {program.errors[-3:]}")
    check_stderr(program.errors)
    if program.lines:
        raise Failure(f"stdout holds {program.lines[:3]}")
    return pictures.read(shot)


def check(build: Path, python: str, name: str, server: Xvfb | None, scratch: Path) -> str | None:
    module = f"arcade.examples.{name}"
    try:
        # To be equal to Xvfb's, a picture must come from the same renderer.
        gpu = "software" if server else "auto"
        picture = under_offstage(build, python, module, scratch / f"{name}.png", gpu)
        if picture.colors() < 2:
            return f"{name}: a picture of one colour"
        if server:
            oracle = on_xvfb(server, python, module, scratch / f"{name}.ppm")
            if text := pictures.difference(picture, oracle):
                keep = build / "tests" / "clients" / "failed"
                keep.mkdir(parents=True, exist_ok=True)
                pictures.write_ppm(picture, keep / f"{name}-offstage.ppm")
                pictures.write_ppm(oracle, keep / f"{name}-xvfb.ppm")
                return f"{name}: unlike Xvfb's picture: {text} (see {keep})"
    except (Failure, ValueError, OSError) as failure:
        return f"{name}: {failure}"
    print(f"{name}: {picture.width}x{picture.height}{', equal to the picture on Xvfb' if server else ''}")
    return None


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--only", help="one example")
    parser.add_argument("python")
    options = parser.parse_args()
    python_needs(options.python, ["arcade"])
    failures = []
    with tempfile.TemporaryDirectory() as scratch, Xvfb() as server:
        for name in STILL + MOVING:
            if options.only in (None, name):
                oracle = server if name in STILL else None
                failures.append(check(options.build, options.python, name, oracle, Path(scratch)))
    return report("arcade examples", [failure for failure in failures if failure])


if __name__ == "__main__":
    sys.exit(main())
