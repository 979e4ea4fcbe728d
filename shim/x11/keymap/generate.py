#!/usr/bin/env python3
"""Compile the evdev/pc105/us keyboard map of this machine's xkb-data into the C tables of keymap.h.

xkbcomp is what X servers call to compile their map, so its binary output (XKM) holds the types, interpretations, key
symbols and geometry in a server's own order. libxkbcommon would do for the symbols, but it gives neither the key types
nor the actions, geometry and unused interpretations that XKEYBOARD clients can ask for.

usage: generate.py --xkbcomp PROGRAM --keysyms HEADER [--keysyms HEADER] --output FILE.c
"""

from __future__ import annotations

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from xkm import Map  # noqa: E402

RULES = ("evdev", "pc105", "us", "", "")
SOURCE = """xkb_keymap {
    xkb_keycodes { include "evdev+aliases(qwerty)" };
    xkb_types    { include "complete" };
    xkb_compat   { include "complete" };
    xkb_symbols  { include "pc+us+inet(evdev)" };
    xkb_geometry { include "pc(pc105)" };
};
"""


def keysym_names(headers: list[pathlib.Path], wanted: set[int]) -> list[tuple[str, int]]:
    found = {}
    for header in headers:
        prefix = "XF86XK_" if "XF86" in header.name else "XK_"
        for line in header.read_text(encoding="utf-8", errors="replace").splitlines():
            match = re.match(rf"#define\s+{prefix}(\w+)\s+(_EVDEVK\()?(0x[0-9A-Fa-f]+)", line)
            if match:
                value = int(match[3], 16) + (0x10081000 if match[2] else 0)
                name = match[1] if prefix == "XK_" else "XF86" + match[1]
                if value in wanted:
                    found.setdefault(name, value)
    return sorted(found.items(), key=lambda item: item[0].encode())


def quote(text: str | bytes) -> str:
    raw = text.encode("latin-1") if isinstance(text, str) else text
    return '"' + "".join(chr(b) if 32 <= b < 127 and b not in b'"\\?' else f"\\{b:03o}" for b in raw) + '"'


def numbers(values) -> str:
    return ", ".join(str(v) if v < 256 else hex(v) for v in values)


def table(out: list[str], head: str, rows) -> None:
    out.append(f"static const {head} = {{")
    out.extend(f"    {row}," for row in rows)
    out.append("};")


def chunks(values, n: int):
    values = list(values)
    return [numbers(values[i : i + n]) for i in range(0, max(len(values), 1), n)]


def write_tables(m: Map, out: list[str], names: list[tuple[str, int]]) -> None:
    strings = list(m.strings.index)
    table(out, "char *const strings[]", [quote(s) for s in strings])
    table(out, "struct ofs_keymap_type types[]",
          [f"{{{{{t[0]}, {t[1]}}}, {numbers(t[2:])}}}" for t in m.types])
    table(out, "struct ofs_keymap_entry entries[]",
          [f"{{{{{e[0]}, {e[1]}}}, {{{e[2]}, {e[3]}}}, {e[4]}}}" for e in m.entries])
    table(out, "uint16_t level_names[]", chunks(m.level_names, 16))
    table(out, "struct ofs_keymap_interp interps[]",
          [f"{{{numbers(i[:5])}, {{{numbers(i[5])}}}}}" for i in m.interps])
    table(out, "struct ofs_keymap_indicator indicators[32]",
          [f"{{{numbers(l[:4])}, {{{l[4]}, {l[5]}}}, {numbers(l[6:])}}}" for l in m.leds])
    table(out, "struct ofs_keymap_key keys[256]",
          [f"{{{{{numbers(m.names[code])}}}, {{{numbers(k['types'])}}}, {k['info']}, {k['width']}, {k['modmap']}, "
           f"{k['explicit']}, {{{numbers(k['behavior'])}}}, {k['vmods']}, {k['sym']}, {k['action']}}}"
           for code, k in enumerate(m.keys)])
    table(out, "uint32_t syms[]", chunks(m.syms, 8))
    table(out, "uint8_t actions[][8]", [f"{{{numbers(a)}}}" for a in m.actions] or ["{0}"])
    table(out, "uint8_t repeat_on[32]", chunks(m.repeats, 16))
    table(out, "uint8_t repeat_off[32]", chunks(m.no_repeat, 16))
    table(out, "char aliases[][8]", [f"{{{numbers(a)}}}" for a in m.aliases] or ["{0}"])
    table(out, "uint8_t geometry[]", chunks(m.geometry.bytes or b"\0", 24))
    form = m.geometry.format
    out.append("static const char geometry_format[] =")
    out.extend("    " + quote(form[i : i + 100]) for i in range(0, max(len(form), 1), 100))
    out.append(";")
    table(out, "struct ofs_keymap_keysym keysyms[]", [f"{{{quote(n)}, {v:#x}}}" for n, v in names])


def write_map(m: Map, out: list[str], names: list[tuple[str, int]]) -> None:
    fields = {
        "rules": quote(RULES[0]), "model": quote(RULES[1]), "layout": quote(RULES[2]), "variant": quote(RULES[3]),
        "options": quote(RULES[4]), "strings": "strings", "string_count": len(m.strings.index),
        "keycodes_name": m.keycodes_name, "types_name": m.types_name, "compat_name": m.compat_name,
        "symbols_name": m.symbols_name, "geometry_name": m.geometry_name,
        "group_names": f"{{{numbers(m.group_names)}}}", "min_keycode": m.min, "max_keycode": m.max,
        "group_count": m.groups, "vmods": f"{{{numbers(m.vmods)}}}", "vmod_names": f"{{{numbers(m.vmod_names)}}}",
        "types": "types", "type_count": len(m.types), "entries": "entries", "level_names": "level_names",
        "interps": "interps", "interp_count": len(m.interps),
        "group_compat": "{" + ", ".join(f"{{{a}, {b}}}" for a, b in m.group_compat) + "}",
        "indicators": "indicators", "real_indicators": hex(m.real_indicators), "keys": "keys", "syms": "syms",
        "actions": "actions", "repeat_off": "repeat_off", "repeat_on": "repeat_on", "aliases": "aliases",
        "alias_count": len(m.aliases), "geometry": "geometry", "geometry_format": "geometry_format",
        "keysyms": "keysyms", "keysym_count": len(names),
    }
    out.append("const struct ofs_keymap ofs_keymap_default = {")
    out.extend(f"    .{field} = {value}," for field, value in fields.items())
    out.append("};")


def main() -> int:
    parser = argparse.ArgumentParser(description="compile the keyboard map into C tables")
    parser.add_argument("--xkbcomp", required=True)
    parser.add_argument("--keysyms", action="append", type=pathlib.Path, required=True)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source, xkm = pathlib.Path(folder, "map.xkb"), pathlib.Path(folder, "map.xkm")
        source.write_text(SOURCE)
        done = subprocess.run([options.xkbcomp, "-w", "0", "-xkm", str(source), str(xkm)], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True)
        if done.returncode or not xkm.exists():
            print(done.stderr, f"{sys.argv[0]}: {options.xkbcomp} could not compile the map", sep="", file=sys.stderr)
            return 1
        m = Map(xkm.read_bytes())
    names = keysym_names(options.keysyms, set(m.syms) - {0})
    out = ["/* Written by shim/x11/keymap/generate.py; do not edit. */", '#include "x11/keymap/keymap.h"', ""]
    write_tables(m, out, names)
    write_map(m, out, names)
    options.output.write_text("\n".join(out) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
