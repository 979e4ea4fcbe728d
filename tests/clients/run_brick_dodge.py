"""examples/brick_dodge.py under Offstage: it draws, its keys steer, Escape ends it.

    run_brick_dodge.py --build BUILD --examples FOLDER PYTHON
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import pictures
from harness import Failure, Program, check_stderr, clean_environment, offstage_command, python_needs, report

FRAMES = 240


def run(build: Path, options: list[str], command: list[str]) -> None:
    program = Program(offstage_command(build, options, command), clean_environment())
    try:
        status = program.finish()
    finally:
        program.kill()
    if status != 0:
        raise Failure(f"exit status {status}, stderr {program.errors[-5:]}")
    check_stderr(program.errors)
    if program.lines:
        raise Failure(f"stdout holds {program.lines[:3]}")


def panel_is_shown(picture: pictures.Picture) -> bool:
    """The "game over" panel darkens both edges of the screen at its height; bricks and sky are brighter."""
    edge = [picture.pixel(x, y) for x in (1, 478) for y in range(260, 380, 10)]
    return all(max(pixel) < 60 for pixel in edge)


def check(build: Path, examples: Path, python: str, scratch: Path) -> None:
    game = [python, str(examples / "brick_dodge.py"), "--seed", "1"]
    played, again, still = scratch / "played.png", scratch / "again.png", scratch / "still.png"
    # In lockstep a frame is a tick of the game on every machine, so the script meets the gaps.
    limits = ["--lockstep", "60", "--frames", str(FRAMES), "--shot"]
    keys = ["--input", str(examples / "brick_dodge.input")]
    run(build, [*limits, str(played), *keys], game)
    run(build, [*limits, str(again), *keys], game)
    run(build, [*limits, str(still)], game)
    for path, over in ((played, False), (still, True)):
        picture = pictures.read(path)
        if (picture.width, picture.height) != (480, 640) or picture.colors() < 200:
            raise Failure(f"{path.name}: {picture.width}x{picture.height} with {picture.colors()} colours")
        if panel_is_shown(picture) != over:
            raise Failure(f"{path.name}: after {FRAMES} frames the game must {'be over' if over else 'go on'}")
    if played.read_bytes() != again.read_bytes():
        raise Failure("the same keys gave two pictures")
    script = scratch / "escape"
    script.write_text("30 key Escape\n")
    run(build, ["--input", str(script)], game)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--examples", type=Path, required=True)
    parser.add_argument("python")
    options = parser.parse_args()
    python_needs(options.python, ["arcade"])
    failures = []
    with tempfile.TemporaryDirectory() as scratch:
        try:
            check(options.build, options.examples, options.python, Path(scratch))
        except (Failure, ValueError, OSError) as failure:
            failures = [str(failure)]
    return report("brick_dodge", failures)


if __name__ == "__main__":
    sys.exit(main())
