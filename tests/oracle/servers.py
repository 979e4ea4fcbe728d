"""The two servers a client is run on: Xvfb, the oracle, and Offstage, preloaded into the client itself."""

import os
import select
import shutil
import subprocess


class Skip(Exception):
    """The machine lacks something; the text says what and how to get it."""


def clean_environment():
    """What both runs share. Nothing of the caller's display or toolkit settings."""
    kept = {k: os.environ[k] for k in ("PATH", "HOME", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS") if k in os.environ}
    kept.update(LC_ALL="C.UTF-8", XAUTHORITY="/dev/null")
    return kept


class Xvfb:
    """A private Xvfb on a free display number; use as a context manager."""

    ARGUMENTS = ["-screen", "0", "1920x1080x24", "-noreset", "-nolisten", "tcp"]

    def __enter__(self):
        program = shutil.which("Xvfb")
        if program is None:
            raise Skip("Xvfb is not installed (Debian package xvfb)")
        read_end, write_end = os.pipe()
        self.process = subprocess.Popen([program, "-displayfd", str(write_end)] + self.ARGUMENTS, pass_fds=[write_end],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                        env=clean_environment())
        os.close(write_end)
        text = b""
        while not text.endswith(b"\n"):
            ready, _, _ = select.select([read_end], [], [], 20)
            chunk = os.read(read_end, 64) if ready else b""
            if not chunk:
                self.process.kill()
                raise Skip("Xvfb does not start: " + self.process.stderr.read().decode(errors="replace")[-300:])
            text += chunk
        os.close(read_end)
        self.display = ":" + text.decode().strip()
        return self

    def __exit__(self, *unused):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stderr.close()

    def environment(self):
        return dict(clean_environment(), DISPLAY=self.display)

    def socket_path(self):
        return "/tmp/.X11-unix/X" + self.display[1:]


def offstage_environment(library):
    """The environment of a client that carries its own server; DISPLAY is unset."""
    if not os.path.exists(library):
        raise Skip("%s is not built" % library)
    return dict(clean_environment(), LD_PRELOAD=os.path.abspath(library))


def run(command, environment, timeout_s=60, stdin=None):
    """(exit status, stdout, stderr) of a command; a status of None means that it did not end in time."""
    process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        out, err = process.communicate(stdin, timeout_s)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        return None, out.decode("utf-8", "replace"), err.decode("utf-8", "replace")
    return process.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace")
