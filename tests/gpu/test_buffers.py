"""What NVIDIA's pbuffers are when asked with bare EGL (facts, printed), what a swap costs, and eglTerminate."""

from __future__ import annotations

from gputest import (DRY, PROGRAMS, bare_environment, check, fact, offstage, on_gpu, run, run_all, start)

FACTS = ("GL_DOUBLEBUFFER", "default GL_DRAW_BUFFER", "default GL_READ_BUFFER", "GL_FRONT by name", "GL_BACK by name",
         "GL_FRONT_LEFT by name", "GL_BACK_LEFT by name", "GL_FRONT_AND_BACK by name", "GL_LEFT by name",
         "surface EGL_RENDER_BUFFER", "context EGL_RENDER_BUFFER", "EGL_SWAP_BEHAVIOR", "red drawn to the back",
         "after eglSwapBuffers", "green drawn to the front", "front and back", "eglSwapBuffers", "separate read surface",
         "blit between pbuffers", "2 samples", "4 samples", "8 samples", "16 samples")
# Of the display: what the design builds on where it is there.
EXTENSIONS = ("EGL_KHR_display_reference", "EGL_KHR_no_config_context", "EGL_KHR_create_context",
              "EGL_KHR_create_context_no_error", "EGL_KHR_context_flush_control", "EGL_KHR_gl_colorspace",
              "EGL_KHR_surfaceless_context", "EGL_EXT_create_context_robustness")


def facts() -> None:
    done = run([PROGRAMS / "gpu_facts"], bare_environment())
    said = done.said
    renderer = said.get("GL renderer", "")
    check("bare EGL draws on the GPU", on_gpu(renderer), renderer or "nothing", done.problem(), gpu_only=True)
    fact("bare EGL", said.get("EGL vendor", "none"), f"EGL {said.get('EGL version')}, GL {said.get('GL version')}")
    for key in FACTS:
        fact(f"bare pbuffer: {key}", said.get(key, "not told"))
    words = (said.get("display extensions", "") + " " + said.get("client extensions", "")).split()
    for name in EXTENSIONS:
        fact(f"bare EGL: {name}", "yes" if name in words else "no")
    fact("bare EGL: all extensions of the display", said.get("display extensions", "none"))
    blit = said.get("blit between pbuffers", "")
    check("draw and read surfaces may differ, and a blit goes between them", "ff0000 (" in blit and blit.endswith("0x0"),
          blit, "the swap-time copy needs it")


def terminate() -> None:
    done = offstage([PROGRAMS / "gpu_terminate"])
    check("eglTerminate by the application leaves its GLX contexts alone", done.status == 0,
          f"{done.said.get('displays terminated', 'no')} displays, twice", done.problem())


def swap_cost() -> None:
    done = offstage([PROGRAMS / "gpu_swap_cost", "20" if DRY else "1000"])
    check("frames with and without a kept front buffer", done.status == 0, "", done.problem())
    for size in ("84x84", "640x480", "1024x1024", "1920x1080"):
        fact(f"frame of {size}", done.said.get(size, "not told"))


if __name__ == "__main__":
    start(["gpu_facts", "gpu_terminate", "gpu_swap_cost"])
    run_all([facts, terminate, swap_cost])
