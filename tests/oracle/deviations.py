"""What is decided to differ from Xvfb, each with its reason, and what is normalised before the comparison.

A row is (tests, side, regex, replacement, reason). `tests` is a glob over test names, `side` is xvfb, offstage or both.
The regex is applied to each line of the transcript; a line that becomes empty is dropped. `run --raw` leaves all out.
"""

import fnmatch
import re

ROWS = [
    ("xrandr_verbose", "both", r"Timestamp: .*", "Timestamp: t", "a time"),
]


def apply(name, side, lines):
    """The lines of one side with every row that fits applied."""
    if lines is None:
        return None
    for tests, row_side, pattern, replacement, _ in ROWS:
        if not fnmatch.fnmatch(name, tests) or row_side not in (side, "both"):
            continue
        lines = [re.sub(pattern, replacement, line) for line in lines]
        lines = [line for line in lines if line]
    return lines
