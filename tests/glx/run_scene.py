"""Runs one scene of glx_scenes under the shim and, unless it judges by itself, on Xvfb with Mesa's GLX; what both print
must be the same.

    run_scene.py SCENES LIBOFFSTAGE NAME        prints the difference and exits 1 if there is one
"""

import difflib
import os
import pathlib
import shutil
import subprocess
import sys

TIMEOUT_S = 120


def skip(reason):
    print(reason)
    sys.exit(77)


def run(scenes, name, extra_env, drop=()):
    env = {key: value for key, value in os.environ.items() if key not in drop}
    env.update(extra_env, LIBGL_ALWAYS_SOFTWARE="1")
    return subprocess.run([scenes, name], env=env, capture_output=True, text=True, timeout=TIMEOUT_S)


def run_on_xvfb(scenes, name):
    if not shutil.which("Xvfb"):
        skip("Xvfb is not installed (Debian: xvfb)")
    reader, writer = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1920x1080x24", "-nolisten", "tcp"],
        pass_fds=[writer], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(writer)
    try:
        with os.fdopen(reader) as display:
            number = display.readline().strip()
        if not number:
            skip("Xvfb does not start here")
        return run(scenes, name, {"DISPLAY": ":" + number})
    finally:
        server.terminate()
        server.wait()


def main():
    scenes, library, name = sys.argv[1:]
    listing = subprocess.run([scenes], capture_output=True, text=True, check=True).stdout.splitlines()
    if f"{name}" not in [line.split()[0] for line in listing]:
        sys.exit(f"no scene {name}")
    ours = run(scenes, name, {"LD_PRELOAD": library, "OFFSTAGE_GPU": "software"}, drop=("DISPLAY",))
    if ours.returncode or ours.stderr:
        print(ours.stdout)
        print(ours.stderr)
        sys.exit(f"the scene failed under the shim with status {ours.returncode}")
    expected_file = pathlib.Path(__file__).parent / "expected" / f"{name}.txt"
    if expected_file.exists():
        expected, origin = expected_file.read_text(), expected_file.name
    elif f"{name} own" in listing:
        return
    else:
        oracle = run_on_xvfb(scenes, name)
        if oracle.returncode:
            sys.exit(f"the scene failed on Xvfb with status {oracle.returncode}: {oracle.stderr}")
        expected, origin = oracle.stdout, "Xvfb"
    difference = list(difflib.unified_diff(expected.splitlines(), ours.stdout.splitlines(), origin, "Offstage", lineterm=""))
    if difference:
        print("\n".join(difference))
        sys.exit(1)


main()
