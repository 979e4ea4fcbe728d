"""The GLX scenes of tests/glx on the GPU: their own assertions hold, they tell the same as on the software renderer, and
their pictures are the same within the tolerance of pixels.py.

    test_scenes.py [--record FOLDER]     record the software renderer's drawings instead"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pixels
from gputest import OUT, PROGRAMS, check, environment, fact, offstage_words, row, run, run_all, scratch, skip_row, start
from pixels import SHARE, SHARE_MULTISAMPLED, Drawing, Reference

SCENES = PROGRAMS / "gpu_scenes"
# Hashes and single pixels of rendered pictures: the pictures themselves are compared instead.
MASKS = ((re.compile(r"pixels [0-9a-f]{8}, corner [0-9a-f]{6}, middle [0-9a-f]{6}"), "pixels"),
         (re.compile(r"^(frame \d+): [0-9a-f]{8}$"), r"\1"))
# Lines that are each driver's own, in scenes that otherwise must tell the same.
FREE = {
    "pbuffer": re.compile(r"largest "),       # the driver's limit
    "single_buffer": re.compile(r"(draw to|read from) the back"),  # an error in GL, none with Mesa
}
# Scenes about what a driver offers: versions, configs, extensions. What differs is told and is no failure.
DRIVERS_OWN = ("versions", "create_context", "config_queries", "visuals", "strict", "proc_addresses")
THREADED = ("two_threads",)  # whose pictures come in any order


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
    # (The scenes number their pictures without a lock: one may be lost where threads draw.)
    for _ in range(5 if name in THREADED else 1):
        done = run(offstage_words([SCENES, name], gpu), environment(SCENE_DUMP=f"{folder}/"))
        if name not in THREADED or len(list(folder.glob("*.ppm"))) == sum("frame" in line for line in done.lines):
            break
        shutil.rmtree(folder)
        folder.mkdir()
    return Drawing(done.status, done.lines, done.errors, [pixels.read_scene(path) for path in sorted(folder.glob("*.ppm"))])


def scenes() -> list[str]:
    listed = subprocess.run([SCENES], capture_output=True, text=True, timeout=60)
    return [line.split()[0] for line in listed.stdout.splitlines() if line.strip()]


def differences(mine: list[str], theirs: list[str]) -> list[str]:
    told = []
    for i in range(max(len(mine), len(theirs))):
        a, b = (lines[i] if i < len(lines) else "nothing" for lines in (mine, theirs))
        if a != b:
            told.append(f"line {i + 1}: {a!r}, in software {b!r}")
    return told


def one(name: str, reference: Reference) -> None:
    actual = draw(name, None)
    keep_told(name, actual)
    check(f"scene {name}: runs and its assertions hold", actual.status == 0, f"exit {actual.status}",
          " / ".join(actual.errors[:4]))
    expected = reference.get(f"scene-{name}", lambda gpu: draw(name, gpu))
    if expected is None:
        skip_row(f"scene {name}: compared with software", reference.why_none() or "not recorded")
        return
    different = differences(transcript(name, actual.transcript), transcript(name, expected.transcript))
    if name in DRIVERS_OWN:
        fact(f"scene {name}: lines that differ from software", str(len(different)), "; ".join(different[:12]))
    else:
        check(f"scene {name}: tells the same as in software", not different, "", "; ".join(different[:4]))
    if expected.pictures or actual.pictures:
        share = SHARE_MULTISAMPLED if "multisample" in name else SHARE
        holds, figure, note = pixels.judge(name, in_order(name, actual), in_order(name, expected), share)
        row(f"scene {name}: pictures", "pass" if holds else "fail", figure, note)


def in_order(name: str, drawing: Drawing) -> list[pixels.Picture]:
    """Threads draw windows of different sizes, each in its order."""
    return sorted(drawing.pictures, key=lambda p: (p.width, p.height)) if name in THREADED else drawing.pictures


def keep_told(name: str, drawing: Drawing) -> None:
    if OUT:
        folder = Path(OUT) / "scenes"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.txt").write_text("\n".join([*drawing.transcript, *drawing.errors]) + "\n")


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
