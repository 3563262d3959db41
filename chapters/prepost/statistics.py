"""What several chapters of *Before and After* share.

Load the data, score answers, validate a study folder, the statistics that SciPy lacks,
and the look of the charts. Every method is first done in the cells of a chapter.

In all functions ``change`` is *after minus before*, one number for each person with both scores.
"""

import collections
import csv
import difflib
import hashlib
import html
import io
import json
import platform
import re
from pathlib import Path

import altair as alt
import numpy as np
import pandas as pd
import scipy
from altair.utils.html import spec_to_html
from scipy import stats

DATA = Path(__file__).resolve().parent.parent / "data"
WAVES = ("before", "after")


# --- load and score ---------------------------------------------------------------------------


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


def score(answers, instruments, items):
    """Turn coded answers into scores: turn reversed items round, then add up.

    If a person skipped no more than the instrument's ``max_skipped`` items, each gap counts as that person's
    mean on the other items and the sum is rounded half up. With more gaps the score is missing.

    Parameters
    ----------
    answers : pandas.DataFrame
        One row per person (or per person and wave), one column per item, as numbers; NaN for a skipped item.
    instruments, items : pandas.DataFrame
        As read by ``load("instruments")`` and ``load("items")``.

    Returns
    -------
    pandas.DataFrame
        One row as in ``answers``, one column per instrument; whole numbers as ``Int64``, ``<NA>`` where missing.

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
        total = np.floor(values.sum(axis=1) * len(own) / answered.where(answered > 0) + 0.5)
        scores[name] = total.where(answered >= len(own) - instrument["max_skipped"]).astype("Int64")
    return scores


# --- statistics -------------------------------------------------------------------------------


def _changes(change):
    """Return the changes as a one-dimensional float array, or say why they cannot be used.

    Changes are compared to six decimals: 2.3 - 2.1 and 2.4 - 2.2 are the same change, although the computer's binary
    fractions differ in the sixteenth.
    """
    change = np.asarray(change, dtype=float)
    if change.ndim != 1 or len(change) == 0:
        raise ValueError(f"Expected one change per person, in one column; got shape {change.shape}.")
    if np.isnan(change).any():
        raise ValueError(f"{np.isnan(change).sum()} changes are missing. Keep complete pairs only: change.dropna().")
    if np.abs(change).max() >= 1e9:
        raise ValueError(
            f"A change of {np.abs(change).max():g} is no change of a score: look for a typing error or a code for a gap."
        )
    return np.round(change, 6)


def _tail(confidence):
    """Return what an interval leaves out on each side, or say what a confidence is."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence lies between 0 and 1, for example 0.95; got {confidence}.")
    return (1 - confidence) / 2


def signed_ranks(change, zeros="drop"):
    """Rank the sizes of the changes and give each rank the sign of its change.

    Parameters
    ----------
    change : array-like, shape (N,)
        After minus before, in points of the scale.
    zeros : {"drop", "pratt"}
        ``"drop"`` leaves zero changes out before ranking (Wilcoxon). ``"pratt"`` ranks them with the others
        and then leaves their ranks out.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Signed midranks of the n changes that are not zero, in the order of ``change``.

    Raises
    ------
    ValueError
        If every change is zero: then there is nothing to rank. So do all functions that rank.

    References
    ----------
    Wilcoxon 1945, doi:10.2307/3001968. Pratt 1959, doi:10.1080/01621459.1959.10501526.
    """
    change = _changes(change)
    if zeros not in ("drop", "pratt"):
        raise ValueError(f'zeros is "drop" or "pratt", not {zeros!r}.')
    if not change.any():
        raise ValueError("Every change is zero, so there is nothing to rank.")
    if zeros == "drop":
        change = change[change != 0]
    ranks = stats.rankdata(np.abs(change))
    return (np.sign(change) * ranks)[change != 0]


