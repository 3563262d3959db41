"""The files of a study folder: its tables, and its survey exports as they were written."""

import csv
import io
from pathlib import Path

import pandas as pd

DATA = Path(__file__).resolve().parents[2] / "data"
WAVES = ("before", "after")


def load(table, folder=DATA):
    """Read one table of the study.

    Parameters
    ----------
    table : str
        Name of the file without ``.csv``: ``"scores"``, ``"responses"``, ``"instruments"``, ...
    folder : path-like, optional
        The study folder. Default: the book's own ``data``.

    Returns
    -------
    pandas.DataFrame
        The table, its first column as the index.

    Raises
    ------
    FileNotFoundError
        If there is no such table; the message lists those that exist.
    """
    path = Path(folder) / f"{table}.csv"
    if not path.exists():
        there = ", ".join(sorted(p.stem for p in Path(folder).glob("*.csv"))) or "no CSV file"
        raise FileNotFoundError(f"There is no table {table!r} in {folder}. There is: {there}.")
    return pd.read_csv(path, index_col=0)


def read(folder, file, report):
    """Read a CSV file as text: its header, and its rows as (row number, {column: cell})."""

    def stop(row, found, expected="text: save as CSV UTF-8"):
        report(file, row, "", found, expected)
        return [], []

    path = folder / file
    if not path.is_file():
        return stop(0, "no such file", "a CSV file of this name")
    content = path.read_bytes()
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return stop(0, "a spreadsheet workbook")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        return stop(row, f"byte {content[error.start]:#04x}, which is not UTF-8")
    if "\0" in text:
        return stop(0, "NUL characters, as in UTF-16")
    try:
        rows = [(number, row) for number, row in enumerate(csv.reader(io.StringIO(text, newline="")), 1) if any(row)]
    except csv.Error:  # a cell of more than 131072 characters
        return stop(0, "a cell that does not end", "quotation marks in pairs")
    if not rows:
        return stop(0, "an empty file", "a header and then one row for each entry")
    header = rows[0][1]
    if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
        return stop(1, header[0][:40], "columns separated by commas: save as CSV UTF-8 (comma delimited)")
    imported = [place for place, (_, row) in enumerate(rows) if any(cell.startswith('{"ImportId"') for cell in row)]
    body = []
    for number, row in rows[max(imported, default=0) + 1 :]:
        if len(row) == len(header):
            body.append((number, dict(zip(header, row))))
        else:
            report(file, number, "", f"{len(row)} cells", f"{len(header)} cells, as many as in the header")
    if not body:
        report(file, 0, "", "no row below the header", "one row for each entry")
    return header, body
