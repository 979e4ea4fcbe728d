"""Reads one font in X.Org's "portable compiled format".

Source: "The X11 PCF bitmap font file format" (FontForge's technical reference) and X.Org's description of the format.
A file is a directory of tables; each table begins with its format word, which says its byte order (and, for bitmaps,
the order of bits and the padding of rows)."""

import gzip
import pathlib
import struct
from typing import NamedTuple

PROPERTIES, ACCELERATORS, METRICS, BITMAPS, INK_METRICS, ENCODINGS, BDF_ACCELERATORS = 1, 2, 4, 8, 16, 32, 256
COMPRESSED_METRICS = INK_BOUNDS = 0x100
BIG_ENDIAN, BIG_BITS = 4, 8


class Metrics(NamedTuple):
    """A CHARINFO of the protocol, in pixels."""
    left: int
    right: int
    width: int
    ascent: int
    descent: int
    attributes: int

    @property
    def size(self):
        return self.right - self.left, self.ascent + self.descent


class Glyph(NamedTuple):
    metrics: Metrics
    rows: tuple  # one number a row, the leftmost pixel in its highest bit (of `metrics.size[0]`)

    @property
    def ink(self):
        """The metrics of the pixels that are set; a blank glyph has only its width."""
        every = 0
        for row in self.rows:
            every |= row
        m = self.metrics
        if not every:
            return Metrics(0, 0, m.width, 0, 0, 0)
        inked = [y for y, row in enumerate(self.rows) if row]
        first = m.size[0] - every.bit_length()
        past = m.size[0] - (every & -every).bit_length() + 1
        return Metrics(m.left + first, m.left + past, m.width, m.ascent - inked[0], inked[-1] + 1 - m.ascent, 0)


class Font:
    """properties: (name, int or str) in their order; glyphs; cells: index into glyphs or None, by byte1 and byte2.

    ink: the file has the glyphs' inked bounds, which is what a server then answers with; ink_min and ink_max are the
    bounds of those, or of the metrics if it has none."""

    def __init__(self, path):
        data = pathlib.Path(path).read_bytes()
        self._data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
        if self._data[:4] != b"\x01fcp":
            raise ValueError(f"{path} is no PCF font")
        (count,) = struct.unpack_from("<I", self._data, 4)
        entries = [struct.unpack_from("<IIII", self._data, 8 + 16 * i) for i in range(count)]
        self._tables = {kind: offset for kind, _, _, offset in entries}
        self._read_properties()
        self._read_accelerators()
        self._read_encodings()
        self._read_glyphs()

    def _open(self, kind):
        offset = self._tables[kind]
        (self._format,) = struct.unpack_from("<I", self._data, offset)
        self._order = ">" if self._format & BIG_ENDIAN else "<"
        self._at = offset + 4

    def _take(self, layout):
        values = struct.unpack_from(self._order + layout, self._data, self._at)
        self._at += struct.calcsize(self._order + layout)
        return values

    def _read_properties(self):
        self._open(PROPERTIES)
        (count,) = self._take("I")
        raw = [self._take("IBi") for _ in range(count)]
        self._at += -count % 4  # a row has 9 bytes
        (size,) = self._take("I")
        strings = self._data[self._at:self._at + size]

        def text(at):
            return strings[at:strings.index(b"\0", at)].decode("latin-1")
        self.properties = [(text(name), text(value) if is_string else value) for name, is_string, value in raw]

    def _read_accelerators(self):
        self._open(BDF_ACCELERATORS if BDF_ACCELERATORS in self._tables else ACCELERATORS)
        self.no_overlap, _, _, _, _, _, self.right_to_left, _ = self._take("8B")
        self.ascent, self.descent, _ = self._take("iii")
        self.min_bounds = Metrics(*self._take("5hH"))
        self.max_bounds = Metrics(*self._take("5hH"))
        self.ink_min, self.ink_max = self.min_bounds, self.max_bounds
        if self._format & INK_BOUNDS:
            self.ink_min = Metrics(*self._take("5hH"))
            self.ink_max = Metrics(*self._take("5hH"))

    def _read_encodings(self):
        self._open(ENCODINGS)
        self.first_byte2, self.last_byte2, self.first_byte1, self.last_byte1, self.default_char = self._take("5H")
        columns = self.last_byte2 - self.first_byte2 + 1
        self.cells = [[None if cell == 0xFFFF else cell for cell in self._take(f"{columns}H")]
                      for _ in range(self.last_byte1 - self.first_byte1 + 1)]

    def _read_metrics(self, table):
        self._open(table)
        if self._format & COMPRESSED_METRICS:
            (count,) = self._take("H")
            return [Metrics(*(byte - 0x80 for byte in self._take("5B")), 0) for _ in range(count)]
        (count,) = self._take("I")
        return [Metrics(*self._take("5hH")) for _ in range(count)]

    def _read_glyphs(self):
        metrics = self._read_metrics(METRICS)
        self._open(BITMAPS)
        pad, unit = 1 << (self._format & 3), 1 << (self._format >> 4 & 3)
        (count,) = self._take("I")
        offsets = self._take(f"{count}I")
        self._take("4I")  # the size of all bitmaps for each padding
        big_bits = bool(self._format & BIG_BITS)
        swapped = unit > 1 and big_bits != bool(self._format & BIG_ENDIAN)
        self.glyphs = []
        for metric, offset in zip(metrics, offsets):
            width, height = metric.size
            pitch = (width + 8 * pad - 1) // (8 * pad) * pad
            rows = []
            for y in range(height):
                start = self._at + offset + y * pitch
                row = self._data[start:start + pitch]
                if swapped:
                    row = b"".join(row[i:i + unit][::-1] for i in range(0, pitch, unit))
                if not big_bits:
                    row = bytes(int(f"{byte:08b}"[::-1], 2) for byte in row)
                rows.append(int.from_bytes(row, "big") >> (8 * pitch - width))
            self.glyphs.append(Glyph(metric, tuple(rows)))
        self.ink = INK_METRICS in self._tables
        if self.ink and self._read_metrics(INK_METRICS) != [glyph.ink for glyph in self.glyphs]:
            raise ValueError("the font says otherwise where its ink is than its bitmaps")
