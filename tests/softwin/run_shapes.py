"""Draw random scenes of one kind of request on Xvfb and under Offstage, and compare every pixel.

    run_shapes.py --build BUILD KIND
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "clients"))

from harness import (TIMEOUT_S, Failure, Xvfb, check_stderr, clean_environment, offstage_command,  # noqa: E402
                     report, skip)

WIDTH, HEIGHT = 120, 90
SCENE_BYTES = WIDTH * HEIGHT * 4
SEEDS = (1, 2)
SCENES = 200
# The scenes of both seeds that may differ, and the pixels in all of them; shim/x11/DEVIATIONS.md says why. What is not
# here is the same to the last pixel.
TOLERATED: dict[str, tuple[int, int]] = {
    "arcs": (4, 30),
    "dashed_arcs": (80, 500),
    "pies": (5, 20),
    "wide_segments": (2, 6),
    "wide_lines": (2, 6),
    "wide_dashes": (8, 90),
    "wide_arcs": (110, 330),
    "wide_dashed_arcs": (200, 3500),
}


def run(command: list[str], **extra: str) -> list[str]:
    done = subprocess.run(command, env=clean_environment(**extra), stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, errors="replace", timeout=TIMEOUT_S)
    if done.returncode != 0:
        raise Failure(f"status {done.returncode}: {done.stderr.strip()[-500:]}")
    check_stderr(done.stderr.splitlines())
    return done.stdout.splitlines()


def different_pixels(a: bytes, b: bytes) -> int:
    return sum(x != y for x, y in zip(memoryview(a).cast("I"), memoryview(b).cast("I")))


def compare(program: str, kind: str, seed: int, build: Path, display: str, folder: Path) -> list[tuple[int, str]]:
    """The scenes that differ: pixels, and what was drawn."""
    arguments = [program, kind, str(seed), str(SCENES)]
    theirs, ours = folder / "xvfb", folder / "offstage"
    expected = run([*arguments, str(theirs)], DISPLAY=display)
    got = run(offstage_command(build, [], [*arguments, str(ours)]))
    if len(expected) != SCENES or len(got) != SCENES:
        raise Failure(f"{len(expected)} and {len(got)} scenes in place of {SCENES}")
    a, b = theirs.read_bytes(), ours.read_bytes()
    found = []
    for i in range(SCENES):
        if expected[i] != got[i]:
            part = slice(i * SCENE_BYTES, (i + 1) * SCENE_BYTES)
            found.append((different_pixels(a[part], b[part]), expected[i]))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("kind")
    options = parser.parse_args()
    program = str(options.build / "bin" / "softwin_shapes")
    if not Path(program).exists():
        skip("softwin_shapes is not built: Xlib's headers are missing (scripts/packages.txt, group test)")
    failures = []
    try:
        with tempfile.TemporaryDirectory() as folder, Xvfb() as xvfb:
            found = [scene for seed in SEEDS
                     for scene in compare(program, options.kind, seed, options.build, xvfb.display, Path(folder))]
    except Failure as failure:
        return report(f"shapes {options.kind}", [str(failure)])
    scenes, pixels = len(found), sum(count for count, _ in found)
    print(f"{options.kind}: {scenes} of {len(SEEDS) * SCENES} scenes differ, in {pixels} pixels")
    most_scenes, most_pixels = TOLERATED.get(options.kind, (0, 0))
    if scenes > most_scenes or pixels > most_pixels:
        failures = [f"{count} pixels of {text[:400]}" for count, text in found[:5]]
    return report(f"shapes {options.kind}", failures)


if __name__ == "__main__":
    sys.exit(main())
