#!/usr/bin/env python3
"""Run monkey on Xvfb and on Offstage with the same seeds and compare what it printed.

    run_monkey.py MONKEY LIBOFFSTAGE FIRST LAST STEPS [core]

Exit status: 0 the same, 1 different (with the first difference), 77 skipped.
"""

import difflib
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "oracle"))

import servers  # noqa: E402


def run(command, environment):
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
    return done.stdout.decode(errors="replace").splitlines() + ["exit status %d" % done.returncode]


def main():
    monkey, library = sys.argv[1:3]
    first, last, steps = map(int, sys.argv[3:6])
    if shutil.which("Xvfb") is None:
        print("Xvfb is not installed (Debian package xvfb)")
        return 77
    for seed in range(first, last + 1):
        command = [monkey, str(seed), str(steps)] + sys.argv[6:]
        with servers.Xvfb() as xvfb:
            expected = run(command, xvfb.environment())
        got = run(command, servers.offstage_environment(library))
        if expected[-1] != "exit status 0" or len(expected) < steps:
            print("\n".join(expected[-5:]) + "\nmonkey %d %d did not run on Xvfb" % (seed, steps))
            return 1
        if expected != got:
            print("\n".join(list(difflib.unified_diff(expected, got, "xvfb", "offstage", lineterm="", n=12))[:60]))
            print("monkey %d %d: different" % (seed, steps))
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
