"""A window with four samples a pixel is seen as a screen shows it, in pictures and by the program: edges have levels between.

    run_samples.py --build BUILD PYTHON
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import pictures
from harness import Failure, Program, check_stderr, clean_environment, offstage_command, python_needs, report

SIZE = 128
PROGRAM = """
import sys
import pyglet
from pyglet import gl
samples = int(sys.argv[1])
config = gl.Config(double_buffer=True, sample_buffers=int(samples > 0), samples=samples)
window = pyglet.window.Window(%d, %d, config=config)
corners = pyglet.shapes.Triangle(3, 3, 120, 40, 30, 121, color=(255, 255, 255))
@window.event
def on_draw():
    window.clear()
    corners.draw()
    read = pyglet.image.get_buffer_manager().get_color_buffer().get_image_data()
    with open(sys.argv[2], "wb") as file:
        file.write(read.get_data("RGB", -3 * read.width))
pyglet.app.run()
""" % (SIZE, SIZE)


def levels(build: Path, python: str, samples: int, path: Path) -> set[int]:
    """Of red, in the picture, which is what the program read itself."""
    own = path.with_suffix(".rgb")
    command = offstage_command(build, ["--frames", "3", "--shot", str(path)],
                               [python, "-c", PROGRAM, str(samples), str(own)])
    program = Program(command, clean_environment())
    try:
        status = program.finish()
    finally:
        program.kill()
    if status != 0:
        raise Failure(f"{samples} samples: exit status {status}, stderr {program.errors[-5:]}")
    check_stderr(program.errors)
    picture = pictures.read(path)
    read = own.read_bytes()
    for y in range(SIZE):
        for x in range(SIZE):
            if tuple(read[3 * (y * SIZE + x):][:3]) != tuple(picture.pixel(x, y)):
                raise Failure(f"{samples} samples: at {x},{y} the program reads {read[3 * (y * SIZE + x):][:3].hex()}, "
                              f"and the picture has {picture.pixel(x, y)}")
    return {picture.pixel(x, y)[0] for x in range(SIZE) for y in range(SIZE)}


def check(build: Path, python: str, scratch: Path) -> None:
    plain, smooth = (levels(build, python, samples, scratch / f"{samples}.png") for samples in (0, 4))
    if plain != {0, 255}:
        raise Failure(f"one sample: the levels are {sorted(plain)}")
    if smooth != {0, 64, 128, 191, 255}:
        raise Failure(f"four samples: the levels are {sorted(smooth)}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("python")
    arguments = parser.parse_args()
    python_needs(arguments.python, ["pyglet"])
    failures = []
    with tempfile.TemporaryDirectory() as scratch:
        try:
            check(arguments.build.resolve(), arguments.python, Path(scratch))
        except Failure as failure:
            failures.append(str(failure))
    return report("samples", failures)


if __name__ == "__main__":
    sys.exit(main())
