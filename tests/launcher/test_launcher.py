"""The launcher, with the pretended library and game of this folder.

Usage: test_launcher.py GROUP OFFSTAGE FOLDER. FOLDER holds liboffstage.so (fake_shim.c), game and static.
"""

import ctypes
import json
import os
import pathlib
import pty
import pwd
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import zlib

OFFSTAGE = FOLDER = GAME = ""


def read_png(path):
    """(width, height, rows of RGB tuples) of an 8-bit RGB file."""
    data = pathlib.Path(path).read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n", "not a PNG"
    at, packed, size = 8, b"", None
    while at < len(data):
        (length,), kind = struct.unpack(">I", data[at:at + 4]), data[at + 4:at + 8]
        body = data[at + 8:at + 8 + length]
        assert struct.unpack(">I", data[at + 8 + length:at + 12 + length])[0] == zlib.crc32(kind + body), "bad CRC"
        if kind == b"IHDR":
            size = struct.unpack(">IIBB", body[:10])
            assert size[2:] == (8, 2), "not 8-bit RGB"
        elif kind == b"IDAT":
            packed += body
        at += 12 + length
    width, height = size[:2]
    raw, rows, last = zlib.decompress(packed), [], [0] * (width * 3)
    for y in range(height):
        line = raw[y * (width * 3 + 1):(y + 1) * (width * 3 + 1)]
        row = []
        for x, value in enumerate(line[1:]):
            left = row[x - 3] if x >= 3 else 0
            up, corner = last[x], last[x - 3] if x >= 3 else 0
            guess = left + up - corner
            distances = [(abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner)]
            add = [0, left, up, (left + up) // 2, min(distances)[2]][line[0]]
            row.append((value + add) & 255)
        rows.append([tuple(row[i:i + 3]) for i in range(0, len(row), 3)])
        last = row
    return width, height, rows


class Case(unittest.TestCase):
    def setUp(self):
        self.tmp = tempfile.mkdtemp(prefix="launcher-test-")
        self.addCleanup(shutil.rmtree, self.tmp, True)
        self.runtime = os.path.join(self.tmp, "runtime")
        os.mkdir(self.runtime, 0o700)
        self.env = {name: value for name, value in os.environ.items() if not name.startswith(("OFFSTAGE_", "LD_"))}
        self.env.update(OFFSTAGE_LIB=os.path.join(FOLDER, "liboffstage.so"), XDG_RUNTIME_DIR=self.runtime)

    def path(self, name):
        return os.path.join(self.tmp, name)

    def stats(self):
        return json.loads(pathlib.Path(self.path("s.json")).read_text())

    def start(self, *words, **options):
        env = dict(self.env, **options.pop("env", {}))
        return subprocess.Popen([OFFSTAGE, *words], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, errors="replace", cwd=self.tmp, **options)

    def offstage(self, *words, status=0, says=None, out="", timeout=30, **options):
        """Run it; check status, stdout and stderr (says=None: nothing; else one line that holds the text)."""
        process = self.start(*words, **options)
        stdout, stderr = process.communicate(timeout=timeout)
        shown = f"{words}: status {process.returncode}, stderr {stderr!r}"
        self.assertEqual(process.returncode, status, shown)
        if says is None:
            self.assertEqual(stderr, "", shown)
        else:
            self.assertEqual(stderr.count("\n"), 1, shown)
            self.assertTrue(stderr.startswith("offstage: "), shown)
            self.assertIn(says, stderr, shown)
        if out is not None:
            self.assertEqual(stdout, out, shown)
        self.assertEqual(os.listdir(self.runtime), [], "the session folder was left behind")
        return stdout, stderr

    def run_game(self, *words, options=(), **more):
        return self.offstage("run", *options, "--", GAME, *words, **more)


class BadInput(Case):
    def test_options(self):
        rows = [
            (["--bogus"], "unknown option --bogus: see: offstage run --help"),
            (["-x"], "unknown option -x"),
            (["--"], "no command"),
            ([], "no command"),
            (["--size"], "a value is missing"),
            (["--size", "0x0", "true"], "1 to 16384 pixels each"),
            (["--size=100000x100000", "true"], "1 to 16384 pixels each"),
            (["--size", "big", "true"], "expected WIDTHxHEIGHT"),
            (["--gpu", "cuda:", "true"], "expected auto, cuda:N, egl:N or software"),
            (["--gpu", "fast", "true"], "expected auto, cuda:N, egl:N or software"),
            (["--frames", "0", "true"], "from 1"),
            (["--frames", "-5", "true"], "from 1"),
            (["--frames", "many", "true"], "from 1"),
            (["--seconds", "0", "true"], "above 0"),
            (["--seconds", "nan", "true"], "above 0"),
            (["--timeout", "x", "true"], "a time in seconds"),
            (["--fps", "0", "true"], "frames per second"),
            (["--log", "loud", "true"], "expected error, warn, info or debug"),
            (["--shot", "/nonexistent/a.png", "true"], "folder does not exist"),
            (["--shot", "a.gif", "true"], "must end in .png"),
            (["--shot", "a%x.png", "true"], "only % sequence"),
            (["--shot", "/proc/a.png", "true"], "cannot be written"),
            (["--stats=/nonexistent/a.json", "true"], "folder does not exist"),
            (["--stats=", "true"], "name of a file"),
            (["--input", "/nonexistent/script", "true"], "No such file"),
        ]
        for words, says in rows:
            with self.subTest(words=words):
                self.offstage("run", *words, status=125, says=says)

    def test_variables(self):
        self.offstage("run", "true", status=125, says="OFFSTAGE_SIZE huge", env={"OFFSTAGE_SIZE": "huge"})
        self.offstage("run", "true", status=125, says="OFFSTAGE_FPS -1", env={"OFFSTAGE_FPS": "-1"})
        self.offstage("run", "true", env={"OFFSTAGE_FPS": "0", "OFFSTAGE_SHOT": ""})

    def test_commands(self):
        self.offstage("play", status=125, says="unknown command play")
        self.offstage("run", "no-such-command", status=127, says="command not found in PATH")
        self.offstage("run", "./no-such-command", status=127, says="command not found")
        self.offstage("run", "", status=127, says="command not found")
        self.offstage("run", self.tmp, status=126, says="Is a directory")
        self.offstage("run", "/etc/passwd", status=126, says="Permission denied")
        script = self.path("script")
        with open(script, "w") as out:
            out.write("#!/nonexistent/interpreter\n")
        os.chmod(script, 0o755)
        self.offstage("run", script, status=126, says="its interpreter /nonexistent/interpreter is not there")

    def test_no_preload_possible(self):
        static = os.path.join(FOLDER, "static")
        self.offstage("run", static, status=125, says="statically linked")
        script = self.path("script")
        with open(script, "w") as out:
            out.write(f"#!{static}\n")
        os.chmod(script, 0o755)
        self.offstage("run", "./script", status=125, says="statically linked")
        with open(script, "w") as out:
            out.write("#!/usr/bin/env -S A=1 static -x\n")
        self.offstage("run", "./script", status=125, says="statically linked",
                      env={"PATH": FOLDER + ":" + os.environ["PATH"]})
        image = pathlib.Path(GAME).read_bytes()
        other = self.path("other")
        for place, value, says in ((4, b"\x01", "32-bit"), (18, b"\xf3\x7f", "another processor")):
            changed = image[:place] + value + image[place + len(value):]
            with open(other, "wb") as out:
                out.write(changed)
            os.chmod(other, 0o755)
            self.offstage("run", other, status=125, says=says)

    def test_privileges(self):
        if os.geteuid() != 0:
            self.skipTest("needs root to make a set-user-ID file of another user")
        copy = self.path("copy")
        shutil.copy(GAME, copy)
        os.chown(copy, pwd.getpwnam("nobody").pw_uid, -1)
        os.chmod(copy, 0o4755)
        self.offstage("run", copy, status=125, says="gains privileges")

    def test_library(self):
        self.offstage("run", "true", status=125, says="OFFSTAGE_LIB=/nonexistent", env={"OFFSTAGE_LIB": "/nonexistent"})
        odd = self.path("a folder")
        os.mkdir(odd)
        shutil.copy(os.path.join(FOLDER, "liboffstage.so"), odd)
        self.offstage("run", "true", status=125, says="cannot be preloaded",
                      env={"OFFSTAGE_LIB": odd + "/liboffstage.so"})
        alone = self.path("offstage")
        shutil.copy(OFFSTAGE, alone)
        env = {name: value for name, value in self.env.items() if name != "OFFSTAGE_LIB"}
        done = subprocess.run([alone, "run", "true"], env=env, capture_output=True, text=True)
        self.assertEqual(done.returncode, 125)
        self.assertIn("set OFFSTAGE_LIB", done.stderr)

    def test_input_script(self):
        with open(self.path("script"), "w") as out:
            out.write("1 key a\n2 jump\n")
        self.offstage("run", "--input", "script", "true", status=125, says="line 2: unknown action")

    def test_help(self):
        for words in (["--help"], ["-h"], ["run", "--help"], ["run", "--size", "1x1", "-h"], ["version"]):
            out, _ = self.offstage(*words, out=None, env={"OFFSTAGE_SIZE": "nonsense"})
            self.assertIn("offstage", out)
        out, _ = self.offstage("run", "--help", out=None)
        for flag in "size gpu frames seconds timeout fps shot stats input log".split():
            self.assertIn(f"--{flag}", out)
        process = self.start()
        self.assertEqual((process.communicate(timeout=10)[0], process.returncode), ("", 125))
        # After the command, words are the command's.
        self.offstage("run", "printf", "%s\\n", "--size", out="--size\n")
        self.offstage("run", "--", "sh", "-c", "echo $0", "--help", out="--help\n")


class ExitStatus(Case):
    def test_status(self):
        for status in (0, 1, 77, 255):
            self.run_game("draw=3", f"exit={status}", status=status)

    def test_output_is_untouched(self):
        process = self.start("run", "sh", "-c", "echo out; echo err >&2; exit 3")
        self.assertEqual(process.communicate(timeout=10), ("out\n", "err\n"))
        self.assertEqual(process.returncode, 3)

    def test_crash(self):
        self.run_game("crash", status=128 + 11, says="was killed by SIGSEGV before its first frame")
        self.run_game("draw=5", "crash", status=128 + 11, says="was killed by SIGSEGV after 5 frames")
        self.offstage("run", "sh", "-c", "kill -9 $$", status=128 + 9, says="SIGKILL before its first frame")

    def test_script_without_interpreter(self):
        with open(self.path("plain"), "w") as out:
            out.write("exit 9\n")
        os.chmod(self.path("plain"), 0o755)
        self.offstage("run", "./plain", status=9)

    def test_refused(self):
        # What the library does when it was asked for a device that is not there.
        self.offstage("run", "sh", "-c", ": > $OFFSTAGE_SESSION.refused; exit 1", status=125)

    def test_environment(self):
        out, _ = self.offstage("run", "--size", "640x480", "--gpu=software", "--fps", "30", "--log", "warn", "sh", "-c",
                               "echo $OFFSTAGE_SIZE $OFFSTAGE_GPU $OFFSTAGE_FPS $OFFSTAGE_LOG $LD_PRELOAD", out=None,
                               env={"LD_PRELOAD": "libm.so.6"})
        self.assertEqual(out.split(), ["640x480", "software", "30", "warn",
                                       os.path.join(os.path.realpath(FOLDER), "liboffstage.so") + ":libm.so.6"])


class Limits(Case):
    def test_frames(self):
        out, _ = self.run_game("draw=0", options=["--frames", "7", "--stats=s.json"])
        stats = self.stats()
        self.assertEqual(stats["processes"][0]["frames"], 7)
        # The variable means the same.
        self.run_game("draw=0", env={"OFFSTAGE_FRAMES": "5"})

    def test_frames_drawn_then_failed(self):
        self.run_game("no-close", "draw=7", "exit=3", options=["--frames", "7"])
        self.run_game("no-close", "draw=7", "crash", options=["--frames", "7"])

    def test_too_few_frames(self):
        self.run_game("draw=3", options=["--frames", "7"], status=125, says="after 3 of 7 frames")
        self.run_game("draw=3", "exit=4", options=["--frames", "7"], status=4, says="with status 4, after 3 of 7 frames")

    def test_does_not_close(self):
        start = time.monotonic()
        self.run_game("no-close", "pause=1", "draw=0", options=["--frames", "7", "--stats=s.json"])
        self.assertTrue(1.9 < time.monotonic() - start < 15)
        self.assertEqual(self.stats()["processes"][0]["frames"], 7)  # later ones do not count

    def test_does_not_end(self):
        start = time.monotonic()
        self.run_game("no-close", "no-term", "pause=1", "draw=0", options=["--frames", "7"])
        self.assertTrue(3.9 < time.monotonic() - start < 20)

    def test_never_draws(self):
        self.run_game("sleep=60000", options=["--frames", "7", "--timeout", "0.5"], status=125, says="drew no frame in 0.5 s")
        self.run_game("draw=2", "sleep=60000", options=["--frames", "7", "--timeout", "0.5"], status=125,
                      says="after 2 of them")
        self.offstage("run", "--timeout", "0.3", "sleep", "60", status=125, says="drew no frame in 0.3 s")

    def test_slow_is_not_stuck(self):
        self.run_game("pause=700", "draw=0", options=["--frames", "6", "--timeout", "2"])

    def test_seconds(self):
        start = time.monotonic()
        self.run_game("pause=5", "draw=0", options=["--seconds", "0.5"])
        self.assertTrue(0.5 <= time.monotonic() - start < 15)
        self.run_game("no-close", "pause=5", "draw=0", options=["--seconds", "0.2"])
        self.run_game("draw=1", "sleep=60000", options=["--seconds", "0.2"])
        self.run_game("sleep=60000", options=["--seconds", "0.2"], status=125, says="drew no frame in 0.2 s")
        self.run_game("draw=4", "exit=5", options=["--seconds", "20"], status=5)

    def test_wrapper_may_go_on(self):
        """What a script does after the game is not cut off."""
        self.offstage("run", "--frames", "5", "sh", "-c", f"{GAME} draw=0; sleep 3; echo packed", out="packed\n")
        self.offstage("run", "--seconds", "0.3", "sh", "-c", f"{GAME} pause=5 draw=0; sleep 3; echo packed", out="packed\n")

    def test_wrapper_with_stubborn_game(self):
        self.offstage("run", "--frames", "5", "sh", "-c", f"{GAME} no-close pause=5 draw=0; true")

    def test_fps(self):
        for rate, frames in ((50, 26), (200, 41)):
            start = time.monotonic()
            self.run_game("draw=0", options=["--fps", str(rate), "--frames", str(frames), "--stats=s.json"])
            taken = time.monotonic() - start
            # Never faster; how much slower depends on what else the machine does.
            self.assertTrue((frames - 1) / rate <= taken < (frames - 1) / rate + 10, taken)
            got = self.stats()["processes"][0]["frames_per_second"]
            self.assertTrue(rate * 0.2 < got < rate * 1.001, got)

    def test_what_is_left_behind_is_ended(self):
        for extra in ([], ["no-term"]):
            out, _ = self.offstage("run", "sh", "-c", f"{GAME} {' '.join(extra)} say=up pause=5 draw=0 & echo $!; sleep 0.3",
                                   out=None)
            pid = int([word for word in out.split() if word.isdigit()][0])
            with self.assertRaises(ProcessLookupError):
                os.kill(pid, 0)

    def test_several_processes(self):
        self.offstage("run", "--frames", "9", "--stats=s.json", "sh", "-c", f"{GAME} draw=0 & {GAME} draw=0 & wait")
        self.assertEqual([p["frames"] for p in self.stats()["processes"]], [9, 9])

    def test_fork(self):
        self.run_game("draw=3", "fork", "draw=0", options=["--frames", "6", "--stats=s.json"])
        self.assertEqual([p["frames"] for p in self.stats()["processes"]], [3, 6])

    def test_exec_in_place(self):
        self.offstage("run", "--stats=s.json", "sh", "-c", f"exec {GAME} draw=3")
        self.assertEqual([p["frames"] for p in self.stats()["processes"]], [3])

    def test_more_processes_than_slots(self):
        self.offstage("run", "--stats=s.json", "sh", "-c",
                      f"for i in $(seq 70); do {GAME} draw=2 & done; wait", timeout=60)
        self.assertEqual([p["frames"] for p in self.stats()["processes"]], [2] * 64)


class Shots(Case):
    def picture(self, name="a.png"):
        return read_png(self.path(name))

    def test_last_frame(self):
        self.run_game("draw=5", "size=80x60", "draw=4", options=["--shot", "a.png"])
        width, height, rows = self.picture()
        self.assertEqual((width, height), (80, 60))
        self.assertEqual(rows[0][0], (1, 59, 9))     # red: window, green: row from the bottom, blue: frame
        self.assertEqual(rows[59][79], (1, 0, 9))
        self.assertEqual(os.listdir(self.tmp).count("a.png"), 1)

    def test_frame_limit(self):
        self.run_game("no-close", "draw=9", options=["--shot", "a.png", "--frames", "5"])
        self.assertEqual(self.picture()[2][0][0][2], 5)

    def test_seconds(self):
        self.run_game("pause=20", "draw=0", options=["--shot", "a.png", "--seconds", "0.3"])
        self.assertEqual(self.picture()[:2], (64, 48))

    def test_crash_and_kill_leave_a_picture(self):
        self.run_game("draw=3", "crash", options=["--shot", "a.png"], status=139, says="after 3 frames")
        self.assertEqual(self.picture()[2][0][0], (1, 47, 3))
        self.run_game("draw=4", "sleep=60000", options=["--shot", "a.png", "--timeout", "0.3"], status=125, says="of them")
        self.assertEqual(self.picture()[2][0][0], (1, 47, 4))

    def test_largest_window(self):
        self.run_game("window=2", "size=90x90", "draw=2", "window=3", "size=30x30", "draw=5", options=["--shot", "a.png"])
        self.assertEqual(self.picture()[:2], (90, 90))
        # A splash screen that is gone does not count.
        self.run_game("window=2", "size=90x90", "draw=2", "gone=2", "window=3", "size=30x30", "draw=5",
                      options=["--shot", "a.png"])
        self.assertEqual(self.picture()[:2], (30, 30))

    def test_largest_process(self):
        self.offstage("run", "--shot", "a.png", "sh", "-c", f"{GAME} size=70x70 draw=2; {GAME} draw=9")
        self.assertEqual(self.picture()[:2], (70, 70))

    def test_every_frame(self):
        self.run_game("draw=12", options=["--shot", "f%d.png"])
        names = sorted(name for name in os.listdir(self.tmp) if name != "runtime")
        self.assertEqual(names, sorted(f"f{i}.png" for i in range(1, 13)))
        for i in range(1, 13):
            self.assertEqual(self.picture(f"f{i}.png")[2][0][0], (1, 47, i))

    def test_no_frame(self):
        with open(self.path("a.png"), "w") as out:
            out.write("old")
        self.run_game(options=["--shot", "a.png"], status=125, says="drew no frame")
        self.assertEqual(pathlib.Path(self.path("a.png")).read_text(), "old")
        self.run_game("draw=1", options=["--shot", "a.png"])
        self.assertEqual(self.picture()[:2], (64, 48))
        self.assertEqual(sorted(os.listdir(self.tmp)), ["a.png", "runtime"])

    def test_program_changes_its_folder(self):
        self.offstage("run", "--shot", "a.png", "--stats=s.json", "sh", "-c", f"cd /; exec {GAME} draw=2")
        self.assertEqual(self.picture()[:2], (64, 48))

    def test_folder_vanishes(self):
        os.mkdir(self.path("d"))
        self.offstage("run", "--shot", "d/a.png", "sh", "-c", f"{GAME} draw=2; rmdir d", status=125,
                      says="No such file or directory")

    def test_growing_window(self):
        words = [word for i in range(40) for word in (f"size={100 + i}x{90 + i}", "draw=1")]
        self.run_game(*words, options=["--shot", "a.png"])
        self.assertEqual(self.picture()[:2], (139, 129))

    def test_no_readback_unless_asked(self):
        process = self.start("run", "--", "sh", "-c", f"{GAME} draw=5; ls ${{OFFSTAGE_SESSION%/*}}")
        self.assertEqual(process.communicate(timeout=20)[0], "page\n")


class Stats(Case):
    def test_table(self):
        process = self.start("run", "--stats", "--", GAME, "draw=5", "window=2", "size=10x20", "draw=1")
        out, err = process.communicate(timeout=20)
        self.assertEqual((out, process.returncode), ("", 0))
        for text in ("frames             6\n", "window             64x48, 5 frames", "window             10x20, 1 frames",
                     "GL renderer        Pretended renderer", "device             fake:0", "why this device    tests",
                     "first frame after", "frames per second"):
            self.assertIn(text, err)
        self.assertNotIn("\033", err)

    def test_json(self):
        self.run_game("pause=10", "draw=11", "exit=2", options=["--stats=s.json"], status=2)
        stats = self.stats()
        self.assertEqual(stats["command"][1:], ["pause=10", "draw=11", "exit=2"])
        self.assertEqual(stats["exit_status"], 2)
        (process,) = stats["processes"]
        self.assertEqual(process["frames"], 11)
        self.assertEqual(process["windows"], [{"width": 64, "height": 48, "frames": 11}])
        self.assertEqual(process["gl_vendor"], 'Pretended "vendor"')
        self.assertTrue(5 < process["frames_per_second"] <= 100, process)
        self.assertTrue(0 < process["first_frame_ms"] < 10000, process)

    def test_json_of_odd_names(self):
        odd = "\u00e9 \" \\ \t \u20ac \U0001f600"
        self.offstage("run", "--stats=s.json", "true", odd, b"\xff\xc3(")
        self.assertEqual(self.stats()["command"], ["true", odd, "\ufffd\ufffd("])

    def test_nothing_drawn(self):
        self.offstage("run", "--stats", "true", says="used no OpenGL")
        self.offstage("run", "--stats=s.json", "true")
        self.assertEqual(self.stats()["processes"], [])

    def test_page_full_of_nonsense(self):
        """The page and the frame file are believed only as far as they make sense."""
        script = ("import os,random; p=os.environ['OFFSTAGE_SESSION']; f=open(p,'r+b'); n=os.path.getsize(p);"
                  "r=random.Random({seed}); f.seek(24); f.write(bytes(r.choice((0,0,1,2,255)) for _ in range(n-24)));"
                  "f.close(); [open(f'{{p}}.{{i}}','wb').write(r.randbytes(5000)) for i in (1, 256, 257, 65537)]")
        for seed in range(20):
            process = self.start("run", "--stats", "--shot", "a.png", "--", sys.executable, "-c", script.format(seed=seed))
            process.communicate(timeout=20)
            self.assertIn(process.returncode, (0, 125), f"seed {seed}")


class Input(Case):
    def test_events(self):
        with open(self.path("script"), "w") as out:
            out.write("4 close\n1 key space\n2 motion 5 -6\n3 button 1 press\n3 resize 9 8\n# end\n")
        self.run_game("draw=0", options=["--input", "script"], env={"FAKE_EVENTS": self.path("events")})
        self.assertEqual(pathlib.Path(self.path("events")).read_text().splitlines(), [
            "1 key space 1 0", "2 key space 0 0", "2 motion 5 -6", "3 button 1 1", "3 resize 9 8", "4 close 0 0"])

    def test_unknown_key(self):
        with open(self.path("script"), "w") as out:
            out.write("1 key nokey press\n")
        process = self.start("run", "--input", "script", GAME, "draw=2")
        self.assertIn("line 1: no key gives nokey", process.communicate(timeout=20)[1])
        self.assertEqual(process.returncode, 0)


class Signals(Case):
    def wait_for(self, process, text):
        line = process.stdout.readline()
        self.assertIn(text, line)

    def test_passed_on(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            process = self.start("run", "--shot", "a.png", GAME, "draw=3", "say=up", "pause=5", "draw=0")
            self.wait_for(process, "up")
            time.sleep(0.1)
            process.send_signal(number)
            _, err = process.communicate(timeout=10)
            self.assertEqual((process.returncode, err), (128 + number, ""))
            self.assertEqual(os.listdir(self.runtime), [])
            self.assertTrue(os.path.exists(self.path("a.png")))
            os.unlink(self.path("a.png"))

    def test_command_that_handles_it(self):
        script = "trap 'echo caught; exit 5' TERM; echo up; while :; do sleep 0.05; done"
        process = self.start("run", "sh", "-c", script)
        self.wait_for(process, "up")
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=10)
        self.assertEqual((process.returncode, out, err), (5, "caught\n", ""))

    def test_usr1(self):
        script = "trap 'echo caught' USR1; echo up; for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.05; done"
        process = self.start("run", "sh", "-c", script)
        self.wait_for(process, "up")
        process.send_signal(signal.SIGUSR1)
        out, _ = process.communicate(timeout=10)
        self.assertEqual((process.returncode, out), (0, "caught\n"))

    def test_launcher_is_killed(self):
        process = self.start("run", "sh", "-c", f"echo $$; exec {GAME} pause=5 draw=0")
        game = int(process.stdout.readline())
        time.sleep(0.2)
        process.kill()
        process.communicate(timeout=10)
        for _ in range(100):
            try:
                os.kill(game, 0)
                with open(f"/proc/{game}/stat") as stat:
                    if stat.read().rpartition(")")[2].split()[0] == "Z":
                        break
            except (ProcessLookupError, FileNotFoundError):
                break
            time.sleep(0.05)
        else:
            self.fail("the game lives on")
        # The next run removes what was left, once it is old enough to be nobody's.
        (left,) = os.listdir(self.runtime)
        old = time.time() - 1000
        os.utime(os.path.join(self.runtime, left), (old, old))
        self.run_game("draw=1")

    def test_ctrl_c_on_a_terminal(self):
        """The terminal signals the whole group: the command must get it once."""
        script = ("import signal, sys, time\ncount = 0\n"
                  "def caught(*_):\n    global count\n    count += 1\n"
                  "signal.signal(signal.SIGINT, caught)\nprint('up', flush=True)\n"
                  "end = time.time() + 1.5\nwhile time.time() < end: time.sleep(0.05)\nprint('count', count)\nsys.exit(6)")
        pid, fd = pty.fork()
        if pid == 0:
            os.execve(OFFSTAGE, [OFFSTAGE, "run", sys.executable, "-c", script], self.env)
        seen = b""
        sent = False
        while True:
            try:
                data = os.read(fd, 4096)
            except OSError:
                break
            if not data:
                break
            seen += data
            if b"up" in seen and not sent:
                sent = True
                time.sleep(0.1)
                os.write(fd, b"\x03")
        status = os.waitpid(pid, 0)[1]
        self.assertIn(b"count 1", seen)
        self.assertEqual(os.waitstatus_to_exitcode(status), 6)

    def test_stop_and_continue(self):
        """While it is stopped no time passes for --timeout."""
        process = self.start("run", "--frames", "60", "--timeout", "2", GAME, "say=up", "pause=20", "draw=0")
        self.wait_for(process, "up")
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True)
        game = int(children.stdout)
        os.kill(game, signal.SIGSTOP)
        process.send_signal(signal.SIGSTOP)
        time.sleep(2.5)
        process.send_signal(signal.SIGCONT)
        os.kill(game, signal.SIGCONT)
        self.assertEqual(process.communicate(timeout=20)[1], "")
        self.assertEqual(process.returncode, 0)

    def test_caller_ignores_sigchld_and_sigpipe(self):
        def ignore():
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        self.run_game("draw=1", "exit=3", status=3, preexec_fn=ignore)
        self.offstage("run", sys.executable, "-c",
                      "import re;print([l for l in open('/proc/self/status') if re.match('Sig(Blk)', l)][0].split()[1])",
                      out="0000000000000000\n")


