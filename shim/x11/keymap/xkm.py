"""Reads XKM, the binary form in which xkbcomp hands a keyboard map to an X server."""

from __future__ import annotations

import struct

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
        assert len(form) == len(values)
        for letter, value in zip(form, values):
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
