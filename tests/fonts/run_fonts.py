#!/usr/bin/env python3
"""Fonts and text on Xvfb, which reads its fonts from xfonts-base, and on our server, which has them in tables: names,
metrics and pixels are the same.

    tests/fonts/run_fonts.py --host PROGRAM [NAME...]    proto_host is our server, built with sanitizers

Exit status: 0 the same, 1 different, 77 skipped with the reason as the last line.
"""

import argparse
import functools
import os
import random
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "shim", "x11", "fonts"))
sys.dont_write_bytecode = True

import client as c  # noqa: E402
import generate     # noqa: E402
import hosts        # noqa: E402

PATTERNS = ["*", "fixed", "FiXeD", "?x1?", "*x13*", "6x13", "cursor", "nil2", "-misc-fixed-*", "-MISC-FIXED-BOLD-*",
            "*-iso8859-1", "*-iso8859-15", "*-iso10646-1", "-*-*-*-*-*-*-13-*-*-*-c-*-*-*", "-misc-*--20-*",
            "-*-fixed-medium-r-*-*-*-*-75-*", "*8859?1*", "??x??", "*a*a*a*a*a*a*a*a*", "no-such",
            "-misc-fixed-medium-r-normal--13-*-c-70-*", "f*d", "fixed*?"]


class Xvfb(hosts.Xvfb):
    ARGUMENTS = hosts.Xvfb.ARGUMENTS + ["-fp", "/usr/share/fonts/X11/misc"]  # other packages have other fonts


class Pair:
    """The same on both servers; collects what differs."""

    def __init__(self, xvfb, ours):
        self.xvfb, self.ours, self.failures = xvfb, ours, []

    def same(self, what, expected, got):
        if expected != got:
            self.failures.append("%s: %s in place of %s" % (what, shown(got), shown(expected)))

    def both(self, what, function):
        """Compare what function(client) answers on each; returns ours."""
        expected, got = function(self.xvfb), function(self.ours)
        self.same(what, expected, got)
        return got


def shown(value):
    text = value.hex() if isinstance(value, bytes) else str(value)
    return text if len(text) < 300 else text[:300] + "..."


def without_doubles(names):
    return list(dict.fromkeys(names))


def full_names(pair):
    """Of our fonts, no aliases."""
    return [name for name in pair.ours.list_fonts("*") if name.startswith("-") and "-100-100-c-" not in name
            or name in ("cursor", "8x16", "12x24")]


# ---- what is compared ----

def names(pair):
    ours = pair.ours.list_fonts("*")
    for pattern in PATTERNS:
        expected = [name for name in without_doubles(pair.xvfb.list_fonts(pattern)) if name in ours]
        pair.same("ListFonts " + pattern, expected, pair.ours.list_fonts(pattern))
    for pattern in ("fixed", "6x13bold", "cursor"):
        pair.both("ListFontsWithInfo " + pattern, lambda client: client.list_info(pattern, 1))
    for pattern in ("?x1?", "-misc-fixed-bold-*-iso8859-1"):
        got = pair.ours.list_info(pattern)
        expected = [info for info in pair.xvfb.list_info(pattern) if "--0-0-" not in info[0]]
        wanted = {info[0] for info in got}
        pair.same("ListFontsWithInfo " + pattern, [info[:3] for info in expected if info[0] in wanted],
                  [info[:3] for info in got])
        pair.same("replies to come", list(range(len(got)))[::-1], [info[3] for info in got])
    pair.same("at most 3", pair.ours.list_fonts("*", 3), ours[:3])
    pair.same("at most none", pair.ours.list_fonts("*", 0), [])


def metrics(pair):
    for name in pair.ours.list_fonts("*"):
        expected, got = (client.query_font(client.open_font(name)) for client in (pair.xvfb, pair.ours))
        pair.same("QueryFont " + name, expected[:3], got[:3])
        compare_chars(pair, name, expected, got)
    pair.both("a context's font", lambda client: client.query_font(client.gc(client.root)))


