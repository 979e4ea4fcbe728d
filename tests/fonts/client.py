"""A client of the font and text requests alone, quick enough to ask for every character of every font."""

import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "proto"))

import rawclient  # noqa: E402
import xcbxml     # noqa: E402

PROTOCOL = xcbxml.Protocol()
(CREATE_WINDOW, MAP_WINDOW, ATOM_NAME, INPUT_FOCUS, OPEN_FONT, CLOSE_FONT, QUERY_FONT, EXTENTS, LIST_FONTS, LIST_INFO,
 SET_PATH, CREATE_PIXMAP, CREATE_GC, CHANGE_GC, COPY_GC, CLIP, FILL, GET_IMAGE, POLY8, POLY16, IMAGE8, IMAGE16,
 GLYPH_CURSOR) = (1, 8, 17, 43, 45, 46, 47, 48, 49, 50, 51, 53, 55, 56, 57, 59, 70, 73, 74, 75, 76, 77, 94)
BAD_FONT, BAD_MATCH, BAD_NAME, BAD_LENGTH = 7, 8, 15, 16
GC_BITS = {name: bit for bit, name in enumerate(
    "function planes foreground background width line cap join style rule tile stipple origin_x origin_y font "
    "inferiors exposures clip_x clip_y mask".split())}


class Client(rawclient.RawClient):
    def __init__(self, path, order="<"):
        super().__init__(path, PROTOCOL, order, timeout_s=30)
        self.setup()
        self.last, self.atoms = 0, {}

    def new_id(self):
        self.last += 1
        return self.base + self.last

    def write(self, opcode, data, layout="", *values, tail=b""):
        body = self.pack(layout, *values) + tail
        body += bytes(-len(body) % 4)
        self.send(self.pack("BBH", opcode, data, 1 + len(body) // 4) + body)
        self.sequence += 1

    def ask(self, *arguments, **tail):
        """The reply, or ("error", code, value)."""
        self.write(*arguments, **tail)
        return self.take()

    def take(self):
        data = self.packet()
        return data if data[0] else ("error",) + self.error(data)

    def error(self, data):
        """(code, value, request). Ids are known by their distance from the client's first one. Some errors have no value;
        that of a font which a text changes to, Xvfb does not tell."""
        code, value, opcode = data[1], self.unpack("I", data, 4)[0], data[10]
        if code in (BAD_MATCH, BAD_NAME, BAD_LENGTH) or (code, opcode) in ((BAD_FONT, POLY8), (BAD_FONT, POLY16)):
            value = 0
        return code, value - self.base if value & ~self.mask == self.base else value, opcode

    def errors(self):
        """What came since, without replies: to be called when none is due."""
        out = []
        self.write(INPUT_FOCUS, 0)
        while True:
            data = self.packet()
            if data[0] == 1:
                return out
            if data[0] == 0:
                out.append(self.error(data))

    def unpack(self, layout, data, at):
        return struct.unpack_from(self.order + layout, data, at)

    # ---- fonts ----

    def open_font(self, name):
        font = self.new_id()
        self.write(OPEN_FONT, 0, "IHxx", font, len(name), tail=name.encode("latin-1"))
        return font

    def list_fonts(self, pattern, most=65535):
        data = self.ask(LIST_FONTS, 0, "HH", most, len(pattern), tail=pattern.encode("latin-1"))
        names, at = [], 32
        for _ in range(self.unpack("H", data, 8)[0]):
            names.append(data[at + 1:at + 1 + data[at]].decode("latin-1"))
            at += 1 + data[at]
        return names

    def atom(self, number):
        if number not in self.atoms:
            data = self.ask(ATOM_NAME, 0, "I", number)
            self.atoms[number] = data[32:32 + self.unpack("H", data, 8)[0]] if data[0] == 1 else number
        return self.atoms[number]

    def font_info(self, data):
        """(fields that two servers share, properties, offset behind them, the field that counts what follows)."""
        head, count = data[8:20] + data[24:36], self.unpack("H", data, 46)[0]
        fields = (self.unpack("12h", head, 0), self.unpack("HHH", data, 40), tuple(data[48:52]),
                  self.unpack("hh", data, 52))
        properties = [self.unpack("Ii", data, 60 + 8 * i) for i in range(count)]
        return fields, properties, 60 + 8 * count, self.unpack("I", data, 56)[0]

    def named(self, properties):
        """A string's value is an atom; which are strings the name says."""
        numbers = (b"PIXEL_SIZE POINT_SIZE RESOLUTION_X RESOLUTION_Y AVERAGE_WIDTH CAP_HEIGHT X_HEIGHT WEIGHT"
                   b" RESOLUTION QUAD_WIDTH UNDERLINE_POSITION UNDERLINE_THICKNESS DESTINATION DEFAULT_CHAR FONT_ASCENT"
                   b" FONT_DESCENT NORM_SPACE MIN_SPACE MAX_SPACE END_SPACE FIGURE_WIDTH").split()
        out = []
        for name, value in properties:
            name = self.atom(name)
            out.append((name, value if name in numbers or name.startswith(b"RAW_") else self.atom(value & 0xFFFFFFFF)))
        return out

    def query_font(self, font):
        data = self.ask(QUERY_FONT, 0, "I", font)
        if not isinstance(data, bytes):
            return data
        fields, properties, at, chars = self.font_info(data)
        return fields, self.named(properties), chars, data[at:]

    def list_info(self, pattern, most=65535):
        """[(name, fields, properties, how many more)]"""
        self.write(LIST_INFO, 0, "HH", most, len(pattern), tail=pattern.encode("latin-1"))
        found = []
        while True:
            data = self.take()
            if not isinstance(data, bytes) or not data[1]:
                break
            fields, properties, at, more = self.font_info(data)
            found.append((data[at:at + data[1]].decode("latin-1"), fields, properties, more))
        return [(name, fields, self.named(properties), more) for name, fields, properties, more in found]

    def extents(self, font, chars):
        """chars: bytes, two for each."""
        data = self.ask(EXTENTS, len(chars) // 2 % 2, "I", font, tail=chars)
        return data if not isinstance(data, bytes) else (data[1],) + self.unpack("hhhhiii", data, 8)

    # ---- drawing ----

    def gc(self, drawable, **values):
        gc = self.new_id()
        self.write(CREATE_GC, 0, "II", gc, drawable, tail=self.values(values))
        return gc

    def change_gc(self, gc, **values):
        self.write(CHANGE_GC, 0, "I", gc, tail=self.values(values))

    def values(self, values):
        ordered = sorted(values.items(), key=lambda item: GC_BITS[item[0]])
        return self.pack("I", sum(1 << GC_BITS[name] for name in values)) + b"".join(
            self.pack("I", value & 0xFFFFFFFF) for _, value in ordered)

    def pixmap(self, depth, width, height):
        """Of all 0."""
        pixmap = self.new_id()
        self.write(CREATE_PIXMAP, depth, "IIHH", pixmap, self.root, width, height)
        self.write(FILL, 0, "IIhhHH", pixmap, self.gc(pixmap, foreground=0), 0, 0, width, height)
        return pixmap

    def window(self, width, height):
        window = self.new_id()
        self.write(CREATE_WINDOW, 24, "IIhhHHHHIIII", window, self.root, 20, 20, width, height, 0, 1, 0,
                   1 << 1 | 1 << 9, 0x101010, 1)  # background, override-redirect
        self.write(MAP_WINDOW, 0, "I", window)
        return window

    def image(self, drawable, width, height, format_=2):
        data = self.ask(GET_IMAGE, format_, "IhhHHI", drawable, 0, 0, width, height, 0xFFFFFFFF)
        return data[32:] if isinstance(data, bytes) else data
