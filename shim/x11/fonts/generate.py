#!/usr/bin/env python3
"""Write the fonts of the Debian package xfonts-base that Latin programs use as the C tables of fonts.h.

A font of the "misc" family comes as a large one in Unicode and as small ones in one-byte encodings, whose glyphs are
the same: they share one pool of bitmaps. Of the Unicode ones only BLOCKS are taken.

usage: generate.py --fonts FOLDER --aliases FILE --output FILE.c
"""

from __future__ import annotations

import argparse
import pathlib
import re
import sys

sys.dont_write_bytecode = True
from pcf import Font  # noqa: E402

# One pool each: NAME.pcf.gz in Unicode, then what there is of the ENCODINGS.
FAMILIES = ("4x6 5x7 5x8 6x9 6x10 6x12 6x13 6x13B 6x13O 7x13 7x13B 7x13O 7x14 7x14B 8x13 8x13B 8x13O 9x15 9x15B 9x18 "
            "9x18B 10x20").split()
ENCODINGS = ("ISO8859-1", "ISO8859-15")
# Xlib's font sets of a UTF-8 locale want a font of each of these, whichever.
MORE_ENCODINGS = [f"ISO8859-{n}" for n in (2, 3, 4, 5, 7, 8, 9, 10, 13, 14, 16)] + ["KOI8-R"]
FAMILIES_WITH_MORE = ("6x13", "7x13")
SINGLES = "8x16 12x24 cursor nil2 7x14-JISX0201.1976-0 k14 hanglg16 gb16st".split()
BLOCKS = (
    (0x0000, 0x024F),  # Latin
    (0x0370, 0x04FF),  # Greek, Cyrillic
    (0x2000, 0x206F),  # punctuation
    (0x20A0, 0x20BF),  # currencies
    (0x2100, 0x215F),  # letter-like symbols, fractions
    (0x2190, 0x21FF),  # arrows
    (0x2200, 0x226F),  # mathematics
    (0x2400, 0x2426),  # pictures of control characters
    (0x2500, 0x25FF),  # box drawing, blocks, geometric shapes
    (0xFFFD, 0xFFFD),  # in the place of what is none
)
EASTERN_ROWS = (0x21, 0x23)  # punctuation, wide letters
DEFAULT = "fixed"
MAX_WIDTH, MAX_HEIGHT = 56, 64  # OFS_FONT_MAX_WIDTH and what struct ofs_xview_glyph has room for


def in_blocks(char: int) -> bool:
    return any(first <= char <= last for first, last in BLOCKS)


def kept(name: str, char: int) -> bool:
    """Whether the font of this full name has what xfonts-base has for the character."""
    if name.endswith("-iso10646-1"):
        return in_blocks(char)
    return char >> 8 in EASTERN_ROWS or not re.search(r"-(jisx0208|ksc5601|gb2312)\.[^-]*-0$", name)


class Strings:
    def __init__(self):
        self.offsets: dict[str, int] = {}
        self.size = 0

    def add(self, text: str) -> int:
        if text not in self.offsets:
            self.offsets[text] = self.size
            self.size += len(text) + 1
        return self.offsets[text]


class Pool:
    """Bitmaps that fonts share."""

    def __init__(self):
        self.glyphs: list = []
        self.found: dict = {}

    def add(self, glyph) -> None:
        self.found.setdefault(glyph, len(self.glyphs))
        self.glyphs.append(glyph)

    def place(self, glyph, char: int, of_char: dict, after: int | None) -> int:
        """The glyph's index: where the run goes on, else where Unicode has it, else anywhere, else at the end."""
        for index in (None if after is None else after + 1, of_char.get(char)):
            if index is not None and index < len(self.glyphs) and self.glyphs[index] == glyph:
                return index
        if glyph not in self.found:
            self.add(glyph)
        return self.found[glyph]


def characters(font: Font) -> list:
    """(character, glyph) of all cells that have one, in order."""
    return [((font.first_byte1 + i) << 8 | (font.first_byte2 + k), font.glyphs[cell])
            for i, row in enumerate(font.cells) for k, cell in enumerate(row) if cell is not None]


