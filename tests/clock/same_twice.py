"""Two runs of a game in lockstep show the same frames.

Usage: same_twice.py OFFSTAGE HASH SIZE FRAMES THREADS COMMAND...

THREADS is LP_NUM_THREADS of the software renderer, "default" leaves it alone. A command that ends with 77 is skipped.
"""

import os
import subprocess
import sys

offstage, hasher, size, frames, threads, *command = sys.argv[1:]
environment = dict(os.environ, OFFSTAGE_GPU="software")
for name in ("PYTHONHASHSEED", "LP_NUM_THREADS"):
    environment.pop(name, None)
if threads != "default":
    environment["LP_NUM_THREADS"] = threads


def play():
    run = subprocess.run([hasher, size, frames, offstage, "run", "--lockstep", "60", "--seed", "7", "--", *command],
                         env=environment, stdout=subprocess.PIPE, text=True)
    if run.returncode:
        sys.exit(f"{command}: no frames, status {run.returncode}")
    return run.stdout.splitlines()


first, second = play(), play()
print("\n".join(first))
if first[-1] != "moves":
    sys.exit("the picture hardly changes: this test would see nothing")
for one, other in zip(first, second):
    if one != other:
        sys.exit(f"the runs differ:\n{one}\n{other}")
if len(first) != len(second):
    sys.exit("the runs are not equally long")
