"""`offstage guard`: statuses, what the command inherits and prints, and that nothing outlives its learner.

Usage: test_guard.py GROUP OFFSTAGE LIBRARY STATIC
"""

import os
import pathlib
import random
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

OFFSTAGE, LIBRARY, STATIC = (os.path.realpath(path) for path in sys.argv[2:5])
RING_START, RING = 16, 4096
PATIENCE = 20  # seconds; a failure only


def running(token):
    """Processes whose words hold it, except zombies."""
    found = []
    for folder in pathlib.Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            words = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if token.encode() in words:
            found.append(int(folder.name))
    return found


def await_none(token):
    end = time.monotonic() + PATIENCE
    while running(token) and time.monotonic() < end:
        time.sleep(0.01)
    return running(token)


class Guard:
    """A guard that runs; its learner is this process."""

    def __init__(self, *command, keep=False, env=None, **options):
        self.end, theirs = socket.socketpair()
        words = [OFFSTAGE, "guard", "--lifeline", str(theirs.fileno())]
        inherited = [theirs.fileno(), *options.pop("pass_fds", ())]
        self.file = None
        if keep:
            self.file = tempfile.TemporaryFile(buffering=0)
            self.file.truncate(RING_START + RING)
            words += ["--output", str(self.file.fileno())]
            inherited.append(self.file.fileno())
        variables = {name: value for name, value in os.environ.items() if not name.startswith(("OFFSTAGE_", "LD_"))}
        variables.update({"OFFSTAGE_LIB": LIBRARY}, **(env or {}))
        self.process = subprocess.Popen(
            [*words, "--", *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            pass_fds=inherited, env=variables, start_new_session=True, **options)
        theirs.close()
        self.end.settimeout(PATIENCE)

    def wait(self):
        """(wait status that was told or None, exit status of the guard, what it printed)"""
        told = self.end.recv(100)
        text = self.process.communicate(timeout=PATIENCE)[0].decode()
        self.end.close()
        return struct.unpack("=i", told)[0] if told else None, self.process.returncode, text

    def printed(self):
        data = os.pread(self.file.fileno(), RING_START + RING, 0)
        (count,), ring = struct.unpack_from("=Q", data), data[RING_START:]
        at = count % RING
        return count, (ring[:at] if count < RING else ring[at:] + ring[:at])


class Case(unittest.TestCase):
    def setUp(self):
        self.token = f"31{os.getpid()}{random.randrange(10**6):06d}"  # seconds of a sleep that nobody else sleeps

    def tearDown(self):
        left = running(self.token)
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        self.assertEqual(left, [], "processes left behind")

    def await_sleepers(self, count):
        end = time.monotonic() + PATIENCE
        while sum(1 for pid in running(self.token) if self.is_sleep(pid)) < count:
            self.assertLess(time.monotonic(), end, "the command did not start")
            time.sleep(0.005)

    @staticmethod
    def is_sleep(pid):
        try:
            return pathlib.Path(f"/proc/{pid}/comm").read_text() == "sleep\n"
        except OSError:
            return False


class Words(Case):
    def test_mistakes(self):
        closed = os.open("/dev/null", os.O_RDONLY)
        os.close(closed)
        rows = [
            ([], "--lifeline FD is missing"),
            (["true"], "--lifeline FD is missing"),
            (["--lifeline"], "--lifeline : expected the number"),
            (["--lifeline", "x"], "--lifeline x: expected the number"),
            (["--lifeline", "1x"], "expected the number"),
            (["--lifeline", "-1"], "expected the number"),
            (["--lifeline", "99999999999999999999"], "expected the number"),
            (["--lifeline", str(closed + 500)], "expected the number of an open descriptor"),
            (["--lifeline", "1"], "there is no command"),
            (["--lifeline", "1", "--"], "there is no command"),
            (["--line", "1"], "unknown option --line"),
            (["--lifeline", "1", "--output", "0", "true"], "the output cannot be kept"),
        ]
        for words, says in rows:
            with self.subTest(words=words):
                done = subprocess.run([OFFSTAGE, "guard", *words], stdin=subprocess.DEVNULL, capture_output=True, text=True)
                self.assertEqual((done.returncode, done.stdout), (125, ""))
                self.assertIn(says, done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1)

    def test_commands(self):
        rows = [
            (["no-such-command"], 127, "no-such-command: command not found in PATH"),
            (["./no-such"], 127, "command not found"),
            (["/etc/passwd"], 126, "Permission denied"),
            (["/"], 126, "Is a directory"),
            ([STATIC], 125, "statically linked"),
        ]
        for command, status, says in rows:
            with self.subTest(command=command):
                told, exit_status, text = Guard(*command).wait()
                self.assertEqual((told, exit_status), (status << 8, status))
                self.assertIn(says, text)

    def test_preload(self):
        show = ("sh", "-c", "echo $LD_PRELOAD")
        self.assertEqual(Guard(*show).wait()[2], LIBRARY + "\n")
        told, status, text = Guard(*show, env={"OFFSTAGE_LOCKSTEP": "60"}).wait()
        clock = os.path.join(os.path.dirname(LIBRARY), "offstage/liboffstage_clock.so")
        if os.path.exists(clock):
            self.assertEqual(text, f"{LIBRARY}:{clock}\n")
        else:
            self.assertEqual((status, "lockstep needs it" in text), (125, True), text)
        told, status, text = Guard("true", env={"OFFSTAGE_LIB": "/nonexistent.so"}).wait()
        self.assertEqual((told, status), (125 << 8, 125))
        self.assertIn("OFFSTAGE_LIB=/nonexistent.so", text)

    def test_statuses(self):
        rows = [("exit 0", 0, 0), ("exit 3", 3 << 8, 3), ("exit 255", 255 << 8, 255), ("kill -KILL $$", 9, 137),
                ("kill -SEGV $$", 11, 139), ("kill -TERM $$", 15, 143)]
        for script, told, status in rows:
            with self.subTest(script=script):
                got = Guard("sh", "-c", f"ulimit -c 0; {script}").wait()
                self.assertEqual((got[0] & 0xff7f, got[1]), (told, status))

    def test_what_is_inherited(self):
        read, write = os.pipe()
        self.addCleanup(os.close, read)
        self.addCleanup(os.close, write)
        script = "ls /proc/self/fd; grep -E 'Sig(Blk|Ign)' /proc/self/status; echo $OFFSTAGE_REPORT"
        guard = Guard("sh", "-c", script, pass_fds=[write], env={"OFFSTAGE_REPORT": "5"})
        lines = guard.wait()[2].split()
        numbers = {int(line) for line in lines[:lines.index("SigBlk:")]}
        self.assertEqual(len(numbers), 5, numbers)  # three, the one that is for the command, and that of ls for the folder
        self.assertIn(write, numbers)
        self.assertEqual([lines[lines.index(name) + 1].strip("0") for name in ("SigBlk:", "SigIgn:")], ["", ""])
        self.assertEqual(lines[-1], "5")


class Ends(Case):
    def daemons(self):
        """A command that leaves what a careless program may leave: a child, a grandchild in a session of its own, one that is
        stopped, and itself."""
        sleep = f"sleep {self.token}"
        return "sh", "-c", f"{sleep} & (setsid {sleep} &) ; {sleep} & kill -STOP $! ; {sleep}"

    def start_daemons(self, **options):
        guard = Guard(*self.daemons(), **options)
        self.await_sleepers(3)  # the one that is stopped may have been so before it became one
        return guard

    def test_the_lifeline_is_closed(self):
        guard = self.start_daemons()
        guard.end.close()
        self.assertEqual(guard.process.wait(PATIENCE), 137)
        guard.process.stdout.close()
        self.assertEqual(await_none(self.token), [])

    def test_the_lifeline_is_shut_down(self):
        guard = self.start_daemons()
        kept = guard.end.dup()
        guard.end.shutdown(socket.SHUT_RDWR)
        self.assertEqual(guard.process.wait(PATIENCE), 137)
        self.assertEqual(running(self.token), [])
        guard.process.stdout.close()
        guard.end.close()
        kept.close()

    def test_the_command_ends(self):
        sleep = f"sleep {self.token}"
        guard = Guard("sh", "-c", f"{sleep} & (setsid {sleep} &) ; sleep 0.05; exit 7")
        told, status, text = guard.wait()
        self.assertEqual((told, status, text), (7 << 8, 7, ""))
        self.assertEqual(running(self.token), [])

    def test_a_wrapper_that_goes(self):
        told, status, _ = Guard("sh", "-c", f"sleep {self.token} & sleep 0.02").wait()
        self.assertEqual((told, status, running(self.token)), (0, 0, []))

    def test_either_guard_is_killed(self):
        for which in ("upper", "lower"):
            with self.subTest(which=which):
                guard = self.start_daemons()
                upper = guard.process.pid
                lower = int(pathlib.Path(f"/proc/{upper}/task/{upper}/children").read_text().split()[0])
                os.kill(upper if which == "upper" else lower, signal.SIGKILL)
                if which == "lower":
                    self.assertEqual(guard.wait()[:2], (9, 137))
                else:
                    guard.process.wait(PATIENCE)
                    guard.process.stdout.close()
                    guard.end.recv(100)
                    guard.end.close()
                self.assertEqual(await_none(self.token), [])

    def test_a_guard_is_told_to_end(self):
        guard = self.start_daemons()
        guard.process.terminate()
        guard.wait()
        self.assertEqual(await_none(self.token), [])

    def test_the_learner_dies_and_its_child_keeps_the_lifeline(self):
        ready, told = os.pipe()
        learner = os.fork()
        if learner == 0:
            guard = Guard(*self.daemons())
            if os.fork() == 0:  # as multiprocessing does: it has every descriptor of the learner's
                os.close(told)
                time.sleep(3)
                os._exit(0)
            os.write(told, b"x")
            time.sleep(1000)
            os._exit(0)
        os.close(told)
        os.read(ready, 1)
        os.close(ready)
        self.await_sleepers(3)  # the one that is stopped may have been so before it became one
        os.kill(learner, signal.SIGKILL)
        os.waitpid(learner, 0)
        start = time.monotonic()
        self.assertEqual(await_none(self.token), [])
        self.assertLess(time.monotonic() - start, 2.9, "it was the child's end that ended it")

    def test_one_that_forks_without_end(self):
        guard = Guard("sh", "-c", f"for i in $(seq 300); do sleep {self.token} & done; wait")
        self.await_sleepers(30)
        guard.end.close()
        guard.process.wait(PATIENCE)
        guard.process.stdout.close()
        self.assertEqual(await_none(self.token), [])


class Output(Case):
    def test_short(self):
        guard = Guard("sh", "-c", "echo out; echo err >&2", keep=True)
        self.assertEqual(guard.wait(), (0, 0, ""))
        self.assertEqual(guard.printed(), (8, b"out\nerr\n"))

    def test_mistakes_are_kept_too(self):
        for command, says in ((["no-such-command"], b"command not found"), ([STATIC], b"statically linked")):
            guard = Guard(*command, keep=True)
            self.assertEqual(guard.wait()[2], "")
            self.assertIn(says, guard.printed()[1])

    def test_the_end_is_kept(self):
        for length in (1, RING - 1, RING, RING + 1, 3 * RING, 100000):
            with self.subTest(length=length):
                guard = Guard("sh", "-c", f"seq 100000 | head -c {length}", keep=True)
                guard.wait()
                text = "".join(f"{i}\n" for i in range(1, 100001))[:length].encode()
                self.assertEqual(guard.printed(), (length, text[-RING:]))

    def test_much(self):
        guard = Guard("sh", "-c", "head -c 200000000 /dev/zero; echo end", keep=True)
        guard.wait()
        count, text = guard.printed()
        self.assertEqual((count, text), (200000004, bytes(RING - 4) + b"end\n"))
        self.assertEqual(os.fstat(guard.file.fileno()).st_size, RING_START + RING)

    def test_a_daemon_that_goes_on_printing(self):
        guard = Guard("sh", "-c", f"(while :; do echo {self.token}; done) & sleep 0.1", keep=True)
        self.assertEqual(guard.wait()[0], 0)
        self.assertEqual(await_none(self.token), [])

    def test_killed_while_it_prints(self):
        guard = Guard("sh", "-c", f"while :; do echo {self.token}; done", keep=True)
        time.sleep(0.1)
        guard.end.close()
        guard.process.wait(PATIENCE)
        guard.process.stdout.close()
        self.assertIn(self.token.encode(), guard.printed()[1])


class Kills(Case):
    """At random instants: of the learner, of the guards, of the command."""

    COUNT = 200
    AT_ONCE = 10

    def learner(self, command):
        """A process that starts a guard, and then lives on."""
        pid = os.fork()
        if pid == 0:
            null = os.open("/dev/null", os.O_RDWR)
            os.dup2(null, 2)
            Guard(*command, keep=random.random() < 0.5)
            time.sleep(1000)
            os._exit(0)
        return pid

    def test_learners(self):
        random.seed(1)
        sleep = f"sleep {self.token}"
        commands = [("sleep", self.token), ("sh", "-c", f"{sleep} & (setsid {sleep} &) ; {sleep}")]
        for _ in range(self.COUNT // self.AT_ONCE):
            learners = [self.learner(random.choice(commands)) for _ in range(self.AT_ONCE)]
            random.shuffle(learners)
            for pid in learners:
                time.sleep(random.random() * 0.008)
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
        self.assertEqual(await_none(self.token), [])

    def test_guards_and_commands(self):
        random.seed(2)
        sleep = f"sleep {self.token}"
        for _ in range(self.COUNT // self.AT_ONCE):
            guards = [Guard("sh", "-c", f"{sleep} & (setsid {sleep} &) ; {sleep}") for _ in range(self.AT_ONCE)]
            time.sleep(random.random() * 0.03)
            for guard in guards:
                time.sleep(random.random() * 0.004)
                victims = [guard.process.pid]
                for _ in range(random.randrange(3)):  # one of the two below it, or itself
                    try:
                        path = f"/proc/{victims[-1]}/task/{victims[-1]}/children"
                        victims.append(int(pathlib.Path(path).read_text().split()[0]))
                    except (OSError, IndexError):
                        break
                try:
                    os.kill(victims[-1], signal.SIGKILL)
                except ProcessLookupError:
                    pass
            for guard in guards:
                guard.end.recv(100)  # it is told, or finds the end
                guard.end.close()
                guard.process.wait(PATIENCE)
                guard.process.stdout.close()
        self.assertEqual(await_none(self.token), [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:2])
