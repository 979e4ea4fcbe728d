"""Command line of bench/run: sets the contestants up, runs the groups, prints and writes what they found."""
import argparse
import os
import sys
import time

import capture
import draw
import first_frame
import frames
import game_costs
import games
import glmark2
import memory
import report
import side_by_side
import xside
from contestants import Setup, SkipBench

GROUPS = {
    "frames": (frames.run, "frames/s of the C scenes, each frame finished by glFinish"),
    "readback": (frames.run_readback, "the same, each frame finished by reading it as BGRA"),
    "python": (frames.run_python, "Arcade sprites and pyglet labels; the peer is pyglet's headless mode (EGL)"),
    "software": (frames.run_software, "frames/s of a pygame window without OpenGL"),
    "glmark2": (glmark2.run, "scores of glmark2 and glmark2-es2"),
    "first-frame": (first_frame.run, "from process start to the first finished frame, ms"),
    "memory": (memory.run, "resident memory of the process tree, server included; and what the X side adds"),
    "x": (xside.run, "XSync round trip, XOpenDisplay, CPU time of an idle client"),
    "draw": (draw.run, "processor time of drawing requests, client and server together, beside Xvfb's"),
    "parallel": (side_by_side.run, "frames/s of 1, 4 and 16 processes side by side, of 64 on a GPU"),
    "capture": (capture.run, "from a drawn window to an observation in memory, in C and in Python"),
    "games": (games.run, "steps/s of 1 to 16 games played side by side, against AsyncVectorEnv that reads pixels"),
    "game-costs": (game_costs.run, "a step beyond the game's own frame, and how long a new episode takes"),
    "start64": (first_frame.run_crowd, "64 programs started at the same moment: how many draw"),
}

DESCRIPTION = """\
Measures Offstage (LD_PRELOAD, no DISPLAY) against a warm Xvfb with Mesa's GLX and against a bare EGL pbuffer program
that draws the same scenes. The contestants run interleaved, a slice each in turn, so a busy machine slows them alike and
the ratios keep their meaning; every figure is a median over rounds, each with fresh processes. Ratios are taken within a
round. "control" is a second copy of the EGL program: how far its ratio to EGL is from 1 shows the noise of this run."""


def parse(argv):
    here = os.path.dirname(os.path.abspath(__file__))
    root = os.path.dirname(os.path.dirname(here))
    groups = "".join(f"\n  {name:12} {text}" for name, (_, text) in GROUPS.items())
    parser = argparse.ArgumentParser(prog="bench/run", description=DESCRIPTION, epilog="groups:" + groups,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("group", nargs="*", help="run these groups only (default: all)")
    parser.add_argument("--only", action="append", metavar="NAME", choices=sorted(GROUPS),
                        help="run this group only; may be given more than once")
    parser.add_argument("--rounds", type=int, default=9, metavar="N", help="rounds per figure (default 9)")
    parser.add_argument("--slice-ms", type=int, default=100, metavar="MS", help="length of one turn (default 100)")
    parser.add_argument("--slices", type=int, default=5, metavar="N", help="turns per round (default 5)")
    parser.add_argument("--build", default=os.path.join(root, "build"), metavar="DIR",
                        help="build folder with lib/liboffstage.so, bin/offstage and bench/ (default build)")
    parser.add_argument("--python", default=os.path.join(root, ".venv", "bin", "python"), metavar="FILE",
                        help="interpreter that has arcade, for the group python (default .venv/bin/python)")
    parser.add_argument("--gpu", default="software", choices=("software", "hardware"),
                        help="where Offstage and EGL draw; Xvfb always draws in software (default software)")
    parser.add_argument("--json", metavar="FILE", help="result file (default bench/results/<date>-<commit>.json)")
    parser.add_argument("--force", action="store_true", help="let --json replace an existing file")
    parser.add_argument("--quick", action="store_true", help="the groups of games with fewer games and rounds")
    parser.add_argument("--smoke", action="store_true",
                        help="everything once with tiny counts: do the programs still run?")
    args = parser.parse_args(argv)
    args.root = root
    args.only = (args.only or []) + args.group
    for name in args.group:
        if name not in GROUPS:
            parser.error(f"no group {name}: choose from {', '.join(GROUPS)}")
    if args.rounds < 1 or args.slice_ms < 1 or args.slices < 1:
        parser.error("--rounds, --slice-ms and --slices must be at least 1")
    if args.smoke:
        args.rounds, args.slice_ms, args.slices = 1, 20, 1
    if args.json and os.path.exists(args.json) and not args.force:
        parser.error(f"{args.json} exists; name another file or give --force")
    args.results = os.path.dirname(os.path.abspath(args.json)) if args.json else os.path.join(root, "bench", "results")
    if args.json or not args.smoke:  # better now than after the measuring
        try:
            os.makedirs(args.results, exist_ok=True)
        except OSError as error:
            parser.error(f"{args.results}: {error.strerror}")
        if not os.access(args.results, os.W_OK):
            parser.error(f"{args.results} cannot be written; name another file with --json")
    return args


def main(argv):
    args = parse(argv)
    setup = Setup(args)
    try:
        setup.start()
    except SkipBench as reason:
        print(f"bench/run: skipped: {reason}")
        return 77
    started = time.monotonic()
    out = report.Report(args, setup)
    out.more_targets += [frames.targets, glmark2.targets, capture.targets, games.targets, game_costs.targets]
    out.print_header()
    try:
        for name, (group, _) in GROUPS.items():
            if args.only and name not in args.only:
                continue
            try:
                group(setup, out)
            except SkipBench as reason:
                out.skip(name, str(reason))
    except KeyboardInterrupt:
        out.fail("interrupted", "the remaining groups were not run")
    finally:
        setup.stop()
    out.finish(time.monotonic() - started)
    return 1 if out.failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
