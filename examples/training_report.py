"""What a training shows of itself: a progress bar on stderr, a learning curve and a strip of frames."""

from __future__ import annotations

import sys
import time

import numpy as np
from PIL import Image, ImageDraw, ImageFont

Scores = list[int]

PAPER, INK, FAINT, GRID = (255, 255, 255), (38, 42, 58), (128, 134, 152), (230, 233, 240)
LEARNED, CHANCE, DOT = (58, 96, 216), (214, 92, 74), (176, 194, 242)
OVERSAMPLE = 2  # drawn twice too large and scaled down, which smooths the lines
WINDOW = 100  # games in the running mean


class Progress:
    """A bar on stderr: redrawn in place on a terminal, a line for every tenth elsewhere."""

    def __init__(self, what: str, total: int) -> None:
        self.what, self.total = what, total
        self.terminal = sys.stderr.isatty()
        self.shown_at, self.tenth, self.text = 0.0, -1, ""

    def update(self, done: int, text: str) -> None:
        part = min(1.0, done / self.total)
        filled = round(part * 30)
        self.text = f"{self.what} {'█' * filled}{'░' * (30 - filled)} {part:4.0%}  {text}"
        if self.terminal and time.monotonic() - self.shown_at > 0.1:
            self.shown_at = time.monotonic()
            print(f"\r\033[K{self.text}", end="", file=sys.stderr, flush=True)
        elif not self.terminal and int(part * 10) > self.tenth:
            self.tenth = int(part * 10)
            print(self.text, file=sys.stderr, flush=True)

    def finish(self) -> None:
        if self.terminal:
            print(f"\r\033[K{self.text}", file=sys.stderr)


def error_of_mean(scores: Scores) -> float:
    return float(np.std(scores, ddof=1) / np.sqrt(len(scores))) if len(scores) > 1 else 0.0


def summary(scores: Scores) -> str:
    """Mean with its standard error, and how the games spread."""
    low, middle, high = np.percentile(scores, (10, 50, 90), method="nearest")
    return (f"{np.mean(scores):6.2f} ± {error_of_mean(scores):.2f} rows in a game "
            f"({len(scores)} games; a tenth at most {low}, half {middle}, nine tenths {high})")


def frame_strip(frames: list[tuple[np.ndarray, np.ndarray]], count: int = 8, every: int = 7) -> Image.Image:
    """`count` frames in a row, each above what the agent sees of it. The first, with little to see, are left out."""
    first = max(0, min(24, len(frames) - count * every))
    chosen = frames[first::every][:count]
    height, width = chosen[0][0].shape[:2]
    gap = 8
    strip = Image.new("RGB", (len(chosen) * (width + gap) + gap, 2 * height + 3 * gap), INK)
    for i, (shown, seen) in enumerate(chosen):
        left = gap + i * (width + gap)
        strip.paste(Image.fromarray(shown), (left, gap))
        strip.paste(Image.fromarray(seen).resize((width, height), Image.Resampling.NEAREST), (left, height + 2 * gap))
    return strip


