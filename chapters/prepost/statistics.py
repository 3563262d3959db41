"""The statistics that SciPy lacks: the signed-rank test with ties and zeros, its estimate and interval, effect sizes.

In all functions ``change`` is *after minus before*, one number for each person with both scores.
"""

import numpy as np
import pandas as pd
from scipy import stats


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
        Coded answers, reversed items already reverse-scored. People with a skipped item are left out.
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