def flip_distribution(ranks):
    """Distribution of the positive rank sum when every sign is a fair coin.

    Parameters
    ----------
    ranks : array-like, shape (n,)
        Ranks or midranks, that is multiples of one half. Signs are ignored.

    Returns
    -------
    numpy.ndarray, shape (2 * sum(ranks) + 1,)
        Element k is the probability that W+ = k / 2. The elements add up to 1.

    Notes
    -----
    The generating function is the product of (1 + x**rank) / 2; multiplying it out, one rank at a time, visits all
    2**n sign patterns without listing them. Doubling the midranks makes them whole numbers, so ties are exact.
    """
    doubled = np.rint(2 * np.abs(np.asarray(ranks, dtype=float))).astype(int)
    probability = np.zeros(doubled.sum() + 1)
    probability[0] = 1
    for rank in doubled:
        shifted = np.zeros_like(probability)
        shifted[rank:] = probability[: len(probability) - rank]
        probability = (probability + shifted) / 2
    return probability


def exact_p(change, zeros="pratt", alternative="two-sided"):
    """Exact p value of the signed-rank test, also with ties and zeros: the p value that this book reports.

    Parameters
    ----------
    change : array-like, shape (N,)
        After minus before, in points of the scale.
    zeros : {"pratt", "drop"}
        As in `signed_ranks`. With ``"pratt"`` the test can be inverted: `pseudo_median` gives its interval.
        Zeros split half and half give the p value of ``"pratt"``: they add the same constant to W+ under every
        pattern of signs.
    alternative : {"two-sided", "greater", "less"}
        ``"greater"``: how often chance alone puts W+ at least as high as it is.

    Returns
    -------
    float
        Two-sided: twice the smaller tail, at most 1.

    See Also
    --------
    pseudo_median : the estimate and the interval that belong to this p value.

    References
    ----------
    Pratt 1959, doi:10.1080/01621459.1959.10501526. The default of `wilcox.test` in R 4.6 (below 50 pairs) and of
    `wilcoxsign_test(..., distribution = "exact")` in R's coin.

    Examples
    --------
    >>> exact_p([2, 1, 3, 1, 2, -1])
    0.125
    """
    if alternative not in ("two-sided", "greater", "less"):
        raise ValueError(f'alternative is "two-sided", "greater" or "less", not {alternative!r}.')
    greater, less = _exact_tails(signed_ranks(change, zeros))
    return float({"greater": greater, "less": less, "two-sided": min(1.0, 2 * min(greater, less))}[alternative])


def _exact_tails(ranks):
    """Return the chances that fair signs put W+ at least as high, and at least as low, as it is."""
    probability = flip_distribution(ranks)
    seen = round(2 * ranks[ranks > 0].sum())
    return probability[seen:].sum(), probability[: seen + 1].sum()


def signed_rank(change, zeros="drop", correction=False):
    """The Wilcoxon signed-rank test with its normal approximation, as most papers print it.

    Parameters
    ----------
    change : array-like, shape (N,)
        After minus before, in points of the scale.
    zeros : {"drop", "pratt"}
        As in `signed_ranks`.
    correction : bool
        Whether to apply the continuity correction to Z and p.

    Returns
    -------
    pandas.Series
        ``pairs`` N, ``zeros``, ``W+`` and ``W-`` (sums of ranks), ``Z`` (tie-corrected, positive if W+ is larger),
        ``p`` (two-sided, from Z), ``p exact`` and ``r`` (\\|Z\\| over the root of N pairs).

    Notes
    -----
    The abstract, and SPSS, print the Z of the smaller rank sum, which is never positive: ``-abs(Z)``.
    """
    change = _changes(change)
    ranks = signed_ranks(change, zeros)
    method = {"drop": "wilcox", "pratt": "pratt"}[zeros]
    test = stats.wilcoxon(change, zero_method=method, correction=correction, method="approx")
    z = np.copysign(test.zstatistic, ranks.sum())  # SciPy's is never positive
    return pd.Series(
        {
            "pairs": len(change),
            "zeros": (change == 0).sum(),
            "W+": ranks[ranks > 0].sum(),
            "W-": np.abs(ranks[ranks < 0]).sum(),
            "Z": z,
            "p": test.pvalue,
            "p exact": exact_p(change, zeros),
            "r": abs(z) / np.sqrt(len(change)),
        }
    )


