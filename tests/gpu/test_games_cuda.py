"""Brick games that fill one batch in CUDA memory, against the same games with the batch in host memory: bit for bit,
and what each game takes of the GPU's memory."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from gputest import (BUILD, CUDA_MODULE, DRY, ROOT, check, environment, fact, gpu_memory_mib, python_with, run, run_all,
                     skip, start)

COUNT, STEPS = 4, 60


def play(device: str) -> None:
    """In a process of its own, the learner. Prints a line of JSON: a digest of each batch, and the memory in use."""
    import hashlib

    import numpy as np
    import offstage

    examples = ROOT / "examples"
    before = gpu_memory_mib()
    env = offstage.GameVectorEnv(
        [sys.executable, str(examples / "brick_dodge.py")], COUNT, actions=[None, "Left", "Right"],
        observation={"size": (84, 84), "stack": 4, "device": device}, hook=str(examples / "brick_hook.py"),
        reset="hook", timeout=120.0)
    random = np.random.default_rng(1)
    digests, used = [], None
    batch = env.reset(seed=1)[0]
    for _ in range(STEPS):
        digests.append(hashlib.sha256(batch.tobytes()).hexdigest())
        batch = env.step(random.integers(0, 3, COUNT))[0]
    if before is not None:
        used = gpu_memory_mib() - before
    print(json.dumps({"digests": digests, "used_mib": used, "where": getattr(batch, "device", "cpu")}))
    env.close()


def learner(python: str, device: str) -> dict:
    done = run([python, Path(__file__).resolve(), "--play", device], environment(PYTHONPATH=str(BUILD / "python")))
    lines = [line for line in done.lines if line.startswith("{")]
    return json.loads(lines[-1]) if done.status == 0 and lines else {"problem": done.problem() or f"exit {done.status}"}


def games() -> None:
    python = python_with("arcade", "gymnasium", "numpy")
    if not python:
        skip("no Python here has arcade and gymnasium")
    on_cpu, on_cuda = learner(python, "cpu"), learner(python, "cuda")
    if not check("games in CUDA memory: they play", "problem" not in on_cuda, on_cuda.get("where", ""),
                 on_cuda.get("problem", "")):
        return
    expected, actual = on_cpu.get("digests", []), on_cuda["digests"]
    different = sum(left != right for left, right in zip(expected, actual))
    check("games in CUDA memory: as in host memory", len(expected) == STEPS and not different,
          f"{different} of {STEPS} batches differ", on_cpu.get("problem", ""))
    for name, told in (("host", on_cpu), ("CUDA", on_cuda)):
        if told.get("used_mib") is not None:
            fact(f"GPU memory of a brick game, observations in {name} memory", f"{told['used_mib'] / COUNT:.0f} MiB")


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "--play":
        play(sys.argv[2])
        sys.exit(0)
    start()
    if DRY:
        skip("needs a GPU")
    if not CUDA_MODULE.exists():
        fact("the module for CUDA", "not built: frames become observations on the processor")
    run_all([games])
