"""Small animations on Xvfb and under Offstage, compared frame by frame and bit for bit.

    frames.py [--build BUILD] [--out FOLDER] NAME...     those of animations.py; all without a NAME
    frames.py --list [--tested]

A frame is what the program itself reads with glReadPixels before it shows it, where it draws with OpenGL, and what
another client gets by GetImage afterwards: probe.c. And what Xvfb shows must be among Offstage's own frames (--shot), one
after the other. Where frames differ, both pictures of the first are left in FOLDER.
The status is 1 when a frame differs or an animation did not run to its end, 77 when the one named could not run.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import dataclasses
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.append(str(Path(__file__).resolve().parents[1] / "compat"))
try:
    import numpy as np

    import look
    import needs
    import play
    import xvfb
    from animations import ANIMATIONS, BY_NAME, SAMPLED, TESTED
except ModuleNotFoundError as error:
    print(f"skipped: this Python has no {error.name}")
    sys.exit(77)

FRAMES = 60
LIMIT_S = 240  # for one run; it takes a few seconds
HEAD = struct.Struct("=4sII")  # of probe.c
KINDS = {"draw": "drawn", "show": "shown"}
Pictures = dict[str, list[np.ndarray]]  # and "shot": Offstage's own frames, of which a window may have some more


@dataclasses.dataclass
class Comparison:
    equal: int = 0  # frames, of FRAMES
    trouble: str = ""  # what was not equal, or did not work

    def text(self) -> str:
        return f"{self.equal}/{FRAMES}"


def read(path: Path) -> Pictures:
    """By kind: of each frame (height, width, 4) uint8, top row first; of no size where it could not be read."""
    data, at, found = path.read_bytes() if path.exists() else b"", 0, {kind: [] for kind in KINDS}
    while at + HEAD.size <= len(data):
        kind, width, height = HEAD.unpack_from(data, at)
        at += HEAD.size
        found[kind.decode()].append(np.frombuffer(data, np.uint8, width * height * 4, at).reshape(height, width, 4))
        at += width * height * 4
    return found


def shots(folder: Path) -> list[np.ndarray]:
    """(height, width, 3) uint8 each, in their order."""
    found = {int(path.stem.removeprefix("shot")): path for path in folder.glob("shot*.png")}
    return [look.read(found[number]) for number in sorted(found)]


def run(name: str, build: Path, variables: dict[str, str], preload: str) -> Pictures:
    """One run; {scratch} in a variable is its folder. RuntimeError with what it said, if it did not come to its end."""
    program = BY_NAME[name]
    with tempfile.TemporaryDirectory(prefix="frames-") as folder:
        scratch = Path(folder)
        out = scratch / "frames"
        env = play.environment(program, scratch)
        env.update({key: value.format(scratch=scratch) for key, value in variables.items()})
        env.update(LD_PRELOAD=preload, FRAMES_OUT=str(out), FRAMES_PROBE=str(probe(build)))
        try:
            done = subprocess.run(needs.command(program, build, scratch), env=env, cwd=scratch / "home",
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  text=True, errors="replace", timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            raise RuntimeError(f"not done after {LIMIT_S} s, {len(read(out)['show'])} frames") from None
        if done.returncode != 0:
            raise RuntimeError(f"status {done.returncode}: {done.stdout.strip()[-1500:]}")
        return dict(read(out), shot=shots(scratch))


def probe(build: Path) -> Path:
    return build / "tests/frames/libframes_probe.so"


def on_xvfb(name: str, build: Path) -> Pictures:
    with xvfb.Xvfb() as server:
        return run(name, build, {"DISPLAY": server.display}, str(probe(build)))


def on_offstage(name: str, build: Path) -> Pictures:
    variables = {"OFFSTAGE_GPU": "software", "OFFSTAGE_SIZE": "{}x{}".format(*xvfb.SCREEN_PX),
                 "OFFSTAGE_SHOT": "{scratch}/shot%d.png"}
    return run(name, build, variables, f"{probe(build)}:{build / 'lib/liboffstage.so'}")


def keep(name: str, frame: str, ours: np.ndarray, theirs: np.ndarray, out: Path) -> None:
    for server, picture in (("offstage", ours), ("xvfb", theirs)):
        if picture.size:
            look.write(picture[..., 2::-1], out / f"{name}.{frame}.{server}.png")


def differs(ours: np.ndarray, theirs: np.ndarray) -> str:
    if not theirs.size:
        return "could not be read on Xvfb"
    return look.difference(ours, theirs)


def first_missing(frames: list[np.ndarray], wanted: list[np.ndarray]) -> int:
    """The first of those wanted that does not come among the frames after the one before it; len(wanted): all do."""
    at = 0
    for n, picture in enumerate(wanted):
        while at < len(frames) and not look.same(frames[at], picture):
            at += 1
        if at == len(frames):
            return n
        at += 1
    return len(wanted)


def is_animation(pictures: list[np.ndarray]) -> bool:
    """Is something to be seen in them, and does it move? What compares nothing must not pass."""
    return len(pictures) == FRAMES and len({picture.tobytes() for picture in pictures}) > FRAMES * 3 // 4


def compare(name: str, ours: Pictures, theirs: Pictures, out: Path) -> Comparison:
    if not is_animation(theirs["show"]):
        return Comparison(0, f"no animation on Xvfb: {len(theirs['show'])} frames")
    if len(theirs["draw"]) not in (0, FRAMES) or any(len(ours[kind]) != len(theirs[kind]) for kind in KINDS):
        return Comparison(0, "another number of frames: " + ", ".join(
            f"{len(ours[kind])} and on Xvfb {len(theirs[kind])} {KINDS[kind]}" for kind in KINDS))
    if name in SAMPLED:
        ours = dict(ours, draw=[picture[..., :3] for picture in ours["draw"]])
        theirs = dict(theirs, draw=[picture[..., :3] for picture in theirs["show"]])
    result = Comparison()
    for n in range(FRAMES):
        found = ""
        for kind in KINDS:
            if theirs[kind] and not found and (found := differs(ours[kind][n], theirs[kind][n])):
                found = f"frame {n} as {KINDS[kind]}: {found}"
                if not result.trouble:
                    keep(name, f"{n}.{KINDS[kind]}", ours[kind][n], theirs[kind][n], out)
        result.equal += not found
        result.trouble = result.trouble or found
    own = first_missing(ours["shot"], [picture[..., 2::-1] for picture in theirs["show"]])
    if own < FRAMES and not result.trouble:
        result.equal, result.trouble = own, f"frame {own} is not among Offstage's own {len(ours['shot'])}"
    return result


def missing(name: str, build: Path) -> str:
    if not probe(build).exists():
        return "tests/frames is not built (libxcb1-dev)"
    if shutil.which("Xvfb") is None:
        return "Xvfb is not installed"
    return needs.missing(BY_NAME[name], build)


def try_once(name: str, build: Path, out: Path) -> Comparison:
    """Both runs, side by side, and what comes of them."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        peer = pool.submit(on_xvfb, name, build)
        try:
            ours = on_offstage(name, build)
        except RuntimeError as error:
            return Comparison(0, f"under Offstage: {error}")
        try:
            return compare(name, ours, peer.result(), out)
        except RuntimeError as error:
            return Comparison(0, f"on Xvfb: {error}")