def rank_biserial(change):
    """Matched-pairs rank-biserial correlation, (W+ - W-) / (W+ + W-).

    Zeros are dropped before ranking. The result runs from -1 (every change is a decrease) to 1.
    Source: Kerby 2014, doi:10.2466/11.IT.3.1.
    """
    ranks = signed_ranks(change)
    return ranks.sum() / np.abs(ranks).sum()


def probability_of_improvement(change):
    """Share of people whose score went up, people without change counted half: P(d > 0) + P(d = 0) / 2."""
    change = _changes(change)
    return (change > 0).mean() + (change == 0).mean() / 2


UNITS = 4_000_000  # to the point: Walsh averages of changes with six decimals become even numbers, odd ones lie between
EXACT_PAIRS = 200  # up to so many pairs p and interval are exact; the normal curve then differs in the fourth decimal


def _tails(change):
    """Return both tails of Pratt's signed-rank test of no change: W+ at least as high, and at least as low, as it is.

    Takes whole numbers, so that sizes that should be tied are. Up to `EXACT_PAIRS` pairs the tails are exact, above
    that they come from Z, tie-corrected and without continuity correction.
    """
    if not change.any():
        return 1.0, 1.0
    ranks = (np.sign(change) * stats.rankdata(np.abs(change)))[change != 0]
    if len(change) <= EXACT_PAIRS:
        return _exact_tails(ranks)
    return stats.norm.sf(_z(ranks)), stats.norm.cdf(_z(ranks))


def _z(signed_ranks):
    """Return how many standard deviations W+ is above its expectation; with midranks this is tie-corrected."""
    return signed_ranks.sum() / np.sqrt((signed_ranks**2).sum())


