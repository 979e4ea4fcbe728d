#!/usr/bin/env python3
"""glXUseXFont on Xvfb and under Offstage: the same pixels.   run_gl_text.py PROGRAM LIBRARY

Where Mesa is not as the specifications say: what is no font is BadFont, and a blank character is no GL error and moves
on by its width."""

import difflib
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "oracle"))

import servers  # noqa: E402


BLANKS = ["blank: %d" % width for width in (6, 10, 5, 17, 1, 8, 9, 9)]  # of gl_text.c's fonts


def said(program, environment):
    status, out, err = servers.run([program], dict(environment, LIBGL_ALWAYS_SOFTWARE="1"))
    if status == 77:
        raise servers.Skip(out.strip())
    err = [line for line in err.splitlines() if not line.startswith("offstage: drawing in software")]
    return out.splitlines() + err + ["exit status %s" % status]


def as_specified(lines):
    """What Mesa's answers should be."""
    blanks = iter(BLANKS)
    return [next(blanks) if line.startswith("blank: ") else
            line.replace("font: not BadFont", "font: BadFont").replace(", error 505", ", error 0") for line in lines]


def main():
    program, library = sys.argv[1:3]
    try:
        with servers.Xvfb() as xvfb:
            expected = as_specified(said(program, xvfb.environment()))
        got = said(program, servers.offstage_environment(library))
    except servers.Skip as reason:
        print(reason)
        return 77
    difference = list(difflib.unified_diff(expected, got, "Xvfb", "Offstage", lineterm="", n=0))
    blank = [line for line in got if ": 0 pixels" in line and not line.startswith("nil2")]
    print("\n".join(difference + blank))
    return 1 if difference or blank else 0


if __name__ == "__main__":
    sys.exit(main())
