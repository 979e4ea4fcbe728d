"""Pictures, their comparison within a tolerance, and the store of software-rendered references. Standard library only."""

from __future__ import annotations

import json
import re
import struct
import sys
import zlib
from pathlib import Path
from typing import NamedTuple

import gputest

sys.path.insert(0, str(gputest.ROOT / "tests" / "clients"))
from pictures import Picture, read  # noqa: E402

# Two renderers agree on a pixel if no channel differs by more than this: rounding of interpolated colours and of filtered
# textures. A renderer may place edges and samples differently, which moves single pixels a lot: hence a share that may.
CHANNEL = 8
SHARE = 0.01
SHARE_MULTISAMPLED = 0.06  # every pixel of every edge: the sample positions are each driver's own


def read_scene(path: Path) -> Picture:
    """The PPM of a scene, which is glReadPixels' order: the bottom row first."""
    data = path.read_bytes()
    header = re.match(rb"P6 (\d+) (\d+) 255\n", data)
    if not header:
        raise ValueError(f"{path} is not a scene's PPM")
    width, height = int(header[1]), int(header[2])
    rows = data[header.end():]
    if len(rows) != 3 * width * height:
        raise ValueError(f"{path} is cut short")
    return Picture(width, height, b"".join(rows[3 * width * y:3 * width * (y + 1)] for y in reversed(range(height))))


class Difference(NamedTuple):
    share: float   # of pixels that differ by more than CHANNEL
    worst: int     # largest difference of a channel
    mean: float    # of all channels

    def __str__(self) -> str:
        return f"{100 * self.share:.3f} % of pixels differ by more than {CHANNEL}, worst {self.worst}, mean {self.mean:.3f}"


def compare(actual: Picture, expected: Picture) -> Difference | None:
    """None if the sizes differ."""
    if (actual.width, actual.height) != (expected.width, expected.height):
        return None
    if actual.rgb == expected.rgb:
        return Difference(0.0, 0, 0.0)
    distances = [abs(a - b) for a, b in zip(actual.rgb, expected.rgb)]
    triples = zip(distances[0::3], distances[1::3], distances[2::3])
    bad = sum(1 for r, g, b in triples if r > CHANNEL or g > CHANNEL or b > CHANNEL)
    return Difference(bad / (actual.width * actual.height), max(distances), sum(distances) / len(distances))


def write_png(picture: Picture, path: Path) -> None:
    pitch = 3 * picture.width
    rows = b"".join(b"\0" + picture.rgb[y * pitch:(y + 1) * pitch] for y in range(picture.height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", picture.width, picture.height, 8, 2, 0, 0, 0)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) +
                     chunk(b"IEND", b""))


class Drawing(NamedTuple):
    """What one program drew and told."""

    status: int
    transcript: list[str]
    errors: list[str]
    pictures: list[Picture]


def save(drawing: Drawing, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    told = {"status": drawing.status, "transcript": drawing.transcript, "errors": drawing.errors,
            "pictures": len(drawing.pictures)}
    (folder / "told.json").write_text(json.dumps(told, indent=1))
    for i, picture in enumerate(drawing.pictures):
        write_png(picture, folder / f"{i:03}.png")


def load(folder: Path) -> Drawing:
    told = json.loads((folder / "told.json").read_text())
    pictures = [read(folder / f"{i:03}.png") for i in range(told["pictures"])]
    return Drawing(told["status"], told["transcript"], told["errors"], pictures)


class Reference:
    """The software renderer's drawings: made here if it is on this machine, else those recorded before."""

    def __init__(self) -> None:
        self.live = gputest.software_works()
        self.folder = Path(gputest.REFERENCE) if gputest.REFERENCE else None

    def why_none(self) -> str:
        if self.live or (self.folder and self.folder.is_dir()):
            return ""
        return "no Mesa software renderer here and no recorded pictures (scripts/gpu-test --record, then --reference)"

    def get(self, name: str, draw) -> Drawing | None:
        """draw(gpu) makes the drawing with that device."""
        if self.live:
            return draw("software")
        folder = self.folder / name if self.folder else None
        return load(folder) if folder and (folder / "told.json").exists() else None


def judge(name: str, actual: list[Picture], expected: list[Picture], share: float) -> tuple[bool, str, str]:
    """(holds, figure, note); pictures that are out of tolerance are kept in the result folder."""
    if len(actual) != len(expected):
        return False, f"{len(actual)} pictures instead of {len(expected)}", ""
    worst, bad = Difference(0.0, 0, 0.0), []
    for i, (mine, reference) in enumerate(zip(actual, expected)):
        found = compare(mine, reference)
        if found is None:
            return False, "", f"picture {i} is {mine.width}x{mine.height} instead of {reference.width}x{reference.height}"
        worst = max(worst, found)
        if found.share > share:
            bad.append(i)
            if gputest.OUT:
                write_png(mine, Path(gputest.OUT) / "pictures" / f"{name}-{i:03}-gpu.png")
                write_png(reference, Path(gputest.OUT) / "pictures" / f"{name}-{i:03}-software.png")
    note = f"tolerance {100 * share:g} %" + (f"; pictures {bad} are outside it" if bad else "")
    return not bad, f"{len(actual)} pictures; {worst}", note
