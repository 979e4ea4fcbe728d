"""The scalar kernels against OpenCV's cvtColor and resize(INTER_AREA): at most one level apart anywhere."""
import sys

try:
    import cv2
except ImportError as error:
    print(f"skipped: no OpenCV for this Python ({error})")
    sys.exit(77)
import numpy as np

from kernels import BILINEAR, HWC, RGB, Kernels, pictures


def resize(picture, size):
    """INTER_AREA of the whole at once where both axes shrink or both grow. Where they differ OpenCV quietly takes two taps
    an axis instead, which is no area resize; so there one axis after the other, in float."""
    (sh, sw), (h, w) = picture.shape[:2], size
    if (h <= sh and w <= sw) or (h >= sh and w >= sw):
        return cv2.resize(picture, (w, h), interpolation=cv2.INTER_AREA).astype(int)
    wide = cv2.resize(picture.astype(np.float32), (w, sh), interpolation=cv2.INTER_AREA)
    return np.rint(cv2.resize(wide, (w, h), interpolation=cv2.INTER_AREA)).astype(int)


def clean(source, output):
    """Which outputs of an axis to compare. Enlarging, OpenCV finds the source pixel by a division in floating point, which at
    whole results at times lands one pixel too low (84 to 600 has such places); those are not ours to match."""
    i = np.arange(output)
    if output <= source:
        return i >= 0
    scale = 1.0 / (output / source)
    return np.floor(i * scale).astype(int) == i * source // output


def sizes(rng, cases):
    yield from [((1, 1), (1, 1)), ((1, 1), (5, 7)), ((9, 4), (1, 1)), ((600, 600), (84, 84)), ((84, 84), (84, 84)),
                ((720, 1280), (84, 84)), ((210, 160), (84, 84)), ((480, 640), (96, 128)), ((84, 84), (600, 600))]
    for _ in range(cases):
        source = tuple(int(v) for v in rng.integers(1, 500, 2))
        kind = rng.random()
        if kind < 0.6:
            yield source, tuple(int(rng.integers(1, v + 1)) for v in source)
        elif kind < 0.8:
            yield source, tuple(int(rng.integers(v, 2 * v + 9)) for v in source)
        else:
            yield source, tuple(int(v) for v in rng.integers(1, 300, 2))


def check(kernels, rng, cases):
    worst = count = 0
    for (sh, sw), (h, w) in sizes(rng, cases):
        gray = kernels.plan(np.empty((sh, sw, 4)), (h, w))
        rgb = kernels.plan(np.empty((sh, sw, 4)), (h, w), color=RGB, layout=HWC)
        for picture in pictures(rng, sh, sw):
            pairs = [(gray(picture)[0], resize(cv2.cvtColor(picture, cv2.COLOR_BGRA2GRAY), (h, w))),
                     (rgb(picture), resize(cv2.cvtColor(picture, cv2.COLOR_BGRA2RGB), (h, w)).reshape(h, w, 3))]
            for ours, theirs in pairs:
                apart = np.abs(ours.astype(int) - theirs)
                difference = int(apart[clean(sh, h)][:, clean(sw, w)].max(initial=0))
                worst, count = max(worst, difference), count + 1
                if difference > 1:
                    print(f"{sw}x{sh} to {w}x{h}, {ours.ndim} dimensions: {difference} levels apart", file=sys.stderr)
                    return False
    print(f"OpenCV {cv2.__version__}, area: {count} comparisons, at most {worst} apart")
    return True


def check_colors(kernels):
    """Every colour there is, at equal sizes: the formula exactly, cvtColor (which has one more bit) within a level."""
    colors = np.arange(1 << 24, dtype=np.uint32).view(np.uint8).reshape(4096, 4096, 4)
    blue, green, red = (colors[..., c].astype(np.int32) for c in range(3))
    ours = kernels.plan(colors, (4096, 4096), backend=kernels.backends()[0])(colors)[0].astype(np.int32)
    if (ours != (4899 * red + 9617 * green + 1868 * blue + 8192 >> 14)).any():
        print("gray at equal sizes is not the formula", file=sys.stderr)
        return False
    apart = np.abs(ours - cv2.cvtColor(colors, cv2.COLOR_BGRA2GRAY))
    print(f"every colour: {np.count_nonzero(apart)} of {apart.size} one level from cvtColor, at most {apart.max()}")
    return apart.max() <= 1


def check_bilinear(kernels, rng, cases):
    for _ in range(cases):
        sh, sw, h, w = (int(v) for v in rng.integers(1, 300, 4))
        picture = rng.integers(0, 256, (sh, sw, 4), np.uint8)
        ours = kernels.plan(picture, (h, w), filter=BILINEAR)(picture)[0].astype(int)
        gray = cv2.cvtColor(picture, cv2.COLOR_BGRA2GRAY).astype(np.float32)
        theirs = cv2.resize(gray, (w, h), interpolation=cv2.INTER_LINEAR)
        if np.abs(ours - theirs).max() > 1.1:
            print(f"bilinear, {sw}x{sh} to {w}x{h}: {np.abs(ours - theirs).max()} apart", file=sys.stderr)
            return False
    return True


def main():
    kernels, rng = Kernels(sys.argv[1]), np.random.default_rng(7)
    cv2.setNumThreads(1)
    return 0 if check(kernels, rng, 250) and check_colors(kernels) and check_bilinear(kernels, rng, 100) else 1


if __name__ == "__main__":
    sys.exit(main())