def compare_chars(pair, name, expected, got):
    """A character that a large font of ours was not given is like one that does not exist."""
    (first, last, _), first_row = got[0][1], got[0][2][1]
    row_bytes, name = 12 * (last - first + 1), dict(got[1])[b"FONT"].decode().lower()
    for row in range(len(got[3]) // row_bytes):
        a, b = (data[row * row_bytes:(row + 1) * row_bytes] for data in (expected[3], got[3]))
        for column in range(0 if a == b else last - first + 1):
            character = (first_row + row) << 8 | (first + column)
            cells = a[12 * column:12 * column + 12], b[12 * column:12 * column + 12]
            if cells[0] != cells[1] and (cells[1] != bytes(12) or generate.kept(name, character)):
                pair.same("%s, character %#x" % (name, character), *cells)
                return


def many(name):
    """Whether the font has rows of characters."""
    return name.startswith("-") and not name.split("-")[-2].startswith(("iso8859", "koi8", "misc", "jisx0201"))


def characters(name, rng, count):
    """Pairs of bytes, some of them of no character."""
    return b"".join(rng.choice(candidates(many(name), tuple(name.split("-")[-2:]))).to_bytes(2, "big") for _ in range(count))


@functools.cache
def candidates(any_row, encoding):
    rows = range(0x100) if any_row else [0, 0, 0, 0, 0, 0, 1]
    pairs = (row << 8 | column for row in rows for column in range(0x100))
    return [pair for pair in pairs if generate.kept("-" + "-".join(encoding), pair)]


def extents(pair):
    rng = random.Random(7)
    for name in full_names(pair):
        fonts = pair.xvfb.open_font(name), pair.ours.open_font(name)
        for length in (0, 1, 2, 3, 17, 400):
            text = characters(name, rng, length)
            pair.same("QueryTextExtents of %s, %s" % (name, text.hex()), pair.xvfb.extents(fonts[0], text),
                      pair.ours.extents(fonts[1], text))


def glyphs(pair):
    """Every character of every font, in rows of 32."""
    for name in full_names(pair):
        wanted = [char for char in range(0x10000 if many(name) else 0x120) if generate.kept(name, char)]

        def picture(client):
            font, rows = client.open_font(name), (len(wanted) + 31) // 32
            pixmap = client.pixmap(1, 32 * 24, rows * 34)
            gc = client.gc(pixmap, font=font, foreground=1, background=0)
            for row in range(rows):
                some = b"".join(char.to_bytes(2, "big") for char in wanted[32 * row:32 * row + 32])
                client.write(c.POLY16, 0, "IIhh", pixmap, gc, 20, 34 * row + 17, tail=bytes([len(some) // 2, 0]) + some)
            return client.image(pixmap, 32 * 24, rows * 34, 1)
        pair.both("glyphs of " + name, picture)


# ---- random text ----

FONTS = ["fixed", "5x7", "9x15bold", "cursor", "12x24", "nil2", "8x16", "-misc-fixed-medium-r-normal--18-*-iso10646-1",
         "-misc-fixed-medium-o-*-iso8859-15"]


class Scene:
    """Random text into one drawable, the same for each client that is given the same seed."""

    WIDTH, HEIGHT = 160, 96

    def __init__(self, client, seed):
        self.client, self.rng = client, random.Random(seed)
        self.depth = self.rng.choice([1, 8, 24, 24, 32, 0])
        self.target = self.drawable()
        self.fonts = [client.open_font(name) for name in FONTS]
        self.gc = client.gc(self.target, foreground=self.pixel(), background=self.pixel(), exposures=0)

    def pixel(self):
        depth = self.depth or 24
        return self.rng.choice([0, 1, self.rng.getrandbits(32)]) & ((1 << depth) - 1)

    def drawable(self):
        if self.depth == 0:
            return self.client.window(self.WIDTH, self.HEIGHT)
        return self.client.pixmap(self.depth, self.WIDTH, self.HEIGHT)

    def pattern(self, depth):
        """A small pixmap of stripes and text."""
        pixmap = self.client.pixmap(depth, self.rng.randrange(1, 12), self.rng.randrange(1, 9))
        gc = self.client.gc(pixmap, foreground=self.rng.getrandbits(depth), function=6)
        for _ in range(4):
            self.client.write(c.FILL, 0, "IIhhHH", pixmap, gc, self.rng.randrange(-2, 8), self.rng.randrange(-2, 6),
                              self.rng.randrange(1, 6), self.rng.randrange(1, 5))
        return pixmap

    def change(self):
        rng, client = self.rng, self.client
        client.change_gc(self.gc, foreground=self.pixel(), background=self.pixel(),
                         function=rng.choice([3, 3, 3, 6, rng.randrange(16)]),
                         planes=rng.choice([0xFFFFFFFF, 0xFFFFFFFF, rng.getrandbits(32)]),
                         style=rng.choice([0, 0, 1, 2, 3]), origin_x=rng.randrange(-9, 9),
                         origin_y=rng.randrange(-9, 9), font=rng.choice(self.fonts))
        client.change_gc(self.gc, tile=self.pattern(self.depth or 24), stipple=self.pattern(1))
        clip = rng.randrange(4)
        if clip == 0:
            client.change_gc(self.gc, mask=0)
        elif clip == 1:
            boxes = [client.pack("hhHH", rng.randrange(self.WIDTH), rng.randrange(self.HEIGHT), rng.randrange(70),
                                 rng.randrange(40)) for _ in range(rng.randrange(1, 5))]
            client.write(c.CLIP, 0, "Ihh", self.gc, rng.randrange(-9, 9), rng.randrange(-9, 9), tail=b"".join(boxes))

    def poly(self, opcode, char_bytes):
        tail = b""
        for _ in range(self.rng.randrange(1, 4)):
            if self.rng.random() < 0.3:
                tail += b"\xff" + self.rng.choice(self.fonts).to_bytes(4, "big")
            count = self.rng.randrange(0, 12)
            tail += bytes([count, self.rng.randrange(256)]) + self.text(count, char_bytes)
        self.client.write(opcode, 0, "IIhh", self.target, self.gc, *self.place(), tail=tail)

    def image(self, opcode, char_bytes):
        count = self.rng.randrange(0, 14)
        self.client.write(opcode, count, "IIhh", self.target, self.gc, *self.place(), tail=self.text(count, char_bytes))

    def place(self):
        return self.rng.randrange(-60, self.WIDTH + 9), self.rng.randrange(-9, self.HEIGHT + 20)

    def text(self, count, char_bytes):
        if char_bytes == 2:
            return characters("-any-iso10646-1", self.rng, count)
        return bytes(self.rng.choice([self.rng.randrange(256), self.rng.randrange(32, 127)]) for _ in range(count))

    def play(self):
        for _ in range(12):
            self.change()
            for _ in range(2):
                draw, opcode, size = self.rng.choice([(self.poly, c.POLY8, 1), (self.poly, c.POLY16, 2),
                                                      (self.image, c.IMAGE8, 1), (self.image, c.IMAGE16, 2)])
                draw(opcode, size)
        image = self.client.image(self.target, self.WIDTH, self.HEIGHT, 1 if self.depth == 1 else 2)
        return self.client.errors(), image


def scenes(pair):
    for seed in range(60):
        before = len(pair.failures)
        pair.both("scene %d" % seed, lambda client: Scene(client, seed).play())
        if len(pair.failures) > before + 3:
            return


# ---- mistakes ----

def mistakes(pair):
    def fonts(client):
        out = []
        for name in ("no-such", "", "a" * 300, "fixed", "variable", "-misc-fixed-medium-r-normal--13-*-iso8859-2x"):
            client.open_font(name)
            out.append(client.errors())
        font = client.open_font("cursor")
        for chars in ((0, 0), (153, 153), (154, 0), (0, 154), (0x100, 0)):
            client.write(c.GLYPH_CURSOR, 0, "IIIHHHHHHHH", client.new_id(), font, font, *chars, 0, 0, 0, 1, 1, 1)
            out.append(client.errors())
        out.append(client.query_font(77))
        out.append(client.ask(c.EXTENTS, 1, "I", font))
        gc = client.gc(client.root, font=font)
        client.write(c.CLOSE_FONT, 0, "I", font)
        client.write(c.CLOSE_FONT, 0, "I", font)
        out.append((client.errors(), client.query_font(gc), client.extents(gc, b"\0A\0B")))
        copy = client.gc(client.root)
        client.write(c.COPY_GC, 0, "III", gc, copy, 1 << 14)
        out.append(client.query_font(copy))
        client.write(c.SET_PATH, 0, "HH", 2, 0, tail=b"\x09built-ins\x04none")
        out.append([error[::2] for error in client.errors()])
        return out

    def texts(client):
        out, pixmap = [], client.pixmap(24, 64, 64)
        gc = client.gc(pixmap, foreground=0xFFFFFF, font=client.open_font("6x13"))
        other = client.open_font("9x15")
        items = [b"\x03\0abc", b"\x09\0abc", b"\xff\0\0\0\x09", b"\xff\0\0", b"\x03\0abc\x20\0ab", b"\x02\0ab\0\0",
                 b"\x02\0abc", b"\0", b"\x02\0ab\xff" + other.to_bytes(4, "big") + b"\x01\0c",
                 b"\x02\0ab\xff" + bytes(4), b"", b"\0\x7f\0\x80\x01\0x"]
        for opcode in (c.POLY8, c.POLY16):
            for tail in items:
                client.write(opcode, 0, "IIhh", pixmap, gc, 4, 20, tail=tail)
                out.append((client.errors(), client.image(pixmap, 64, 64), client.query_font(gc)[:1]))
        for opcode, count, tail in ((c.IMAGE8, 3, b"abc"), (c.IMAGE8, 5, b"abc"), (c.IMAGE16, 2, b"\0a\0b"),
                                    (c.IMAGE16, 3, b"\0a"), (c.IMAGE8, 0, b"")):
            client.write(opcode, count, "IIhh", pixmap, gc, 4, 40, tail=tail)
            out.append((client.errors(), client.image(pixmap, 64, 64)))
        for drawable, context in ((client.root, gc), (pixmap, 77), (77, gc), (client.pixmap(8, 4, 4), gc)):
            client.write(c.POLY8, 0, "IIhh", drawable, context, 0, 0)
            client.write(c.IMAGE8, 1, "IIhh", drawable, context, 0, 0, tail=b"a")
            out.append(client.errors())
        return out
    for step, (expected, got) in enumerate(zip(fonts(pair.xvfb), fonts(pair.ours))):
        pair.same("fonts, step %d" % step, expected, got)
    for step, (expected, got) in enumerate(zip(texts(pair.xvfb), texts(pair.ours))):
        pair.same("texts, step %d" % step, expected, got)


TESTS = {test.__name__: test for test in (names, metrics, extents, glyphs, scenes, mistakes)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--host", required=True)
    parser.add_argument("--order", default="<", choices="<>", help="the byte order of the client")
    parser.add_argument("tests", nargs="*")
    options = parser.parse_args()
    failures = []
    try:
        with Xvfb() as xvfb, hosts.Host(options.host) as ours:
            for name in options.tests or TESTS:
                pair = Pair(*(c.Client(place.socket_path(), options.order) for place in (xvfb, ours)))
                TESTS[name](pair)
                failures += ["%s: %s" % (name, line) for line in pair.failures]
            said = ours.finish()
            failures += said.splitlines()
    except hosts.Skip as reason:
        print(reason)
        return 77
    print("\n".join(failures[:40]))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
