"""From answers to scores: the two exports linked by code, and the items of an instrument added up."""

from pathlib import Path

import numpy as np
import pandas as pd

from .files import DATA, WAVES, read
from .validate import _check_instruments, _check_items, validate


def link(folder=DATA):
    """Link the two exports of a study folder by code, and turn the answers into numbers.

    The rules, none of which looks at what was answered: codes are compared without blanks and in capitals. Of several
    submissions under one code the first finished one counts, by the column ``EndDate`` if there is one, else by row.
    A submission is finished if the column ``Finished`` says so; without that column, if it holds any answer. People
    without a code, or without a partner in the other export, are left out.

    Parameters
    ----------
    folder : path-like, optional
        A study folder as `validate` describes it. Default: the book's own ``data``.

    Returns
    -------
    answers : pandas.DataFrame
        Coded answers of the linked people, ready for `score`: one row per person and wave, one column per item,
        ``<NA>`` if skipped. People are numbered in the order of all codes before; the codes are dropped.
    flow : pandas.DataFrame
        What became of every submission: one row per step, one column per wave.

    Raises
    ------
    ValueError
        If `validate` reports anything that the rules do not settle, or no code is in both exports.
    """
    problems = validate(folder)
    settled = (problems["column"] == "code") & (problems["row"] > 1) | problems["column"].str.startswith("items of ")
    if not settled.all():
        line = "{file}, row {row}, column {column}: {found}; expected {expected}"
        lines = [line.format(**problem) for problem in problems[~settled].to_dict("records")]
        more = [f"... and {len(lines) - 5} more: validate lists them."] if len(lines) > 5 else []
        raise ValueError("\n".join(["Mend this before the exports can be linked:", *lines[:5], *more]))

    def rows(file):
        return read(Path(folder), file, report=None)[1]  # validate has found nothing to report in it

    items = _check_items(rows("items.csv"), _check_instruments(rows("instruments.csv"), None), None)
    people, flow = {}, {}
    for wave in WAVES:
        sent = pd.DataFrame(dict(rows(f"raw/{wave}.csv"))).T
        if "EndDate" in sent:
            sent = sent.sort_values("EndDate", kind="stable", key=lambda ends: pd.to_datetime(ends, format="ISO8601", utc=True))
        coded = pd.DataFrame({item: sent[item].map(rules[0]) for item, (_, rules) in items.items()}).astype("Int64")
        coded["code"] = sent["code"].str.replace(r"\s", "", regex=True).str.upper()
        if "Finished" in sent:
            finished = coded[sent["Finished"].str.lower().isin(["true", "1"])]
        else:
            finished = coded.dropna(how="all", subset=list(items))
        named = finished[finished["code"] != ""]
        people[wave] = named.drop_duplicates("code").set_index("code")
        flow[wave] = {
            "submissions": len(coded),
            "not finished": len(coded) - len(finished),
            "without a code": len(finished) - len(named),
            "sent again": len(named) - len(people[wave]),
            "people": len(people[wave]),
        }
    numbers = {code: f"P{number:02d}" for number, code in enumerate(sorted(people["before"].index), 1)}
    linked = [code for code in numbers if code in people["after"].index]
    if not linked:
        raise ValueError("No code is in both exports. Are they from the same people, with the codes typed alike?")
    for wave in WAVES:
        flow[wave] |= {"without a partner": len(people[wave]) - len(linked), "pairs": len(linked)}
    answers = pd.concat([people[wave].loc[linked] for wave in WAVES], keys=WAVES, names=["wave", "person"])
    answers = answers.rename(index=numbers, level="person").swaplevel().sort_index(level="person", sort_remaining=False)
    return answers, pd.DataFrame(flow)


def score(answers, instruments, items):
    """Turn coded answers into scores: reverse-score what is to be reversed, then add up.

    If a person skipped no more than the instrument's ``max_skipped`` items, each gap counts as that person's
    mean on the other items, and the sum is rounded half up if answers are whole numbers. With more gaps the score
    is missing.

    Parameters
    ----------
    answers : pandas.DataFrame
        One row per person (or per person and wave), one column per item, as numbers; NaN for a skipped item.
    instruments, items : pandas.DataFrame
        As read by ``load("instruments")`` and ``load("items")``.

    Returns
    -------
    pandas.DataFrame
        One row as in ``answers``, one column per instrument: ``Int64``, or ``Float64`` if an answer has decimals; ``<NA>``
        where missing.

    Raises
    ------
    ValueError
        If an item has no column, or an answer lies outside its instrument's range.
    """
    scores = pd.DataFrame(index=answers.index)
    for name, instrument in instruments.iterrows():
        own = items[items["instrument"] == name]
        missing = own.index.difference(answers.columns)
        if len(missing):
            raise ValueError(f"No column for {', '.join(missing)} of {name}: score needs every item of an instrument.")
        values = answers[own.index].astype(float)
        outside = (values < instrument["lowest"]) | (values > instrument["highest"])
        if outside.any(axis=None):
            row, item = np.argwhere(outside.to_numpy())[0]
            raise ValueError(
                f"{own.index[item]} of {answers.index[row]} is {values.iat[row, item]:g}, "
                f"but {name} goes from {instrument['lowest']} to {instrument['highest']}."
            )
        turned = own.index[own["reversed"] == "yes"]
        values[turned] = instrument["lowest"] + instrument["highest"] - values[turned]
        answered = values.notna().sum(axis=1)
        total = values.sum(axis=1) * len(own) / answered.where(answered > 0)
        whole = (values.isna() | (values % 1 == 0)).all(axis=None)
        total = (np.floor(total + 0.5) if whole else total).where(answered >= len(own) - instrument["max_skipped"])
        scores[name] = total.astype("Int64" if whole else "Float64")
    return scores