def main() -> int:
    parser = argparse.ArgumentParser(description="Animations on Xvfb and under Offstage, frame by frame.")
    parser.add_argument("--build", type=Path, default=needs.ROOT / "build")
    parser.add_argument("--out", type=Path, default=needs.ROOT / "out/frames")
    parser.add_argument("--list", action="store_true", help="tell the animations and what they lack")
    parser.add_argument("--tested", action="store_true", help="only those that CTest runs")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    build = options.build.resolve()
    names = options.names or [row.name for row in (TESTED if options.tested else ANIMATIONS)]
    if unknown := [name for name in names if name not in BY_NAME]:
        sys.exit(f"no such animation: {', '.join(unknown)}; see --list")
    if options.list:
        for name in names:
            print(f"{name:20} {missing(name, build)}".rstrip())
        return 0
    failed, skipped = False, ""
    for name in names:
        if why := missing(name, build):
            skipped = f"skipped: {name}: {why}"
            print(skipped, flush=True)
            continue
        result = try_once(name, build, options.out)
        print(f"{name:20} {result.text()} {result.trouble}".rstrip(), flush=True)
        failed |= result.equal < FRAMES
    return 1 if failed else 77 if skipped and len(names) == 1 else 0


if __name__ == "__main__":
    sys.exit(main())
