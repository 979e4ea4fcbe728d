"""Answers that are decided to differ from Xvfb's, each with its reason.

A row is (cases, ours, reason): `cases` is a glob over FILE:Request/case, `ours` a regex that our whole answer, joined by
" | ", must match from its start. What no row covers must be the same.
"""

import fnmatch
import re

ROWS = [
]


def accepted(case, answers):
    """The reason why an answer that differs is as it should be, or None."""
    text = " | ".join(answers)
    for glob, ours, reason in ROWS:
        if fnmatch.fnmatchcase(case, glob) and re.match(ours, text):
            return reason
    return None
