"""A study in two steps: link, which asks `Study` to link the exports, and score, which adds up the items."""

import numpy as np
import pandas as pd

from .files import DATA


def link(folder=DATA):
    """Link the two exports of a study by code, and turn the answers into numbers: what `Study` does, in one step.

    The rules, none of which looks at what was answered: codes are compared in capitals, with one form for accents, dashes
    and digits, and without blanks and invisible signs. Of several submissions under one code the first finished one
    counts, by the date of submission if there is one, else by row. A submission is finished if the export says so;
    where it does not say, if it holds any answer. People without a code, or without a partner in the other export, are
    left out.

    Parameters
    ----------
    folder : path-like or dict, optional
        What `Study` takes. Default: the book's own ``data``.

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
        If a question is open; the message has them all.

    Examples
    --------
    >>> answers, flow = link(DATA / "template")
    >>> int(flow.loc["pairs", "after"])
    18
    """
    from .survey import Study

    study = Study(folder)
    if study.responses is None:
        raise ValueError("\n".join(["Settle this before the exports can be linked:", *map(str, study.open)]))
    return study.responses, study.flow


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
