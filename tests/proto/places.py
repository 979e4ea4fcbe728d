"""Where the stream tests run: proto_host, the preloaded library in this very process, or Xvfb."""

import os
import sys

import hosts

MEGABYTE = 1 << 20


class InProcess:

    """The preloaded library: our own connect() leads into it."""

    def socket_path(self):
        return "/tmp/.X11-unix/X0"

    def resident_bytes(self):
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def output_limit(self):
        return 64 * MEGABYTE

    def finish(self):
        return ""

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        pass


class Bounded(hosts.Host):
    """proto_host with small limits, so that the test is quick."""

    IMAGES = 64 * MEGABYTE
    ASAN = ":quarantine_size_mb=16"     # what is freed shows in how much memory there is

    def output_limit(self):
        return 4 * MEGABYTE


class Oracle(hosts.Xvfb):
    def output_limit(self):
        return 0

    def resident_bytes(self):
        return 0

    def finish(self):
        return ""


def place_for(options):
    if options.xvfb:
        return Oracle()
    if options.preload:
        if "liboffstage" not in os.environ.get("LD_PRELOAD", ""):
            if not os.path.exists(options.preload):
                raise hosts.Skip("%s is not built" % options.preload)
            environment = dict(os.environ, LD_PRELOAD=os.path.abspath(options.preload))
            os.execve(sys.executable, [sys.executable] + sys.argv, environment)
        return InProcess()
    return Bounded(options.host, "--max-output", str(4 * MEGABYTE), "--max-images", str(Bounded.IMAGES))
