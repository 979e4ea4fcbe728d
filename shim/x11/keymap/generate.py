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
import struct
import subprocess
import sys
import tempfile

RULES = ("evdev", "pc105", "us", "", "")
SOURCE = """xkb_keymap {
    xkb_keycodes { include "evdev+aliases(qwerty)" };
    xkb_types    { include "complete" };
    xkb_compat   { include "complete" };
    xkb_symbols  { include "pc+us+inet(evdev)" };
    xkb_geometry { include "pc(pc105)" };
};
"""

# Section numbers and flags of the XKM format.
TYPES, COMPAT, SYMBOLS, INDICATORS, KEY_NAMES, GEOMETRY, VIRTUAL_MODS = range(7)
KEY_ACTIONS, KEY_BEHAVIOR, KEY_REPEATS, KEY_NO_REPEAT = 1 << 4, 1 << 5, 1 << 6, 1 << 7
EXPLICIT_INTERPRET, EXPLICIT_REPEAT, EXPLICIT_BEHAVIOR = 1 << 4, 1 << 5, 1 << 6
OUTLINE, SOLID, TEXT, INDICATOR, LOGO = range(1, 6)


class Reader:
    """A cursor over one section; strings are padded to four bytes counted from their length field."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, layout: str) -> tuple:
        layout = "<" + layout
        values = struct.unpack_from(layout, self.data, self.at)
        self.at += struct.calcsize(layout)
        return values

    def one(self, layout: str) -> int:
        return self.take(layout)[0]

    def skip(self, n: int) -> None:
        self.at += n

    def string(self) -> str:
        start, length = self.at, self.one("H")
        text = self.data[self.at : self.at + length]
        self.at = start + (2 + length + 3) // 4 * 4
        return text.split(b"\0")[0].decode("latin-1")


class Strings:
    def __init__(self) -> None:
        self.index = {"": 0}

    def __call__(self, text: str) -> int:
        return self.index.setdefault(text, len(self.index))


class Geometry:
    """The body of a GetGeometry reply and the width of each value in it."""

    def __init__(self) -> None:
        self.bytes, self.format = bytearray(), ""

    def put(self, form: str, *values: int) -> None:
        width = {"b": 1, "h": 2, "w": 4, "a": 4}
        for letter, value in zip(form, values, strict=True):
            self.bytes += (value & 0xFFFFFFFF).to_bytes(4, "little")[: width[letter]]
        self.format += form

    def text(self, value: str) -> None:
        raw = value.encode("latin-1")
        pad = -(2 + len(raw)) % 4
        self.put("h", len(raw))
        self.put("b" * (len(raw) + pad), *raw, *bytes(pad))


def is_lower(sym: int) -> bool:
    return ord("a") <= sym <= ord("z") or 0xE0 <= sym <= 0xFE and sym != 0xF7


def is_upper(sym: int) -> bool:
    return ord("A") <= sym <= ord("Z") or 0xC0 <= sym <= 0xDE and sym != 0xD7


def is_keypad(sym: int) -> bool:
    return 0xFF80 <= sym <= 0xFFBD or 0x11000000 <= sym <= 0x1100FFFF


class Map:
    def __init__(self, xkm: bytes) -> None:
        if xkm[0] != 15 or xkm[1:4] != b"mkx":
            raise ValueError("not an XKM file of a little-endian machine")
        _, self.min, self.max, count, _, _ = struct.unpack_from("<BBBBHH", xkm, 4)
        sections = {}
        for i in range(count):
            kind, _, size, offset = struct.unpack_from("<HHHH", xkm, 12 + 8 * i)
            sections[kind] = Reader(xkm[offset + 8 : offset + size])
        self.strings = Strings()
        self.virtual_mods(sections[VIRTUAL_MODS])
        self.key_names(sections[KEY_NAMES])
        self.key_types(sections[TYPES])
        self.compat(sections[COMPAT])
        self.symbols(sections[SYMBOLS])
        self.indicators(sections[INDICATORS])
        self.geometry_name, self.geometry = 0, Geometry()
        if GEOMETRY in sections:
            self.read_geometry(sections[GEOMETRY])

    def virtual_mods(self, r: Reader) -> None:
        bound, named = r.take("HH")
        self.vmods = [r.one("B") if bound >> i & 1 else 0 for i in range(16)]
        r.skip(-bin(bound).count("1") % 4)
        self.vmod_names = [self.strings(r.string()) if named >> i & 1 else 0 for i in range(16)]

    def key_names(self, r: Reader) -> None:
        self.keycodes_name = self.strings(r.string())
        low, high, aliases, _ = r.take("BBBB")
        self.names = [b"\0\0\0\0"] * 256
        for key in range(low, high + 1):
            self.names[key] = r.one("4s")
        self.aliases = [r.one("8s") for _ in range(aliases)]

    def key_types(self, r: Reader) -> None:
        self.types_name = self.strings(r.string())
        count, _ = r.take("HH")
        self.types, self.entries, self.level_names = [], [], []
        for _ in range(count):
            real, levels, virt, entries, names, preserve, _ = r.take("BBHBBBB")
            rows = [r.take("BBH") for _ in range(entries)]
            name = self.strings(r.string())
            kept = [r.take("BBH") for _ in range(entries)] if preserve else [(0, 0, 0)] * entries
            self.types.append((real, virt, name, len(self.entries), len(self.level_names), levels, entries, preserve))
            for (level, row_real, row_virt), (keep_real, _, keep_virt) in zip(rows, kept):
                self.entries.append((row_real, row_virt, keep_real, keep_virt, level))
            given = [self.strings(r.string()) for _ in range(names)]
            self.level_names += given + [0] * (levels - names)

    def compat(self, r: Reader) -> None:
        self.compat_name = self.strings(r.string())
        count, groups, _ = r.take("HBB")
        self.interps = []
        for _ in range(count):
            sym, mods, match, vmod, flags = r.take("IBBBB")
            action = bytearray(r.one("8s"))
            # An action of the X.Org servers for a keysym that xkbcomp did not know would hit every key.
            if action[0] == 0x86 and sym == 0 and match == 1 and mods == 0xFF:
                continue
            self.interps.append((sym, mods, match, vmod, flags, bytes(trim(action))))
        self.group_compat = [(0, 0)] * 4
        for i in range(4):
            if groups >> i & 1:
                real, _, virt = r.take("BBH")
                self.group_compat[i] = (real, virt)

    def type_of(self, name: str, width: int, syms: list[int] | None) -> int:
        for i, row in enumerate(self.types):
            if name and row[2] == self.strings.index.get(name):
                return i
        if width < 2 or syms and syms[1] == 0:
            return 0
        if syms and is_lower(syms[0]) and is_upper(syms[1]):
            return 2
        if syms and (is_keypad(syms[0]) or is_keypad(syms[1])):
            return 3
        return 1

    def symbols(self, r: Reader) -> None:
        self.symbols_name = self.strings(r.string())
        low, high, group_names, vmod_maps = r.take("BBBB")
        self.group_names = [self.strings(r.string()) if group_names >> i & 1 else 0 for i in range(4)]
        empty = dict(info=0, width=0, modmap=0, explicit=0, behavior=(0, 0), vmods=0, sym=0, action=0)
        self.keys = [dict(empty, types=[0] * 4) for _ in range(256)]
        self.syms, self.actions = [0], []
        self.repeats, self.no_repeat = bytearray(32), bytearray(32)
        self.groups = 1
        for code in range(low, high + 1):
            self.key(r, code)
        for _ in range(vmod_maps):
            code, _, vmods = r.take("BBH")
            self.keys[code]["vmods"] = vmods

    def key(self, r: Reader, code: int) -> None:
        key = self.keys[code]
        width, info, key["modmap"], flags = r.take("BBBB")
        names = [r.string() if flags >> g & 1 else "" for g in range(4)]
        for g in range(4):
            if names[g] and self.types[self.type_of(names[g], width, None)][2] == self.strings.index.get(names[g]):
                key["explicit"] |= 1 << g
        if flags & (KEY_REPEATS | KEY_NO_REPEAT):
            (self.repeats if flags & KEY_REPEATS else self.no_repeat)[code // 8] |= 1 << code % 8
            key["explicit"] |= EXPLICIT_REPEAT
        groups = min(info & 15, 4)
        key["info"], key["width"] = info & 0xF0 | groups, width
        self.groups = max(self.groups, groups)
        if groups:
            syms = [r.one("I") for _ in range((info & 15) * width)]
            key["sym"] = len(self.syms)
            self.syms += syms
            if flags & KEY_ACTIONS:
                key["action"] = 1 + len(self.actions)
                self.actions += [r.one("8s") for _ in syms]
                key["explicit"] |= EXPLICIT_INTERPRET
            for g in range(groups):
                named = names[g] if key["explicit"] >> g & 1 else ""
                key["types"][g] = self.type_of(named, width, syms[g * width : (g + 1) * width])
        if flags & KEY_BEHAVIOR:
            kind, data, _ = r.take("BBH")
            key["behavior"] = (kind, data)
            key["explicit"] |= EXPLICIT_BEHAVIOR

    def indicators(self, r: Reader) -> None:
        count, _, _, _, self.real_indicators = r.take("BBBBI")
        self.leds = [(0,) * 8] * 32
        for _ in range(count):
            name = self.strings(r.string())
            number, flags, which_mods, real, vmods, which_groups, groups, controls = r.take("BBBBHBBI")
            self.leds[number - 1] = (flags, which_groups, groups, which_mods, real, vmods, controls, name)

    def read_geometry(self, r: Reader) -> None:
        out = self.geometry
        name = r.string()
        self.geometry_name = self.strings(name)
        width, height, base, label, props, colors, shapes, sections, doodads, aliases, _ = r.take("HHBBHHHHHHH")
        font = r.string()
        out.put("abbhhhhhhhhbb", self.geometry_name, 1, 0, width, height, props, colors, shapes, sections, doodads,
                aliases, base, label)
        out.text(font)
        for _ in range(props):
            out.text(r.string())
            out.text(r.string())
        for _ in range(colors):
            out.text(r.string())
        for _ in range(shapes):
            self.shape(r)
        for _ in range(sections):
            self.section(r)
        for _ in range(doodads):
            self.doodad(r)
        for _ in range(aliases):
            out.put("b" * 8, *r.one("8s"))

    def shape(self, r: Reader) -> None:
        out = self.geometry
        name = self.strings(r.string())
        outlines, primary, approx, _ = r.take("BBBB")
        out.put("abbbb", name, outlines, primary, approx, 0)
        for _ in range(outlines):
            points, radius, _ = r.take("BBH")
            out.put("bbh", points, radius, 0)
            for _ in range(points):
                out.put("hh", *r.take("hh"))

    def section(self, r: Reader) -> None:
        out = self.geometry
        name = self.strings(r.string())
        top, left, width, height, angle, priority, rows, doodads, overlays, _ = r.take("hhHHhBBBBH")
        out.put("ahhhhhbbbbh", name, top, left, width, height, angle, priority, rows, doodads, overlays, 0)
        for _ in range(rows):
            top, left, keys, vertical, _ = r.take("hhBBH")
            out.put("hhbbh", top, left, keys, vertical, 0)
            for _ in range(keys):
                key, gap, shape, color = r.take("4shBB")
                out.put("bbbbhbb", *key, gap, shape, color)
        for _ in range(doodads):
            self.doodad(r)
        for _ in range(overlays):
            name = self.strings(r.string())
            rows, _, _ = r.take("BBH")
            out.put("abbh", name, rows, 0, 0)
            for _ in range(rows):
                under, keys, _ = r.take("BBH")
                out.put("bbh", under, keys, 0)
                for _ in range(keys):
                    out.put("b" * 8, *r.one("8s"))

    def doodad(self, r: Reader) -> None:
        out = self.geometry
        name = self.strings(r.string())
        start = r.at
        kind, priority, top, left = r.take("BBhh")
        out.put("abbhh", name, kind, priority, top, left)
        texts = 0
        if kind == TEXT:
            angle, width, height, color = r.take("hHHB")
            out.put("hhhbbh", angle, width, height, color, 0, 0)
            texts = 2
        elif kind == INDICATOR:
            shape, on, off = r.take("BBB")
            out.put("hbbbbw", 0, shape, on, off, 0, 0)
        else:
            angle, color, shape = r.take("hBB")
            out.put("hbbhw", angle, color, shape, 0, 0)
            texts = 1 if kind == LOGO else 0
        r.at = start + 16
        for _ in range(texts):
            out.text(r.string())


# Bytes of its data that an action of each type uses; a server keeps no others.
ACTION_BYTES = {1: 5, 2: 5, 3: 5, 4: 2, 5: 2, 6: 2, 7: 5, 8: 3, 9: 3, 10: 3, 11: 7, 12: 0, 13: 2, 14: 5, 15: 5, 16: 0,
                17: 7, 18: 4, 19: 4, 20: 7, 0x86: 7}


def trim(action: bytearray) -> bytearray:
    keep = 1 + ACTION_BYTES.get(action[0], 0)
    return action[:keep] + bytes(8 - keep)


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
