"""The contestants: what is started, with which environment, and how to talk to it."""
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

import procfs

TIMEOUT_S = 120


class SkipBench(Exception):
    """This group cannot be measured here; the text says why."""


class Failed(Exception):
    """A contestant that should have run did not; the text says how."""


def stderr_tail(file):
    file.seek(0)
    lines = file.read().decode("utf-8", "replace").strip().splitlines()
    return "; ".join(lines[-3:]) or "nothing on stderr"


class Live:
    """A measured program that answers commands on stdin with lines of JSON on stdout."""

    def __init__(self, argv, env):
        self.errors = tempfile.TemporaryFile()
        self.argv = argv
        self.buffer = b""
        self.started_ns = time.monotonic_ns()  # CLOCK_MONOTONIC, as in the programs
        self.process = subprocess.Popen(argv, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.errors)
        self.ready = None

    def answer(self, timeout_s=TIMEOUT_S):
        deadline = time.monotonic() + timeout_s
        fd = self.process.stdout.fileno()
        while True:
            while b"\n" in self.buffer:
                line, self.buffer = self.buffer.split(b"\n", 1)
                if line.startswith(b"{"):  # a library may print lines of its own
                    return json.loads(line)
            if not select.select([fd], [], [], max(0.0, deadline - time.monotonic()))[0]:
                self.kill()
                raise Failed(f"{os.path.basename(self.argv[0])}: no answer within {timeout_s} s")
            data = os.read(fd, 65536)
            if not data:
                self.process.wait()
                raise Failed(f"{' '.join(self.argv[-4:])}: exit {self.process.returncode}: {stderr_tail(self.errors)}")
            self.buffer += data

    def wait_ready(self, timeout_s=TIMEOUT_S):
        self.ready = self.answer(timeout_s)
        return self.ready

    def send(self, command):
        try:
            self.process.stdin.write(command.encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # answer() says what became of it

    def run(self, ms):
        self.send(f"run {ms}")
        return self.answer()

    def ask(self, what, timeout_s=TIMEOUT_S, **arguments):
        """A command with arguments, for contestants that know more than `run`."""
        self.send(f"{what} {json.dumps(arguments)}")
        return self.answer(timeout_s)

    def quit(self):
        """Ends it; True if it left by itself with status 0."""
        if self.process.poll() is None:
            self.send("quit")
            try:
                self.process.stdin.close()
            except BrokenPipeError:
                pass
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
        self.process.stdout.close()
        self.errors.close()
        return self.process.returncode == 0

    def kill(self):
        self.process.kill()
        self.process.wait()


class Xvfb:
    """An Xvfb on a display number of its own choice, ready when the constructor returns."""

    def __init__(self, env):
        read_end, write_end = os.pipe()
        # -noreset: a server that starts over when its last client leaves refuses the next one for a moment.
        self.process = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "1920x1080x24", "-nolisten", "tcp", "-noreset"],
            env=env, pass_fds=(write_end,), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, preexec_fn=procfs.end_with_parent)
        os.close(write_end)
        number = b""
        # Up to the newline, which Xvfb writes separately: closing before it came would kill the server with SIGPIPE.
        while not number.endswith(b"\n"):
            data = os.read(read_end, 32) if select.select([read_end], [], [], 30)[0] else b""
            if not data:
                os.close(read_end)
                self.stop()
                raise SkipBench("Xvfb does not start")
            number += data
        os.close(read_end)
        self.display = ":" + number.decode().strip()

    @property
    def pid(self):
        return self.process.pid

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Contestant:
    def __init__(self, name, program, env, prefix=(), options=()):
        self.name, self.program, self.env = name, program, env
        self.prefix, self.options = list(prefix), list(options)

    def variant(self, name, **variables):
        """The same program with more environment variables."""
        return Contestant(name, self.program, dict(self.env, **variables), self.prefix, self.options)

    def argv(self, *more):
        return self.prefix + [self.program, *self.options, *more]

    def start(self, *more):
        return Live(self.argv(*more), self.env)


class Setup:
    """Finds the programs, starts the warm Xvfb, and hands out contestants with otherwise equal environments."""

    def __init__(self, args):
        self.args = args
        self.server = None
        self.base_env = {name: value for name, value in os.environ.items()
                         if name not in ("DISPLAY", "XAUTHORITY", "WAYLAND_DISPLAY", "LD_PRELOAD")
                         and not name.startswith("OFFSTAGE_")}
        self.library = os.path.join(os.path.abspath(args.build), "lib", "liboffstage.so")
        self.launcher = os.path.join(os.path.abspath(args.build), "bin", "offstage")
        self.programs = os.path.join(os.path.abspath(args.build), "bench")

    def start(self):
        for name in ("bench_glx", "bench_egl", "bench_x"):
            if not os.access(self.program(name), os.X_OK):
                raise SkipBench(f"{name} is not in {self.programs}: build first, with libx11-dev libgl-dev libegl-dev "
                                "libopengl-dev installed")
        if self.have_xvfb:
            self.server = Xvfb(self.base_env)

    def stop(self):
        if self.server:
            self.server.stop()

    def program(self, name):
        return os.path.join(self.programs, name)

    @property
    def have_xvfb(self):
        return shutil.which("Xvfb") is not None

    @property
    def have_offstage(self):
        return os.path.exists(self.library)

    def xvfb_env(self, server=None):
        return dict(self.base_env, DISPLAY=(server or self.server).display)

    def offstage_env(self, preload=True):
        env = dict(self.base_env, OFFSTAGE_GPU="software" if self.args.gpu == "software" else "auto")
        if preload:
            env["LD_PRELOAD"] = self.library
        return env

    def gl(self, control=False):
        """The contestants of the C scenes."""
        found = []
        if self.server:
            found.append(Contestant("xvfb", self.program("bench_glx"), self.xvfb_env()))
        if self.have_offstage:
            found.append(Contestant("offstage", self.program("bench_glx"), self.offstage_env()))
        options = ["--gpu", self.args.gpu]
        found.append(Contestant("egl", self.program("bench_egl"), self.base_env, options=options))
        if control:
            found.append(Contestant("control", self.program("bench_egl"), self.base_env, options=options))
        return found

    def x(self):
        """The contestants of the X side."""
        found = []
        if self.server:
            found.append(Contestant("xvfb", self.program("bench_x"), self.xvfb_env()))
        if self.have_offstage:
            found.append(Contestant("offstage", self.program("bench_x"), self.offstage_env()))
        return found

    def python(self, script, module="arcade"):
        """The contestants of a Python scene that needs a module."""
        python = self.args.python
        script = os.path.join(self.args.root, "bench", script)
        if not os.access(python, os.X_OK):
            raise SkipBench(f"no {python}: ./scripts/setup makes it")
        if subprocess.run([python, "-c", f"import {module}"], env=self.base_env, capture_output=True).returncode:
            raise SkipBench(f"{python} has no {module}")
        found = []
        if self.server:
            found.append(Contestant("xvfb", python, self.xvfb_env(), options=[script]))
        if self.have_offstage:
            found.append(Contestant("offstage", python, self.offstage_env(), options=[script]))
        found.append(Contestant("egl", python, self.base_env, options=[script, "--headless"]))
        return found


def rotated(items, by):
    """The order of a round: each contestant goes first equally often."""
    by %= max(1, len(items))
    return items[by:] + items[:by]
