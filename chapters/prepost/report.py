"""What a report says: numbers and intervals in print, the table, the paragraph and the figure of the results."""

import platform

import altair as alt
import numpy as np
import pandas as pd
import scipy

from .charts import AFTER, BEFORE, DOWN, INK, SAME, UP
from .files import WAVES
from .statistics import EXACT_PAIRS, UNITS, _changes, _tails, _z, holm, pseudo_median, signed_ranks


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
        approximation, positive if scores rose. ``r``: Z over the root of the pairs. ``p``: two-sided. ``p Holm``:
        ``p`` adjusted for all rows of the table. If all changes are the same there is no interval, and if all are
        zero no Z and r either: these are dashes.

    Raises
    ------
    ValueError
        If an instrument has fewer than six pairs, or two have the same name.
    """
    numbers, lines = results(scores, instruments), {}
    for measure, row in numbers.iterrows():
        decimals = _decimals(scores[[f"{measure}_{wave}" for wave in WAVES]].dropna().astype(float))
        varied = not np.isnan(row["level"])
        summary = "{1} ({0} to {2})".format
        lines[row["name"]] = {
            "pairs": row["pairs"],
            **{wave: summary(*(format_number(row[f"{wave} q{part}"], decimals) for part in (1, 2, 3))) for wave in WAVES},
            "higher": row["higher"],
            "same": row["same"],
            "lower": row["lower"],
            "change": format_number(row["estimate"], decimals),
            "95% CI": format_interval(row, decimals) if varied else "–",
            "level": f"{np.floor(1000 * row['level']) / 10:.1f}%" if varied else "–",
            "Z": format_number(row["Z"], 2),
            "r": format_number(row["r"], 2, leading_zero=False),
            "p": format_p(row["p"]),
            "p Holm": format_p(row["p_holm"]),
        }
    return pd.DataFrame(lines).T


def results(scores, instruments):
    """Return the results of a study as numbers: one row per instrument.

    Takes what `results_table` takes, and raises what it raises.

    Returns
    -------
    pandas.DataFrame
        Index ``instrument``. ``name``; ``pairs``, ``higher``, ``same``, ``lower`` in people; ``before q1`` to
        ``after q3``, the quartiles, ``estimate``, ``low`` and ``high`` in points; ``low in`` and ``high in``, whether
        the test allows the end itself; ``level`` reached; ``Z``, ``r``, ``p`` and ``p_holm``. NaN where there is
        nothing to compute: no interval if all changes are the same, no Z and r if all are zero.

    Examples
    --------
    >>> scores = pd.DataFrame({"m_before": [1, 2, 3, 4, 5, 6], "m_after": [2, 4, 6, 8, 10, 12]})
    >>> float(results(scores, pd.DataFrame({"name": ["Measure"]}, index=["m"])).loc["m", "p"])
    0.03125
    """
    names = instruments["name"]
    if names.duplicated().any():
        raise ValueError(
            f"Two instruments are called {names[names.duplicated()].iloc[0]!r}: a row each needs a name of its own."
        )
    lines = {}
    for measure, name in names.items():
        pairs = _pairs(scores, measure, name)
        change, typical = pairs["change"], pseudo_median(pairs["change"])
        z = _z(signed_ranks(change, "pratt")) if change.any() else np.nan
        quartiles = pairs.quantile([0.25, 0.5, 0.75])
        lines[measure] = {
            "name": name,
            "pairs": len(pairs),
            "higher": int((change > 0).sum()),
            "same": int((change == 0).sum()),
            "lower": int((change < 0).sum()),
            **{f"{wave} q{part}": value for wave in WAVES for part, value in enumerate(quartiles[wave], 1)},
            **typical,
            "Z": z,
            "r": z / np.sqrt(len(pairs)),
            "p": min(1.0, 2 * min(_tails(np.rint(change.to_numpy() * UNITS)))),
        }
        if not np.ptp(change) > 0:
            lines[measure] |= {"low": np.nan, "high": np.nan, "level": np.nan}
    table = pd.DataFrame.from_dict(lines, orient="index").rename_axis("instrument")
    table["p_holm"] = holm(table["p"])
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
            few = "so many changes are equal that one number describes them badly; "
            few += "the counts of higher, same and lower say more. "
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
        x = alt.X("change:Q", title="change, points").scale(padding=8)  # pixels, so that no dot is cut
        dots = dots.encode(x.axis(tickCount=6, tickMinStep=1, labelFlush=False), place, color=side)
        base = alt.Chart(typical).transform_filter(alt.datum.measure == name)
        zero = base.mark_rule(strokeDash=[4, 4], aria=False).encode(x=alt.datum(0))
        base = base.encode(y=alt.datum(0))
        up_to_ring = "indexof(datum.excluded, datum.{}) < 0 ? 0 : {}"  # pixels, so that the bar ends outside a ring
        low, high = alt.expr(up_to_ring.format("low", 5)), alt.expr(up_to_ring.format("high", -5))
        bar = base.mark_rule(strokeWidth=3, xOffset=low, x2Offset=high).encode(x="low:Q", x2="high")
        ring = base.transform_flatten(["excluded"]).mark_point(size=60, color=INK, aria=False).encode(x="excluded:Q")
        point = base.mark_point(shape="diamond", filled=True, size=120, color=INK, opacity=1)
        point = point.encode(x="pseudo-median:Q")
        title = alt.Title(name, anchor="start", frame="group", color=INK, fontSize=13)
        panels.append((zero + dots + bar + ring + point).properties(title=title, width=300, height=160))
    words = [
        f"{name}: {row['higher']} higher, {row['lower']} lower, {row['same']} the same; "
        f"pseudo-median {row['change']} points, 95% interval {row['95% CI']}."
        for name, row in results_table(scores, instruments).iterrows()
    ]
    # Vega-Lite fixes the size of panels in a grid. In a page, two a row fill its width, or one if it is narrow.
    room, columns = "max(240, containerSize()[0] || 0)", min(2, len(panels))
    columns = f"({room} < 560 ? 1 : {columns})"
    width = f"({room} - 20) / {columns} - 22"
    size = {"name": "childWidth", "init": width, "on": [{"events": "window:resize", "update": width}]}
    patch = [
        {"op": "replace", "path": "/signals/0", "value": size},
        {"op": "replace", "path": "/layout/columns", "value": {"signal": columns}},
    ]
    grid = alt.concat(*panels, columns=2, usermeta={"embedOptions": {"patch": patch}})
    return grid.properties(description="Dot plots of each person's change. " + " ".join(words))


def flow_figure(flow, reasons=None):
    """Draw what became of every submission: two columns of boxes joined by arrows, ready for a paper.

    Parameters
    ----------
    flow : pandas.DataFrame
        As `link` returns it.
    reasons : dict, optional
        Further lines of a box: ``{("before", "without a partner"): ["1 moved away"]}``.

    Returns
    -------
    altair.Chart
        Without a title: ``.properties(title=alt.Title("the finding", subtitle="where the numbers come from"))``.
    """
    boxes, arrows, words = [], [], []
    for place, (wave, called) in enumerate(zip(WAVES, ("First survey", "Second survey"))):
        counts, top, left = flow[wave], 0, 1.06 * place
        steps = [("", [called, f"{counts['submissions']} submissions"])]
        for step in ("not finished", "without a code", "sent again"):
            if flow.loc[step].any():
                steps.append((step, [f"{counts[step]} left out:", {"sent again": "sent again by one person"}.get(step, step)]))
        steps += [("", [f"{counts['people']} people"])]
        steps += [("without a partner", [f"{counts['without a partner']} without a partner"])]
        words.append(f"{called}: " + "; ".join(", ".join(lines) for _, lines in steps) + ".")
        for step, lines in steps:
            lines = lines + list((reasons or {}).get((wave, step), []))
            other = list((reasons or {}).get((WAVES[1 - place], step), []))
            height = 16 + 17 * max(len(lines), 1 + bool(step and step != "without a partner") + len(other))
            kind = "left out" if step else wave
            boxes.append({"kind": kind, "left": left, "right": left + 0.94, "top": top, "bottom": top + height, "lines": lines})
            arrows.append({"x": left + 0.47, "top": top + height + 1, "tip": top + height + 27})
            top += height + 28
    together = [f"{flow.loc['pairs', 'before']} people with both surveys: analysed"]
    boxes.append({"kind": "pairs", "left": 0.2, "right": 1.8, "top": top, "bottom": top + 33, "lines": together})
    frame = pd.DataFrame(boxes)
    x, y = (
        alt.X("left:Q", axis=None).scale(domain=[0, 2], nice=False),
        alt.Y("top:Q", axis=None).scale(domain=[top + 35, 0], nice=False),
    )
    styles = {
        "before": {"stroke": BEFORE},
        "after": {"stroke": AFTER},
        "left out": {"stroke": SAME, "strokeDash": [5, 4]},
        "pairs": {"stroke": INK},
    }
    frames = [
        alt.Chart(frame[frame["kind"] == kind].drop(columns="lines"))
        .mark_rect(fill="white", strokeWidth=2, cornerRadius=4, **style)
        .encode(x=x, x2="right", y=y, y2="bottom")
        for kind, style in styles.items()
    ]
    text = frame.explode("lines").reset_index()
    text["height"] = (text["top"] + text["bottom"]) / 2
    text["height"] += 17 * (text.groupby("index").cumcount() - (text.groupby("index")["lines"].transform("size") - 1) / 2)
    text["middle"] = (text["left"] + text["right"]) / 2
    lettering = alt.Chart(text[["middle", "height", "lines"]]).mark_text(fontSize=13)
    lettering = lettering.encode(x=alt.X("middle:Q", axis=None), y=alt.Y("height:Q", axis=None), text="lines:N")
    base = alt.Chart(pd.DataFrame(arrows)).encode(x=alt.X("x:Q", axis=None))
    shafts = base.mark_rule(strokeWidth=1.5).encode(y=alt.Y("top:Q", axis=None), y2="tip")
    heads = base.mark_point(shape="triangle-down", filled=True, size=70, color=INK, yOffset=-4).encode(
        y=alt.Y("tip:Q", axis=None)
    )
    description = f"Flow of participants in two columns of boxes joined by arrows. {' '.join(words)} Both end in {together[0]}."
    return alt.layer(*frames, shafts, heads, lettering).properties(height=top + 37, description=description)
