"""Brick games that fill one batch in CUDA memory, against the same games with the batch in host memory: bit for bit,
what each game takes of the GPU's memory, and what limits 16 of them: the processor's cores or the GPU."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from gputest import (BUILD, CUDA_MODULE, DRY, ROOT, check, environment, fact, gpu_memory_mib, nvidia_smi, python_with, run,
                     run_all, skip, start)

COUNT, STEPS = 4, 60
MANY, MANY_STEPS, WARM = 16, 1500, 200


def cores_busy_s() -> float:
    """Seconds that this machine's processor cores have worked, all together."""
    ticks = [int(word) for word in open("/proc/stat").readline().split()[1:9]]
    return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")


def play(device: str, count: int, steps: int) -> None:
    """In a process of its own, the learner. Prints a line of JSON: a digest of each batch of a short run, the memory in
    use, and of a long one the rate and how busy the cores and the GPU were."""
    import hashlib

    import numpy as np
    import offstage

    examples = ROOT / "examples"
    before = gpu_memory_mib()
    env = offstage.GameVectorEnv(
        [sys.executable, str(examples / "brick_dodge.py")], count, actions=[None, "Left", "Right"],
        observation={"size": (84, 84), "stack": 4, "device": device}, hook=str(examples / "brick_hook.py"),
        reset="hook", timeout=120.0)
    random = np.random.default_rng(1)
    digests, told = [], {}
    batch = env.reset(seed=1)[0]
    for step in range(steps):
        if step == WARM:
            wall, busy = time.monotonic(), cores_busy_s()
        if steps == STEPS:
            digests.append(hashlib.sha256(batch.tobytes()).hexdigest())
        elif step == (WARM + steps) // 2:
            gpu = nvidia_smi("--query-gpu=utilization.gpu", "--format=csv,noheader,nounits").split()
            told["gpu_share"] = float(gpu[0]) / 100 if gpu and gpu[0].isdigit() else None
        batch = env.step(random.integers(0, 3, count))[0]
    if steps > WARM:
        wall, busy = time.monotonic() - wall, cores_busy_s() - busy
        told.update(steps_per_s=(steps - WARM) * count / wall, cores=os.cpu_count(), core_share=busy / wall / os.cpu_count())
    told["used_mib"] = gpu_memory_mib() - before if before is not None else None
    print(json.dumps({"digests": digests, "where": getattr(batch, "device", "cpu"), **told}))
    env.close()


def learner(python: str, device: str, count: int = COUNT, steps: int = STEPS) -> dict:
    done = run([python, Path(__file__).resolve(), "--play", device, str(count), str(steps)],
               environment(PYTHONPATH=f"{BUILD / 'python'}:{os.environ.get('PYTHONPATH', '')}".rstrip(":")), timeout_s=400)
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


def sixteen() -> None:
    """The issue of many games on one GPU: it should be the cores that are full, not the way of the frames."""
    python = python_with("arcade", "gymnasium", "numpy")
    for device in ("cpu", "cuda"):
        told = learner(python, device, MANY, MANY_STEPS)
        name = f"{MANY} brick games, observations in {'CUDA' if device == 'cuda' else 'host'} memory"
        if not check(f"{name}: they play", "problem" not in told, told.get("where", ""), told.get("problem", "")):
            continue
        gpu = told.get("gpu_share")
        fact(name, f"{told['steps_per_s']:,.0f} steps/s", f"{told['core_share']:.0%} of {told['cores']} cores busy"
             + (f", GPU {gpu:.0%}" if gpu is not None else ""))
        if device == "cuda" and gpu is not None:
            check(f"{name}: the cores are fuller than the GPU", told["core_share"] > gpu, "",
                  f"cores {told['core_share']:.0%}, GPU {gpu:.0%}")


if __name__ == "__main__":
    if len(sys.argv) == 5 and sys.argv[1] == "--play":
        play(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
        sys.exit(0)
    start()
    if DRY:
        skip("needs a GPU")
    if not CUDA_MODULE.exists():
        fact("the module for CUDA", "not built: frames become observations on the processor")
    run_all([games, sixteen])
