"""The GLX scenes of tests/glx on the GPU: their own assertions hold, they tell the same as on the software renderer, and their
pictures are the same within the tolerance of pixels.py.

    test_scenes.py [--record FOLDER]     record the software renderer's drawings instead"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pixels
from gputest import PROGRAMS, check, environment, fact, offstage_words, row, run, run_all, scratch, skip_row, start
from pixels import SHARE, SHARE_MULTISAMPLED, Drawing, Reference

SCENES = PROGRAMS / "gpu_scenes"
# Hashes and single pixels of rendered pictures: the pictures themselves are compared instead.
MASKS = ((re.compile(r"pixels [0-9a-f]{8}, corner [0-9a-f]{6}, middle [0-9a-f]{6}"), "pixels"),
         (re.compile(r"^(frame \d+): [0-9a-f]{8}$"), r"\1"))
# Lines that are each driver's own.
FREE = {
    "visuals": re.compile(r"list "),          # which configs there are
    "pbuffer": re.compile(r"largest "),       # the driver's limit
    "single_buffer": re.compile(r"(draw to|read from) the back"),  # an error in GL, none with Mesa
}


def transcript(name: str, lines: list[str]) -> list[str]:
    kept = []
    for line in lines:
        for pattern, text in MASKS:
            line = pattern.sub(text, line)
        if not (name in FREE and FREE[name].match(line)):
            kept.append(line)
    return kept


def draw(name: str, gpu: str | None) -> Drawing:
    folder = scratch() / "scene"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    done = run(offstage_words([SCENES, name], gpu), environment(SCENE_DUMP=f"{folder}/"))
    return Drawing(done.status, done.lines, done.errors, [pixels.read(path) for path in sorted(folder.glob("*.ppm"))])


def scenes() -> list[str]:
    listed = subprocess.run([SCENES], capture_output=True, text=True, timeout=60)
    return [line.split()[0] for line in listed.stdout.splitlines() if line.strip()]


def first_difference(mine: list[str], theirs: list[str]) -> str:
    for i in range(max(len(mine), len(theirs))):
        a, b = (lines[i] if i < len(lines) else "nothing" for lines in (mine, theirs))
        if a != b:
            return f"line {i + 1}: {a!r}, in software {b!r}"
    return ""


def one(name: str, reference: Reference) -> None:
    actual = draw(name, None)
    check(f"scene {name}: runs and its assertions hold", actual.status == 0, f"exit {actual.status}",
          " / ".join(actual.errors[:4]))
    expected = reference.get(f"scene-{name}", lambda gpu: draw(name, gpu))
    if expected is None:
        skip_row(f"scene {name}: compared with software", reference.why_none() or "not recorded")
        return
    different = first_difference(transcript(name, actual.transcript), transcript(name, expected.transcript))
    check(f"scene {name}: tells the same as in software", not different, "", different)
    if expected.pictures or actual.pictures:
        share = SHARE_MULTISAMPLED if "multisample" in name else SHARE
        row(f"scene {name}: pictures", *_result(pixels.judge(name, actual.pictures, expected.pictures, share)))


def _result(judged: tuple[bool, str, str]) -> tuple[str, str, str]:
    return ("pass" if judged[0] else "fail"), judged[1], judged[2]


def record(folder: Path) -> None:
    for name in scenes():
        pixels.save(draw(name, "software"), folder / f"scene-{name}")


def all_scenes() -> None:
    reference = Reference()
    fact("reference pictures", "drawn here in software" if reference.live else reference.why_none() or "recorded before")
    for name in scenes():
        try:
            one(name, reference)
        except subprocess.TimeoutExpired as late:
            row(f"scene {name}", "fail", "", f"still ran after {late.timeout:.0f} s")


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "--record":
        record(Path(sys.argv[2]))
        sys.exit(0)
    start(["gpu_scenes"])
    run_all([all_scenes])
