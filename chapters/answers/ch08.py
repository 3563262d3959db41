"""What check() accepts in chapter 8, and the usual wrong answers."""

import functools

import numpy as np
import pandas as pd
import prepost
from practice import change, pairs, right, wrong
from scipy import stats


def four(moves):
    """The sign test, drop, Pratt and the paired t test."""
    signs = stats.binomtest(int((moves > 0).sum()), int((moves != 0).sum())).pvalue
    ranks = [prepost.signed_rank(moves, zeros=rule)["p"] for rule in ("drop", "pratt")]
    return np.array([signs, *ranks, stats.ttest_1samp(moves, 0).pvalue])


def exercise_8_1():
    moves = change("self_efficacy")
    p = four(moves)
    corrected = [prepost.signed_rank(moves, zeros=rule, correction=True)["p"] for rule in ("drop", "pratt")]
    unpaired = stats.ttest_ind(pairs()["self_efficacy_after"], pairs()["self_efficacy_before"]).pvalue
    yield right(p, within=0.00006, say="Only the first lies above .05.")
    yield wrong(four(change("empathy")), "These are the four of empathy. Here the change is that of self-efficacy.")
    yield wrong(p / 2, "These are one-sided. A two-sided p counts both tails.")
    yield wrong(p[[0, 2, 1, 3]], "Right, but drop and Pratt have changed places. Zeros dropped come first.")
    yield wrong([p[0], *corrected, p[3]], "The middle two have the continuity correction; leave it out.")
    yield wrong([*p[:3], unpaired], "The last is a two-group t test. It throws the pairs away: test the changes against 0.")


def noticed(people, effect_root, sides=2):
    """Power of a t test with so many people, whose centre is moved by 0.35 times this root."""
    shift, edge = 0.35 * np.sqrt(effect_root), stats.t.ppf(1 - 0.05 / sides, people - 1)
    return stats.nct.sf(edge, people - 1, shift) + (sides == 2) * stats.nct.cdf(-edge, people - 1, shift)


def exercise_8_2():
    edge = stats.t.ppf(0.975, 66)
    yield right(noticed(68, 68), within=0.0005, say="Twice the people do not give twice the power.")
    yield wrong(noticed(34, 34), "This is the power with 34 people. Put 68 into both the degrees of freedom and the root.")
    yield wrong(noticed(68, 34), "The degrees of freedom are new, the shift is not: it is 0.35 × √68.")
    yield wrong(noticed(34, 68), "The shift is new, the degrees of freedom are not: there are 67.")
    yield wrong(noticed(68, 68, sides=1), "This is one-sided. A two-sided test has its edge at the 97.5% point.")
    yield wrong(noticed(136, 136), "There are 136 questionnaires, but 68 people, and each person has one change.")
    yield wrong(
        stats.nct.sf(edge, 66, 0.35 * np.sqrt(17)),
        "This is the power of two separate groups of 34. Here 68 people are paired with themselves.",
    )


def exercise_8_3():
    error = 100 * np.sqrt(0.5 * 0.5 / 400)
    yield right(2 * error, within=0.1, say="With 10,000 it was one point.")
    yield wrong(error, "This is one standard error. Give two.")
    yield wrong(2 * error / 100, "The size is right, as a share. Give it in percentage points.")
    yield wrong(200 * np.sqrt(0.5 * 0.5 / 10_000), "This belongs to 10,000 studies. You have 400.")
    yield wrong(200 * np.sqrt(0.5 * 0.5) / 400, "The 400 belongs under the root.")
    yield wrong(
        200 * np.sqrt(0.5 * 0.5 / 34), "You divided by the 34 people of one study. What varies here is the 400 studies."
    )


@functools.cache
def drop_and_pratt(reacting=0.5, gain=0.8):
    """Power of the signed-rank test with zeros dropped and with Pratt's rule, in a world of some who do not react."""
    rng = np.random.default_rng(84)
    studies = (40_000, 34)
    moves = np.where(rng.random(studies) < reacting, rng.normal(gain, 1, studies), 0)
    rules = ("wilcox", "pratt")
    p = [stats.wilcoxon(moves, axis=1, zero_method=rule, method="approx").pvalue for rule in rules]
    return [(each <= 0.05).mean() for each in p]


def exercise_8_4():
    drop, pratt = drop_and_pratt()
    # two simulations, 10,000 studies and 40,000: one standard error of their difference is at most half a point
    yield right([drop, pratt], within=0.02, say="Pratt's rule costs six or seven points in this world.")
    yield wrong([pratt, drop], "The other way round: drop comes first.")
    yield wrong([100 * drop, 100 * pratt], "These are per cent. Give shares, such as 0.5.")
    yield wrong(drop_and_pratt(gain=0), "Your half that reacts gains nothing on average: its mean must be 0.8.")
    yield wrong(drop_and_pratt(reacting=1), "Everybody reacts in your world. Set the change of one half to 0.")
    yield wrong(
        drop_and_pratt(reacting=1, gain=0.4),
        "You gave everybody half the gain. The mean is the same, but nobody stays at 0: draw who reacts.",
    )


def eleven(moves):
    """The p values of the eleven paths, each under its name."""
    p = {}
    for half_step in (False, True):
        for rule in ("drop", "pratt"):
            p[rule, half_step] = prepost.signed_rank(moves, zeros=rule, correction=half_step)["p"]
        p["split", half_step] = stats.wilcoxon(moves, zero_method="zsplit", correction=half_step, method="approx").pvalue
    p["drop", "exact"], p["pratt", "exact"] = prepost.exact_p(moves, "drop"), prepost.exact_p(moves)
    p["sign test", ""], _, _, p["paired t", ""] = four(moves)
    flipped = prepost.flip_distribution(moves)  # in points; a zero that is flipped adds nothing
    p["permutation test", ""] = 2 * flipped[: 2 * min(moves[moves > 0].sum(), -moves[moves < 0].sum()) + 1].sum()
    return pd.Series(p)


def exercise_8_5():
    moves = change("empathy")
    with_lost = pd.concat([moves, pd.Series([0, 0, 0, 0])])
    same = pd.Series(np.isclose(eleven(moves), eleven(with_lost)), index=eleven(moves).index)
    yield right(int(same.sum()), say="Three drop the zeros, one counts people, and one tosses the signs of points.")
    yield wrong(int(same["drop"].sum()), "You counted the paths named drop. Two other tests take no notice of a change of 0.")
    yield wrong(
        int(same.sum()) - 1,
        "One more: neither the sign test nor the permutation test takes notice of a person whose change is 0.",
    )
    yield wrong(
        int((~same).sum()),
        "Six change. The t test is among them: N and the standard deviation are new, and p moves in the fourth decimal.",
    )
    yield wrong(len(same), "Not all: Pratt and split rank the zeros, and the t test counts them in N.")
