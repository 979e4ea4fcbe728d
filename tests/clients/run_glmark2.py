"""`glmark2 --validate` under Offstage: no scene fails, and every scene has the verdict that it has on Xvfb.

    run_glmark2.py --build BUILD
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
from pathlib import Path

from harness import Failure, Program, Xvfb, check_stderr, clean_environment, offstage_command, report, skip

VERDICT = re.compile(r"^(\[\w+\].*): Validation: (\w+)")


def verdicts(program: Program) -> dict[str, str]:
    try:
        status = program.finish()
    finally:
        program.kill()
    found = {m[1]: m[2] for line in program.lines if (m := VERDICT.match(line))}
    if status != 0 or not found:
        raise Failure(f"exit status {status}, {len(found)} verdicts, stdout {program.lines[-3:]}, stderr {program.errors}")
    return found


def check(build: Path) -> list[str]:
    with Xvfb() as server:
        expected = verdicts(Program(["glmark2", "--validate"], clean_environment(DISPLAY=server.display)))
    program = Program(offstage_command(build, [], ["glmark2", "--validate"]), clean_environment())
    got = verdicts(program)
    check_stderr(program.errors)
    failures = [f"{scene}: {verdict}, on Xvfb {expected.get(scene)}" for scene, verdict in got.items()
                if verdict != expected.get(scene) or verdict == "Failure"]
    failures += [f"{scene}: not run" for scene in expected.keys() - got.keys()]
    print(f"{list(got.values()).count('Success')} of {len(got)} scenes validated, the others have no reference")
    return failures


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=Path, required=True)
    options = parser.parse_args()
    if shutil.which("glmark2") is None:
        skip("glmark2 is not installed (glmark2-x11)")
    try:
        failures = check(options.build)
    except Failure as failure:
        failures = [str(failure)]
    return report("glmark2", failures)


if __name__ == "__main__":
    sys.exit(main())
