"""From the swap to a tensor on the GPU: observations against glReadPixels and the scalar reference, wrong destinations, and the
time that it takes beside reading back and uploading, with the share of what the PCIe link could carry."""

from __future__ import annotations

import os
import re
from pathlib import Path

from gputest import (BUILD, CUDA_MODULE, DRY, PROGRAMS, Done, check, environment, fact, nvidia_smi, offstage_words,
                     python_with, run, run_all, skip, skip_row, start, with_fake_cuda)

SCRIPT = Path(__file__).with_name("tensor_frameworks.py")
PLANS = 6 if DRY else 200
ROUNDS = 3 if DRY else 500
ADDED_LIMIT_US = 20.0       # at 640x480
FASTER_LIMIT = 5.3          # than reading back and uploading, at 1024x1024
LANE_GB_S = {1: 0.25, 2: 0.5, 3: 0.985, 4: 1.97, 5: 3.94, 6: 7.56}


def pcie_gb_s() -> float:
    """Of the link in one direction, as it can be at best; 0 = not known."""
    words = nvidia_smi("--query-gpu=pcie.link.gen.max,pcie.link.width.max", "--format=csv,noheader,nounits").splitlines()
    numbers = re.findall(r"\d+", words[0]) if words else []
    return LANE_GB_S.get(int(numbers[0]), 0) * int(numbers[1]) if len(numbers) == 2 else 0


def number(done: Done, key: str) -> float:
    found = re.match(r"-?[\d.]+", done.said.get(key, ""))
    return float(found[0]) if found else float("nan")


def capture(*words: str) -> Done:
    return run(offstage_words([PROGRAMS / "gpu_capture", *words]), with_fake_cuda(environment()), timeout_s=600)


def observations() -> None:
    if not CUDA_MODULE.exists():
        skip(f"{CUDA_MODULE} is not built: it needs nvcc")
    done = capture("check", str(PLANS))
    key = "observations that differ from glReadPixels and the reference"
    told = done.said.get(key, "not reached")
    check(key, told == f"0 of {PLANS * 4}", told, done.problem())
    check("frames stay on the GPU", done.said.get("way") == "cuda", done.said.get("way", "not told"),
          done.said.get("trouble", ""))
    for key in ("host memory as destination", "a device that is not there"):
        check(key, key in done.said, done.said.get(key, "not told"))
    check("the whole program", done.status == 0, f"exit {done.status}", done.problem())


def frameworks() -> None:
    package, python = BUILD / "python", python_with("pyglet", "numpy")
    if not python or not (package / "offstage").exists():
        skip_row("tensors of Python", "needs pyglet, NumPy and the Python package (python3-dev at build time)")
        return
    env = with_fake_cuda(environment(PYTHONPATH=f"{package}:{os.environ.get('PYTHONPATH', '')}".rstrip(":")))
    done = run(offstage_words([python, "-B", SCRIPT] + (["--by-hand"] if DRY else [])), env, timeout_s=300)
    for name in ("by hand", "torch", "torch on a stream", "cupy", "jax"):
        told = done.said.get(name, "")
        if told == "not installed":
            skip_row(f"frames in {name}", "needs a GPU" if DRY else told)
        elif told or name == "by hand":
            check(f"frames in Python: {name}", told == "ok", told or "not reached", done.problem())


def times() -> None:
    for size, output in (("84x84", "same"), ("640x480", "84x84"), ("640x480", "same"), ("1024x1024", "same")):
        name = f"{size} to " + ("RGB tensor" if output == "same" else f"{output} gray")
        done = capture("time", size, output, str(ROUNDS))
        if not check(f"{name}: measured", done.status == 0, f"exit {done.status}", done.problem()) or DRY:
            continue
        width, height = map(int, size.split("x"))
        back, link = number(done, "read back and upload"), pcie_gb_s()
        share = f"; {2 * width * height * 4 / back / 1e3 / link:.2f} of PCIe at {link:.0f} GB/s" if link else ""
        for key in ("swap alone", "swap to tensor"):
            fact(f"{name}: {key}", done.said.get(key, "not told"))
        fact(f"{name}: read back and upload", done.said.get("read back and upload", "not told") + share)
        added, faster = number(done, "added by the capture"), number(done, "times faster than reading back and uploading")
        if size == "640x480":
            check(f"{name}: added by the capture, at most {ADDED_LIMIT_US:.0f} us", added <= ADDED_LIMIT_US, f"{added:.1f} us")
        if size == "1024x1024":
            check(f"{name}: at least {FASTER_LIMIT} times reading back and uploading", faster >= FASTER_LIMIT, f"{faster:.2f}")


if __name__ == "__main__":
    start(["gpu_capture"])
    run_all([observations, frameworks, times])
