"""Run one toolkit client on Xvfb and under Offstage with the same input, and compare what it told and what it drew.

    run_client.py --build BUILD --name NAME [--python MODULE...] [--self-driven] -- COMMAND...

Three runs: on Xvfb, driven by xdrive through XTEST (the oracle); under `offstage run --frames N --shot`, closed by the
frame limit; and under `offstage run` with CLIENT_DUMP, closed by the input script. The events on stdout must be the
expected ones on both servers and the three pictures equal in every pixel (with a GPU, which Xvfb does not use: at the
points that are checked). A self-driven client has no GL: it makes its
own events, and only those are compared.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pictures
from harness import Failure, Program, Xvfb, check_stderr, clean_environment, offstage_command, python_needs, report, skip

# What is done to the client: (command for xdrive and for the input script, lines that must follow).
STEPS = (
    ("motion 200 120", ("motion 200 120",)),
    ("key space", ("key down space", "key up space")),
    ("motion 100 60", ("motion 100 60",)),
    ("button 1", ("button down 1", "button up 1")),
    ("key Left", ("key down Left", "key up Left")),
    ("resize 400 304", ("resize 400x304",)),
)
FIRST_FRAME, FRAMES_PER_STEP = 20, 15
WARM, RED, GREEN, YELLOW, MAGENTA = (160, 96, 32), (224, 48, 48), (48, 200, 72), (240, 208, 48), (216, 56, 200)
# The last picture, 400x304: corners on both sides of every edge, so that a flip or a shift by one pixel is seen.
POINTS = {
    (0, 0): WARM, (399, 303): WARM, (0, 227): WARM, (100, 303): WARM, (299, 0): WARM, (399, 76): WARM,
    (0, 228): RED, (99, 228): RED, (0, 303): RED, (99, 303): RED,
    (300, 0): GREEN, (399, 0): GREEN, (300, 75): GREEN, (399, 75): GREEN,
    (200, 90): YELLOW, (110, 226): YELLOW, (290, 226): YELLOW, (200, 228): WARM,
    (90, 50): MAGENTA, (109, 69): MAGENTA, (89, 50): WARM, (110, 69): WARM, (90, 49): WARM, (90, 70): WARM,
}


def expected_events() -> list[str]:
    return [line for _, lines in STEPS for line in lines] + ["close"]


def events(lines: list[str]) -> list[str]:
    return [line for line in lines if line.split(" ")[0] in ("key", "motion", "button", "resize", "close")]


def gl_line(lines: list[str]) -> str:
    return next((line for line in lines if line.startswith("gl ")), "no gl line")


def check_events(where: str, lines: list[str]) -> list[str]:
    got, wanted = events(lines), expected_events()
    # A toolkit may tell where the pointer is when the window appears under it; that is the place of the pointer, not
    # something that we did.
    while got and got[0].startswith("motion") and got[0] != wanted[0]:
        got.pop(0)
    return [] if got == wanted else [f"{where}: events {got}, expected {wanted}"]


def drive_on_xvfb(build: Path, command: list[str], dump: Path) -> tuple[list[str], tuple[int, int]]:
    """The client's lines and the place of its window on the screen."""
    driver_path = build / "tests" / "clients" / "xdrive"
    if not driver_path.exists():
        skip("xdrive is not built (libxtst-dev)")
    with Xvfb() as server:
        program = Program(command, clean_environment(DISPLAY=server.display, CLIENT_DUMP=str(dump)))
        driver = subprocess.Popen([str(driver_path)], env=clean_environment(DISPLAY=server.display), text=True,
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE)

        def tell(line: str) -> str:
            driver.stdin.write(line + "\n")
            driver.stdin.flush()
            answer = driver.stdout.readline().strip()
            if answer.startswith("error") or not answer:
                raise Failure(f"xdrive: {line}: {answer}")
            return answer

        try:
            program.wait_line("ready")
            place = tell("window").split()
            time.sleep(0.2)
            for line, answers in STEPS:
                tell(line)
                for answer in answers:
                    program.wait_line(answer)
                time.sleep(0.05)
            time.sleep(0.2)  # some frames of the last state
            tell("close")
            status = program.finish()
        finally:
            program.kill()
            driver.kill()
            driver.wait()
        if status != 0:
            raise Failure(f"on Xvfb: exit status {status}, stderr {program.errors}")
        return program.lines, (int(place[1]), int(place[2]))


def input_script(path: Path, origin: tuple[int, int], close: bool) -> int:
    """Write the steps as an input script; the frame at which all is done. Motion is in screen coordinates there."""
    frame, lines = FIRST_FRAME, []
    for step, _ in STEPS:
        words = step.split()
        if words[0] == "motion":
            words[1:] = str(int(words[1]) + origin[0]), str(int(words[2]) + origin[1])
        lines.append(f"{frame} {' '.join(words)}\n")
        frame += FRAMES_PER_STEP
    if close:
        lines.append(f"{frame} close\n")
    path.write_text("".join(lines))
    return frame


