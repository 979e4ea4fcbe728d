"""`glmark2 --validate`, or glmark2-es2's, under Offstage: no scene fails, and every scene has the verdict that it has on
Xvfb.

    run_glmark2.py --build BUILD [--program glmark2-es2]
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


def check(build: Path, name: str) -> list[str]:
    with Xvfb() as server:
        expected = verdicts(Program([name, "--validate"], clean_environment(DISPLAY=server.display)))
    program = Program(offstage_command(build, [], [name, "--validate"]), clean_environment())
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
    parser.add_argument("--program", default="glmark2")
    options = parser.parse_args()
    if shutil.which(options.program) is None:
        skip(f"{options.program} is not installed ({options.program}-x11)")
    try:
        failures = check(options.build, options.program)
    except Failure as failure:
        failures = [str(failure)]
    return report(options.program, failures)


if __name__ == "__main__":
    sys.exit(main())
