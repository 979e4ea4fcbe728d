"""The results: one row a program, as text, JSON and Markdown."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from play import Outcome
from table import Program

BEGIN, END = "<!-- tests/compat: begin -->", "<!-- tests/compat: end -->"
ASPECTS = ("runs", "reacts", "resizes", "closes")


@dataclasses.dataclass
class Row:
    name: str
    stack: str
    version: str = ""
    skipped: str = ""  # why it was not run
    ours: dict[str, bool | int | None] = dataclasses.field(default_factory=dict)
    xvfb: dict[str, bool | int | None] = dataclasses.field(default_factory=dict)
    same: str = ""  # "yes", "" (was not compared), or how the pictures differ
    frames: str = ""  # "60/60": as many of the animation's frames are Xvfb's; "" (none was compared)
    frames_trouble: str = ""  # how they differ
    note: str = ""
    trouble: str = ""  # what went wrong under Offstage
    xvfb_trouble: str = ""  # and on Xvfb

    def worse(self) -> list[str]:
        """In what Xvfb is better."""
        found = [aspect for aspect in ASPECTS if self.xvfb.get(aspect) and not self.ours.get(aspect)]
        ours, xvfb = self.ours.get("status"), self.xvfb.get("status")
        if isinstance(xvfb, int) and xvfb < 0:
            xvfb = 128 - xvfb  # a signal, as the launcher tells it
        if self.xvfb.get("closes") and ours not in (0, None, xvfb):
            found.append(f"status {ours}, not {xvfb}")
        return found

    def failed(self) -> bool:
        return not self.skipped and (not self.ours.get("runs") or bool(self.worse()) or self.same not in ("", "yes")
                                     or bool(self.frames_trouble))


def aspects(outcome: Outcome) -> dict[str, bool | int | None]:
    return {name: getattr(outcome, name) for name in (*ASPECTS, "status")}


def mark(value: object) -> str:
    return "–" if value is None else "yes" if value else "**no**"


def cells(row: Row) -> list[str]:
    if row.skipped:
        return [row.name, row.version, row.stack, *["–"] * (len(HEADER) - 4), row.skipped]
    note = "; ".join(filter(None, [row.note, row.trouble, beside(row)]))
    same = "–" if not row.same else row.same if row.same == "yes" else "**no**"
    frames = f"**{row.frames}**" if row.frames_trouble else row.frames or "–"
    return [row.name, row.version, row.stack, *(mark(row.ours.get(a)) for a in ASPECTS), same, frames, note]


def beside(row: Row) -> str:
    """What Xvfb does not do either, or less of."""
    if not row.xvfb:
        return ""
    less = [aspect for aspect in ASPECTS if row.ours.get(aspect) and row.xvfb.get(aspect) is False]
    neither = [a for a in ASPECTS if row.ours.get(a) is False and row.xvfb.get(a) is False]
    why = f" ({row.xvfb_trouble})" if row.xvfb_trouble else ""
    words = [f"under Xvfb, less: {', '.join(less)}{why}"] if less else []
    return "; ".join(words + ([f"under Xvfb neither: {', '.join(neither)}"] if neither else []))


HEADER = ["program", "version", "window stack", "runs", "reacts", "resizes", "closes", "same picture as Xvfb",
          "same frames", "note"]


def markdown(rows: list[Row]) -> str:
    lines = ["| " + " | ".join(HEADER) + " |", "|" + "---|" * len(HEADER)]
    lines += ["| " + " | ".join(cells(row)) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def text(rows: list[Row]) -> str:
    table = [[cell.replace("**", "") for cell in line] for line in [HEADER] + [cells(row) for row in rows]]
    widths = [max(len(line[i]) for line in table) for i in range(len(HEADER) - 1)]
    return "\n".join("  ".join([cell.ljust(width) for cell, width in zip(line, widths)] + [line[-1]]) for line in table)


def summary(rows: list[Row]) -> str:
    run = [row for row in rows if not row.skipped]
    compared = [row for row in run if row.same]
    animated = [row for row in run if row.frames]
    return (f"{len(run)} run, {sum(bool(row.ours.get('runs')) for row in run)} of them with a picture, "
            f"{sum(not row.worse() for row in run)} no worse than under Xvfb; "
            f"{sum(row.same == 'yes' for row in compared)} of {len(compared)} compared pictures and "
            f"{sum(not row.frames_trouble for row in animated)} of {len(animated)} animations equal; "
            f"{len(rows) - len(run)} skipped")


def save(rows: list[Row], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    plain = [dataclasses.asdict(row) for row in rows]
    (folder / "compat.json").write_text(json.dumps(plain, indent=1, ensure_ascii=False))
    (folder / "compat.md").write_text(markdown(rows))


def into_readme(rows: list[Row], readme: Path) -> bool:
    """Replaces what stands between the two marks. False where they are not there."""
    before, found, rest = readme.read_text().partition(BEGIN)
    _, also, after = rest.partition(END)
    if not found or not also:
        return False
    readme.write_text(f"{before}{BEGIN}\n\n{markdown(rows)}\n{END}{after}")  # empty lines, else it is no table
    return True


def load(folder: Path) -> dict[tuple[str, str], Row]:
    """Earlier results, by name and stack."""
    path = folder / "compat.json"
    if not path.exists():
        return {}
    return {(row["name"], row["stack"]): Row(**row) for row in json.loads(path.read_text())}


def blank_row(program: Program, version: str) -> Row:
    return Row(program.name, program.stack, version, note=program.note)
