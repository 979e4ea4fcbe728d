"""What liboffstage.so shows and needs. Usage: exports.py LIBRARY FOLDER_OF_STUBS LIST_FILE"""
import pathlib
import re
import subprocess
import sys

library, stubs, list_file = map(pathlib.Path, sys.argv[1:])
failed = False


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def complain(text):
    global failed
    failed = True
    print(text)


def dynamic(path, tag):
    return re.findall(rf"\({tag}\)\s+.*?: \[?([^\]\n]+)", run("readelf", "-dW", str(path)))


listed = {line.strip() for line in list_file.read_text().splitlines() if line.strip() and not line.startswith("#")}
exported = {line.split()[-1].split("@")[0] for line in run("nm", "-D", "--defined-only", str(library)).splitlines()}
for name in sorted(exported - listed):
    complain(f"exported and not in {list_file.name}: {name}")
for name in sorted(listed - exported):
    complain(f"in {list_file.name} and not exported: {name}")

if dynamic(library, "NEEDED") != ["libc.so.6"]:
    complain(f"needs {dynamic(library, 'NEEDED')}, not only libc.so.6")
if dynamic(library, "SONAME") != ["liboffstage.so"]:
    complain(f"SONAME is {dynamic(library, 'SONAME')}")
flags = " ".join(re.findall(r"\(FLAGS(?:_1)?\)\s+(.*)", run("readelf", "-dW", str(library))))
for flag in "BIND_NOW", "SYMBOLIC", "NODELETE":
    if flag not in flags:
        complain(f"flag {flag} is missing: {flags}")
if dynamic(library, "RPATH") or dynamic(library, "RUNPATH"):
    complain("has a search path")

undefined = {line.split()[-1].split("@")[0] for line in run("nm", "-D", "--undefined-only", str(library)).splitlines()}
for name in sorted(undefined & {"exit", "abort", "_exit", "__assert_fail", "raise", "puts", "printf", "stdout",
                                "putchar", "__printf_chk", "signal", "sigaction", "dlopen", "connect",
                                "__tls_get_addr", "system", "popen"}):
    complain(f"calls {name}")

for line in run("readelf", "-lW", str(library)).splitlines():
    fields = line.split()
    if fields and fields[0] == "TLS" and int(fields[5], 16) > 512:
        complain(f"{int(fields[5], 16)} bytes of thread-local storage, 512 at most")
    if fields and fields[0] == "GNU_STACK" and "E" in fields[6]:
        complain("wants an executable stack")

for stub, real in (("libGL.so", "libGL.so.1"), ("libGLX.so", "libGLX.so.0"), ("libOpenGL.so", "libOpenGL.so.0"),
                   ("libEGL.so", "libEGL.so.1"), ("libGLESv2.so", "libGLESv2.so.2"),
                   ("libGLESv1_CM.so", "libGLESv1_CM.so.1")):
    path = stubs / stub
    if dynamic(path, "NEEDED") != ["liboffstage.so", real]:
        complain(f"stub {stub} needs {dynamic(path, 'NEEDED')}")
    if dynamic(path, "SONAME") == [real] or dynamic(path, "RUNPATH"):
        complain(f"stub {stub} can be taken for the real one, or searches for itself")
    if run("nm", "-D", "--defined-only", str(path)).strip():
        complain(f"stub {stub} is not empty")
sys.exit(failed)
