"""Runs the programs of table.py under Offstage and on Xvfb, and writes what they did as a table.

    compat.py [--build BUILD] [--quick] [--jobs N] [--only offstage] [--readme] [NAME...]
    compat.py --install | --list

Each program is started, looked at, sent a key or a click, resized and closed; pictures that stand still are compared
bit for bit, and for many window stacks an animation, frame by frame (tests/frames; not with --quick). A NAME is part of
a key of --list. Results go to out/compat, where those of programs that were not named stay. The status is 1 when a
program shows nothing, does less than under Xvfb, or draws something else.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import shutil
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.append(str(Path(__file__).resolve().parents[1] / "frames"))
try:
    import frames
    import look
    import needs
    import play
    import tables
except ModuleNotFoundError as error:
    print(f"skipped: this Python has no {error.name}")
    sys.exit(77)
from table import PROGRAMS, Program, key
from xvfb import Xvfb


def on_xvfb(program: Program, build: Path) -> play.Outcome:
    with tempfile.TemporaryDirectory(prefix="compat-") as folder, Xvfb() as server:
        scratch = Path(folder)
        needs.prepare(program, scratch)
        command = needs.command(program, build, scratch)
        drive = build / "tests/compat/libcompat_drive.so"
        return play.play(play.OnXvfb(program, command, server.display, drive, scratch))


def on_offstage(program: Program, build: Path) -> play.Outcome:
    with tempfile.TemporaryDirectory(prefix="compat-") as folder:
        scratch = Path(folder)
        needs.prepare(program, scratch)
        command = needs.command(program, build, scratch)
        drive = build / "tests/compat/libcompat_drive.so"
        return play.play(play.OnOffstage(program, command, build / "bin/offstage", drive, scratch))


def compare(program: Program, ours: play.Outcome, xvfb: play.Outcome) -> str:
    if not (program.still and program.same and ours.runs and xvfb.runs):
        return ""
    for state, picture in xvfb.pictures.items():
        if state not in ours.pictures:
            return f"{state}: none"
        if text := look.difference(ours.pictures[state], picture):
            return f"{state}: {text}"
    return "yes"


def keep(program: Program, server: str, outcome: play.Outcome, folder: Path) -> None:
    for old in folder.glob(f"{key(program)}.{server}.*"):
        old.unlink()
    for state, picture in outcome.pictures.items():
        look.write(picture, folder / f"{key(program)}.{server}.{state}.png")
    if outcome.said.strip():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{key(program)}.{server}.txt").write_text(outcome.said)


def try_twice(program: Program, options: argparse.Namespace, folder: Path) -> tables.Row:
    """Programs go by the clock, and this machine may be busy: what fails is tried once more, and then it counts."""
    row = try_program(program, options, folder)
    return try_program(program, options, folder) if row.failed() else row


def try_program(program: Program, options: argparse.Namespace, folder: Path) -> tables.Row:
    row = tables.blank_row(program, "")
    row.skipped = program.cannot or needs.missing(program, options.build)
    if row.skipped:
        return row
    row.version = needs.version(program)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        peer = pool.submit(on_xvfb, program, options.build) if options.only != "offstage" else None
        ours = on_offstage(program, options.build)
        xvfb = peer.result() if peer else None
    row.ours, row.trouble = tables.aspects(ours), ours.note
    keep(program, "offstage", ours, folder)
    if xvfb:
        row.xvfb, row.same = tables.aspects(xvfb), compare(program, ours, xvfb)
        row.xvfb_trouble = xvfb.note
        keep(program, "xvfb", xvfb, folder)
        if xvfb.note == ours.note:
            row.trouble = row.xvfb_trouble = ""
            row.note = "; ".join(filter(None, [row.note, ours.note]))
        animate(program, row, options)
    return row


def animate(program: Program, row: tables.Row, options: argparse.Namespace) -> None:
    """The animation of its window stack, frame by frame."""
    if program.frames and not options.quick and not frames.missing(program.frames, options.build):
        result = frames.try_once(program.frames, options.build, options.out / "frames")
        row.frames, row.frames_trouble = result.text(), result.trouble


def tell(row: tables.Row, left: int) -> None:
    if row.skipped:
        print(f"skip  {row.name} ({row.stack}): {row.skipped}", flush=True)
        return
    worse = row.worse()
    word = "WORSE" if worse else "FAIL " if not row.ours["runs"] else "DIFF " if row.failed() else "ok   "
    details = ", ".join(filter(None, [" ".join(worse), row.trouble, row.same, row.frames, row.frames_trouble]))
    print(f"{word} {row.name} ({row.stack}): {details} [{left} left]", flush=True)


def choose(options: argparse.Namespace) -> list[Program]:
    chosen = [program for program in PROGRAMS if not options.quick or program.quick]
    if options.names:
        chosen = [program for program in chosen if any(name.lower() in key(program) for name in options.names)]
    if not chosen:
        sys.exit("no such program; see --list")
    return chosen


def main() -> int:
    parser = argparse.ArgumentParser(description="Programs under Offstage and on Xvfb, side by side.")
    parser.add_argument("--build", type=Path, default=needs.ROOT / "build")
    parser.add_argument("--out", type=Path, default=needs.ROOT / "out/compat")
    parser.add_argument("--install", action="store_true", help="install the packages that the programs need")
    parser.add_argument("--list", action="store_true", help="tell the programs and what they lack")
    parser.add_argument("--quick", action="store_true", help="a few that need little")
    parser.add_argument("--jobs", type=int, default=1, help="programs at a time (each runs on both servers at once)")
    parser.add_argument("--only", choices=["offstage"], help="no run on Xvfb")
    parser.add_argument("--readme", action="store_true", help="put the table into README.md")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    options.build = options.build.resolve()

    if options.install:
        failed = needs.install()
        print(f"not installed: {', '.join(failed)}" if failed else "everything is installed")
        return 1 if failed else 0
    if options.list:
        for program in choose(options):
            print(f"{key(program):60} {program.cannot or needs.missing(program, options.build)}")
        return 0
    if not (options.build / "tests/compat/libcompat_drive.so").exists():
        print("skipped: tests/compat is not built (libxcb-xtest0-dev)")
        return 77
    if options.only is None and shutil.which("Xvfb") is None:
        print("skipped: Xvfb is not installed")
        return 77

    rows = tables.load(options.out)
    chosen = choose(options)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        started = [pool.submit(try_twice, program, options, options.out) for program in chosen]
        for number, done in enumerate(concurrent.futures.as_completed(started)):
            try:
                row = done.result()
            except Exception:
                for waiting in started:  # a mistake of ours; the programs that have not begun need not
                    waiting.cancel()
                raise
            rows[row.name, row.stack] = row
            tell(row, len(started) - number - 1)
    now = [rows[program.name, program.stack] for program in chosen]
    everything = [rows[p.name, p.stack] for p in PROGRAMS if (p.name, p.stack) in rows]
    tables.save(everything, options.out)
    print("\n" + tables.text(now) + "\n\n" + tables.summary(now))
    if options.readme and not tables.into_readme(everything, needs.ROOT / "README.md"):
        print(f"README.md has no {tables.BEGIN}", file=sys.stderr)
        return 1
    if all(row.skipped for row in now):
        print(f"skipped: {now[0].skipped}")
        return 77
    return 1 if any(row.failed() for row in now) else 0


if __name__ == "__main__":
    sys.exit(main())
