"""Start the servers that protocol tests talk to through a socket."""

import os
import subprocess
import tempfile

import rawclient  # noqa: F401  (finds tests/oracle)
import servers

Skip = servers.Skip
Xvfb = servers.Xvfb


class Host:
    """proto_host: the shim's own server, built with sanitizers, on a socket in a folder of its own, or, for stock clients,
    where the socket of a display lies (`display=True`)."""

    ASAN = ""     # more options of the address sanitizer, each after a colon

    def __init__(self, program, *arguments, display=False):
        if not os.path.exists(program):
            raise Skip("%s is not built" % program)
        self.program, self.arguments = program, arguments
        self.display = ":%d" % (1000 + os.getpid() % 60000) if display else None

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="ofs-proto-")
        self.path = os.path.join(self.folder.name, "socket")
        if self.display:
            os.makedirs("/tmp/.X11-unix", mode=0o1777, exist_ok=True)
            self.path = "/tmp/.X11-unix/X" + self.display[1:]
            if os.path.exists(self.path):
                os.unlink(self.path)      # left by a process of this number that was killed
        environment = dict(servers.clean_environment(),
                           ASAN_OPTIONS="detect_leaks=1:abort_on_error=0:halt_on_error=1" + self.ASAN,
                           UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1")
        if "PROTO_HOST_RECORD" in os.environ:
            environment["PROTO_HOST_RECORD"] = os.environ["PROTO_HOST_RECORD"]
        self.errors = open(os.path.join(self.folder.name, "stderr"), "w+b")
        self.process = subprocess.Popen([self.program, self.path] + list(self.arguments), stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.errors, env=environment)
        if self.process.stdout.readline() != b"ready\n":
            raise RuntimeError("proto_host does not start: " + self.report())
        return self

    def socket_path(self):
        return self.path

    def resident_bytes(self):
        with open("/proc/%d/statm" % self.process.pid) as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def report(self):
        self.errors.seek(0)
        return self.errors.read().decode("utf-8", "replace")[:6000]

    def finish(self):
        """End it; "" if all was well, else what a sanitizer said."""
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        try:
            status = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
            return "proto_host did not end\n" + self.report()
        return "" if status == 0 else "proto_host ended with status %d\n%s" % (status, self.report())

    def __exit__(self, *unused):
        self.finish()
        self.process.stdout.close()
        self.errors.close()
        self.folder.cleanup()
