"""Programs that ask X for no answers, run by times.

    run_rests.py --build BUILD --python PYTHON tk|qt   in lockstep, three times: every frame is the same, also beside a
                                                        process that keeps the processors busy
    run_rests.py --build BUILD --python PYTHON change  one that draws when something changes: input at times, in real
                                                        time and in the program's, and --seconds, which closes it
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "clients"))

import pictures  # noqa: E402
from harness import (TIMEOUT_S, Failure, check_stderr, clean_environment, offstage_command,  # noqa: E402
                     python_needs, report)

FRAMES = 80
NEEDS = {"tk": "tkinter", "qt": "PyQt5.QtWidgets", "change": "tkinter"}


def run(build: Path, options: list[str], command: list[str], folder: Path) -> str:
    """What it printed."""
    environment = clean_environment(PYTHONHASHSEED="0", XDG_RUNTIME_DIR=str(folder), HOME=str(folder))
    done = subprocess.run(offstage_command(build, options, command), env=environment, cwd=folder,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=TIMEOUT_S)
    if done.returncode != 0:
        raise Failure(f"{options}: status {done.returncode}: {done.stderr.strip()[-500:]}")
    check_stderr(done.stderr.splitlines())
    return done.stdout


def animation(build: Path, command: list[str], folder: Path) -> list[str]:
    """Hashes of its frames."""
    script = folder / "script"
    script.write_text("0.2s key space\n0.5s motion 150 100\n0.75s key a\n30 key b\n")
    run(build, ["--lockstep", "60", "--frames", str(FRAMES), "--shot", "f%d.png", "--input", "script"], command, folder)
    names = sorted(folder.glob("f*.png"), key=lambda path: int(path.stem[1:]))
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in names]


def same_frames(build: Path, command: list[str]) -> list[str]:
    runs = []
    for busy in (0, 0, 2 * (os.cpu_count() or 1)):
        neighbours = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(busy)]
        try:
            with tempfile.TemporaryDirectory() as folder:
                runs.append(animation(build, command, Path(folder)))
        finally:
            for neighbour in neighbours:
                neighbour.kill()
                neighbour.wait()
    failures = [f"{len(frames)} frames in place of {FRAMES}" for frames in runs if len(frames) != FRAMES]
    if len(set(runs[0])) < FRAMES // 2:
        failures.append("the picture hardly changes: this test would see nothing")
    for other in runs[1:]:
        differ = [i + 1 for i, (a, b) in enumerate(zip(runs[0], other)) if a != b]
        if differ:
            failures.append(f"frames {differ[:5]} of {len(differ)} differ between two runs")
    return failures


def color(path: Path) -> tuple[int, ...]:
    picture = pictures.read(path)
    return tuple(picture.pixel(picture.width // 2, picture.height // 2))


def on_change(build: Path, command: list[str]) -> list[str]:
    failures = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # Real time. The last frame is long over when the time is up.
        (folder / "script").write_text("0.6s key g press\n0.2s key r\n")
        run(build, ["--seconds", "4", "--input", "script", "--shot", "real.png", "--stats=real.json"],
            [*command, "said"], folder)
        said = (folder / "said").read_text() if (folder / "said").exists() else "nothing"
        if not said.startswith("closed by its window"):
            failures.append(f"--seconds: it says {said!r}")
        if color(folder / "real.png") != (0, 255, 0):
            failures.append(f"after the last key it is {color(folder / 'real.png')}")
        frames = json.loads((folder / "real.json").read_text())["processes"][0]["frames"]
        if frames < 3:
            failures.append(f"{frames} frames, and not one of each colour")
        # Its own time, in which ten days are nothing.
        (folder / "script").write_text("7200s key g\n3600s key r\n900000s close\n")
        runs = []
        for _ in range(2):
            said = run(build, ["--lockstep", "60", "--input", "script", "--shot", "own.png"], command, folder)
            runs.append((said, color(folder / "own.png")))
        if runs[0] != runs[1] or runs[0][1] != (0, 255, 0):
            failures.append(f"lockstep: {runs}")
        closed = re.fullmatch(r"closed by its window at (\d+\.\d+)\n", runs[0][0])
        if not closed or not 900000 < float(closed[1]) < 902000:
            failures.append(f"lockstep: it says {runs[0][0]!r}")
    return failures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--python", required=True)
    parser.add_argument("name", choices=NEEDS)
    options = parser.parse_args()
    python_needs(options.python, [NEEDS[options.name].split(".")[0]])
    command = [options.python, str(Path(__file__).with_name("rests.py")), options.name]
    try:
        failures = (on_change if options.name == "change" else same_frames)(options.build.resolve(), command)
    except Failure as failure:
        failures = [str(failure)]
    return report(f"softwin {options.name}", failures)


if __name__ == "__main__":
    sys.exit(main())
