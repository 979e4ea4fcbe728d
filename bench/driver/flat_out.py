"""Games that run as fast as they can with nobody watching: `offstage run --lockstep 60`, N of them side by side.

They are stopped (SIGSTOP) while others have their turn; their clock is virtual, so they do not notice. How many frames
they have shown stands in the page that each shares with its launcher."""
import base64
import json
import mmap
import os
import random
import signal
import struct
import subprocess
import tempfile
import time
import zlib

import procfs
from contestants import Failed, stderr_tail

# struct ofs_session in shim/capture/session.h
VERSION, SLOTS, SLOT_BYTES, FIRST_SLOT, FRAMES_OFFSET = 2, 64, 1152, 32, 32
START_TIMEOUT_S = 120


def input_script(number, frames=20000):
    """What the players of the other contestants do with keys, for a game that nobody plays: a direction for 16 frames,
    and Space in case the game is over."""
    dice, lines, down = random.Random(number), [], None
    for frame in range(16, frames, 16):
        if down:
            lines.append(f"{frame} key {down} release")
        down = dice.choice(("Left", None, "Right"))
        if down:
            lines.append(f"{frame} key {down} press")
        lines.append(f"{frame + 8} key space")
    return "\n".join(lines) + "\n"


class Game:
    def __init__(self, setup, command, env, script):
        self.errors = tempfile.TemporaryFile()
        options = ["--lockstep", "60", "--timeout", "0"] + (["--input", script] if script else [])
        self.process = subprocess.Popen([setup.launcher, "run", *options, "--", *command], env=env,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self.errors,
                                        start_new_session=True,  # as each of Offstage's games and peers has
                                        preexec_fn=procfs.end_with_parent)
        self.page = None

    def frames(self):
        if self.page is None:
            self.page = self._find_page()
        if self.page is None:
            return 0
        total = 0
        for slot in range(SLOTS):
            at = FIRST_SLOT + slot * SLOT_BYTES
            if struct.unpack_from("<I", self.page, at)[0]:
                total += struct.unpack_from("<Q", self.page, at + FRAMES_OFFSET)[0]
        return total

    def _find_page(self):
        for pid in procfs.tree(self.process.pid)[1:]:
            try:
                with open(f"/proc/{pid}/environ", "rb") as file:
                    variables = file.read().split(b"\0")
            except OSError:
                continue
            for variable in variables:
                if variable.startswith(b"OFFSTAGE_SESSION="):
                    with open(variable.split(b"=", 1)[1], "rb") as file:
                        page = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
                    version = struct.unpack_from("<I", page, 4)[0]
                    if version != VERSION:
                        raise Failed(f"flat-out: the session page has version {version}, this reads {VERSION}")
                    return page
        return None

    def check(self):
        if self.process.poll() is not None:
            raise Failed(f"flat-out: exit {self.process.returncode}: {stderr_tail(self.errors)}")

    def signal(self, number):
        for pid in procfs.tree(self.process.pid):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    def end(self):
        if self.process.poll() is None:
            self.signal(signal.SIGCONT)
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.signal(signal.SIGKILL)
                self.process.wait()
        self.errors.close()


def first_picture(setup, command, seed, frame):
    """What the unmodified program shows in that frame, as an observation: 84x84 bytes of gray."""
    with tempfile.TemporaryDirectory() as folder:
        shot = os.path.join(folder, "first.png")
        argv = [setup.launcher, "run", "--lockstep", "60", "--frames", str(frame), "--shot", shot, "--", *command]
        argv += ["--seed", str(seed)] if seed is not None else []
        reader = [setup.args.python, os.path.join(setup.args.root, "bench", "games", "picture.py"), shot]
        for one in (argv, reader):
            done = subprocess.run(one, env=setup.offstage_env(preload=False), capture_output=True, text=True,
                                  timeout=120)
            if done.returncode:
                raise Failed(f"flat-out: {' '.join(one[:2])}: exit {done.returncode}: {done.stderr.strip()[-300:]}")
    return zlib.decompress(base64.b64decode(json.loads(done.stdout)["picture"]))


class FlatOut:
    def __init__(self, setup, command, games, extra_env, with_keys):
        self.folder = tempfile.TemporaryDirectory()
        self.games = []
        env = dict(setup.offstage_env(preload=False), **extra_env)
        for number in range(games):
            script = None
            if with_keys:
                script = os.path.join(self.folder.name, f"{number}.keys")
                with open(script, "w") as file:
                    file.write(input_script(number))
            self.games.append(Game(setup, command, env, script))

    def wait_ready(self):
        deadline = time.monotonic() + START_TIMEOUT_S
        while not all(game.frames() >= 30 for game in self.games):
            for game in self.games:
                game.check()
            if time.monotonic() > deadline:
                raise Failed("flat-out: no 30 frames within two minutes")
            time.sleep(0.02)
        self._signal(signal.SIGSTOP)

    def frames_per_s(self, ms):
        self._signal(signal.SIGCONT)
        time.sleep(0.03)
        before, start = [game.frames() for game in self.games], time.monotonic_ns()
        time.sleep(ms / 1000)
        after, end = [game.frames() for game in self.games], time.monotonic_ns()
        self._signal(signal.SIGSTOP)
        for game in self.games:
            game.check()
        return (sum(after) - sum(before)) * 1e9 / (end - start)

    def memory_kb(self):
        """Of all the games with their launchers."""
        return procfs.tree_memory_kb([pid for game in self.games for pid in procfs.tree(game.process.pid)])

    def _signal(self, number):
        for game in self.games:
            game.signal(number)

    def quit(self):
        for game in self.games:
            game.end()
        self.folder.cleanup()
