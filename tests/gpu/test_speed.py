"""Frames per second of Offstage against bare EGL on the GPU, by bench/run: triangle 84x84, gears 300x300 and 600x600,
with every frame finished, interleaved (on a GPU 0.95 of bare EGL passes); an Arcade scene against pyglet's headless mode;
and 1 to 64 processes side by side."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from gputest import BUILD, DRY, OUT, ROOT, bare_environment, check, fact, run, run_all, scratch, skip, start

LIMIT = 0.95


def frames() -> None:
    bench = ROOT / "bench" / "run"
    if not bench.exists() or not (BUILD / "bench" / "bench_glx").exists():
        skip("bench/run or its programs are not built")
    results = Path(OUT) if OUT else scratch()
    for group in ("frames", "readback", "python", "parallel"):
        file = results / f"bench-{group}.json"
        words = [sys.executable, bench, "--build", BUILD, "--gpu", "software" if DRY else "hardware", "--only", group,
                 "--json", file, "--force"]
        words += ["--smoke"] if DRY else ["--rounds", "9"]
        done = run(words, bare_environment(), timeout_s=400)
        if not file.exists():
            check(f"bench/run --only {group}", False, f"exit {done.status}",
                  " / ".join(done.lines[-2:] + done.errors[-3:]))
            continue
        record = json.loads(file.read_text())
        cases = [case for case in record["cases"] if case["unit"] == "frames/s" and "offstage" in case["contestants"]]
        for case in cases:
            told(group, case)
        if not cases or record.get("failed"):
            check(f"bench/run --only {group}: every case was measured", False, f"{len(cases)} cases",
                  str(record.get("failed") or done.lines[-3:])[:400])


def told(group: str, case: dict) -> None:
    figures = {who: found["median"] for who, found in case["contestants"].items()}
    ratio = case["contestants"]["offstage"].get("ratio_to_egl", {}).get("median")
    text = ", ".join(f"{who} {figure:,.0f}" for who, figure in figures.items())
    if group == "frames" and ratio is not None and not DRY:
        check(f"{group} {case['name']}: at least {LIMIT} of bare EGL", ratio >= LIMIT, f"{ratio:.3f}", f"frames/s: {text}")
    else:
        fact(f"{group} {case['name']}", "no ratio" if ratio is None else f"{ratio:.3f} of bare EGL", f"frames/s: {text}")


if __name__ == "__main__":
    start()
    run_all([frames])
