"""What check() accepts in chapter 11, and the usual wrong answers."""

import numpy as np
from practice import change, right, wrong
from scipy import stats

PAIRS = np.arange(5, 3000)


def power(pairs, effect, alpha=0.05, efficiency=3 / np.pi):
    """Power of the signed-rank test; of the paired t test with an efficiency of 1."""
    pairs = efficiency * pairs
    return stats.nct.sf(stats.t.ppf(1 - alpha / 2, pairs - 1), pairs - 1, effect * np.sqrt(pairs))


def needed(wanted, effect, **how):
    return PAIRS[power(PAIRS, effect, **how) >= wanted][0]


def pencil(effect, certain=0.84, line=1.96):
    return np.ceil(((line + certain) / effect) ** 2)


def exercise_11_1():
    both = needed(0.8, 0.5)
    yield right([pencil(0.5), both])
    yield wrong([pencil(0.5) - 1, both], "Round up, even from 31.4: by this formula 31 pairs fall short of 80%.")
    for unrounded in [(2.8 / 0.5) ** 2, 31.4]:  # the second as printed
        yield wrong([unrounded, both], "There is no part of a pair: round up.")
    yield wrong(
        [pencil(0.5), needed(0.8, 0.5, efficiency=1)],
        "The second has the correction for t only; the ranks are missing.",
    )
    yield wrong([pencil(0.5, certain=1.28), needed(0.9, 0.5)], "These are the pairs for 90% power.")
    yield wrong(
        [pencil(0.5, certain=0), both],
        "The 0.84 is missing: with this first number the power is only one half.",
    )
    yield wrong([both, pencil(0.5)], "The right numbers, the other way round: the one by hand comes first.")


def short_scale(pairs, lowest=4, highest=20):
    """Simulated power and the formula's, from the effect of the simulated scores."""
    rng = np.random.default_rng(1102)
    level = 18 + 2.7 * rng.normal(size=(8000, pairs))
    before = np.clip(np.rint(level + 1.3 * rng.normal(size=level.shape)), lowest, highest)
    after = np.clip(np.rint(level + 0.8 + 1.3 * rng.normal(size=level.shape)), lowest, highest)
    changes = after - before
    p = stats.wilcoxon(changes, axis=1, method="approx").pvalue
    return (p <= 0.05).mean(), power(pairs, changes.mean() / changes.std())


def exercise_11_2():
    simulated, formula = short_scale(70)
    no_ends = 0.8 / (1.3 * np.sqrt(2))
    ranks, t = power(70, no_ends), power(70, no_ends, efficiency=1)  # nearer to each other than the simulation is good
    yield right(
        [simulated, formula, ranks],
        within=0.032,
        say=f"The ends of the scale cost the difference. If your third is {t:.1%} and not {ranks:.1%}, the ranks are missing.",
    )
    yield wrong(
        [simulated, power(70, no_ends), formula],
        "The two formulas have changed places: the effect of the simulated scores comes second.",
    )
    yield wrong(
        [*short_scale(70, -np.inf, np.inf), power(70, no_ends)],
        "Your scale has no ends: cut the scores off at 4 and 20 with np.clip, both times.",
    )
    yield wrong(
        [simulated, formula, power(70, 0.8 / 1.3)],
        "The last one forgets the √2: a change holds the noise of two occasions.",
    )
    yield wrong([*short_scale(34), power(34, no_ends)], "These are studies with 34 people; take 70.")


def certain_of(pairs, stays, wanted=0.9):
    people = np.arange(pairs, 12 * pairs)
    return people[stats.binom.sf(pairs - 1, people, stays) >= wanted][0]


def exercise_11_3():
    sure = certain_of(96, 0.75)
    yield right([96 / 0.75, sure], say="90% certainty costs nine people more than the average.")
    yield wrong([96 * 1.25, sure], "A quarter of 120 is 30, so only 90 stay. Divide by the share that stays.")
    yield wrong(
        [96 / 0.75, certain_of(97, 0.75)],
        "Off by one: `sf(k, …)` is the chance of *more than* k, so take sf(95, …).",
    )
    yield wrong([96 / 0.75, certain_of(96, 0.75, wanted=0.95)], "The second is for 95% certainty.")
    yield wrong([96 / 0.25, certain_of(96, 0.25)], "You divided by the share that leaves; three quarters stay.")


def exercise_11_4():
    moves = change("self_efficacy")

    def needed_for(sd, width=1, share=0.975):
        return PAIRS[stats.t.ppf(share, PAIRS - 1) * sd / np.sqrt(PAIRS) <= width][0]

    yield right(needed_for(moves.std()))
    yield wrong(
        np.ceil((1.96 * moves.std()) ** 2),
        "This is the pencil formula. With t instead of 1.96 it takes two pairs more.",
    )
    yield wrong(needed_for(3), "You rounded the standard deviation to 3.0 on the way. Take it from the data as it is.")
    yield wrong(needed_for(moves.std(ddof=0)), "The standard deviation was divided by N; take N − 1, as pandas does.")
    yield wrong(needed_for(change("empathy").std()), "This is for empathy.")
    yield wrong(
        needed_for(moves.std(), width=0.5),
        "One point is wanted to *either* side; this interval is one point wide in all.",
    )
    yield wrong(
        needed_for(moves.std(), share=0.95),
        "This is for a 90% interval: 2.5% are left out on either side, so take 0.975.",
    )


def exercise_11_5():
    effect = change("empathy").mean() / change("empathy").std()
    yield right(needed(0.8, effect, alpha=0.05 / 4))
    yield wrong(needed(0.8, effect), "This is for one outcome at .05. Give Holm's strictest line as alpha.")
    yield wrong(
        needed(0.8, effect, alpha=0.05 / 4, efficiency=1),
        "This is for the t test; the ranks cost a few pairs more.",
    )
    yield wrong(
        needed(0.8, effect, alpha=0.05 * 4),
        "The line has moved the wrong way: divide .05 by the number of outcomes.",
    )
    yield wrong(
        needed(0.8, effect, alpha=0.05 / 2),
        "This divides .05 by 2. Four outcomes are tested, and power_ranks halves alpha itself.",
    )
    yield wrong(needed(0.9, effect, alpha=0.05 / 4), "This is for 90% power.")
    yield wrong(needed(0.8, effect / 2, alpha=0.05 / 4), "This is for half of the effect seen.")
