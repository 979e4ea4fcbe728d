"""The scalar kernels against the same resampling written down in double precision, by weights and matrices, and against
plan.h's integer definition, bit for bit."""
import math
import sys

import numpy as np

from kernels import AREA, BFLOAT16, BILINEAR, FLOAT16, FLOAT32, HWC, NEAREST, RGB, Kernels, pictures

# Two roundings down to 1/128 of a level come before the last rounding to a half.
TOLERANCE = 0.5 + 2 / 128 + 1e-6


def weights(name, source, output):
    """The matrix, output by source, that resamples one axis."""
    matrix = np.zeros((output, source))
    for i in range(output):
        if name == AREA:
            left, right = i * source / output, (i + 1) * source / output
            for p in range(int(left), min(source, int(np.ceil(right)))):
                matrix[i, p] = max(0.0, min(right, p + 1) - max(left, p))
        elif name == BILINEAR:
            centre = (i + 0.5) * source / output - 0.5
            p = int(np.floor(centre))
            matrix[i, min(max(p, 0), source - 1)] += 1 - (centre - p)
            matrix[i, min(max(p + 1, 0), source - 1)] += centre - p
        else:
            matrix[i, i * source // output] = 1
    return matrix / matrix.sum(1, keepdims=True)


def whole_weights(name, source, output):
    """The same as whole numbers, and their total."""
    common = math.gcd(source, output)
    total = {AREA: source // common, BILINEAR: 2 * output // common, NEAREST: 1}[name]
    return np.rint(weights(name, source, output) * total).astype(np.int64), total


def defined(rows, columns, picture):
    """plan.h's steps 1 to 5: gray and RGB levels."""
    (wy, ty), (wx, tx) = rows, columns
    sums = [wy @ picture[..., c].astype(np.int64) for c in range(3)]
    if ty <= 257:
        a = max(a for a in range(9) if ty << a <= 257)
        n = [(v << a) * -(-2**23 // (ty << a)) >> 16 for v in sums]
    else:
        n = [v * -(-2**39 // ty) >> 32 for v in sums]
    planes = [4899 * n[2] + 9617 * n[1] + 1868 * n[0] >> 14, n[2], n[1], n[0]]
    levels = [(plane @ wx.T + 64 * tx) // (128 * tx) for plane in planes]
    return levels[0], np.stack(levels[1:], 2)


def check_resampling(kernels, rng, cases):
    worst = 0.0
    for _ in range(cases):
        sh, sw, h, w = (int(rng.integers(1, limit)) for limit in (340, 340, 120, 120))
        if rng.random() < 0.3:
            h, w = int(rng.integers(1, 2 * sh + 1)), int(rng.integers(1, 2 * sw + 1))
        if rng.random() < 0.1:
            h, w = sh, sw
        name = int(rng.choice([AREA, AREA, BILINEAR, NEAREST]))
        rows, columns = weights(name, sh, h), weights(name, sw, w)
        whole = whole_weights(name, sh, h), whole_weights(name, sw, w)
        gray = kernels.plan(np.empty((sh, sw, 4)), (h, w), filter=name)
        rgb = kernels.plan(np.empty((sh, sw, 4)), (h, w), filter=name, color=RGB, layout=HWC)
        for picture in pictures(rng, sh, sw):
            blue, green, red = (rows @ picture[..., c].astype(float) @ columns.T for c in range(3))
            level = (4899 * red + 9617 * green + 1868 * blue) / 16384
            error = max(np.abs(gray(picture)[0] - level).max(),
                        np.abs(rgb(picture) - np.stack([red, green, blue], 2)).max())
            worst = max(worst, error)
            exact_gray, exact_rgb = defined(*whole, picture)
            if (exact_gray != gray(picture)[0]).any() or (exact_rgb != rgb(picture)).any():
                print(f"{sw}x{sh} to {w}x{h}, filter {name}: not what plan.h defines", file=sys.stderr)
                return False
            if error > TOLERANCE:
                print(f"{sw}x{sh} to {w}x{h}, filter {name}: {error:.4f} levels off", file=sys.stderr)
                return False
    print(f"resampling: {cases} sizes, four pictures each; at most {worst:.4f} levels off before rounding")
    return True


def nearest_bfloat16(values):
    """Bits of the nearest bfloat16: of the two candidates the nearer one, of equals the even one."""
    down = values.astype(np.float32).view(np.uint32) >> 16
    below, above = ((down + k << 16).astype(np.uint32).view(np.float32).astype(float) for k in (0, 1))
    to_below, to_above = np.abs(values.astype(float) - below), np.abs(above - values.astype(float))
    up = (to_above < to_below) | ((to_above == to_below) & (down % 2 == 1))
    return (down + up).astype(np.uint16)


def check_types(kernels, rng):
    levels = np.repeat(np.arange(256, dtype=np.uint8).reshape(16, 16, 1), 4, 2)
    numbers = [(0.0, 0.0), (1.0, 0.0), (1 / 255, 0.0), (2 / 255, -1.0), (1e-7, 3e-8), (3e-10, -1e-7), (1e4, -3.5),
               (257.0, 0.25), (-0.013, 7.0), (300.0, 1.0)] + [tuple(rng.normal(0, 0.1, 2)) for _ in range(200)]
    for scale, offset in numbers:
        scale, offset = np.float32(scale), np.float32(offset)
        values = np.arange(256, dtype=np.float32).reshape(1, 16, 16) * (scale if scale or offset else np.float32(1)) + offset
        with np.errstate(over="ignore"):
            wanted = {FLOAT32: values.view(np.uint32), FLOAT16: values.astype(np.float16).view(np.uint16),
                      BFLOAT16: nearest_bfloat16(values)}
        for dtype, bits in wanted.items():
            got = kernels.plan(levels, (16, 16), dtype=dtype, scale=scale, offset=offset)(levels)
            got = got.view(np.uint32 if dtype == FLOAT32 else np.uint16)
            if (got != bits).any():
                v = int(np.argmax((got != bits).ravel()))
                print(f"dtype {dtype}, {v} * {scale!r} + {offset!r}: {got.ravel()[v]:#x}, not {bits.ravel()[v]:#x}",
                      file=sys.stderr)
                return False
    print(f"types: {len(numbers)} pairs of scale and offset, every level")
    return True


def main():
    kernels, rng = Kernels(sys.argv[1]), np.random.default_rng(20250117)
    return 0 if check_resampling(kernels, rng, 50) and check_types(kernels, rng) else 1


if __name__ == "__main__":
    sys.exit(main())
