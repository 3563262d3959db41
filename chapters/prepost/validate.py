"""What is wrong with a study folder: everything, at once, each problem with its file, row and column."""

import collections
import difflib
import re
from pathlib import Path

import pandas as pd

from .files import DATA, WAVES, read

RULED = {  # columns that `link` reads: what each cell must look like
    "Finished": ("(?i)true|false|1|0", "True or False"),
    "EndDate": (r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?Z?", "a date such as 2025-01-31 14:05:00"),
}
COLUMNS = {
    "instruments.csv": ["instrument", "name", "lowest", "highest", "labels", "higher_means", "max_skipped"],
    "items.csv": ["item", "instrument", "wording", "reversed"],
    "codebook.csv": ["table", "variable", "label", "type", "values", "unit", "missing", "scoring"],
}


def validate(folder=DATA):
    """Check a study folder and report everything that is wrong with it, at once.

    The folder holds ``instruments.csv``, ``items.csv``, ``codebook.csv`` and the two survey exports
    ``raw/before.csv`` and ``raw/after.csv``. An export has one header row, or three as survey platforms write them
    (names, question texts, import ids); one row per submission; a column ``code``; one column per item with the
    label or the number of the answer, empty if skipped; other columns only if the codebook lists them. Columns
    ``Finished`` and ``EndDate``, if there, hold True or False and a date with time, as `link` needs them.
    Nothing is changed, dropped or repaired: what to do about a problem is the analyst's decision.

    Parameters
    ----------
    folder : path-like, optional
        The study folder. Default: the book's own ``data``.

    Returns
    -------
    pandas.DataFrame
        One row per problem: ``file``, ``row`` (as a spreadsheet numbers it; 0 for the whole file), ``column``,
        ``found``, ``expected``. Empty if all is well.
    """
    folder, problems = Path(folder), []

    def report(file, row, column, found, expected):
        # a column that the file lacks is one problem, not another one in each row
        if not any(p[0] == file and p[2] == column and p[3].startswith("no such column") for p in problems):
            problems.append((file, row, column, found, expected))

    tables = {file: read(folder, file, report) for file in COLUMNS}
    for file, (header, _) in tables.items():
        if header:
            _check_header(file, header, COLUMNS[file], COLUMNS[file], report)
    instruments = _check_instruments(tables["instruments.csv"][1], report)
    items = _check_items(tables["items.csv"][1], instruments, report)
    rows_of = {}
    for wave in WAVES:
        file = f"raw/{wave}.csv"
        others = {row.get("variable") for _, row in tables["codebook.csv"][1] if row.get("table") == file}
        header, rows = read(folder, file, report)
        if header:
            known = {"code", *items, *others} if items else header
            _check_header(file, header, ["code", *items], known, report)
            rows_of[file] = _check_answers(file, rows, items, report)
    if len(rows_of) == 2 and all(rows_of.values()):
        for file, other in (WAVES, WAVES[::-1]):
            file, other = f"raw/{file}.csv", f"raw/{other}.csv"
            for code, row in rows_of[file].items():
                if code not in rows_of[other]:
                    report(file, row, "code", code, f"the same code in {other}")
    return pd.DataFrame(problems, columns=["file", "row", "column", "found", "expected"])


def _check_header(file, header, needed, known, report):
    for column in needed:
        if column not in header:
            close = difflib.get_close_matches(column, set(header) - set(known), 1)
            report(file, 1, column, f"no such column, but {close[0]!r}" if close else "no such column", f"{column!r}")
    for column in dict.fromkeys(header):
        if header.count(column) > 1:
            report(file, 1, column, f"{header.count(column)} columns of this name", "one")
        if column not in known:
            found = "an unknown column" if column else "a column without a name"
            report(file, 1, column, found, "a column that items.csv or codebook.csv describes")


def _check_names(file, rows, column, report):
    """Return the rows by name, reporting names that are blank or used before."""
    named = {}
    for number, row in rows:
        name = row.get(column, "")
        if not name.strip():
            report(file, number, column, "an empty cell", "a name")
        elif name in named:
            report(file, number, column, f"{name!r} again", "each name once")
        else:
            named[name] = (number, row)
    return named


def _check_instruments(rows, report):
    """Return ``{instrument: (number of each answer, expected answers in words, max_skipped)}``, None if undefined."""
    file, instruments = "instruments.csv", {}
    _check_names(file, [(number, row) for number, row in rows if "name" in row], "name", report)
    for name, (number, row) in _check_names(file, rows, "instrument", report).items():
        whole = {}
        for column in ("lowest", "highest", "max_skipped"):
            if re.fullmatch("-?[0-9]{1,6}", row.get(column, "")):
                whole[column] = int(row[column])
            else:
                report(file, number, column, row.get(column, ""), "a whole number")
        instruments[name] = None
        if len(whole) < 3:
            continue
        steps = range(whole["lowest"], whole["highest"] + 1)
        labels = row.get("labels", "").split("; ")
        if len(steps) < 2:
            report(file, number, "highest", row["highest"], f"more than the lowest, {row['lowest']}")
        elif len(labels) != len(steps):
            expected = f"{len(steps)} labels with '; ' between them, one for each of {steps[0]} to {steps[-1]}"
            report(file, number, "labels", f"{len(labels)}: {row.get('labels', '')}", expected)
        elif len({label.strip() for label in labels} - {""}) < len(labels):
            report(file, number, "labels", row["labels"], "labels that differ from each other, none of them blank")
        else:
            answers = {str(step): step for step in steps} | dict(zip(labels, steps))
            expected = f"{', '.join(labels)}, or {steps[0]} to {steps[-1]}"
            instruments[name] = answers, expected, whole["max_skipped"]
        if whole["max_skipped"] < 0:
            report(file, number, "max_skipped", row["max_skipped"], "0 or more")
    return instruments


def _check_items(rows, instruments, report):
    """Return ``{item: (name of its instrument, the instrument's rules or None)}``."""
    file, items = "items.csv", {}
    for name, (number, row) in _check_names(file, rows, "item", report).items():
        instrument = row.get("instrument", "")
        items[name] = instrument, instruments.get(instrument)
        if instruments and instrument not in instruments:
            report(file, number, "instrument", instrument, f"one of instruments.csv: {', '.join(instruments)}")
        if row.get("reversed") not in ("yes", "no"):
            report(file, number, "reversed", row.get("reversed", ""), "yes or no")
        if not row.get("wording", "").strip():
            report(file, number, "wording", "an empty cell", "the item as people read it")
    used = {instrument for instrument, _ in items.values()}
    for instrument in instruments:
        if instrument not in used:
            report(file, 0, "instrument", f"no item of {instrument}", "at least one")
    return items


def _check_answers(file, rows, items, report):
    """Return ``{code without stray case and blanks: first row}``."""
    first_row = {}
    for number, row in rows:
        typed = row.get("code", "")
        code = re.sub(r"\s", "", typed).upper()
        if not code:
            report(file, number, "code", "an empty cell", "the person's code")
        elif code in first_row:
            report(file, number, "code", f"{typed!r}, also in row {first_row[code]}", "one row for each person")
        else:
            first_row[code] = number
        if code and typed != code:
            report(file, number, "code", repr(typed), f"{code!r}, without blanks and in capitals")
        for column, (form, expected) in RULED.items():
            if column in row and not re.fullmatch(form, row[column]):
                report(file, number, column, repr(row[column]), expected)
        skipped = collections.Counter()
        for item, (instrument, rules) in items.items():
            cell = row.get(item)
            if cell == "":
                skipped[instrument] += 1
            elif cell is not None and rules and cell not in rules[0]:
                close = difflib.get_close_matches(cell, rules[0], 1)
                report(file, number, item, repr(cell), rules[1] + (f"; perhaps {close[0]!r}" if close else ""))
        for instrument, gaps in skipped.items():
            rules = items[next(item for item in items if items[item][0] == instrument)][1]
            if rules and gaps > rules[2] >= 0:
                report(file, number, f"items of {instrument}", f"{gaps} empty cells", f"at most {rules[2]}")
    return first_row
