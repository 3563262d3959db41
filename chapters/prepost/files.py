"""What the tables and the two surveys of a study are called; where the book's own lie; `load` reads one, and `write_zip`
packs them.
"""

import zipfile
from pathlib import Path

import pandas as pd

DATA = Path(__file__).resolve().parents[2] / "data"
WAVES = ("before", "after")
TABLES = {  # what a description has: each table, and the columns that it needs
    "instruments": ["instrument", "name", "lowest", "highest", "labels", "higher_means", "max_skipped"],
    "items": ["item", "instrument", "wording", "reversed"],
}
ANSWERS = "answers"  # the table in which a description keeps what its owner has answered


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
    return pd.read_csv(path, index_col=0, keep_default_na=False, na_values=[""])  # an instrument may be called NA


def write_zip(target, files, date=(1980, 1, 1, 0, 0, 0), compressed=True):
    """Write a zip file that depends on nothing but what is put into it.

    Parameters
    ----------
    target : path-like or binary file
    files : iterable of tuple
        The name and the content of each file, in the order in which they are packed.
    date : tuple of int, optional
        The moment that all of them bear; by default the earliest that a zip file knows.
    compressed : bool, optional
        Programs that compress differ. What must be the same bytes on every computer stays as it is.

    Examples
    --------
    >>> import io
    >>> write_zip(packed := io.BytesIO(), [("a.csv", "x,y")])
    >>> zipfile.ZipFile(packed).namelist()
    ['a.csv']
    """
    kind = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name, date)
            entry.create_system, entry.external_attr = 3, 0o644 << 16  # whatever system packs it
            archive.writestr(entry, content, kind, 9)
