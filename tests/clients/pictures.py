"""Pictures as (width, height, rgb bytes, top row first): read PPM and 8-bit PNG, compare. Standard library only."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import NamedTuple


class Picture(NamedTuple):
    width: int
    height: int
    rgb: bytes

    def pixel(self, x: int, y: int) -> tuple[int, int, int]:
        at = 3 * (y * self.width + x)
        return tuple(self.rgb[at:at + 3])

    def colors(self) -> int:
        """How many colours it holds, counted up to 256."""
        seen = set()
        for at in range(0, len(self.rgb), 3):
            seen.add(self.rgb[at:at + 3])
            if len(seen) >= 256:
                break
        return len(seen)


def read(path: Path) -> Picture:
    data = path.read_bytes()
    return _read_png(data) if data.startswith(b"\x89PNG") else _read_ppm(data)


def write_ppm(picture: Picture, path: Path) -> None:
    path.write_bytes(b"P6\n%d %d\n255\n" % (picture.width, picture.height) + picture.rgb)


def _read_ppm(data: bytes) -> Picture:
    magic, size, depth, rgb = data.split(b"\n", 3)
    width, height = map(int, size.split())
    if magic != b"P6" or depth != b"255" or len(rgb) != 3 * width * height:
        raise ValueError("not a PPM of the expected form")
    return Picture(width, height, rgb)


def _read_png(data: bytes) -> Picture:
    at, body, header = 8, b"", None
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        chunk = data[at + 8:at + 8 + length]
        if zlib.crc32(kind + chunk) != struct.unpack_from(">I", data, at + 8 + length)[0]:
            raise ValueError(f"PNG: checksum of {kind!r} is wrong")
        if kind == b"IHDR":
            header = struct.unpack(">IIBBBBB", chunk)
        elif kind == b"IDAT":
            body += chunk
        at += 12 + length
    if header is None or header[2] != 8 or header[3] not in (2, 6) or header[6] != 0:
        raise ValueError(f"PNG: not 8-bit RGB or RGBA: {header}")
    width, height, channels = header[0], header[1], 3 if header[3] == 2 else 4
    rows = _unfilter(zlib.decompress(body), width, height, channels)
    if channels == 4:
        if any(a != 255 for a in rows[3::4]):
            raise ValueError("PNG: a picture of a window must be opaque")
        rgb = bytearray(3 * width * height)
        rgb[0::3], rgb[1::3], rgb[2::3] = rows[0::4], rows[1::4], rows[2::4]
        rows = rgb
    return Picture(width, height, bytes(rows))


def _unfilter(data: bytes, width: int, height: int, channels: int) -> bytearray:
    pitch = width * channels
    if len(data) != (pitch + 1) * height:
        raise ValueError("PNG: wrong amount of data")
    out = bytearray()
    above = bytearray(pitch)
    for y in range(height):
        kind, row = data[y * (pitch + 1)], bytearray(data[y * (pitch + 1) + 1:(y + 1) * (pitch + 1)])
        if kind == 2:
            row = bytearray((a + b) & 255 for a, b in zip(row, above))
        elif kind:
            for i in range(pitch):
                left = row[i - channels] if i >= channels else 0
                corner = above[i - channels] if i >= channels else 0
                row[i] = (row[i] + _predict(kind, left, above[i], corner)) & 255
        out += row
        above = row
    return out


def _predict(kind: int, left: int, up: int, corner: int) -> int:
    if kind == 1:
        return left
    if kind == 3:
        return (left + up) // 2
    guess = left + up - corner
    distances = ((abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner))
    return min(distances)[2]


def difference(actual: Picture, expected: Picture) -> str | None:
    """None when equal; else what differs, in words."""
    if actual[:2] != expected[:2]:
        return f"size {actual.width}x{actual.height}, expected {expected.width}x{expected.height}"
    if actual.rgb == expected.rgb:
        return None
    count, first = 0, None
    for y in range(actual.height):
        row = slice(3 * y * actual.width, 3 * (y + 1) * actual.width)
        if actual.rgb[row] == expected.rgb[row]:
            continue
        for x in range(actual.width):
            if actual.pixel(x, y) != expected.pixel(x, y):
                count += 1
                first = first or (x, y)
    x, y = first
    return (f"{count} of {actual.width * actual.height} pixels differ, first at ({x}, {y}): "
            f"{actual.pixel(x, y)}, expected {expected.pixel(x, y)}")
