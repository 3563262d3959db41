"""What the tables and the two surveys of a study are called; where the book's own lie, and `load`, which reads one."""

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
