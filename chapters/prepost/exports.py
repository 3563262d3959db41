"""The exports of a study: which of them, of their rows or of their columns is the first survey, and which the second."""

import re
import warnings
from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd

from .codes import canonical
from .drafting import ADDED
from .files import ANSWERS, TABLES, WAVES
from .reading import plain, shown

FIRST = {
    "before",
    "pre",
    "baseline",
    "t1",
    "time1",
    "first",
    "wave1",
    "then",
    "pretest",
    "vorher",
    "vor",
    "avant",
    "antes",
    "start",
}
SECOND = {
    "after",
    "post",
    "follow up",
    "followup",
    "t2",
    "time2",
    "second",
    "wave2",
    "now",
    "posttest",
    "nachher",
    "nach",
    "après",
    "después",
    "end",
}
DATES = ["enddate", "end date", "submitdate", "completion time", "date submitted", "timestamp", "recordeddate", "datestamp"]


def files_of(files):
    if isinstance(files, dict):
        return files
    path = Path(files)
    if path.is_file():
        return {path.name: path.read_bytes()}
    if not path.is_dir():
        return {}
    inside = [file for file in sorted(path.rglob("*")) if file.is_file() and file.suffix.lower() in
              (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".xlsm", ".sav", ".ods", ".tab")]  # fmt: skip
    raw = [file for file in inside if file.parent == path / "raw"]
    top = [file for file in inside if file.parent == path]
    if len(raw) > 1:  # a study folder: the exports are in raw, the description beside it
        top = [file for file in top if plain(file.stem) in {*TABLES, ANSWERS}]
    return {file.relative_to(path).as_posix(): file.read_bytes() for file in [*top, *raw]}


def wave_of(text):
    words = re.split(r"[\W_]+", plain(text))
    joined = plain(text).replace("-", " ").replace("_", " ")
    first, second = (
        any(word in names for word in words) or any(f" {name} " in f" {joined} " for name in names if " " in name)
        for names in (FIRST, SECOND)
    )
    return "" if first == second else "before" if first else "after"


def time_column(export):
    """Return the column that says which survey a row belongs to, if there is one."""
    for name in export.header:
        values = {shown(cell) for cell in export.column(name)} - {""}
        told = plain(name) in {
            "redcap_event_name",
            "redcap_repeat_instance",
            "repeat instance",
            "event name",
            "time",
            "timepoint",
            "time point",
            "wave",
            "survey",
            "event",
            "phase",
            "occasion",
            "prepost",
            "pre/post",
            "visit",
        }
        if 2 <= len(values) <= 6 and (told or {wave_of(value) for value in values} >= set(WAVES) and len(values) <= 4):
            return name
    return None


def halves(header):
    """Return, for questions that stand in two columns, {question: (first, second)}."""
    stems = defaultdict(dict)
    for name in header:
        if plain(name) in ADDED:
            continue  # a start and an end date are no two answers
        inside = re.search(r"[\[(]([^\[\]()]*)[\])]", name)
        if inside and wave_of(inside[1]) and shown(name.replace(inside[0], "")):
            stems[plain(name.replace(inside[0], ""))].setdefault(wave_of(inside[1]), name)
            continue
        words = re.findall(r"[^\W_]+|[\W_]+", plain(name))
        for place in (0, -1, 1, -2):
            if len(words) > abs(place) and wave_of(words[place]):
                rest = [word for number, word in enumerate(words) if number != place % len(words)]
                stem = re.sub(r"^[\W_]+|[\W_]+$", "", "".join(rest))
                if stem:
                    stems[stem].setdefault(wave_of(words[place]), name)
                break
    return {stem: (sides["before"], sides["after"]) for stem, sides in stems.items() if len(sides) == 2}


def days(export):
    """Return the first and the last date of an export, if its dates can be told: in each way in which they may be read."""
    column = next((name for wanted in DATES for name in export.header if plain(name) == wanted), None)
    cells = pd.Series([shown(cell) for cell in export.column(column)] if column else [], dtype=str)
    cells = cells.str.replace(r"\s*(GMT|UTC)([+-]\d+)?$", "", regex=True)
    found = []
    for how in ({"format": "ISO8601"}, {"format": "mixed"}, {"format": "mixed", "dayfirst": True}):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a day stands first, or does not
            dates = pd.to_datetime(cells, errors="coerce", utc=True, **how)
        if len(dates) and dates.notna().all():
            found.append((dates.min(), dates.max()))
            if how["format"] == "ISO8601":
                break
    return found


def dated(export):
    column = next((name for wanted in DATES for name in export.header if plain(name) == wanted), None)
    cells = sorted(filter(None, map(shown, export.column(column)))) if column else []
    return f", {cells[0]} to {cells[-1]}" if cells else ""


def like_a_code(export, name):
    cells = [canonical(cell) for cell in export.column(name) if shown(cell)]
    if not cells or plain(name) in ADDED:
        return 0
    words = {"code", "id", "pseudonym", "identifier", "participant", "record_id", "student"} & set(
        re.split(r"\W+", plain(name))
    )
    short = np.mean([2 <= len(cell) <= 20 for cell in cells])
    return len(set(cells)) / len(cells) * short + bool(words)