class Axes:
    """The frame of a diagram: places for values, a grid with round numbers, names for both axes."""

    def __init__(self, size: tuple[int, int], steps: int, highest: float) -> None:
        self.image = Image.new("RGB", (size[0] * OVERSAMPLE, size[1] * OVERSAMPLE), PAPER)
        self.draw = ImageDraw.Draw(self.image)
        self.left, self.top, self.right, self.bottom = 64, 76, size[0] - 108, size[1] - 60
        self.x_step, self.y_step = self.round_step(steps, 6), self.round_step(highest, 6)
        self.steps = np.ceil(steps / self.x_step * 10) * self.x_step / 10
        self.highest = np.ceil(highest / self.y_step) * self.y_step

    @staticmethod
    def round_step(span: float, parts: int) -> float:
        """1, 2 or 5 times a power of ten, so that about `parts` of them make up the span."""
        rough = max(span, 1) / parts
        power = 10.0 ** np.floor(np.log10(rough))
        return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)

    def place(self, step: float, score: float) -> tuple[float, float]:
        x = self.left + (self.right - self.left) * step / self.steps
        y = self.bottom - (self.bottom - self.top) * min(score, self.highest) / self.highest
        return x * OVERSAMPLE, y * OVERSAMPLE

    def text(self, x: float, y: float, text: str, size: int, color: tuple[int, int, int], anchor: str) -> None:
        font = ImageFont.load_default(size * OVERSAMPLE)
        self.draw.text((x * OVERSAMPLE, y * OVERSAMPLE), text, font=font, fill=color, anchor=anchor)

    def grid(self) -> None:
        for score in np.arange(0, self.highest + self.y_step / 2, self.y_step):
            (x, y), (end, _) = self.place(0, score), self.place(self.steps, score)
            self.draw.line((x, y, end, y), fill=GRID if score else FAINT, width=OVERSAMPLE)
            self.text(self.left - 10, y / OVERSAMPLE, f"{score:g}", 13, FAINT, "rm")
        for step in np.arange(0, self.steps * 1.0001, self.x_step):
            x, y = self.place(step, 0)
            self.draw.line((x, y, x, y + 5 * OVERSAMPLE), fill=FAINT, width=OVERSAMPLE)
            label = f"{step / 1000:g}k" if step >= 1000 else f"{step:g}"
            self.text(x / OVERSAMPLE, self.bottom + 10, label, 13, FAINT, "mt")
        middle = (self.left + self.right) / 2
        self.text(middle, self.bottom + 34, "steps of training, all windows together", 13, FAINT, "mt")

    def line(self, points: list[tuple[float, float]], color: tuple[int, int, int], width: float) -> None:
        self.draw.line(points, fill=color, width=round(width * OVERSAMPLE), joint="curve")

    def dashes(self, score: float, color: tuple[int, int, int]) -> None:
        (x, y), (end, _) = self.place(0, score), self.place(self.steps, score)
        for start in np.arange(x, end, 10 * OVERSAMPLE):
            self.draw.line((start, y, min(start + 6 * OVERSAMPLE, end), y), fill=color, width=2 * OVERSAMPLE)

    def result(self, scores: Scores, name: str, color: tuple[int, int, int]) -> None:
        """A mark beside the diagram: the mean of an evaluation, and a bar of two standard errors to both sides."""
        mean, error = float(np.mean(scores)), 2 * error_of_mean(scores)
        x = (self.right + 18) * OVERSAMPLE
        low, middle, high = (self.place(0, max(score, 0))[1] for score in (mean - error, mean, mean + error))
        self.draw.line((x, low, x, high), fill=color, width=2 * OVERSAMPLE)
        r = 5 * OVERSAMPLE
        self.draw.ellipse((x - r, middle - r, x + r, middle + r), fill=color)
        self.text(self.right + 32, middle / OVERSAMPLE - 1, f"{mean:.{2 if mean < 1 else 1}f}", 17, color, "lb")
        self.text(self.right + 32, middle / OVERSAMPLE + 2, name, 13, color, "lt")


def learning_curve(history: list[tuple[int, int]], chance: Scores, trained: Scores,
                   title: str = "Brick Dodge, learned from pixels", size: tuple[int, int] = (900, 500)) -> Image.Image:
    """The running mean over the games of the training, each game as a dot, and both evaluations at the right.

    Args:
        history: (step, score) of each game, in the order in which they ended
        chance, trained: scores in games held out, of an agent that acts by chance and of the trained one
    """
    steps = np.array([step for step, _ in history] or [0])
    scores = np.array([score for _, score in history] or [0], float)
    sums = np.concatenate([[0], np.cumsum(scores)])
    ends = np.arange(1, len(scores) + 1)
    starts = np.maximum(0, ends - WINDOW)
    means = (sums[ends] - sums[starts]) / (ends - starts)
    highest = max(np.percentile(scores, 99), means.max(), np.mean(trained) + 2 * error_of_mean(trained), 1)

    axes = Axes(size, max(int(steps[-1]), 1), float(highest))
    axes.grid()
    jitter = np.random.default_rng(0).uniform(-0.3, 0.3, len(scores))
    for step, score, shift in zip(steps, scores, jitter):
        if score <= axes.highest:
            x, y = axes.place(step, max(score + shift, 0))
            axes.draw.ellipse((x - 2, y - 2, x + 2, y + 2), fill=DOT)
    axes.dashes(float(np.mean(chance)), CHANCE)
    shown = range(min(20, len(means)) - 1, len(means))  # a mean of few games says nothing
    axes.line([axes.place(steps[i], means[i]) for i in shown], LEARNED, 3)
    axes.result(chance, "by chance", CHANCE)
    axes.result(trained, "trained", LEARNED)
    axes.text(axes.left, 22, title, 21, INK, "lt")
    axes.text(axes.left, 50, f"rows passed in a game: each game, and the mean of the last {WINDOW}", 13, FAINT, "lt")
    image = axes.image.resize(size, Image.Resampling.LANCZOS)
    return image.quantize(128, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
