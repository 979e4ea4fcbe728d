#!/usr/bin/env python3
"""A program that is killed at any moment leaves nothing behind: no file, no shared memory, no process.

    tests/proto/killed.py BUILD [KILLS]      default: 12 of each program

Each program is stopped after a time of chance (of a fixed seed), looked at through /proc, and killed. What it has open by a
name that outlives it would be left behind, and so would memory of System V that is not marked to go, and children.
Exit status: 0 nothing is left, 1 something is, 77 skipped with the reason as the last line.
"""

import os
import random
import signal
import subprocess
import sys
import time

PROGRAMS = [["oracle_client", "images"], ["oracle_client", "render"], ["softwin_draw", "put"], ["glx_scenes", "get_image"],
            ["glx_scenes", "pbuffer"], ["egl_scenes", "many"], ["egl_scenes", "threads"]]
LONGEST_S = 0.4
# Where what is left behind would lie. The program itself, its libraries and its output lie elsewhere.
PLACES = ("/dev/shm/", "/tmp/", "/run/", "/var/tmp/")


def read(path):
    try:
        with open(path) as source:
            return source.read()
    except OSError:
        return ""


def named(pid, ours):
    """Files by a name that is there after the process, in the places where such files lie."""
    found = set()
    for number in os.listdir("/proc/%d/fd" % pid):
        try:
            found.add(os.readlink("/proc/%d/fd/%s" % (pid, number)))
        except OSError:
            pass
    found |= {line.split(None, 5)[5] for line in read("/proc/%d/maps" % pid).splitlines() if len(line.split(None, 5)) == 6}
    return sorted(path for path in found if path.startswith(PLACES) and not path.startswith(ours) and os.path.exists(path))


def segments(pid):
    """System V segments that the process made and that stay when it ends."""
    rows = [line.split() for line in read("/proc/sysvipc/shm").splitlines()[1:]]
    return [row[1] for row in rows if int(row[4]) == pid and not int(row[2], 8) & 0o1000]


def left_by(command, environment, after_s, ours):
    """What the program leaves when it is killed now; None if it had ended before."""
    process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        process.wait(after_s)
        return None
    except subprocess.TimeoutExpired:
        pass
    os.kill(process.pid, signal.SIGSTOP)
    while read("/proc/%d/stat" % process.pid).rpartition(")")[2].split()[:1] not in (["T"], ["Z"], []):
        time.sleep(0.001)
    left = ["file " + path for path in named(process.pid, ours)]
    left += ["memory " + segment for segment in segments(process.pid)]
    left += ["process " + child for child in read("/proc/%d/task/%d/children" % (process.pid, process.pid)).split()]
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    return left


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    build, kills = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 12
    library = os.path.join(build, "lib", "liboffstage.so")
    programs = [[os.path.join(build, "bin", command[0])] + command[1:] for command in PROGRAMS]
    programs = [command for command in programs if os.path.exists(command[0])]
    if not programs or not os.path.exists(library):
        print("the library or the programs are not built")
        return 77
    environment = dict(os.environ, LD_PRELOAD=library, OFFSTAGE_GPU="software", LP_NUM_THREADS="2")
    environment.pop("DISPLAY", None)
    chance, wrong, killed = random.Random(3), 0, 0
    for command in programs:
        for _ in range(kills):
            left = left_by(command, environment, chance.uniform(0, LONGEST_S), (build, os.getcwd()))
            killed += left is not None
            for what in left or []:
                wrong += 1
                print("%s leaves %s" % (" ".join(command[0].split("/")[-1:] + command[1:]), what))
    print("%d programs killed, %d things left" % (killed, wrong))
    return 1 if wrong or not killed else 0


if __name__ == "__main__":
    sys.exit(main())