def run_offstage(build: Path, options: list[str], command: list[str], **environment: str) -> list[str]:
    program = Program(offstage_command(build, options, command), clean_environment(**environment))
    try:
        status = program.finish()
    finally:
        program.kill()
    if status != 0:
        raise Failure(f"under Offstage: exit status {status}, lines {program.lines}, stderr {program.errors}")
    check_stderr(program.errors)
    return program.lines


def check_pictures(found: dict[str, Path], same_renderer: bool, keep: Path, name: str) -> list[str]:
    failures, loaded = [], {}
    for where, path in found.items():
        if not path.exists():
            failures.append(f"{where}: no picture")
            continue
        try:
            loaded[where] = picture = pictures.read(path)
        except ValueError as error:
            failures.append(f"{where}: {error}")
            continue
        if (picture.width, picture.height) != (400, 304):
            failures.append(f"{where}: picture of {picture.width}x{picture.height}, expected 400x304")
            continue
        wrong = [f"({x}, {y}) is {picture.pixel(x, y)}, expected {color}"
                 for (x, y), color in POINTS.items() if picture.pixel(x, y) != color]
        if wrong:
            failures.append(f"{where}: {len(wrong)} points: {'; '.join(wrong[:3])}")
    oracle = loaded.get("on Xvfb")
    for where, picture in loaded.items():
        if same_renderer and oracle and (text := pictures.difference(picture, oracle)):
            failures.append(f"{where}: unlike Xvfb's picture: {text}")
    if failures:
        keep.mkdir(parents=True, exist_ok=True)
        for where, picture in loaded.items():
            path = keep / f"{name}-{where.replace(' ', '-')}.ppm"
            pictures.write_ppm(picture, path)
            print(f"see {path}")
    return failures


def check_client(options: argparse.Namespace, scratch: Path) -> list[str]:
    build, command = options.build, options.command
    dumps = {where: scratch / f"{i}.ppm" for i, where in enumerate(("on Xvfb", "under Offstage, dump"))}
    oracle_lines, origin = drive_on_xvfb(build, command, dumps["on Xvfb"])
    failures = check_events("on Xvfb", oracle_lines)

    script, shot = scratch / "input", scratch / "shot.png"
    last = input_script(script, origin, close=False)
    limits = ["--input", str(script), "--frames", str(last), "--shot", str(shot)]
    failures += check_events("under Offstage", run_offstage(build, limits, command))

    input_script(script, origin, close=True)
    lines = run_offstage(build, ["--input", str(script)], command, CLIENT_DUMP=str(dumps["under Offstage, dump"]))
    failures += check_events("under Offstage, closed by script", lines)

    renderer, oracle_renderer = gl_line(lines), gl_line(oracle_lines)
    print(renderer)
    found = {"on Xvfb": dumps["on Xvfb"], "under Offstage, shot": shot,
             "under Offstage, dump": dumps["under Offstage, dump"]}
    same = renderer == oracle_renderer
    if "llvmpipe" in renderer and not same:
        failures.append(f"{renderer}, on Xvfb {oracle_renderer}")
    return failures + check_pictures(found, same, build / "tests" / "clients" / "failed", options.name)


def check_self_driven(options: argparse.Namespace) -> list[str]:
    with Xvfb() as server:
        program = Program(options.command, clean_environment(DISPLAY=server.display))
        try:
            status = program.finish()
        finally:
            program.kill()
    if status != 0:
        raise Failure(f"on Xvfb: exit status {status}, stderr {program.errors}")
    failures = check_events("on Xvfb", program.lines)
    return failures + check_events("under Offstage", run_offstage(options.build, [], options.command))


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--python", nargs="*", metavar="MODULE", help="the command is Python and needs these modules")
    parser.add_argument("--self-driven", action="store_true")
    arguments = sys.argv[1:]
    split = arguments.index("--")
    options = parser.parse_args(arguments[:split])
    options.command = arguments[split + 1:]
    if options.python is not None:
        python_needs(options.command[0], options.python)
    elif not Path(options.command[0]).exists():
        skip(f"{options.command[0]} is not built: its library is missing")
    with tempfile.TemporaryDirectory() as scratch:
        try:
            failures = check_self_driven(options) if options.self_driven else check_client(options, Path(scratch))
        except Failure as failure:
            failures = [str(failure)]
    return report(options.name, failures)


if __name__ == "__main__":
    sys.exit(main())
