#!/usr/bin/env python3
"""The kernels against OpenCV on one core: the same pixels, the same plans, interleaved in one run.

    .venv/bin/python bench/kernels.py [--build build] [--rounds 100] [--json FILE]

Needs opencv-python-headless and a build with tests (for the kernels as a library that Python can load)."""
import argparse
import json
import os
import sys
import time

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "kernels"))

try:
    import cv2
    import numpy as np
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)
import kernels as k

AREA = cv2.INTER_AREA


def gray(picture, size):
    return cv2.resize(cv2.cvtColor(picture, cv2.COLOR_BGRA2GRAY), size[::-1], interpolation=AREA)


# name, source (height, width), output (height, width), fields of the plan, the same with OpenCV
PLANS = [
    ("600x600 to 84x84 gray", (600, 600), (84, 84), {}, lambda a, b: gray(a, (84, 84))),
    ("84x84 gray", (84, 84), (84, 84), {}, lambda a, b: cv2.cvtColor(a, cv2.COLOR_BGRA2GRAY)),
    ("1280x720 RGB HWC", (720, 1280), (720, 1280), dict(color=k.RGB, layout=k.HWC),
     lambda a, b: cv2.cvtColor(a, cv2.COLOR_BGRA2RGB)),
    ("1280x720 to 84x84 gray", (720, 1280), (84, 84), {}, lambda a, b: gray(a, (84, 84))),
    ("160x210 to 84x84 gray, max of 2", (210, 160), (84, 84), dict(max_frames=2),
     lambda a, b: gray(cv2.max(a, b), (84, 84))),
]


def measure(kernels, rounds):
    rng, rows = np.random.default_rng(1), []
    for name, source, size, fields, with_cv2 in PLANS:
        a, b = (rng.integers(0, 256, (*source, 4), np.uint8) for _ in range(2))
        copy = np.empty_like(a)
        runs = {"memcpy": lambda: np.copyto(copy, a), "opencv": lambda: with_cv2(a, b)}
        for backend in kernels.backends()[:-1] or ["scalar"]:
            plan = kernels.plan(a, size, backend, **fields)
            runs[backend] = lambda plan=plan: plan(a, b)
        times = {run: [] for run in runs}
        for _ in range(rounds):
            for run, function in runs.items():
                start = time.perf_counter_ns()
                function()
                times[run].append(time.perf_counter_ns() - start)
        rows.append({"plan": name, "us": {run: float(np.median(t)) / 1000 for run, t in times.items()}})
    return rows


def table(rows):
    names = list(rows[0]["us"])
    best = names[2]
    print(f"{'µs, median':32}" + "".join(f"{name:>10}" for name in names) + f"{'opencv / ' + best:>16}")
    for row in rows:
        us = row["us"]
        print(f"{row['plan']:32}" + "".join(f"{us[name]:10.1f}" for name in names)
              + f"{us['opencv'] / us[best]:16.1f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default=os.path.join(ROOT, "build"))
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--json", help="write the figures there as well")
    args = parser.parse_args()
    library = os.path.join(args.build, "lib", "libkernels_probe.so")
    if not os.path.exists(library):
        print(f"skipped: {library} is missing; build with OFS_TESTS=ON")
        return 77
    cv2.setNumThreads(1)
    rows = measure(k.Kernels(library), args.rounds)
    table(rows)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump({"opencv": cv2.__version__, "numpy": np.__version__, "rounds": args.rounds, "kernels": rows}, file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
