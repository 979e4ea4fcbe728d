#!/usr/bin/env python3
"""Write the colours of X11's rgb.txt as the C tables of colors.h.

usage: generate.py --colors rgb.txt --output FILE.c
"""

from __future__ import annotations

import argparse
import pathlib
import re

NOT_IN_X_SERVERS = {"debianred"}  # of the file, but not of the table that X servers have built in
# Those of CSS, which X servers have since 2014 and the files of some distributions lack; a name of two words is also one.
LATER = {
    "aqua": 0x00FFFF, "crimson": 0xDC143C, "fuchsia": 0xFF00FF, "indigo": 0x4B0082, "lime": 0x00FF00,
    "olive": 0x808000, "silver": 0xC0C0C0, "teal": 0x008080, "rebecca purple": 0x663399, "web gray": 0x808080,
    "web grey": 0x808080, "web green": 0x008000, "web maroon": 0x800000, "web purple": 0x800080,
    "x11 gray": 0xBEBEBE, "x11 grey": 0xBEBEBE, "x11 green": 0x00FF00, "x11 maroon": 0xB03060, "x11 purple": 0xA020F0,
}


def read(file: pathlib.Path) -> dict[str, tuple[int, ...]]:
    """A line is red, green, blue and a name, which may have spaces."""
    colors = {form: (rgb >> 16, rgb >> 8 & 0xFF, rgb & 0xFF)
              for name, rgb in LATER.items() for form in (name, name.replace(" ", ""))}
    for line in file.read_text(encoding="latin-1").splitlines():
        match = re.match(r"\s*(\d+)\s+(\d+)\s+(\d+)\s+([A-Za-z0-9 ]*[A-Za-z0-9])\s*$", line)
        if match and match[4].lower() not in NOT_IN_X_SERVERS:
            colors[match[4].lower()] = tuple(int(match[i]) for i in (1, 2, 3))
    return colors


def main() -> None:
    parser = argparse.ArgumentParser(description="write the names of colours as C tables")
    parser.add_argument("--colors", type=pathlib.Path, required=True)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    options = parser.parse_args()
    colors = sorted(read(options.colors).items())
    if len(colors) < 500:
        raise SystemExit(f"{options.colors} is not X11's table of colours")
    out = ["/* Written by shim/x11/colors/generate.py; do not edit. */", '#include "x11/colors/colors.h"', "",
           "const struct ofs_color_name ofs_color_names[] = {"]
    at = 0
    for name, rgb in colors:
        out.append(f"    {{{at}, {rgb[0]}, {rgb[1]}, {rgb[2]}}},")
        at += len(name) + 1
    out += ["};", f"const unsigned ofs_color_name_count = {len(colors)};", "const char ofs_color_strings[] ="]
    out += [f'    "{name}\\0"' for name, _ in colors]
    options.output.write_text("\n".join(out) + ";\n", encoding="ascii")


if __name__ == "__main__":
    main()