class Folder(Case):
    def used(self, **env):
        """The folder of the session, by where the command finds its page."""
        out, _ = self.offstage("run", "sh", "-c", "stat -c %a ${OFFSTAGE_SESSION%/*} $OFFSTAGE_SESSION; echo $OFFSTAGE_SESSION",
                               out=None, env=env)
        modes, path = out.split()[:2], out.split()[2]
        self.assertEqual(modes, ["700", "600"])
        self.assertFalse(os.path.exists(os.path.dirname(path)))
        return os.path.dirname(os.path.dirname(path))

    def test_choice(self):
        self.assertEqual(self.used(), self.runtime)
        self.assertEqual(self.used(XDG_RUNTIME_DIR="/nonexistent"), "/dev/shm")
        self.assertEqual(self.used(XDG_RUNTIME_DIR="relative"), "/dev/shm")
        self.assertEqual(self.used(XDG_RUNTIME_DIR=""), "/dev/shm")
        open_to_all = self.path("open")
        os.mkdir(open_to_all)
        os.chmod(open_to_all, 0o777)
        self.assertEqual(self.used(XDG_RUNTIME_DIR=open_to_all), "/dev/shm")

    def test_others_are_left_alone(self):
        old = time.time() - 1000
        for name, age in (("offstage-young1", None), ("offstage-keep", old), ("else-123456", old)):
            os.mkdir(os.path.join(self.tmp, name))
        os.mkdir(os.path.join(self.runtime, "offstage-abcdef"))
        busy = os.path.join(self.runtime, "offstage-abcdef", "page")
        import fcntl
        with open(busy, "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            os.utime(os.path.dirname(busy), (old, old))
            process = self.start("run", "true")
            process.communicate(timeout=10)
            self.assertTrue(os.path.exists(busy))
        os.utime(os.path.dirname(busy), (old, old))
        self.offstage("run", "true")


class Plain(Case):
    """Without the launcher, by variables alone."""

    def game(self, *words, status=0, **env):
        done = subprocess.run([GAME, *words], env=dict(self.env, LD_PRELOAD=os.path.join(FOLDER, "liboffstage.so"), **env),
                              cwd=self.tmp, capture_output=True, text=True, timeout=20)
        self.assertEqual((done.returncode, done.stderr), (status, ""))

    def test_frames(self):
        self.game("draw=0", OFFSTAGE_FRAMES="5", OFFSTAGE_SHOT="a.png")
        self.assertEqual(read_png(self.path("a.png"))[2][0][0], (1, 47, 5))

    def test_written_at_the_limit(self):
        self.game("no-close", "draw=9", "crash", status=-11, OFFSTAGE_FRAMES="5", OFFSTAGE_SHOT="a.png")
        self.assertEqual(read_png(self.path("a.png"))[2][0][0], (1, 47, 5))

    def test_written_at_exit(self):
        self.game("draw=4", "exit=3", status=3, OFFSTAGE_SHOT="a.png")
        self.assertEqual(read_png(self.path("a.png"))[2][0][0], (1, 47, 4))

    def test_every_frame(self):
        self.game("draw=3", OFFSTAGE_SHOT="f%d.png")
        self.assertEqual(sorted(os.listdir(self.tmp)), ["f1.png", "f2.png", "f3.png", "runtime"])

    def test_forked_child(self):
        self.game("draw=4", "fork", "exit=3", status=3, OFFSTAGE_SHOT="a.png")
        self.assertFalse(os.path.exists(self.path("a.png")))  # _exit in the parent; the child has no frame

    def test_fps(self):
        start = time.monotonic()
        self.game("draw=11", OFFSTAGE_FPS="50")
        self.assertGreaterEqual(time.monotonic() - start, 0.2)


if __name__ == "__main__":
    OFFSTAGE, FOLDER = (os.path.realpath(path) for path in sys.argv[2:4])
    GAME = os.path.join(FOLDER, "game")
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # what a killed launcher leaves behind is ours to reap
    unittest.main(argv=[sys.argv[0], sys.argv[1], "-v"])
