"""Run one program that draws without OpenGL on Xvfb and under Offstage: what it says of its pixels is the same, and
every frame that it shows is counted.

    run_softwin.py --build BUILD --venv PYTHON put|shm|children|borders|pygame
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "clients"))

import pictures  # noqa: E402
from harness import (TIMEOUT_S, Failure, Xvfb, check_stderr, clean_environment, offstage_command,  # noqa: E402
                     python_needs, report, skip)

SOFTWARE = {"SDL_VIDEODRIVER": "x11", "SDL_FRAMEBUFFER_ACCELERATION": "0"}


def run(command: list[str], **extra: str) -> list[str]:
    done = subprocess.run(command, env=clean_environment(**extra), stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, errors="replace", timeout=TIMEOUT_S)
    if done.returncode == 77:
        skip(done.stdout.strip().splitlines()[-1])
    if done.returncode != 0:
        raise Failure(f"status {done.returncode}: {done.stderr.strip()[-500:]}")
    check_stderr(done.stderr.splitlines())
    return done.stdout.splitlines()


def differences(expected: list[str], got: list[str]) -> list[str]:
    found = [f"line {i + 1}: {b!r} in place of {a!r}" for i, (a, b) in enumerate(zip(expected, got)) if a != b]
    if len(expected) != len(got):
        found.append(f"{len(got)} lines in place of {len(expected)}")
    return found[:5]


def check(name: str, command: list[str], build: Path, folder: Path) -> list[str]:
    last = folder / "last.png"
    if name == "pygame":
        command = [*command, str(last)]
    with Xvfb() as xvfb:
        expected = run(command, DISPLAY=xvfb.display, **SOFTWARE)
    stats, shot = folder / "stats.json", folder / "shot.png"
    got = run(offstage_command(build, [f"--stats={stats}", "--shot", str(shot)], command), **SOFTWARE)
    failures = differences(expected, got)
    wanted, counted = int(expected[-1].split()[1]), sum(p["frames"] for p in json.loads(stats.read_text())["processes"])
    if counted != wanted:
        failures.append(f"{counted} frames counted, {wanted} shown")
    if name == "pygame":
        failures += [line for line in got if "not as drawn" in line]
        if pictures.read(shot) != pictures.read(last):
            failures.append("the last picture is not the last frame")
    return failures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--venv", required=True)
    parser.add_argument("name")
    options = parser.parse_args()
    command = [str(options.build / "bin" / "softwin_draw"), options.name]
    if options.name == "pygame":
        python_needs(options.venv, ["pygame"])
        command = [options.venv, str(Path(__file__).with_name("draw_pygame.py"))]
    elif not Path(command[0]).exists():
        skip("softwin_draw is not built: Xlib's headers are missing (scripts/packages.txt, group test)")
    with tempfile.TemporaryDirectory() as folder:
        try:
            failures = check(options.name, command, options.build, Path(folder))
        except Failure as failure:
            failures = [str(failure)]
    return report(f"softwin {options.name}", failures)


if __name__ == "__main__":
    sys.exit(main())
