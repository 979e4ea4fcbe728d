"""GPU memory: of the first context of a process, of each further one, and of processes side by side; bare EGL beside
Offstage. Facts, read from nvidia-smi: the GPU should be otherwise idle."""

from __future__ import annotations

import subprocess
import time

from gputest import (DRY, PROGRAMS, bare_environment, check, environment, fact, gpu_memory_mib, offstage_words, row, run_all,
                     skip_row, start)


def start_holders(command: list[str], env: dict[str, str], processes: int) -> list[subprocess.Popen]:
    return [subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                             text=True) for _ in range(processes)]


def held_mib(command: list[str], env: dict[str, str], processes: int) -> float | None:
    """MiB that these processes hold together once all have drawn; None if one did not."""
    before = gpu_memory_mib()
    holders = start_holders(command, env, processes)
    try:
        for holder in holders:
            line = next((line for line in holder.stdout if line.startswith(("held: ", "FAIL"))), "")
            if not line.startswith("held: "):
                return None
        after = gpu_memory_mib()
        return 0.0 if before is None or after is None else after - before
    finally:
        for holder in holders:
            holder.stdin.close()
        for holder in holders:
            try:
                holder.wait(60)
            except subprocess.TimeoutExpired:
                holder.kill()
                holder.wait()
            holder.stdout.close()
        time.sleep(0 if DRY else 1)  # the driver frees memory a moment after a process has ended


def contexts() -> None:
    program = str(PROGRAMS / "gpu_facts")
    kinds = {"bare EGL": (lambda n: [program, "--hold", str(n)], bare_environment()),
             "Offstage": (lambda n: offstage_words([program, "--hold", str(n), "--glx"]), environment())}
    for kind, (command, env) in kinds.items():
        one, many = held_mib(command(1), env, 1), held_mib(command(9), env, 1)
        if one is None or many is None:
            row(f"memory, {kind}", "fail", "", "a context of 640x480 could not be had")
            continue
        fact(f"GPU memory, {kind}", f"{one:.0f} MiB for a process with one 640x480 window, "
             f"{(many - one) / 8:.1f} MiB for each further window and context")


def side_by_side() -> None:
    program = str(PROGRAMS / "gpu_facts")
    for processes in (1, 4) if DRY else (1, 4, 16, 64):
        found = held_mib(offstage_words([program, "--hold", "1", "--glx"]), environment(), processes)
        check(f"{processes} processes at once on the GPU", found is not None,
              "" if found is None else f"{found:.0f} MiB together, {found / processes:.0f} each")


if __name__ == "__main__":
    start(["gpu_facts"])
    if not DRY and gpu_memory_mib() is None:
        skip_row("GPU memory", "nvidia-smi does not tell it: figures are 0")
    run_all([contexts, side_by_side])
