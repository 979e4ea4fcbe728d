"""Games and toolkits on the GPU: Arcade's happy face and examples/brick_dodge.py, pyglet, pygame and GLFW. Their
pictures are those of the software renderer within the tolerance of pixels.py.

    test_games.py [--record FOLDER]      record the software renderer's drawings instead"""

from __future__ import annotations

import sys
from pathlib import Path

import pixels
from gputest import (DRY, ROOT, check, environment, fact, keep, on_gpu, python_with, row, run_all, scratch, skip_row,
                     start, with_stats)
from pixels import SHARE, Drawing, Reference

HERE = Path(__file__).resolve().parent
# Name, modules that it needs, arguments, the frame that is compared. The brick game moves by the clock: its first frame.
GAMES = (
    ("arcade happy face", ("arcade",), ["-m", "arcade.examples.happy_face"], 3),
    ("brick game", ("arcade",), [ROOT / "examples" / "brick_dodge.py", "--seed", "1"], 1),
    ("pyglet", ("pyglet",), [HERE / "toolkits.py", "pyglet"], 3),
    ("pygame", ("pygame", "OpenGL"), [HERE / "toolkits.py", "pygame"], 3),
    ("GLFW", ("glfw", "OpenGL"), [HERE / "toolkits.py", "glfw"], 3),
)


def draw(python: str, arguments: list, frame: int, gpu: str | None) -> tuple[Drawing, dict]:
    shot = scratch() / "shot.png"
    shot.unlink(missing_ok=True)
    options = ["--size", "1280x960", "--frames", str(frame), "--shot", str(shot), "--timeout", "100"]
    done, stats = with_stats([python, *arguments], gpu, options)
    pictures = [pixels.read(shot)] if shot.exists() else []
    return Drawing(done.status, done.lines, done.errors, pictures), stats


def one(name: str, modules: tuple, arguments: list, frame: int, reference: Reference) -> None:
    python = python_with(*modules)
    if not python:
        skip_row(name, f"no Python here has {' and '.join(modules)}")
        return
    actual, stats = draw(python, arguments, frame, None)
    keep(scratch() / "shot.png", f"pictures/{name.replace(' ', '-')}.png")
    check(f"{name}: draws on the GPU", actual.status == 0 and on_gpu(stats.get("gl_renderer", "")),
          stats.get("gl_renderer", "nothing drawn"), " / ".join(actual.errors[-3:]) or stats.get("gl_version", ""),
          gpu_only=True)
    check(f"{name}: exit status, and nothing on stderr", actual.status == 0 and not actual.errors,
          f"exit {actual.status}", " / ".join(actual.errors[-3:]))
    check(f"{name}: shows something", bool(actual.pictures) and actual.pictures[0].colors() >= 3,
          f"{actual.pictures[0].colors() if actual.pictures else 0} colours")
    expected = reference.get(f"game-{name.replace(' ', '-')}", lambda gpu: draw(python, arguments, frame, gpu)[0])
    if expected is None:
        skip_row(f"{name}: compared with software", reference.why_none() or "not recorded")
        return
    holds, figure, note = pixels.judge(name.replace(" ", "-"), actual.pictures, expected.pictures, SHARE)
    row(f"{name}: picture", "pass" if holds else "fail", figure, note)


def played() -> None:
    """A few seconds of play with keys: it goes on, and how fast it goes."""
    python = python_with("arcade")
    if not python:
        skip_row("brick game, played", "no Python here has arcade")
        return
    keys = ["--input", str(ROOT / "examples" / "brick_dodge.input")]
    options = ["--lockstep", "60", "--frames", "60" if DRY else "1000", *keys]
    done, stats = with_stats([python, ROOT / "examples" / "brick_dodge.py", "--seed", "1"], None, options)
    check("brick game, played with keys", done.status == 0, f"{stats.get('frames', 0)} frames",
          " / ".join(done.errors[-3:]))
    fact("brick game", f"{stats.get('frames_per_second', 0):.0f} frames/s, first frame after "
         f"{stats.get('first_frame_ms', 0):.0f} ms")


def record(folder: Path) -> None:
    for name, modules, arguments, frame in GAMES:
        python = python_with(*modules)
        if python:
            pixels.save(draw(python, arguments, frame, "software")[0], folder / f"game-{name.replace(' ', '-')}")
        else:
            print(f"{name}: not recorded, no Python here has {' and '.join(modules)}")


def games() -> None:
    reference = Reference()
    for game in GAMES:
        one(*game, reference)


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "--record":
        record(Path(sys.argv[2]))
        sys.exit(0)
    start()
    run_all([games, played])
