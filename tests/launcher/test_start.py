"""The launcher: mistakes in the command line, commands that cannot be run, exit statuses, the session folder."""

import fcntl
import os
import pathlib
import pwd
import shutil
import subprocess
import time

from launcher_case import Case, FOLDER, GAME, OFFSTAGE, main


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
        with open(busy, "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            os.utime(os.path.dirname(busy), (old, old))
            process = self.start("run", "true")
            process.communicate(timeout=10)
            self.assertTrue(os.path.exists(busy))
        os.utime(os.path.dirname(busy), (old, old))
        self.offstage("run", "true")


if __name__ == "__main__":
    main()
