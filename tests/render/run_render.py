"""Random drawing through RENDER on Xvfb and on Offstage: every picture is the same, bit for bit, since both draw with the
pixman of this machine.

    run_render.py --client PROGRAM (--library LIB | --host PROXY) [--from N] COUNT
    run_render.py --client PROGRAM --library LIB --no-pixman     where there is no pixman, one line says so, once

A case that differs is looked at with `render_random --from N --dump 1` on both.
"""

import argparse
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "proto"))

import hosts  # noqa: E402  (finds tests/oracle)
import servers  # noqa: E402

TIMEOUT_S = 150


def cases(command, environment):
    status, out, err = servers.run(command, environment, TIMEOUT_S)
    if status != 0 or err:
        raise SystemExit("%s ended with status %s: %s" % (command[0], status, err[-2000:]))
    return out.splitlines()


def on_offstage(options, command):
    """The lines, and what a sanitizer said."""
    if options.library:
        return cases(command, servers.offstage_environment(options.library)), ""
    with hosts.Host(options.host, display=True) as host:
        lines = cases(command, dict(servers.clean_environment(), DISPLAY=host.display))
        return lines, host.finish()


def without_pixman(options):
    """What is wrong, or nothing. The library is one that cannot be loaded."""
    with tempfile.TemporaryDirectory() as folder:
        open(os.path.join(folder, "libpixman-1.so.0"), "wb").close()
        environment = dict(servers.offstage_environment(options.library), LD_LIBRARY_PATH=folder)
        status, out, err = servers.run([options.client, "40"], environment, TIMEOUT_S)
    lines = err.splitlines()
    if status != 0 or "error" in out or len(out.splitlines()) != 40:
        return "status %s: %s %s" % (status, out[-500:], err[-500:])
    if len(lines) != 1 or "RENDER draws nothing: libpixman-1.so.0 was not found" not in lines[0]:
        return "in place of one line: %r" % lines
    return ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--client", required=True)
    parser.add_argument("--library")
    parser.add_argument("--host")
    parser.add_argument("--from", dest="first", default="0")
    parser.add_argument("--no-pixman", action="store_true")
    parser.add_argument("count", nargs="?", default="0")
    options = parser.parse_args()
    command = [options.client, "--from", options.first, options.count]
    try:
        if not os.path.exists(options.client):
            raise hosts.Skip("%s is not built: libxcb-render0-dev is missing" % options.client)
        if options.no_pixman:
            complaint = without_pixman(options)
            print(complaint or "told once")
            return 1 if complaint else 0
        with servers.Xvfb() as xvfb:
            expected = cases(command, xvfb.environment())
        got, complaint = on_offstage(options, command)
    except hosts.Skip as reason:
        print("SKIP: %s" % reason)
        return 77
    differing = [(a, b) for a, b in zip(expected, got) if a != b]
    for a, b in differing[:12]:
        print("- %s\n+ %s" % (a, b))
    if len(expected) != len(got):
        print("%d lines in place of %d" % (len(got), len(expected)))
    if complaint:
        print(complaint)
    print("%d cases, %d differ" % (len(expected), len(differing)))
    return 1 if differing or complaint or len(expected) != len(got) or not expected else 0


if __name__ == "__main__":
    sys.exit(main())
