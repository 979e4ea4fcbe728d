"""The launcher: limits on frames and time, processes that do not end, signals."""

import os
import pty
import signal
import subprocess
import sys
import time

from launcher_case import Case, GAME, OFFSTAGE, main


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


if __name__ == "__main__":
    main()