def pseudo_median(change, confidence=0.95):
    """Hodges-Lehmann estimate of the change, and the values that the exact signed-rank test does not reject.

    Parameters
    ----------
    change : array-like, shape (N,)
        After minus before, in points of the scale. All N changes are used, zeros included, for the estimate and for
        the interval.
    confidence : float
        At least this much coverage if the changes scatter symmetrically about their centre, for example 0.95.

    Returns
    -------
    pandas.Series
        ``estimate``: median of the N(N+1)/2 Walsh averages. ``low`` and ``high``: the ends of the interval, in
        points; infinite if there are too few pairs to reach the confidence. ``low in`` and ``high in``: whether the
        end itself belongs to the interval. ``level``: the confidence that it reaches, at least ``confidence``.

    See Also
    --------
    exact_p : the test. 0 lies in the 95% interval exactly if ``exact_p(change)`` is above .05.

    Notes
    -----
    The interval holds every value v for which the test of ``change - v``, with Pratt's zeros, has p above
    1 - confidence. Each tail of this test can only grow, or only shrink, as v grows, so these values are one
    stretch without a hole. For take any set of people whose signs a coin turns over. What W+ loses is the sum of
    their signed ranks, and a signed rank is (sgn(a + b) + sgn(a - b)) / 2 added up over all other changes b, and
    sgn(a) for oneself. Within the set the terms sgn(a - b) cancel; outside it they do not depend on v; and
    sgn(a + b) cannot grow if v is taken from both. With zeros dropped this is not so.

    On whole-point scales many Walsh averages coincide, and the end of the interval can be a value that is itself
    rejected. ``level`` is 1 minus the two tails at the nearest values that the interval leaves out.
    Where nearly all changes are the same, the estimate can be rejected too, and even every value: then ``low`` and
    ``high`` are equal and neither is in. Changes of 0, with a few of 1 and none of -1, are not symmetric around any
    value. Above 200 pairs the tails come from the normal curve.

    References
    ----------
    Hodges and Lehmann 1963, doi:10.1214/aoms/1177704172. Pratt 1959, doi:10.1080/01621459.1959.10501526.

    Examples
    --------
    >>> pseudo_median([2, 1, 3, 1, 2, -1, 0, 2])["estimate"]
    1.25
    """
    whole = np.sort(np.rint(_changes(change) * UNITS).astype(np.int64))
    tail, pairs = _tail(confidence), len(whole) * (len(whole) + 1) // 2
    middle = [_first_walsh(whole, lambda v, k=k: _walsh_up_to(whole, v) >= k) for k in ((pairs + 1) // 2, pairs // 2 + 1)]
    ends = {}
    for end, sign in (("low", 1), ("high", -1)):  # the high end is the low end of the changes with the other sign
        values = np.sort(sign * whole)
        walsh = _first_walsh(values, lambda v: _tails(values - v - 1)[0] > tail)
        if _tails(values - values[0] + 1)[0] > tail:
            ends[end] = -sign * np.inf, False, 0
        else:
            inside = _tails(values - walsh)[0] > tail
            ends[end] = sign * walsh / UNITS + 0.0, inside, _tails(values - walsh + inside)[0]
    if ends["low"][0] == ends["high"][0] and not (ends["low"][1] and ends["high"][1]):  # one tail or the other rejects all
        ends = {end: (value, False, outside) for end, (value, _, outside) in ends.items()}
    return pd.Series(
        {
            "estimate": sum(middle) / 2 / UNITS,
            "low": ends["low"][0],
            "high": ends["high"][0],
            "low in": ends["low"][1],
            "high in": ends["high"][1],
            "level": 1 - ends["low"][2] - ends["high"][2],
        }
    )


def _walsh_up_to(values, v):
    """Count the Walsh averages of sorted whole numbers that are at most v."""
    partners = np.searchsorted(values, 2 * v - values, side="right")
    return np.maximum(partners - np.arange(len(values)), 0).sum()


def _first_walsh(values, found):
    """Return the smallest Walsh average of sorted whole numbers for which ``found`` is true, as it is for all above.

    Walsh averages stand in a triangle: in row i those of values[i] with itself and all later ones. Each round tries a
    middle one of those left over and drops a quarter of them at least, so that even five thousand people take a
    moment. With no ``found`` the largest is returned.
    """
    rows = np.arange(len(values))
    first, last, best = rows.copy(), np.full(len(values), len(values)), values[-1]
    while (left := np.maximum(last - first, 0)).any():
        open_rows = np.flatnonzero(left)
        middles = values[open_rows] + values[(first + last)[open_rows] // 2]
        order = np.argsort(middles)
        reached = np.cumsum(left[open_rows][order])
        tried = middles[order][np.searchsorted(reached, reached[-1] / 2)] // 2
        if found(tried):
            best = tried
            last = np.minimum(last, np.searchsorted(values, 2 * tried - values, side="left"))
        else:
            first = np.maximum(first, np.searchsorted(values, 2 * tried - values, side="right"))
    return best


def paired_d(before, after):
    """Two standardised mean changes that papers both call d.

    Parameters
    ----------
    before, after : array-like, shape (N,)
        The scores of the same N people, in the same order.

    Returns
    -------
    pandas.Series
        ``d_z``: mean change over the standard deviation of the changes. ``d_av``: mean change over the average of
        the two standard deviations. Source: Lakens 2013, doi:10.3389/fpsyg.2013.00863.
    """
    before, after = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    if before.shape != after.shape:
        raise ValueError(f"Expected two scores of the same people; got {before.shape} before and {after.shape} after.")
    change = _changes(after - before)
    if len(change) < 2 or not np.ptp(change):
        raise ValueError("Every change is the same, so it has no standard deviation to be measured in.")
    average_sd = (before.std(ddof=1) + after.std(ddof=1)) / 2
    return pd.Series({"d_z": change.mean() / change.std(ddof=1), "d_av": change.mean() / average_sd})


def holm(p_values):
    """Holm's adjusted p values, in the order given.

    Source: Holm 1979, Scandinavian Journal of Statistics 6:65-70.
    """
    p_values = np.asarray(p_values, dtype=float)
    if p_values.ndim != 1 or not ((p_values >= 0) & (p_values <= 1)).all():
        raise ValueError(f"Expected a list of p values from 0 to 1, none missing; got {p_values}.")
    order = np.argsort(p_values)
    steps = p_values[order] * np.arange(len(p_values), 0, -1)
    adjusted = np.empty_like(p_values)
    adjusted[order] = np.minimum(1, np.maximum.accumulate(steps))
    return adjusted


def cronbach_alpha(answers, confidence=0.95):
    """Cronbach's alpha with Feldt's interval.

    Parameters
    ----------
    answers : pandas.DataFrame, shape (people, items)
        Coded answers, reversed items already turned round. People with a skipped item are left out.
    confidence : float
        Coverage of the interval.

    Returns
    -------
    alpha, low, high : float

    References
    ----------
    Feldt, Woodruff and Salih 1987, doi:10.1177/014662168701100107.
    """
    complete = answers.dropna().astype(float)
    people, k = complete.shape
    if people < 2 or k < 2:
        raise ValueError(f"Alpha needs at least two complete people and two items; got {people} and {k}.")
    constant = [str(item) for item in complete if complete[item].nunique() == 1]
    if constant:
        raise ValueError(f"Everybody answered alike in {', '.join(constant)}: an item that does not vary has no part in alpha.")
    if not np.ptp(np.round(complete.sum(axis=1), 6)):
        raise ValueError("Every sum is the same, because the items cancel out. Is a reversed item not yet reverse-scored?")
    alpha = k / (k - 1) * (1 - complete.var().sum() / complete.sum(axis=1).var())
    f = stats.f(people - 1, (people - 1) * (k - 1))
    tail = _tail(confidence)
    return alpha, 1 - (1 - alpha) * f.ppf(1 - tail), 1 - (1 - alpha) * f.ppf(tail)


# --- validate ---------------------------------------------------------------------------------

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

    tables = {file: _read(folder, file, report) for file in COLUMNS}
    for file, (header, _) in tables.items():
        if header:
            _check_header(file, header, COLUMNS[file], COLUMNS[file], report)
    instruments = _check_instruments(tables["instruments.csv"][1], report)
    items = _check_items(tables["items.csv"][1], instruments, report)
    rows_of = {}
    for wave in WAVES:
        file = f"raw/{wave}.csv"
        others = {row.get("variable") for _, row in tables["codebook.csv"][1] if row.get("table") == file}
        header, rows = _read(folder, file, report)
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


def _read(folder, file, report):
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


# --- report -----------------------------------------------------------------------------------


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
        return _read(Path(folder), file, report=None)[1]  # validate has found nothing to report in it

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


def format_number(value, decimals, leading_zero=True):
    """Print a number as a report does: rounded, with a real minus sign.

    Leave the leading zero out for what cannot exceed 1: p, r, the rank-biserial correlation. NaN is a dash.
    """
    if np.isnan(value):
        return "–"
    rounded = round(value * (1 + 1e-9), decimals) + 0.0  # a half away from zero, as by hand; + 0.0, else "-0.0"
    text = f"{rounded:.{decimals}f}".replace("-", "−")
    return text if leading_zero or abs(rounded) >= 1 else text.replace("0.", ".")


def format_p(p):
    """Print a p value with three decimals and without leading zero; "< .001" and "> .999" at the ends, 1.000 if it is 1."""
    return "< .001" if p < 0.001 else "> .999" if 0.999 < p < 1 else format_number(p, 3, leading_zero=False)


def format_interval(interval, decimals):
    """Print an interval of `pseudo_median`: "0.5 to < 3.0" if 3.0 itself is excluded, "none" if every value is."""
    if interval["low"] == interval["high"] and not interval["low in"]:
        return "none"
    low, high = (format_number(interval[end], decimals) for end in ("low", "high"))
    return f"{'' if interval['low in'] else '> '}{low} to {'' if interval['high in'] else '< '}{high}"


def _decimals(scores):
    """Return how many decimals a summary of scores is printed with: one more than the scores have, three at most."""
    for decimals in (0, 1):
        if np.allclose(scores, np.round(scores, decimals), rtol=0, atol=1e-6):
            return decimals + 1
    return 3


def _pairs(scores, measure, name):
    """Return before, after and change of those who have both scores, if they are enough for an interval."""
    pairs = scores[[f"{measure}_before", f"{measure}_after"]].dropna().astype(float).set_axis(WAVES, axis=1)
    pairs["change"] = _changes(pairs["after"] - pairs["before"]) if len(pairs) else 0.0
    if len(pairs) < 6:
        raise ValueError(f"{name}: {len(pairs)} complete pairs. A 95% interval needs at least six.")
    return pairs


def results_table(scores, instruments):
    """The results of a study as text, ready to print: one row per instrument.

    Test, estimate and interval are one and the same: the exact signed-rank test with Pratt's zeros (`exact_p`), and
    the change it fits best and those it does not reject (`pseudo_median`). Above 200 pairs they come from Z.

    Parameters
    ----------
    scores : pandas.DataFrame
        One row per person, two columns per instrument: ``<instrument>_before`` and ``<instrument>_after``.
        Whoever lacks one of the two is left out of this instrument's row.
    instruments : pandas.DataFrame
        As read by ``load("instruments")``.

    Returns
    -------
    pandas.DataFrame
        Index: the instruments' names. ``before`` and ``after``: median (quartiles). ``change``: the pseudo-median, in
        points. ``95% CI``: its confidence interval, ``>`` or ``<`` before an end that is itself excluded, "none" if
        the test rejects every value. ``level``: the confidence reached. ``Z``: of the same test's normal
        approximation, positive if scores rose. ``r``: Z over the root of the pairs. ``p``: two-sided. ``p Holm``: ``p`` adjusted for all rows of the table. If all changes
        are the same there is no interval, and if all are zero no Z and r either: these are dashes.

    Raises
    ------
    ValueError
        If an instrument has fewer than six pairs, or two have the same name.
    """
    names = instruments["name"]
    if names.duplicated().any():
        raise ValueError(
            f"Two instruments are called {names[names.duplicated()].iloc[0]!r}: a row each needs a name of its own."
        )
    lines, p_values = {}, []
    for measure, name in names.items():
        pairs = _pairs(scores, measure, name)
        change, decimals = pairs["change"], _decimals(pairs[list(WAVES)])
        typical = pseudo_median(change)
        varied = np.ptp(change) > 0
        z = _z(signed_ranks(change, "pratt")) if change.any() else np.nan
        quartiles = pairs.quantile([0.25, 0.5, 0.75]).map(format_number, decimals=decimals)
        p_values.append(min(1.0, 2 * min(_tails(np.rint(change.to_numpy() * UNITS)))))
        lines[name] = {
            "pairs": len(pairs),
            **{wave: "{1} ({0} to {2})".format(*quartiles[wave]) for wave in WAVES},
            "higher": (change > 0).sum(),
            "same": (change == 0).sum(),
            "lower": (change < 0).sum(),
            "change": format_number(typical["estimate"], decimals),
            "95% CI": format_interval(typical, decimals) if varied else "–",
            "level": f"{np.floor(1000 * typical['level']) / 10:.1f}%" if varied else "–",
            "Z": format_number(z, 2),
            "r": format_number(z / np.sqrt(len(pairs)), 2, leading_zero=False),
            "p": format_p(p_values[-1]),
            "p Holm": None,  # needs the other rows
        }
    table = pd.DataFrame(lines).T
    table["p Holm"] = [format_p(p) for p in holm(p_values)]
    return table


def results_paragraph(table, name):
    """Say one row of `results_table` in words, with the recipe; every number is the table's own text."""
    row = table.loc[name]

    def equal(p):
        return p if p[0] in "<>" else f"= {p}"

    people = "1 person" if row["pairs"] == 1 else f"{row['pairs']} people"
    text = (
        f"{name}: of {people} with both scores, {row['higher']} scored higher at follow-up than at baseline, "
        f"{row['lower']} lower and {row['same']} the same. "
        f"The median (quartiles) was {row['before']} at baseline and {row['after']} at follow-up. "
    )
    if row["95% CI"] == "–":
        text += f"Everybody's score changed by {row['change']} points, so there is no confidence interval. "
    else:
        text += f"The pseudo-median (Hodges–Lehmann) of the changes was {row['change']} points, "
        excluded = [end[2:] for end in row["95% CI"].split(" to ") if end[0] in "<>"]
        if row["95% CI"] == "none":
            text += f"and no value is compatible with the data at 95% confidence, not even {row['change']}: "
        elif excluded:
            themselves = "itself" if len(excluded) == 1 else "themselves"
            text += (
                f"95% confidence interval {row['95% CI']} ({' and '.join(excluded)} {themselves} excluded, "
                f"level reached {row['level']}). "
            )
        else:
            text += f"95% confidence interval {row['95% CI']} (level reached {row['level']}). "
        if row["95% CI"] == "none" or row["change"] in excluded:
            few = "so many changes are equal that one number describes them badly; the counts of higher, same and lower say more. "
            text += few if row["95% CI"] == "none" else few.capitalize()
    if row["Z"] == "–":
        text += f"The test has nothing to rank: p {equal(row['p'])}. "
    else:
        text += (
            "Two-sided Wilcoxon signed-rank test, "
            f"{'exact' if row['pairs'] <= EXACT_PAIRS else 'normal approximation'}, zeros ranked as Pratt does: "
            f"p {equal(row['p'])}; Z = {row['Z']} (positive if scores rose), r = Z/√{row['pairs']} = {row['r']}. "
        )
    if len(table) > 1:
        text += f"Adjusted by Holm's method for {len(table)} tests: p {equal(row['p Holm'])}."
    else:
        text += "It was the only test."
    return text


def results_software():
    """Say with which programs the results were computed, for the methods section."""
    versions = f"Python {platform.python_version()}, SciPy {scipy.__version__} and pandas {pd.__version__}"
    return f"Computed with {versions}, and the functions of the book Before and After."


def results_figure(scores, instruments):
    """Draw every person's change and the pseudo-median with its 95% interval, one panel per instrument.

    Takes what `results_table` takes. An end of an interval that is itself excluded is an open ring. The finding is
    yours to say: ``.properties(title=alt.Title(...))``.
    """
    people, typical = [], []
    for measure, name in instruments["name"].items():
        change = _pairs(scores, measure, name)["change"]
        counts = change.value_counts().sort_index()
        for step, count in counts.items():
            after = "higher" if step > 0 else "lower" if step < 0 else "same"
            people.append({"measure": name, "change": step, "after": after, "people": int(count)})
        interval = pseudo_median(change)
        excluded = [interval[end] for end in ("low", "high") if not interval[f"{end} in"]]
        row = {"measure": name, "pseudo-median": interval["estimate"], "low": interval["low"], "high": interval["high"]}
        typical.append({**row, "excluded": excluded})
    people, typical, panels = pd.DataFrame(people), pd.DataFrame(typical), []
    side = alt.Color("after:N", legend=None).scale(domain=["lower", "same", "higher"], range=[DOWN, SAME, UP])
    for name in typical["measure"]:
        dots = alt.Chart(people).transform_filter(alt.datum.measure == name).mark_circle(size=60, opacity=1)
        dots = dots.transform_calculate(place="sequence(1, datum.people + 1)").transform_flatten(["place"])
        place = alt.Y("place:Q", axis=None).scale(domain=[-1, max(people["people"]) + 0.5], nice=False)
        x = alt.X("change:Q", title="change, points").axis(tickCount=6, tickMinStep=1, labelFlush=False)
        dots = dots.encode(x, place, color=side)
        base = alt.Chart(typical).transform_filter(alt.datum.measure == name)
        zero = base.mark_rule(strokeDash=[4, 4]).encode(x=alt.datum(0))
        base = base.encode(y=alt.datum(0))
        bar = base.mark_rule(strokeWidth=3).encode(x="low:Q", x2="high")
        ring = base.transform_flatten(["excluded"]).mark_point(filled=True, fill="white", stroke=INK, strokeWidth=2, size=60)
        ring = ring.encode(x="excluded:Q")
        point = base.mark_point(shape="diamond", filled=True, size=120, color=INK, opacity=1)
        point = point.encode(x="pseudo-median:Q")
        title = alt.Title(name, anchor="start", color=INK, fontSize=13)
        panels.append((zero + dots + bar + ring + point).properties(title=title, width=280, height=150))
    words = [
        f"{name}: {row['higher']} higher, {row['lower']} lower, {row['same']} the same; "
        f"pseudo-median {row['change']} points, 95% interval {row['95% CI']}."
        for name, row in results_table(scores, instruments).iterrows()
    ]
    return alt.vconcat(*panels).properties(description="Dot plots of each person's change. " + " ".join(words))


# --- charts -----------------------------------------------------------------------------------

BEFORE, AFTER = "#0072B2", "#D55E00"  # told apart by colour-blind readers; before is also drawn hollow, after filled
UP, DOWN, SAME = "#009E73", "#AA4499", "#7f7f7f"  # scores that rose, fell, stayed
FAR = "#A6761D"  # what lies at least as far out as the study: the tail that a p value adds up
INK, FAINT = "#3b3b3b", "#d9d9d9"  # the page's style swaps these two in dark mode


def _theme():
    words = {"labelColor": INK, "labelFontSize": 13, "titleColor": INK, "titleFontSize": 13}
    words["titleFontWeight"] = "normal"
    return {
        "width": "container",
        "config": {
            "background": None,
            "font": "system-ui, sans-serif",
            "view": {"stroke": None, "continuousHeight": 260, "discreteHeight": 260},
            "axis": {**words, "gridColor": FAINT, "domainColor": INK, "tickColor": INK},
            "header": words,
            "legend": {**words, "orient": "top"},
            "text": {"color": INK, "fontSize": 13},
            "mark": {"color": BEFORE},
            "point": {"size": 70, "strokeWidth": 2, "opacity": 1},
            "circle": {"opacity": 1},
            "rule": {"color": INK},
            "range": {"category": [BEFORE, AFTER]},
        },
    }


def _figure(spec, **metadata):
    """Show a chart as a figure: its title as caption, the picture, and its words and numbers one click away."""
    title = spec.get("title")
    title = title if isinstance(title, dict) else {"text": title}
    if not (title["text"] and title.get("subtitle") and spec.get("description")):
        raise ValueError(
            "A chart needs .properties(title=alt.Title('the finding', subtitle='where the numbers come from'), "
            "description='what the chart shows, for those who cannot see it')."
        )
    name = "chart-" + hashlib.sha1(json.dumps(spec, sort_keys=True).encode()).hexdigest()[:8]
    shown = {key: value for key, value in spec.items() if key != "title"}  # the caption wraps on a phone, a title does not
    picture = spec_to_html(
        shown,
        mode="vega-lite",
        vega_version=alt.VEGA_VERSION,
        vegalite_version=alt.VEGALITE_VERSION,
        vegaembed_version=alt.VEGAEMBED_VERSION,
        output_div=name,
        embed_options={"actions": False, "renderer": "svg"},
        fullhtml=False,
        template="universal",
    )
    drawing = json.dumps(shown)  # in a script, which a name such as "</script>" would end
    picture = picture.replace(drawing, re.sub("<(?=[/!]|script)", r"\\u003c", drawing, flags=re.IGNORECASE))
    tables = [
        pd.DataFrame(rows).to_html(index=False, border=0, na_rep="", float_format="{:.4g}".format)
        for rows in spec.get("datasets", {}).values()
    ]
    text = (
        f'<figure class="chart"><figcaption><b>{html.escape(title["text"])}</b> '
        f"{html.escape(title['subtitle'])}</figcaption>{picture}"
        f"<details><summary>This chart in words and numbers</summary><p>{html.escape(spec['description'])}</p>"
        f"{''.join(tables)}</details></figure>"
    )
    return {"text/html": text, "text/plain": spec["description"]}


if hasattr(getattr(alt, "theme", None), "register"):  # altair 5.5 and later
    alt.theme.register("before-and-after", enable=True)(_theme)
else:
    alt.themes.register("before-and-after", _theme)
    alt.themes.enable("before-and-after")
alt.renderers.register("before-and-after", _figure)
alt.renderers.enable("before-and-after")