def runs_of(font: Font, pool: Pool, of_char: dict) -> list:
    """The font's characters as runs, its glyphs in the pool."""
    runs: list = []
    after = None
    for char, glyph in characters(font):
        if not kept(full_name(font), char):
            continue
        index = pool.place(glyph, char, of_char, after)
        if runs and char == runs[-1][0] + runs[-1][1] and index == runs[-1][2] + runs[-1][1]:
            runs[-1][1] += 1
        else:
            runs.append([char, 1, index])
        after = index
    return runs


class Writer:
    def __init__(self):
        self.strings = Strings()
        self.properties, self.runs, self.cells, self.fonts = [], [], [], []
        self.bits = bytearray()
        self.names: dict[str, tuple[str, int]] = {}  # name: the name it stands for, index

    def add_pool(self, pool: Pool) -> tuple[int, int, tuple]:
        """(offset of its bits, 1 + index of its cells or 0, the cell that all glyphs share)."""
        if any(g.metrics.size[0] > MAX_WIDTH or g.metrics.size[1] > MAX_HEIGHT or g.metrics.attributes
               for g in pool.glyphs):
            raise ValueError("a glyph is too large, or has attributes")
        start = len(self.bits)
        shared = pool.glyphs[0].metrics
        if all(glyph.metrics == shared for glyph in pool.glyphs):
            width, height = shared.size
            number = count = 0
            for row in (row for glyph in pool.glyphs for row in glyph.rows):
                number = number << width | row
                count += width
            self.bits += (number << (-count % 8)).to_bytes((count + 7) // 8, "big")
            return start, 0, shared[:5]
        first = len(self.cells)
        for glyph in pool.glyphs:
            width, height = glyph.metrics.size
            number = 0
            for row in glyph.rows:
                number = number << width | row
            self.cells.append((*glyph.metrics[:5], len(self.bits) - start))
            self.bits += (number << (-width * height % 8)).to_bytes((width * height + 7) // 8, "big")
        return start, first + 1, (0,) * 5

    def add_font(self, font: Font, runs: list, pool: tuple) -> None:
        bits, cells, cell = pool
        name = full_name(font)
        in_range = (font.last_byte1 - font.first_byte1 + 1) * (font.last_byte2 - font.first_byte2 + 1)
        record = (*font.ink_min[:5], *font.ink_max[:5], *cell, font.ascent, font.descent, font.first_byte1,
                  font.last_byte1, font.first_byte2, font.last_byte2, font.default_char, int(font.right_to_left),
                  int(len(characters(font)) == in_range), int(font.ink), len(font.properties), len(self.properties),
                  len(self.runs), len(runs), cells, bits)
        for key, value in font.properties:
            text = isinstance(value, str)
            self.properties.append((self.strings.add(key), int(text), self.strings.add(value) if text else value))
        self.runs += runs
        self.names[name] = (name, len(self.fonts))
        self.fonts.append(record)


def add_family(writer: Writer, folder: pathlib.Path, family: str) -> None:
    unicode_font = Font(folder / f"{family}.pcf.gz")
    pool, of_char = Pool(), {}
    for char, glyph in characters(unicode_font):
        if in_blocks(char):
            of_char[char] = len(pool.glyphs)
            pool.add(glyph)
    encodings = [*ENCODINGS, *(MORE_ENCODINGS if family in FAMILIES_WITH_MORE else ())]
    files = [folder / f"{family}-{encoding}.pcf.gz" for encoding in encodings]
    members = [unicode_font, *(Font(file) for file in files if file.exists())]
    runs = [runs_of(font, pool, of_char) for font in members]
    place = writer.add_pool(pool)
    for font, font_runs in zip(members, runs):
        writer.add_font(font, font_runs, place)


def add_single(writer: Writer, folder: pathlib.Path, name: str) -> None:
    font, pool = Font(folder / f"{name}.pcf.gz"), Pool()
    runs = runs_of(font, pool, {})
    writer.add_font(font, runs, writer.add_pool(pool))


# ---- names ----

def numeric_order(name: str) -> list:
    """Numbers in a name are in order by value: iso8859-2 comes before iso8859-10."""
    return [("0", len(part), part) if part.isdigit() else (part, 0, "") for part in re.findall(r"\d+|\D", name)]


def full_name(font: Font) -> str:
    """The name that a directory of fonts has for it."""
    return dict(font.properties)["FONT"].lower()


def read_aliases(file: pathlib.Path) -> dict[str, str]:
    """Alias: pattern. Either may be in quotes; a comment begins with '!'."""
    aliases = {}
    for line in file.read_text(encoding="latin-1").splitlines():
        words = [quoted or plain for quoted, plain in re.findall(r'"([^"]*)"|(\S+)', line)]
        if len(words) == 2 and not line.startswith("!"):
            aliases[words[0].lower()] = words[1].lower()
    return aliases


def add_aliases(writer: Writer, aliases: dict[str, str]) -> None:
    """Those that stand for a font which is here. A pattern stands for the first font in order that matches."""
    ordered = sorted(writer.names, key=numeric_order)
    for alias, pattern in aliases.items():
        regex = re.compile("".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in pattern) + r"\Z")
        match = next((name for name in ordered if regex.match(name)), None)
        if match and alias not in writer.names:
            writer.names[alias] = writer.names[match]


# ---- output ----

def quote(text: str) -> str:
    return '"' + "".join(c if " " <= c <= "~" and c not in '"\\?' else f"\\{ord(c):03o}" for c in text) + '\\0"'


def table(out: list[str], head: str, rows) -> None:
    out.append(f"const {head} = {{")
    out.extend(f"    {row}," for row in rows)
    out.append("};")


def braces(values) -> str:
    return "{" + ", ".join(map(str, values)) + "}"


def chunks(values, n: int):
    values = list(values)
    return [", ".join(map(str, values[i : i + n])) for i in range(0, len(values), n)]


def font_row(record: tuple) -> str:
    head = ", ".join(braces(record[i : i + 5]) for i in (0, 5, 10))
    return "{" + head + ", " + ", ".join(map(str, record[15:])) + "}"


def write(writer: Writer, path: pathlib.Path) -> None:
    names = sorted(writer.names.items(), key=lambda item: numeric_order(item[0]))
    name_rows = [braces((writer.strings.add(name), writer.strings.add(full), font)) for name, (full, font) in names]
    if max(writer.strings.size, len(writer.runs), len(writer.properties), len(writer.cells)) > 0xFFFF:
        raise ValueError("a table is too long for the indices of fonts.h")
    out = ["/* Written by shim/x11/fonts/generate.py; do not edit. */", '#include "x11/fonts/fonts.h"', ""]
    table(out, "struct ofs_font ofs_fonts[]", map(font_row, writer.fonts))
    table(out, "struct ofs_font_name ofs_font_names[]", name_rows)
    out.append(f"const unsigned ofs_font_name_count = {len(name_rows)};")
    out.append(f"const uint16_t ofs_font_default = {writer.names[DEFAULT][1]};")
    table(out, "struct ofs_font_property ofs_font_properties[]", map(braces, writer.properties))
    table(out, "struct ofs_font_run ofs_font_runs[]", map(braces, writer.runs))
    table(out, "struct ofs_font_cell ofs_font_cells[]", (f"{{{braces(c[:5])}, {c[5]}}}" for c in writer.cells))
    table(out, "uint8_t ofs_font_bits[]", chunks(writer.bits + bytes(8), 32))
    out.append("const char ofs_font_strings[] =")
    out.extend(f"    {quote(text)}" for text in writer.strings.offsets)
    out.append(";")
    path.write_text("\n".join(out) + "\n", encoding="ascii")


def main() -> int:
    parser = argparse.ArgumentParser(description="write fonts as C tables")
    parser.add_argument("--fonts", type=pathlib.Path, required=True, help="xfonts-base's folder of PCF files")
    parser.add_argument("--aliases", type=pathlib.Path, required=True, help="xfonts-base's file of aliases")
    parser.add_argument("--output", type=pathlib.Path, required=True)
    options = parser.parse_args()
    writer = Writer()
    for family in FAMILIES:
        add_family(writer, options.fonts, family)
    for name in SINGLES:
        add_single(writer, options.fonts, name)
    add_aliases(writer, read_aliases(options.aliases))
    write(writer, options.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
