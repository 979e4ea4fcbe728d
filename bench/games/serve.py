"""What the contestants of bench/run games share: commands in, one line of JSON for each out.

    steps {"ms": 500, "calls": 3, ...settings}   step for that long, and at least that many calls
    look {"steps": 8, ...settings}               observations of a fixed play, for comparison
    ...                                          what else the contestant knows
"""
import base64
import json
import os
import random
import sys
import time
import zlib


def serve(commands, ready):
    """commands: name -> function(**arguments) -> dict. stdout belongs to the answers alone."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def answer(record):
        print(json.dumps(record), file=out, flush=True)

    answer(ready)
    for line in sys.stdin:
        name, _, rest = line.strip().partition(" ")
        if name == "quit":
            break
        answer(commands[name](**json.loads(rest or "{}")))


class Play:
    """Actions by chance that last a while, as a player's do; the same in every contestant."""

    def __init__(self, games, frame_skip, seed=1):
        self.dice, self.games, self.every = random.Random(seed), games, max(1, 16 // frame_skip)
        self.number, self.actions = 0, [1] * games

    def next(self):
        if self.number % self.every == 0:
            self.actions = [self.dice.randrange(3) for _ in range(self.games)]
        self.number += 1
        return self.actions


def timed(step, ms, calls):
    """Calls step() for `ms` milliseconds and at least `calls` times; it returns the environment steps it made."""
    cpu, start = time.process_time_ns(), time.monotonic_ns()
    last, until = start, start + ms * 1_000_000
    done, steps, times = 0, 0, []
    while last < until or done < calls:
        steps += step()
        now = time.monotonic_ns()
        times.append(now - last)
        done, last = done + 1, now
    times.sort()
    return {"steps": steps, "calls": done, "ns": last - start, "p50_ns": times[len(times) // 2],
            "p95_ns": times[len(times) * 95 // 100], "learner_cpu_ns": time.process_time_ns() - cpu}


def packed(array):
    """Bytes for a line of JSON; the driver has no NumPy."""
    return base64.b64encode(zlib.compress(array.tobytes(), 1)).decode()
