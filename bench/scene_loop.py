"""What loop.c is for the C scenes, for the Python ones: a first frame, then slices of frames on command."""
import ctypes
import json
import sys
import time


def serve(api, draw, flip):
    """draw() draws a frame, flip() presents it; each frame is then finished with glFinish."""
    from pyglet import gl

    def one_frame():
        draw()
        flip()
        gl.glFinish()

    def text(name):
        return ctypes.cast(gl.glGetString(name), ctypes.c_char_p).value.decode()

    one_frame()
    answer({"first_ns": time.monotonic_ns(), "api": api, "device": api, "renderer": text(gl.GL_RENDERER),
            "version": text(gl.GL_VERSION), "config": "pyglet"})
    for line in sys.stdin:
        words = line.split()
        if not words or words[0] != "run":
            break
        answer(slice_of_frames(one_frame, int(words[1])))


def slice_of_frames(one_frame, ms):
    """Calls one_frame() for ms milliseconds; what a slice answers."""
    times_ns = []
    cpu_ns, start = time.process_time_ns(), time.monotonic_ns()
    last, end = start, start + ms * 1_000_000
    while last < end:
        one_frame()
        now = time.monotonic_ns()
        times_ns.append(now - last)
        last = now
    cpu_ns = time.process_time_ns() - cpu_ns
    times_ns.sort()
    return {"frames": len(times_ns), "ns": last - start, "p50_ns": times_ns[len(times_ns) // 2],
            "p95_ns": times_ns[len(times_ns) * 95 // 100], "cpu_ns": cpu_ns}


def answer(record):
    print(json.dumps(record), flush=True)
