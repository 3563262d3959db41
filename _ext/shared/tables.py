"""Which tables belong to the book. Only these go into what is made from it; what else lies in ``data`` is private.

Somebody's survey or a class list may lie there, too, and must not reach a page, a notebook, a zip or a kit.
"""

import csv
from pathlib import Path

from .source import BOOK

DATA = BOOK / "data"
SHAPE = ["instruments.csv", "items.csv", "codebook.csv", "raw/before.csv", "raw/after.csv"]  # of every study
OWN = [f"ourselves/{name}" for name in ("instruments.csv", "items.csv", "questions.txt")]  # what readers fill in themselves
SHEETS = {".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods", ".sav", ".zip"}  # as tables come from surveys and from classes


def tables(data=DATA):
    """Return the paths of the book's tables.

    Parameters
    ----------
    data : path-like
        The book's folder ``data``.

    Returns
    -------
    list of pathlib.Path
        Sorted: what every study has, and what else the column ``table`` of ``codebook.csv`` names; and of the template
        what every study has.
    """
    data = Path(data)
    with open(data / "codebook.csv", encoding="utf-8-sig", newline="") as file:
        named = {row["table"] for row in csv.DictReader(file)}
    names = {*SHAPE, *named, *(f"template/{name}" for name in SHAPE)}
    return sorted(data / name for name in names if (data / name).is_file())


def others(data=DATA):
    """Return the paths of all other files in the book's folder ``data`` that may hold a table, sorted."""
    found = {path for path in Path(data).rglob("*") if path.suffix.lower() in SHEETS and path.is_file()}
    return sorted(found - set(tables(data)) - {Path(data) / name for name in OWN})


def left_out(data=DATA):
    """Say which files in ``data`` are left out of the book; None if there are none.

    It is no warning for Sphinx, which would end the build: the book is right without these files.
    """
    names = ", ".join(path.relative_to(Path(data).parent).as_posix() for path in others(data))
    if names:
        return (
            f"Not part of the book, and left out of all that is made from it: {names}. What holds people's answers or "
            "names is safer outside the book's folder, for git might publish it. A table of the book needs its rows in "
            "data/codebook.csv."
        )
